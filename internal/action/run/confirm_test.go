package run

import (
	"testing"

	"scalr-run-action/internal/scalr"
)

// TestStillWaits checks that two reads agree that a run waits for confirmation only in the same status, and that a run
// whose changes have disappeared does not.
func TestStillWaits(t *testing.T) {
	t.Parallel()
	run := func(status scalr.Status, changes bool) scalr.Run {
		return scalr.Run{Status: status, Plan: &scalr.Plan{Status: scalr.TaskFinished, HasChanges: &changes}}
	}
	automatic := run(scalr.StatusPlanned, true)
	automatic.AutoApply = true
	checking := run(scalr.StatusPlanned, true)
	checking.Policies = []scalr.PolicyCheck{{Status: scalr.TaskRunning}}
	for name, c := range map[string]struct {
		before, latest scalr.Run
		want           bool
	}{
		"planned":                {run(scalr.StatusPlanned, true), run(scalr.StatusPlanned, true), true},
		"saved":                  {run(scalr.StatusPlannedAndSaved, true), run(scalr.StatusPlannedAndSaved, true), true},
		"changes not counted":    {run(scalr.StatusPlanned, false), run(scalr.StatusPlanned, false), true},
		"changes disappear":      {run(scalr.StatusPlanned, true), run(scalr.StatusPlanned, false), false},
		"another waiting status": {run(scalr.StatusPlanned, true), run(scalr.StatusCostEstimated, true), false},
		"override":               {run(scalr.StatusPolicyOverride, true), run(scalr.StatusPolicyOverride, true), false},
		"running":                {run(scalr.StatusPlanning, true), run(scalr.StatusPlanning, true), false},
		"unknown":                {run("quantum_checking", true), run("quantum_checking", true), false},
		"applied automatically":  {run(scalr.StatusPlanned, true), automatic, false},
		"unfinished check":       {run(scalr.StatusPlanned, true), checking, false},
	} {
		if got := stillWaits(c.before, c.latest); got != c.want {
			t.Errorf("%s: got %t, want %t", name, got, c.want)
		}
	}
}
