package gate_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/scalr"
)

// TestReasonOfUnreliableSources: a source that cannot be trusted fails the gate, and the reason names it.
func TestReasonOfUnreliableSources(t *testing.T) {
	t.Parallel()
	failedPlan := runWithCounts(0, 0, 0)
	failedPlan.Plan.Status = scalr.TaskErrored
	unreadable := runWithCounts(0, 0, 0)
	unreadable.Unreadable = []string{"has-changes"}
	contradicting, none := runWithCounts(1, 0, 0), false
	contradicting.Plan.HasChanges = &none
	for _, c := range []struct {
		name, want string
		run        scalr.Run
		planJSON   string
	}{
		{name: "the plan failed", run: failedPlan, want: "planning failed before it finished"},
		{name: "negative destructions", run: runWithCounts(0, 0, -3), want: "Scalr reports -3 destructions"},
		{name: "negative additions", run: runWithCounts(-1, 0, 0), want: "Scalr reports -1 additions"},
		{name: "negative changes", run: runWithCounts(0, -2, 0), want: "Scalr reports -2 changes"},
		{name: "unreadable", run: unreadable, want: "the value that Scalr reports as has-changes cannot be read"},
		{
			name: "has-changes contradicts the counts",
			run:  contradicting,
			want: "Scalr reports no changes, although the plan has changes",
		},
		{
			name:     "ambiguous JSON",
			run:      runWithCounts(0, 0, 0),
			planJSON: action(`["obliterate"]`),
			want:     "the plan JSON is ambiguous: ",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := gate.Case{Run: c.run, Plan: planOf(t, c.planJSON, "")}
			failures := gate.Conditions{Destroy: true}.Judge(in)
			if len(failures) != 1 || !failures[0].Unknown || !strings.HasPrefix(failures[0].Reason, c.want) {
				t.Errorf("got %v, want %q", failures, c.want)
			}
		})
	}
}
