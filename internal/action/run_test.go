package action_test

import (
	"testing"
)

// TestResults plays the scenarios that end by themselves and holds results and
// exit codes against the contract's table.
func TestResults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scenario string
		inputs   []string
		code     int
		outputs  []string
	}{
		{"plan-changes", nil, 0, []string{"result=planned", "status=planned_and_finished", "has-changes=true", "error-code="}},
		{"no-changes", nil, 0, []string{"result=no-changes", "has-changes=false"}},
		{"applied", []string{"dry-run=false"}, 0, []string{"result=applied", "status=applied"}},
		{"plan-changes", []string{"dry-run=false", "auto-apply=true"}, 0, []string{"result=applied"}},
		{"waits-for-approval", []string{"dry-run=false"}, 0, []string{"result=needs-confirmation", "status=planned"}},
		{"saved-plan", []string{"dry-run=false", "save-plan=true"}, 0, []string{"result=saved", "status=planned_and_saved"}},
		{"queued", []string{"dry-run=false", "auto-apply=true"}, 0, []string{"result=applied"}},
		{"hooks", []string{"dry-run=false"}, 0, []string{"result=applied"}},
		{"passes-planned", []string{"dry-run=false"}, 0, []string{"result=applied", "policy-status=passed"}},
		{"cost-increase", nil, 0, []string{"result=planned"}},
		{"policy-advisory", nil, 0, []string{"result=planned", "policy-status=advisory-failed"}},
		{"policy-soft", []string{"dry-run=false"}, 4, []string{"result=needs-override", "error-code=override-needed", "policy-status=soft-failed"}},
		{"policy-hard", nil, 1, []string{"result=policy-failed", "error-code=policy-failed", "policy-status=hard-failed"}},
		{"plan-error", nil, 1, []string{"result=errored", "error-code=run-errored", "status=errored"}},
		{"apply-error", []string{"dry-run=false"}, 1, []string{"result=errored", "error-code=run-errored"}},
		{"bad-upload", nil, 3, []string{"result=refused", "error-code=configuration-errored"}},
		{"canceled-by-other", nil, 1, []string{"result=canceled", "error-code=run-canceled"}},
		{"discarded-by-other", []string{"dry-run=false"}, 1, []string{"result=discarded", "error-code=run-discarded"}},
		{"no-upload-address", nil, 3, []string{"result=refused", "error-code=workspace-vcs-driven"}},
		{"vcs-driven", nil, 3, []string{"result=refused", "error-code=workspace-vcs-driven"}},
		{"locked", []string{"dry-run=false"}, 3, []string{"result=refused", "error-code=workspace-locked"}},
		{"locked", nil, 0, []string{"result=planned"}},
		{"unknown-status", nil, 1, []string{"result=errored", "error-code=unknown-status"}},
		{"passes-unknown", nil, 0, []string{"result=planned"}},
		{"backwards", nil, 0, []string{"result=planned"}},
		{"rests-without-changes", []string{"dry-run=false"}, 0, []string{"result=no-changes"}},
		{"auto-apply-refused", []string{"dry-run=false", "auto-apply=true"}, 3, []string{"result=refused", "error-code=wrong-run", "status=discarded"}},
		{"applies-dry-runs", nil, 3, []string{"result=refused", "error-code=wrong-run", "status=discarded"}},
		{"hides-the-apply", nil, 3, []string{"result=refused", "error-code=wrong-run", "status=canceled"}},
		{"rate-limited", nil, 0, []string{"result=planned"}},
		{"server-errors", nil, 0, []string{"result=planned"}},
		{"lost-answer", nil, 0, []string{"result=planned"}},
		{"expired-link", nil, 0, []string{"result=planned"}},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			t.Parallel()
			newStepTest(t, scenario(t, c.scenario), c.inputs...).play().want(c.code, c.outputs...)
		})
	}
}
