package action_test

import (
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// TestGatesIgnoreReplacedPlan: from the final check on, Scalr shows another plan than the one that was read, without numbers
// and without JSON or a log, or no plan. The gates must not pass on what is known of the first plan.
func TestGatesIgnoreReplacedPlan(t *testing.T) {
	t.Parallel()
	withoutNumbers := func(attributes map[string]any) {
		for _, name := range []string{"resource-additions", "resource-changes", "resource-destructions"} {
			delete(attributes, name)
		}
	}
	fault := func(nth int, change func(body string) string) []scalrsim.Fault {
		return []scalrsim.Fault{{Op: readRun, Nth: nth, Times: -1, Action: scalrsim.Edit, Change: change}}
	}
	other := func(body string) string {
		return planIDs.ReplaceAllString(editPart(body, "plans", withoutNumbers), `"plan-v0other0000001"`)
	}
	for name, faults := range map[string][]scalrsim.Fault{
		"another plan":                   fault(5, other),
		"another plan before the checks": fault(4, other),
		"no plan":                        {edit(readRun, 5, func(_, related map[string]any) { delete(related, "plan") })},
		"no plan before the checks":      {edit(readRun, 4, func(_, related map[string]any) { delete(related, "plan") })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			existingCase{
				scenario: "waits-for-approval", faults: faults, second: []string{"mode=confirm", "fail-on=warnings"},
				code: 1, want: []string{"result=rejected", "error-code=gate-hit"}, says: []string{"unknown values fail the gate"},
				posts: map[string]int{confirmOp: 0},
			}.play(t)
		})
	}
}

// TestGatesUsePlanOfFinishedRun: Scalr does not show the plan of a run any more once it has finished. The run cannot continue
// with another plan, so the gates use what was read before.
func TestGatesUsePlanOfFinishedRun(t *testing.T) {
	t.Parallel()
	playFaults(t, map[string]faultCase{"no plan": {
		inputs: []string{"fail-on=destroy"}, code: 1, outputs: []string{"result=rejected"}, says: []string{"the plan destroys or replaces resources."},
		faults: []scalrsim.Fault{edit(readRun, 1, func(attributes, related map[string]any) {
			if attributes["status"] == "planned_and_finished" {
				delete(related, "plan")
			}
		})},
	}})
}
