package action_test

import (
	"testing"
)

// TestResults runs the scenarios that end by themselves, and checks results and exit codes.
func TestResults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scenario string
		inputs   []string
		code     int
		outputs  []string
	}{
		{
			scenario: "plan-changes",
			outputs:  []string{"result=planned", "status=planned_and_finished", "has-changes=true", "error-code="},
		},
		{scenario: "no-changes", outputs: []string{"result=no-changes", "has-changes=false"}},
		{scenario: "applied", inputs: []string{"dry-run=false"}, outputs: []string{"result=applied", "status=applied"}},
		{scenario: "plan-changes", inputs: []string{"dry-run=false", "auto-apply=true"}, outputs: []string{"result=applied"}},
		{
			scenario: "waits-for-approval",
			inputs:   []string{"dry-run=false"},
			outputs:  []string{"result=needs-confirmation", "status=planned"},
		},
		{
			scenario: "saved-plan",
			inputs:   []string{"dry-run=false", "save-plan=true"},
			outputs:  []string{"result=saved", "status=planned_and_saved"},
		},
		{scenario: "queued", inputs: []string{"dry-run=false", "auto-apply=true"}, outputs: []string{"result=applied"}},
		{scenario: "hooks", inputs: []string{"dry-run=false"}, outputs: []string{"result=applied"}},
		{
			scenario: "passes-planned",
			inputs:   []string{"dry-run=false"},
			outputs:  []string{"result=applied", "policy-status=passed"},
		},
		{scenario: "cost-increase", outputs: []string{"result=planned"}},
		{scenario: "policy-advisory", outputs: []string{"result=planned", "policy-status=advisory-failed"}},
		{
			scenario: "policy-soft",
			inputs:   []string{"dry-run=false"},
			code:     4,
			outputs:  []string{"result=needs-override", "error-code=override-needed", "policy-status=soft-failed"},
		},
		{
			scenario: "policy-hard",
			code:     1,
			outputs:  []string{"result=policy-failed", "error-code=policy-failed", "policy-status=hard-failed"},
		},
		{scenario: "plan-error", code: 1, outputs: []string{"result=errored", "error-code=run-errored", "status=errored"}},
		{
			scenario: "apply-error",
			inputs:   []string{"dry-run=false"},
			code:     1,
			outputs:  []string{"result=errored", "error-code=run-errored"},
		},
		{scenario: "bad-upload", code: 3, outputs: []string{"result=refused", "error-code=configuration-errored"}},
		{scenario: "canceled-by-other", code: 1, outputs: []string{"result=canceled", "error-code=run-canceled"}},
		{
			scenario: "discarded-by-other",
			inputs:   []string{"dry-run=false"},
			code:     1,
			outputs:  []string{"result=discarded", "error-code=run-discarded"},
		},
		{scenario: "no-upload-address", code: 3, outputs: []string{"result=refused", "error-code=workspace-vcs-driven"}},
		{scenario: "vcs-driven", code: 3, outputs: []string{"result=refused", "error-code=workspace-vcs-driven"}},
		{
			scenario: "locked",
			inputs:   []string{"dry-run=false"},
			code:     3,
			outputs:  []string{"result=refused", "error-code=workspace-locked"},
		},
		{scenario: "locked", outputs: []string{"result=planned"}},
		{scenario: "unknown-status", code: 1, outputs: []string{"result=errored", "error-code=unknown-status"}},
		{scenario: "passes-unknown", outputs: []string{"result=planned"}},
		{scenario: "backwards", outputs: []string{"result=planned"}},
		{scenario: "waits-without-changes", inputs: []string{"dry-run=false"}, outputs: []string{"result=no-changes"}},
		{
			scenario: "auto-apply-refused",
			inputs:   []string{"dry-run=false", "auto-apply=true"},
			code:     3,
			outputs:  []string{"result=refused", "error-code=wrong-run", "status=discarded"},
		},
		{
			scenario: "applies-dry-runs",
			code:     3,
			outputs:  []string{"result=refused", "error-code=wrong-run", "status=discarded"},
		},
		{
			scenario: "hides-the-apply",
			code:     3,
			outputs:  []string{"result=refused", "error-code=wrong-run", "status=canceled"},
		},
		{scenario: "rate-limited", outputs: []string{"result=planned"}},
		{scenario: "server-errors", outputs: []string{"result=planned"}},
		{scenario: "lost-response", outputs: []string{"result=planned"}},
		{scenario: "expired-link", outputs: []string{"result=planned"}},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			t.Parallel()
			newStepTest(t, scenario(t, c.scenario), c.inputs...).play().want(c.code, c.outputs...)
		})
	}
}
