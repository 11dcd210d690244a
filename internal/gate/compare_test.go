package gate_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/scalr"
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
			failures := gate.Conditions{Destroy: true}.Judge(in)
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
		failures := gate.Conditions{Destroy: true, Changes: true}.Judge(in)
		if len(failures) != 2 || !failures[0].Unknown || !failures[1].Unknown || !strings.Contains(failures[1].Reason, name) {
			t.Errorf("%s: got %v", name, failures)
		}
	}
}
