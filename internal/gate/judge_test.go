package gate_test

import (
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// planOf reads a plan out of its JSON and its log; an empty text is none.
func planOf(t *testing.T, planJSON, log string) tfplan.Plan {
	t.Helper()
	l := tfplan.NewLog(nil)
	fmt.Fprint(l, log)
	if planJSON == "" {
		return l.Plan(t.Context(), nil)
	}
	return l.Plan(t.Context(), strings.NewReader(planJSON))
}

// finished is a dry run whose plan is finished, without any numbers.
func finished() scalr.Run {
	return scalr.Run{Status: "planned_and_finished", Dry: true, Plan: &scalr.Plan{Status: "finished"}}
}

func counted(additions, changes, destructions int) scalr.Run {
	run := finished()
	run.Plan.Additions, run.Plan.Changes, run.Plan.Destructions = &additions, &changes, &destructions
	return run
}

const (
	noChanges   = "\nNo changes. Your infrastructure matches the configuration.\n"
	destroysOne = "Terraform will perform the following actions:\n\n  # a.b will be destroyed\n  - resource \"a\" \"b\" {\n      - id = 1 -> null\n    }\n"
	createsOne  = "Terraform will perform the following actions:\n\n  # a.b will be created\n  + resource \"a\" \"b\" {\n      + id = 1\n    }\n"
)

func jsonOf(elements string) string {
	return `{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[` + elements + `]}`
}

func action(list string) string { return jsonOf(`{"address":"a.b","change":{"actions":` + list + `}}`) }

// TestDestroy tries what a plan may look like of which not everything is known.
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
		{name: "nothing is known", run: finished(), want: "unknown"},
		{name: "Scalr counts none", run: counted(1, 1, 0), want: ""},
		{name: "Scalr counts some", run: counted(0, 0, 1), want: "hit"},
		{name: "Scalr counts some, the JSON none", run: counted(0, 0, 1), planJSON: jsonOf(""), want: "hit"},
		{name: "the JSON has some, Scalr counts none", run: counted(0, 0, 0), planJSON: action(`["delete"]`), want: "hit"},
		{name: "the JSON replaces", run: finished(), planJSON: action(`["create","delete"]`), want: "hit"},
		{name: "the JSON is empty, the log destroys", run: finished(), planJSON: jsonOf(""), log: destroysOne + "\nPlan: 0 to add, 0 to change, 1 to destroy.\n", want: "hit"},
		{name: "the JSON is empty, the log destroys and is cut", run: finished(), planJSON: jsonOf(""), log: destroysOne, want: "hit"},
		{name: "the JSON is {}, the log is cut", run: finished(), planJSON: "{}", log: createsOne, want: "unknown"},
		{name: "the JSON says next to nothing", run: finished(), planJSON: `{"format_version":"1.2"}`, want: "unknown"},
		{name: "the log is cut", run: finished(), log: createsOne, want: "unknown"},
		{name: "the log is cut within its sum", run: finished(), log: createsOne + "\nPlan: 1 to add, 0 to change, 0 to dest", want: "unknown"},
		{name: "the log is whole", run: finished(), log: createsOne + "\nPlan: 1 to add, 0 to change, 0 to destroy.\n", want: ""},
		{name: "the log is whole and destroys", run: finished(), log: createsOne + "\nPlan: 1 to add, 0 to change, 2 to destroy.\n", want: "hit"},
		{name: "the log says no changes", run: finished(), log: noChanges, want: ""},
		{name: "the log says no changes and is older", run: finished(), log: "No changes. Infrastructure is up-to-date.\n", want: ""},
		{name: "the log says no changes, and then the plan begins", run: finished(), log: noChanges + "a.b: Refreshing state... [id=1]\n", want: "unknown"},
		{name: "the log says no changes, and then it destroys", run: finished(), log: noChanges + destroysOne, want: "hit"},
		{name: "outputs alone", run: finished(), log: "Changes to Outputs:\n  + a = 1\n\nYou can apply this plan to save these new output values to the Terraform\nstate, without changing any real infrastructure.\n", want: ""},
		{name: "planning fails", run: finished(), log: "Planning failed. Terraform encountered an error while generating this plan.\n" + noChanges, want: "unknown"},
		{name: "an unknown action", run: counted(0, 0, 0), planJSON: action(`["obliterate"]`), want: "unknown"},
		{name: "actions that do not go together", run: counted(0, 1, 0), planJSON: action(`["update","delete"]`), want: "hit"},
		{name: "an action in other letters", run: counted(0, 0, 0), planJSON: action(`["Delete"]`), want: "unknown"},
		{name: "no actions", run: counted(0, 0, 0), planJSON: action(`[]`), want: "unknown"},
		{name: "actions null", run: counted(0, 0, 0), planJSON: action(`null`), want: "unknown"},
		{name: "actions are a text", run: counted(0, 0, 0), planJSON: action(`"delete"`), want: "unknown"},
		{name: "an action is a number", run: counted(0, 0, 0), planJSON: action(`["no-op",1]`), want: "unknown"},
		{name: "no change", run: counted(0, 0, 0), planJSON: jsonOf(`{"address":"a.b"}`), want: "unknown"},
		{name: "change null", run: counted(0, 0, 0), planJSON: jsonOf(`{"address":"a.b","change":null}`), want: "unknown"},
		{name: "actions twice", run: counted(0, 0, 0), planJSON: jsonOf(`{"address":"a.b","change":{"actions":["delete"],"actions":["no-op"]}}`), want: "hit"},
		{name: "actions twice, harmless both", run: counted(0, 0, 0), planJSON: jsonOf(`{"address":"a.b","change":{"actions":["no-op"],"actions":["no-op"]}}`), want: "unknown"},
		{name: "actions in two spellings", run: counted(0, 0, 0), planJSON: jsonOf(`{"address":"a.b","change":{"actions":["no-op"],"ACTIONS":["delete"]}}`), want: "hit"},
		{name: "actions escaped", run: counted(0, 0, 0), planJSON: jsonOf(`{"address":"a.b","change":{"actions":["no-op"],"act\u0069ons":["delete"]}}`), want: "hit"},
		{name: "change twice", run: counted(0, 0, 0), planJSON: jsonOf(`{"address":"a.b","change":{"actions":["delete"]},"change":{"actions":["no-op"]}}`), want: "hit"},
		{name: "mode twice", run: counted(0, 0, 0), planJSON: jsonOf(`{"address":"a.b","mode":"managed","mode":"ephemeral","change":{"actions":["open"]}}`), want: "unknown"},
		{name: "resource_changes twice", run: counted(0, 0, 0), planJSON: `{"format_version":"1.2","resource_changes":[{"address":"a.b","change":{"actions":["delete"]}}],"resource_changes":[]}`, want: "hit"},
		{name: "resource_changes null and again", run: counted(0, 0, 0), planJSON: `{"format_version":"1.2","resource_changes":null,"Resource_Changes":[]}`, want: "unknown"},
		{name: "an ephemeral resource", run: finished(), planJSON: jsonOf(`{"address":"a.b","mode":"ephemeral","change":{"actions":["open"]}}`), want: ""},
		{name: "a managed resource that opens", run: finished(), planJSON: jsonOf(`{"address":"a.b","mode":"managed","change":{"actions":["open"]}}`), want: "unknown"},
		{name: "forget", run: finished(), planJSON: action(`["forget"]`), want: ""},
		{name: "create, then forget", run: finished(), planJSON: action(`["create","forget"]`), want: ""},
		{name: "the JSON breaks off behind a destruction", run: counted(0, 0, 0), planJSON: strings.TrimSuffix(action(`["delete"]`), "]}"), want: "hit"},
		{name: "the JSON breaks off", run: finished(), planJSON: strings.TrimSuffix(action(`["create"]`), "]}"), want: "unknown"},
		{name: "the JSON is followed by something", run: finished(), planJSON: action(`["create"]`) + " x", want: "unknown"},
		{name: "the JSON is of a failed plan", run: finished(), planJSON: `{"format_version":"1.2","resource_changes":[],"errored":true}`, want: "unknown"},
		{name: "the second document destroys", run: counted(1, 0, 0), planJSON: action(`["create"]`) + "\n" + action(`["delete"]`), want: "hit"},
		{name: "negative destructions", run: counted(0, 0, -1), planJSON: jsonOf(""), log: noChanges, want: "unknown"},
		{name: "negative additions", run: counted(-1, 0, 0), planJSON: jsonOf(""), log: noChanges, want: "unknown"},
		{name: "a negative sum", run: counted(1, 0, 0), log: createsOne + "\nPlan: 1 to add, 0 to change, -1 to destroy.\n", want: "unknown"},
		{name: "nothing changes, and three are destroyed", run: counted(0, 0, 3), hasNoneChanges: true, want: "hit"},
		{name: "nothing changes, and three are added", run: counted(3, 0, 0), hasNoneChanges: true, want: "unknown"},
		{name: "nothing changes, and nothing else is known", run: finished(), hasNoneChanges: true, want: "unknown"},
		{name: "unknown words", run: counted(0, 0, 0), log: strings.Replace(destroysOne, "destroyed", "obliterated", 1) + "\nPlan: 0 to add, 0 to change, 0 to destroy.\n", want: "unknown"},
		{name: "what is left behind is not destroyed", run: finished(), log: strings.Replace(createsOne, "will be created", "must be replaced - older instance will not be destroyed (lifecycle.destroy = false)", 1) + "\nPlan: 1 to add, 0 to change, 0 to destroy, 1 to forget.\n", want: ""},
		{name: "drift is no destruction", run: finished(), log: "Note: Objects have changed outside of Terraform\n\n  # a.b has been deleted\n  - resource \"a\" \"b\" {\n      - id = 1\n    }\n\n" + createsOne + "\nPlan: 1 to add, 0 to change, 0 to destroy.\n", want: ""},
		{name: "several units, the log ends once", run: finished(), severalUnits: true, log: createsOne + "\nPlan: 1 to add, 0 to change, 0 to destroy.\n", want: "unknown"},
		{name: "several units, and all documents", run: finished(), severalUnits: true, planJSON: action(`["create"]`) + action(`["create"]`), log: createsOne + "\nPlan: 1 to add, 0 to change, 0 to destroy.\n", want: ""},
		{name: "several units, fewer documents than ends", run: finished(), severalUnits: true, planJSON: action(`["create"]`), log: strings.Repeat(createsOne+"\nPlan: 1 to add, 0 to change, 0 to destroy.\n", 2), want: "unknown"},
		{name: "the plan failed", run: scalr.Run{Status: "planned", Plan: &scalr.Plan{Status: "errored", Additions: new(0), Changes: new(0), Destructions: new(0)}}, want: "unknown"},
		{name: "zeros from before the plan", run: scalr.Run{Status: "policy_override", Plan: &scalr.Plan{Status: "pending", Additions: new(0), Changes: new(0), Destructions: new(0)}}, want: "unknown"},
		{name: "what was applied destroyed", run: scalr.Run{Status: "applied", Plan: counted(0, 0, 0).Plan, Apply: &scalr.Apply{Status: "finished", Destructions: new(1)}}, want: "hit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.hasNoneChanges {
				c.run.HasChanges = new(false)
			}
			failures := gate.Conditions{Destroy: true}.Judge(gate.Case{Run: c.run, Plan: planOf(t, c.planJSON, c.log), SeveralUnits: c.severalUnits})
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

// TestCostIncrease tries estimates, most of which cannot be relied on.
func TestCostIncrease(t *testing.T) {
	t.Parallel()
	estimate := func(prior, proposed, delta string) *scalr.CostEstimate {
		return &scalr.CostEstimate{Status: "finished", Prior: prior, Proposed: proposed, Delta: delta}
	}
	for _, c := range []struct {
		name string
		cost *scalr.CostEstimate
		most float64
		want string
	}{
		{"none", nil, 0, "unknown"},
		{"failed", &scalr.CostEstimate{Status: "errored", Prior: "0.000", Proposed: "0.000", Delta: "0.000"}, 0, "unknown"},
		{"no increase", estimate("10.000", "10.000", "0.000"), 0, ""},
		{"a decrease", estimate("10.000", "4.000", "-6.000"), 0, ""},
		{"an increase", estimate("10.000", "10.010", "0.010"), 0, "hit"},
		{"as much as allowed", estimate("0.000", "0.300", "0.300"), 0.3, ""},
		{"a hair more", estimate("0.000", "42.254", "42.254"), 42.25, "hit"},
		{"with a sign", estimate("0", "5000", "+5000.00"), 0, "unknown"},
		{"with commas", estimate("0", "1000", "1,000.00"), 0, "unknown"},
		{"in exponent form", estimate("0", "5000", "5e3"), 0, "unknown"},
		{"NaN", estimate("0", "0", "NaN"), 0, "unknown"},
		{"infinite", estimate("0", "0", "Inf"), 0, "unknown"},
		{"hexadecimal", estimate("0", "0", "0x10"), 0, "unknown"},
		{"too long", estimate("0", "0", "99999999999999999999"), 0, "unknown"},
		{"with a currency", estimate("0", "5", "$5"), 0, "unknown"},
		{"totals alone", estimate("0.000", "5000.000", ""), 0, "unknown"},
		{"an increase alone", estimate("", "", "1.000"), 5, ""},
		{"an increase beside one total", estimate("0.000", "", "1.000"), 5, "unknown"},
		{"an increase beside totals with commas", estimate("1,000.00", "1,001.00", "1.000"), 5, "unknown"},
		{"an increase beside totals of another type", &scalr.CostEstimate{Status: "finished", Delta: "1.000", Unreadable: true}, 5, "unknown"},
		{"totals that rise more", estimate("0.000", "5000.000", "0.000"), 0, "hit"},
		{"totals that rise less", estimate("0.000", "1.000", "2.000"), 5, "unknown"},
		{"totals that are rounded", estimate("0.004", "1.006", "1.000"), 5, ""},
		{"totals below zero", estimate("-5.000", "-5.000", "0.000"), 0, "unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			run := counted(1, 0, 0)
			run.Cost = c.cost
			conditions := gate.Conditions{CostIncrease: true, MaxCostIncrease: c.most}
			if failures := conditions.Judge(gate.Case{Run: run}); summary(failures) != c.want {
				t.Errorf("got %v, want %q", failures, c.want)
			}
			// A plan without changes needs no estimate.
			idle := counted(0, 0, 0)
			idle.HasChanges, idle.Cost = new(false), c.cost
			want := strings.Replace(c.want, "unknown", "", 1)
			if failures := conditions.Judge(gate.Case{Run: idle}); summary(failures) != want {
				t.Errorf("without changes: got %v, want %q", failures, want)
			}
		})
	}
}

// TestRefreshOnly: such a run does what drifted, and Scalr's numbers say nothing of it.
func TestRefreshOnly(t *testing.T) {
	t.Parallel()
	const drift = `{"format_version":"1.2","terraform_version":"1.5.7","resource_drift":[{"address":"a.b","change":{"actions":["delete"]}}],"output_changes":{"o":{"actions":["update"]}},"applyable":true}`
	const none = `{"format_version":"1.2","terraform_version":"1.5.7","output_changes":{"o":{"actions":["update"]}},"applyable":true}`
	const driftText = "Note: Objects have changed outside of Terraform\n\n  # a.b has been changed\n  ~ resource \"a\" \"b\" {\n      ~ x = 1 -> 2\n    }\n\n\nThis is a refresh-only plan, so Terraform will not take any actions to undo\nthese.\n"
	for _, c := range []struct{ name, planJSON, log, changes, destroys string }{
		{"nothing can be read", "", "", "unknown", "unknown"},
		{"drift", drift, "", "yes", "no"},
		{"none, though outputs differ", none, "", "no", "no"},
		{"drift in the text", "", driftText, "yes", "no"},
		{"drift in the text alone", none, driftText, "yes", "no"},
		{"none in the text", "", "No changes. Your infrastructure still matches the configuration.\n", "no", "no"},
		{"the text is cut", "", strings.Split(driftText, "\n\n\nThis")[0], "yes", "unknown"},
		{"it destroys all the same", action(`["delete"]`), "", "unknown", "unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			run := counted(7, 7, 7)
			run.RefreshOnly, run.HasChanges = true, new(true)
			e := gate.EffectsOf(run, planOf(t, c.planJSON, c.log), false)
			if e.Changes.String() != c.changes || e.Destroys.String() != c.destroys {
				t.Errorf("changes %v, destroys %v (%s)", e.Changes, e.Destroys, e.Why)
			}
			if unknown := e.Changes == gate.Unknown || e.Destroys == gate.Unknown; unknown != (e.Why != "") {
				t.Errorf("why: %q", e.Why)
			}
		})
	}
}

// TestJudgedByItsFailure: of a run that failed or was stopped, that alone is said.
func TestJudgedByItsFailure(t *testing.T) {
	t.Parallel()
	all := gate.Conditions{Changes: true, Destroy: true, NeedsConfirmation: true, CostIncrease: true}
	for status, want := range map[scalr.Status]int{"errored": 0, "discarded": 0, "canceled": 0, "planned_and_finished": 3, "applied": 3, "quantum": 3, "planned": 4, "policy_override": 4} {
		if got := all.Judge(gate.Case{Run: scalr.Run{Status: status}}); len(got) != want {
			t.Errorf("%s: got %v, want %d failures", status, got, want)
		}
	}
	if got := (gate.Conditions{NeedsConfirmation: true}).Judge(gate.Case{Run: scalr.Run{Status: "planned"}, Confirmed: true}); len(got) > 0 {
		t.Errorf("a run that is confirmed: got %v", got)
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	const (
		box      = "╷\n│ Warning: Old\n│ \n│ Use new.\n╵\n"
		document = `{"format_version":"1.2","terraform_version":"1.11.4"}`
	)
	for _, c := range []struct {
		name, planJSON, log, want string
		severalUnits              bool
	}{
		{name: "none", log: noChanges},
		{name: "one", log: noChanges + box, want: "warnings: Terraform printed warnings while it planned"},
		{name: "one of a log that is cut off", log: box, want: "warnings: Terraform printed warnings while it planned"},
		{name: "no log", want: "warnings: the whole text of the plan is not available; unknown values fail the gate"},
		{name: "the JSON alone", planJSON: document, want: "warnings: the whole text of the plan is not available; unknown values fail the gate"},
		{name: "a log that is cut off", planJSON: document, log: "Terraform will perform the following actions:\n", want: "warnings: the whole text of the plan is not available; unknown values fail the gate"},
		{name: "two units, both known", planJSON: document + document, log: noChanges + noChanges, severalUnits: true},
		{name: "two units, one known", planJSON: document + document, log: noChanges, severalUnits: true, want: "warnings: the whole text of the plan is not available; unknown values fail the gate"},
		{name: "units without the JSON", log: noChanges, severalUnits: true, want: "warnings: the whole text of the plan is not available; unknown values fail the gate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := gate.Case{Run: finished(), Plan: planOf(t, c.planJSON, c.log), SeveralUnits: c.severalUnits}
			got := ""
			for _, f := range (gate.Conditions{Warnings: true}).Judge(in) {
				got += f.String()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if failures := (gate.Conditions{}).Judge(in); failures != nil {
				t.Errorf("without the condition: %v", failures)
			}
		})
	}
}
