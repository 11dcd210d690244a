package gate_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// TestSourcesDisagree: a source that reports less than another one is incomplete, and its zero is not used. A
// source that reports the same changes is sufficient.
func TestSourcesDisagree(t *testing.T) {
	t.Parallel()
	const sum = "\nPlan: 1 to add, 0 to change, 0 to destroy.\n"
	updates := strings.Replace(action(`["update"]`), "a.b", "a.c", 1)
	several := runWithCounts(1, 0, 0)
	several.Plan.Additions = nil
	changed := finished()
	changed.HasChanges = new(true)
	for _, c := range []struct {
		name          string
		run           scalr.Run
		planJSON, log string
		severalUnits  bool
		want          string // "" or a part of the reason
	}{
		{name: "all agree", run: runWithCounts(1, 0, 0), planJSON: action(`["create"]`), log: createsOne + sum},
		{name: "the JSON is empty, the log is whole", run: finished(), planJSON: jsonOf(""), log: createsOne + sum},
		{
			name:     "the JSON is empty, the log is cut",
			run:      finished(),
			planJSON: jsonOf(""),
			log:      createsOne,
			want:     "the plan JSON has fewer changes",
		},
		{
			name:     "the JSON is empty, has-changes is true",
			run:      changed,
			planJSON: jsonOf(""),
			want:     "the plan JSON has fewer changes",
		},
		{
			name:     "the JSON has a move, has-changes is true",
			run:      changed,
			planJSON: jsonOf(`{"address":"a.b","previous_address":"a.c","change":{"actions":["no-op"]}}`),
		},
		{name: "the JSON has an output, has-changes is true", run: changed,
			planJSON: `{"format_version":"1.2","resource_changes":[],"output_changes":{"a":{"actions":["create"]}}}`},
		{name: "the JSON has less than Scalr", run: runWithCounts(2, 0, 0), planJSON: action(`["create"]`), log: createsOne},
		{
			name:     "the JSON updates, the log is whole",
			run:      finished(),
			planJSON: updates,
			log:      createsOne + sum,
			want:     "fewer changes",
		},
		{
			name:     "no changes in the log, some in the JSON",
			run:      finished(),
			planJSON: strings.TrimSuffix(action(`["create"]`), "]}"),
			log:      noChanges,
			want:     "the text of the plan has fewer changes",
		},
		{
			name: "no changes in the log, has-changes is true",
			run:  changed,
			log:  noChanges,
			want: "the text of the plan has fewer changes",
		},
		{
			name: "Scalr counts none, the log some",
			run:  runWithCounts(0, 0, 0),
			log:  createsOne,
			want: "Scalr reports fewer changes",
		},
		{name: "Scalr counts none, the JSON some", run: runWithCounts(0, 0, 0), planJSON: action(`["create"]`)},
		{name: "Scalr counts no additions at all", run: several, planJSON: strings.TrimSuffix(action(`["create"]`), "]}")},
		{
			name:         "Scalr counts one unit of two",
			run:          runWithCounts(1, 0, 0),
			severalUnits: true,
			planJSON:     action(`["create"]`) + action(`["create"]`),
		},
		{
			name:     "the log contains the plan twice",
			run:      runWithCounts(1, 0, 0),
			planJSON: action(`["create"]`),
			log:      strings.Repeat(createsOne+sum, 2),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := gate.Case{Run: c.run, Plan: planOf(t, c.planJSON, c.log), SeveralUnits: c.severalUnits}
			failures := gate.Conditions{Destroy: true}.Evaluate(in)
			if (len(failures) > 0) != (c.want != "") || len(failures) > 0 && (!failures[0].Unknown ||
				!strings.Contains(failures[0].Reason, c.want)) {
				t.Errorf("got %v, want %q", failures, c.want)
			}
		})
	}
}

// TestUnreadableNumbers: a number or a flag that cannot be read may have any value, regardless of the other sources.
func TestUnreadableNumbers(t *testing.T) {
	t.Parallel()
	ofPlan, ofRun := runWithCounts(0, 0, 0), runWithCounts(0, 0, 0)
	ofPlan.Plan.Unreadable = []string{"resource-destructions"}
	ofRun.Unreadable = []string{"has-changes"}
	for name, run := range map[string]scalr.Run{"resource-destructions": ofPlan, "has-changes": ofRun} {
		in := gate.Case{Run: run, Plan: planOf(t, jsonOf(""), noChanges)}
		failures := gate.Conditions{Destroy: true, Changes: true}.Evaluate(in)
		if len(failures) != 2 || !failures[0].Unknown || !failures[1].Unknown || !strings.Contains(failures[1].Reason, name) {
			t.Errorf("%s: got %v", name, failures)
		}
	}
}

// TestEachNumberIsCompared: a source is incomplete if another one reports more of either additions or changes, and complete
// if it reports the same.
func TestEachNumberIsCompared(t *testing.T) {
	t.Parallel()
	run := func(additions, changes int) scalr.Run {
		r := runWithCounts(additions, changes, 0)
		r.Plan.Destructions = nil
		return r
	}
	const (
		json, text = "the plan JSON has fewer changes than Scalr or the text of the plan reports", "the text of the plan has fewer changes than Scalr " +
			"or the plan JSON reports"
		create = createsOne + "\nPlan: 1 to add, 0 to change, 0 to destroy.\n"
	)
	for _, c := range []struct {
		name          string
		run           scalr.Run
		planJSON, log string
		want          string
	}{
		{"JSON, same", run(1, 0), action(`["create"]`), "", ""},
		{"JSON, more additions", run(2, 0), action(`["create"]`), "", json},
		{"JSON, more changes", run(1, 1), action(`["create"]`), "", json},
		{"JSON, fewer additions", run(0, 0), action(`["create"]`), "", ""},
		{"JSON, same changes", run(0, 1), action(`["update"]`), "", ""},
		{"JSON, another kind", run(1, 0), action(`["update"]`), "", json},
		{"text, same", run(1, 0), "", create, ""},
		{"text, more additions", run(2, 0), "", create, text},
		{"text, more changes", run(1, 1), "", create, text},
		{"text, fewer additions", run(0, 0), "", create, ""},
		{"text and JSON, other kinds", finished(), action(`["update"]`), create, json},
	} {
		e := gate.EffectsOf(c.run, planOf(t, c.planJSON, c.log), false)
		if want := map[bool]gate.Answer{true: gate.No, false: gate.Unknown}[c.want == ""]; e.Destroys != want || e.Why != c.want {
			t.Errorf("%s: got %v (%s), want %v (%s)", c.name, e.Destroys, e.Why, want, c.want)
		}
	}
}

// TestServerReportsLess: Scalr's zero is not used if another source has more of either additions or changes.
func TestServerReportsLess(t *testing.T) {
	t.Parallel()
	update := strings.NewReplacer("created", "updated in-place", "  + resource", "  ~ resource", "+ id = 1", "~ id = 1 -> 2").Replace(createsOne)
	for _, c := range []struct {
		name               string
		additions, changes int
		log                string
		want               gate.Answer
	}{
		{"same additions", 1, 0, createsOne, gate.No},
		{"fewer additions", 0, 1, createsOne, gate.Unknown},
		{"same changes", 0, 1, update, gate.No},
		{"fewer changes", 1, 0, update, gate.Unknown},
	} {
		if e := gate.EffectsOf(runWithCounts(c.additions, c.changes, 0), planOf(t, "", c.log), false); e.Destroys != c.want {
			t.Errorf("%s: got %v (%s), want %v", c.name, e.Destroys, e.Why, c.want)
		}
	}
}

// TestSeveralDocuments: the text of several plans is never complete, and the JSON has at least as many documents.
func TestSeveralDocuments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                        string
		json, text                  int // documents
		jsonComplete, several       bool
		destroys                    gate.Answer
		warningsKnown, textComplete bool
	}{
		{"one of each", 1, 1, false, false, gate.No, true, true},
		{"no JSON", 0, 1, false, false, gate.No, true, true},
		{"two JSON documents, incomplete", 2, 2, false, false, gate.Unknown, false, true},
		{"two JSON documents", 2, 2, true, false, gate.No, true, true},
		{"two JSON documents, one text", 2, 1, true, false, gate.No, false, true},
		{"two JSON documents, three texts", 2, 3, true, false, gate.Unknown, true, true},
		{"several units, one document", 1, 1, true, true, gate.No, true, true},
		{"several units, JSON incomplete", 1, 1, false, true, gate.Unknown, false, true},
		{"text incomplete", 1, 1, true, false, gate.No, false, false},
	} {
		var plan tfplan.Plan
		plan.JSON.Documents, plan.JSON.Complete = c.json, c.jsonComplete
		plan.Text.Documents, plan.Text.Complete = c.text, c.textComplete
		plan.Text.Warnings = 3
		if e := gate.EffectsOf(finished(), plan, c.several); e.Destroys != c.destroys {
			t.Errorf("%s: got %v (%s), want %v", c.name, e.Destroys, e.Why, c.destroys)
		}
		if n, known := gate.Warnings(plan, c.several); n != 3 || known != c.warningsKnown {
			t.Errorf("%s: got %d warnings, known %t", c.name, n, known)
		}
	}
}

// TestHasChangesOfRunAndPlan: the run has changes if Scalr reports some for the run or for its plan.
func TestHasChangesOfRunAndPlan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		run, plan *bool
		want      gate.Answer
	}{
		{nil, nil, gate.Unknown},
		{new(false), nil, gate.No},
		{nil, new(false), gate.No},
		{new(false), new(false), gate.No},
		{new(true), nil, gate.Yes},
		{nil, new(true), gate.Yes},
		{new(true), new(false), gate.Yes},
		{new(false), new(true), gate.Yes},
	} {
		run := runWithCounts(0, 0, 0)
		run.HasChanges, run.Plan.HasChanges = c.run, c.plan
		if e := gate.EffectsOf(run, planOf(t, "", ""), false); e.Changes != c.want {
			t.Errorf("run %s, plan %s: got %v (%s), want %v", formatBool(c.run), formatBool(c.plan), e.Changes, e.Why, c.want)
		}
	}
}
