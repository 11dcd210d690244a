package gate_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/scalr"
)

// TestFailures: each failure names its condition and the reason. Failures are in the order of the documentation.
func TestFailures(t *testing.T) {
	t.Parallel()
	run := scalr.Run{
		Status: scalr.StatusPlanned, HasChanges: new(true),
		Plan: &scalr.Plan{Status: scalr.TaskFinished, HasChanges: new(true), Additions: new(1), Changes: new(0), Destructions: new(2)},
		Cost: &scalr.CostEstimate{Status: scalr.TaskFinished, Prior: "1.00", Proposed: "3.00", Delta: "2.00"},
	}
	in := gate.Case{Run: run}
	in.Plan.Text.Complete, in.Plan.Text.Warnings = true, 1
	all := gate.Conditions{Changes: true, Destroy: true, NeedsConfirmation: true, CostIncrease: true, Warnings: true}
	var conditions []string
	for _, f := range all.Evaluate(in) {
		conditions = append(conditions, f.Condition)
		if f.Reason == "" || f.Unknown || f.String() != f.Condition+": "+f.Reason {
			t.Errorf("got the failure %+v, printed as %q", f, f)
		}
	}
	if got := strings.Join(conditions, " "); got != "changes destroy needs-confirmation cost-increase warnings" {
		t.Errorf("got %s", got)
	}
}

func TestAnswerAsFlag(t *testing.T) {
	t.Parallel()
	if flag := gate.Unknown.Bool(); flag != nil {
		t.Errorf("unknown: got %t", *flag)
	}
	for answer, want := range map[gate.Answer]bool{gate.Yes: true, gate.No: false} {
		if flag := answer.Bool(); flag == nil || *flag != want {
			t.Errorf("%v: got %v", answer, flag)
		}
	}
}
