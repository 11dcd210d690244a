package gate_test

import (
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// planOf reads a plan from its JSON and its log; an empty text means that it is missing.
func planOf(t *testing.T, planJSON, log string) tfplan.Plan {
	t.Helper()
	l := tfplan.NewLog(nil)
	fmt.Fprint(l, log)
	if planJSON == "" {
		return l.Plan(t.Context(), nil)
	}
	return l.Plan(t.Context(), strings.NewReader(planJSON))
}

// finished returns a dry run whose plan has finished, without any numbers.
func finished() scalr.Run {
	return scalr.Run{Status: "planned_and_finished", Dry: true, Plan: &scalr.Plan{Status: "finished"}}
}

func runWithCounts(additions, changes, destructions int) scalr.Run {
	run := finished()
	run.Plan.Additions, run.Plan.Changes, run.Plan.Destructions = &additions, &changes, &destructions
	return run
}

const (
	noChanges   = "\nNo changes. Your infrastructure matches the configuration.\n"
	destroysOne = "Terraform will perform the following actions:\n\n  # a.b will be destroyed\n" +
		"  - resource \"a\" \"b\" {\n      - id = 1 -> null\n    }\n"
	createsOne = "Terraform will perform the following actions:\n\n  # a.b will be created\n  + resource \"a\" \"b\" {\n" +
		"      + id = 1\n    }\n"
)

func jsonOf(elements string) string {
	return `{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[` + elements + `]}`
}

func action(list string) string { return jsonOf(`{"address":"a.b","change":{"actions":` + list + `}}`) }

// TestDestroy evaluates plans of which a part is unknown.
func TestDestroy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name           string
		run            scalr.Run
		planJSON, log  string
		want           string // "", hit or unknown
		severalUnits   bool
		hasNoneChanges bool // Scalr reports has-changes: false
	}{
		{name: "no source", run: finished(), want: "unknown"},
		{name: "Scalr counts none", run: runWithCounts(1, 1, 0), want: ""},
		{name: "Scalr counts some", run: runWithCounts(0, 0, 1), want: "hit"},
		{name: "Scalr counts some, the JSON none", run: runWithCounts(0, 0, 1), planJSON: jsonOf(""), want: "hit"},
		{name: "the JSON has some, Scalr counts none", run: runWithCounts(0, 0, 0), planJSON: action(`["delete"]`), want: "hit"},
		{name: "the JSON replaces", run: finished(), planJSON: action(`["create","delete"]`), want: "hit"},
		{
			name:     "the JSON is empty, the log destroys",
			run:      finished(),
			planJSON: jsonOf(""),
			log:      destroysOne + "\nPlan: 0 to add, 0 to change, 1 to destroy.\n",
			want:     "hit",
		},
		{
			name:     "the JSON is empty, the log destroys and is cut",
			run:      finished(),
			planJSON: jsonOf(""),
			log:      destroysOne,
			want:     "hit",
		},
		{name: "the JSON is {}, the log is cut", run: finished(), planJSON: "{}", log: createsOne, want: "unknown"},
		{name: "the JSON has only a version", run: finished(), planJSON: `{"format_version":"1.2"}`, want: "unknown"},
		{name: "the log is cut", run: finished(), log: createsOne, want: "unknown"},
		{
			name: "the log is cut within its summary",
			run:  finished(),
			log:  createsOne + "\nPlan: 1 to add, 0 to change, 0 to dest",
			want: "unknown",
		},
		{
			name: "the log is whole",
			run:  finished(),
			log:  createsOne + "\nPlan: 1 to add, 0 to change, 0 to destroy.\n",
			want: "",
		},
		{
			name: "the log is whole and destroys",
			run:  finished(),
			log:  createsOne + "\nPlan: 1 to add, 0 to change, 2 to destroy.\n",
			want: "hit",
		},
		{name: "the log has no changes", run: finished(), log: noChanges, want: ""},
		{
			name: "the log has no changes, in older words",
			run:  finished(),
			log:  "No changes. Infrastructure is up-to-date.\n",
			want: "",
		},
		{
			name: "no changes in the log, before a plan begins",
			run:  finished(),
			log:  noChanges + "a.b: Refreshing state... [id=1]\n",
			want: "unknown",
		},
		{name: "no changes in the log, before a destruction", run: finished(), log: noChanges + destroysOne, want: "hit"},
		{
			name: "outputs alone",
			run:  finished(),
			log: "Changes to Outputs:\n  + a = 1\n\n" +
				"You can apply this plan to save these new output values to the Terraform\n" +
				"state, without changing any real infrastructure.\n",
			want: "",
		},
		{
			name: "planning fails",
			run:  finished(),
			log:  "Planning failed. Terraform encountered an error while generating this plan.\n" + noChanges,
			want: "unknown",
		},
		{name: "an unknown action", run: runWithCounts(0, 0, 0), planJSON: action(`["obliterate"]`), want: "unknown"},
		{
			name:     "contradicting actions",
			run:      runWithCounts(0, 1, 0),
			planJSON: action(`["update","delete"]`),
			want:     "hit",
		},
		{name: "an action in another case", run: runWithCounts(0, 0, 0), planJSON: action(`["Delete"]`), want: "unknown"},
		{name: "no actions", run: runWithCounts(0, 0, 0), planJSON: action(`[]`), want: "unknown"},
		{name: "actions null", run: runWithCounts(0, 0, 0), planJSON: action(`null`), want: "unknown"},
		{name: "actions are a text", run: runWithCounts(0, 0, 0), planJSON: action(`"delete"`), want: "unknown"},
		{name: "an action is a number", run: runWithCounts(0, 0, 0), planJSON: action(`["no-op",1]`), want: "unknown"},
		{name: "no change", run: runWithCounts(0, 0, 0), planJSON: jsonOf(`{"address":"a.b"}`), want: "unknown"},
		{name: "change null", run: runWithCounts(0, 0, 0), planJSON: jsonOf(`{"address":"a.b","change":null}`), want: "unknown"},
		{
			name:     "duplicate actions",
			run:      runWithCounts(0, 0, 0),
			planJSON: jsonOf(`{"address":"a.b","change":{"actions":["delete"],"actions":["no-op"]}}`),
			want:     "hit",
		},
		{
			name:     "duplicate actions, both no-op",
			run:      runWithCounts(0, 0, 0),
			planJSON: jsonOf(`{"address":"a.b","change":{"actions":["no-op"],"actions":["no-op"]}}`),
			want:     "unknown",
		},
		{
			name:     "actions in two spellings",
			run:      runWithCounts(0, 0, 0),
			planJSON: jsonOf(`{"address":"a.b","change":{"actions":["no-op"],"ACTIONS":["delete"]}}`),
			want:     "hit",
		},
		{
			name:     "actions escaped",
			run:      runWithCounts(0, 0, 0),
			planJSON: jsonOf(`{"address":"a.b","change":{"actions":["no-op"],"act\u0069ons":["delete"]}}`),
			want:     "hit",
		},
		{
			name:     "duplicate change",
			run:      runWithCounts(0, 0, 0),
			planJSON: jsonOf(`{"address":"a.b","change":{"actions":["delete"]},"change":{"actions":["no-op"]}}`),
			want:     "hit",
		},
		{
			name:     "duplicate mode",
			run:      runWithCounts(0, 0, 0),
			planJSON: jsonOf(`{"address":"a.b","mode":"managed","mode":"ephemeral","change":{"actions":["open"]}}`),
			want:     "unknown",
		},
		{
			name: "duplicate resource_changes",
			run:  runWithCounts(0, 0, 0),
			planJSON: `{"format_version":"1.2","resource_changes":[{"address":"a.b","change":{"actions":["delete"]}}],` +
				`"resource_changes":[]}`,
			want: "hit",
		},
		{
			name:     "resource_changes null and again",
			run:      runWithCounts(0, 0, 0),
			planJSON: `{"format_version":"1.2","resource_changes":null,"Resource_Changes":[]}`,
			want:     "unknown",
		},
		{
			name:     "an ephemeral resource",
			run:      finished(),
			planJSON: jsonOf(`{"address":"a.b","mode":"ephemeral","change":{"actions":["open"]}}`),
			want:     "",
		},
		{
			name:     "a managed resource that opens",
			run:      finished(),
			planJSON: jsonOf(`{"address":"a.b","mode":"managed","change":{"actions":["open"]}}`),
			want:     "unknown",
		},
		{name: "forget", run: finished(), planJSON: action(`["forget"]`), want: ""},
		{name: "create, then forget", run: finished(), planJSON: action(`["create","forget"]`), want: ""},
		{
			name:     "the JSON is truncated after a destruction",
			run:      runWithCounts(0, 0, 0),
			planJSON: strings.TrimSuffix(action(`["delete"]`), "]}"),
			want:     "hit",
		},
		{
			name:     "the JSON is truncated",
			run:      finished(),
			planJSON: strings.TrimSuffix(action(`["create"]`), "]}"),
			want:     "unknown",
		},
		{name: "the JSON is followed by something", run: finished(), planJSON: action(`["create"]`) + " x", want: "unknown"},
		{
			name:     "the JSON is of a failed plan",
			run:      finished(),
			planJSON: `{"format_version":"1.2","resource_changes":[],"errored":true}`,
			want:     "unknown",
		},
		{
			name:     "the second document destroys",
			run:      runWithCounts(1, 0, 0),
			planJSON: action(`["create"]`) + "\n" + action(`["delete"]`),
			want:     "hit",
		},
		{name: "negative destructions", run: runWithCounts(0, 0, -1), planJSON: jsonOf(""), log: noChanges, want: "unknown"},
		{name: "negative additions", run: runWithCounts(-1, 0, 0), planJSON: jsonOf(""), log: noChanges, want: "unknown"},
		{
			name: "a negative summary",
			run:  runWithCounts(1, 0, 0),
			log:  createsOne + "\nPlan: 1 to add, 0 to change, -1 to destroy.\n",
			want: "unknown",
		},
		{name: "has-changes is false, and three are destroyed", run: runWithCounts(0, 0, 3), hasNoneChanges: true, want: "hit"},
		{name: "has-changes is false, and three are added", run: runWithCounts(3, 0, 0), hasNoneChanges: true, want: "unknown"},
		{name: "has-changes is false, and other values are unknown", run: finished(), hasNoneChanges: true, want: "unknown"},
		{
			name: "unknown words",
			run:  runWithCounts(0, 0, 0),
			log:  strings.Replace(destroysOne, "destroyed", "obliterated", 1) + "\nPlan: 0 to add, 0 to change, 0 to destroy.\n",
			want: "unknown",
		},
		{
			name: "an object left behind is not destroyed",
			run:  finished(),
			log: strings.Replace(createsOne, "will be created",
				"must be replaced - older instance will not be destroyed (lifecycle.destroy = false)", 1) +
				"\nPlan: 1 to add, 0 to change, 0 to destroy, 1 to forget.\n",
			want: "",
		},
		{
			name: "drift does not count as a destruction",
			run:  finished(),
			log: "Note: Objects have changed outside of Terraform\n\n  # a.b has been deleted\n  - resource \"a\" \"b\" {\n" +
				"      - id = 1\n    }\n\n" + createsOne + "\nPlan: 1 to add, 0 to change, 0 to destroy.\n",
			want: "",
		},
		{
			name:         "several units, the log ends once",
			run:          finished(),
			severalUnits: true,
			log:          createsOne + "\nPlan: 1 to add, 0 to change, 0 to destroy.\n",
			want:         "unknown",
		},
		{
			name:         "several units, and all documents",
			run:          finished(),
			severalUnits: true,
			planJSON:     action(`["create"]`) + action(`["create"]`),
			log:          createsOne + "\nPlan: 1 to add, 0 to change, 0 to destroy.\n",
			want:         "",
		},
		{
			name:         "several units, fewer documents than ends",
			run:          finished(),
			severalUnits: true,
			planJSON:     action(`["create"]`),
			log:          strings.Repeat(createsOne+"\nPlan: 1 to add, 0 to change, 0 to destroy.\n", 2),
			want:         "unknown",
		},
		{
			name: "the plan failed",
			run: scalr.Run{
				Status: "planned",
				Plan:   &scalr.Plan{Status: "errored", Additions: new(0), Changes: new(0), Destructions: new(0)},
			},
			want: "unknown",
		},
		{
			name: "zeros from before the plan",
			run: scalr.Run{
				Status: "policy_override",
				Plan:   &scalr.Plan{Status: "pending", Additions: new(0), Changes: new(0), Destructions: new(0)},
			},
			want: "unknown",
		},
		{
			name: "an apply that destroyed",
			run: scalr.Run{
				Status: "applied",
				Plan:   runWithCounts(0, 0, 0).Plan,
				Apply:  &scalr.Apply{Status: "finished", Destructions: new(1)},
			},
			want: "hit",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.hasNoneChanges {
				c.run.HasChanges = new(false)
			}
			failures := gate.Conditions{Destroy: true}.Evaluate(gate.Case{
				Run:          c.run,
				Plan:         planOf(t, c.planJSON, c.log),
				SeveralUnits: c.severalUnits,
			})
			if got := summary(failures); got != c.want {
				t.Errorf("got %q (%v), want %q", got, failures, c.want)
			}
		})
	}
}

func summary(failures []gate.Failure) string {
	switch {
	case len(failures) == 0:
		return ""
	case failures[0].Unknown:
		return "unknown"
	}
	return "hit"
}
