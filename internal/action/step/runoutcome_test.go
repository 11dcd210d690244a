package step

import (
	"testing"

	"scalr-run-action/internal/scalr"
)

// TestUnfinishedRunIsNotSuccess (S02) checks that a run that is not final, or has an unknown status, is never a
// success.
func TestUnfinishedRunIsNotSuccess(t *testing.T) {
	t.Parallel()
	finished := &scalr.Plan{ID: "plan-1", Status: "finished"}
	for _, status := range []scalr.Status{"", "quantum_checking", "force_canceled", "policy_soft_failed", "pending",
		"plan_queued", "planning",
		"policy_checking", "confirmed", "apply_queued", "applying", "errored", "discarded", "canceled", "policy_override"} {
		for _, plan := range []*scalr.Plan{nil, finished} {
			if o := OutcomeOfRun(scalr.Run{ID: "run-1", Status: status, Dry: true, Plan: plan}); o.ExitCode() == 0 ||
				o.Code == "" {
				t.Errorf("%q: exit %d, result %q, error-code %q", status, o.ExitCode(), o.Result, o.Code)
			}
		}
	}
}
