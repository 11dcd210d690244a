package run

import (
	"testing"

	"scalr-run-action/internal/scalr"
)

// TestWaitsForConfirmation checks that two reads agree that a run waits for confirmation only in the same status, and that a run
// whose changes have disappeared does not.
func TestWaitsForConfirmation(t *testing.T) {
	t.Parallel()
	run := func(status scalr.Status, changes bool) scalr.Run {
		return scalr.Run{Status: status, Plan: &scalr.Plan{Status: scalr.TaskFinished, HasChanges: &changes}}
	}
	automatic := run(scalr.StatusPlanned, true)
	automatic.AutoApply = true
	checking := run(scalr.StatusPlanned, true)
	checking.Policies = []scalr.PolicyCheck{{Status: scalr.TaskRunning}}
	with := func(change func(*scalr.Run)) scalr.Run {
		r := run(scalr.StatusPlanned, true)
		change(&r)
		return r
	}
	replaced := with(func(r *scalr.Run) { r.Plan.ID = "plan-2" })
	planning := with(func(r *scalr.Run) { r.Plan.Status = scalr.TaskRunning })
	failedPlan := with(func(r *scalr.Run) { r.Plan.Status = scalr.TaskErrored })
	denied := with(func(r *scalr.Run) { r.Policies = []scalr.PolicyCheck{{Status: scalr.TaskHardFailed}} })
	deniedByNumber := with(func(r *scalr.Run) { r.Policies = []scalr.PolicyCheck{{Status: scalr.TaskPassed, Hard: 1}} })
	failedCheck := with(func(r *scalr.Run) { r.Policies = []scalr.PolicyCheck{{Status: scalr.TaskErrored}} })
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
		"another plan":           {run(scalr.StatusPlanned, true), replaced, false},
		"unfinished plan":        {planning, planning, false},
		"failed plan":            {failedPlan, failedPlan, false},
		"denied":                 {denied, denied, false},
		"denied by number":       {deniedByNumber, deniedByNumber, false},
		"failed check":           {failedCheck, failedCheck, false},
	} {
		if got := waitsForConfirmation(c.before, c.latest) == nil; got != c.want {
			t.Errorf("%s: got %t, want %t", name, got, c.want)
		}
	}
}
