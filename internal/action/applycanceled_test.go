package action_test

import (
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// canceledWhileApplying is a run that another user cancels after one resource was destroyed.
func canceledWhileApplying() scalrsim.RunScript {
	script := destroys
	script.Steps = []scalrsim.Step{
		{Status: "planning", For: time.Second, Log: "Terraform will perform the following actions:\n\n" +
			"  # terraform_data.b will be destroyed\n  - resource \"terraform_data\" \"b\" {\n    }\n\n" +
			"  # terraform_data.c must be replaced\n-/+ resource \"terraform_data\" \"c\" {\n    }\n\nPlan: 1 to add, 0 to change, 2 to destroy.\n"},
		{Status: "planned", Plan: "finished"},
		{Status: "apply_queued"},
		{Status: "applying", Apply: "running", For: time.Second, Log: "terraform_data.b: Destruction complete after 0s\n"},
		{Status: "applying", For: time.Hour},
	}
	script.ExternalActions = []scalrsim.ExternalAction{{When: "applying", After: 30 * time.Second, Verb: "cancel", By: "ada@acme.example"}}
	return script
}

// TestApplyCanceled checks that the report on a run that was canceled during its apply says so and lists what was applied.
func TestApplyCanceled(t *testing.T) {
	t.Parallel()
	p := newStepTest(t, scalrsim.Scenario{Script: canceledWhileApplying()}, "dry-run=false", "auto-apply=true").play()
	p.want(1, "result=canceled", "error-code=run-canceled", "summary=apply canceled: 1 to add, 0 to change, 2 to destroy")
	for _, text := range []string{
		": apply canceled: 1 to add, 0 to change, 2 to destroy\n",
		"The run was canceled during its apply: some of its changes may have been made.\n",
		" Its apply had started. See ",
		"<b>Applied before the run was canceled</b> (1)</summary>\n\n- `terraform_data.b` destroyed\n",
	} {
		if !strings.Contains(p.summary, text) {
			t.Errorf("the summary does not contain %q:\n%s", text, p.summary)
		}
	}
}

// TestOverviewOfCanceledApply checks that the overview names the resources of a run that was canceled during its apply.
func TestOverviewOfCanceledApply(t *testing.T) {
	inFleet(t, 1, scalrsim.Scenario{}, func(f *fleet) {
		f.sim.SetRunScript(f.ids[0], canceledWhileApplying())
		f.sim.AddRun(f.ids[0], map[string]any{"is-dry": false, "auto-apply": true, "message": "https://github.com/acme/infra/actions/runs/12"})
		time.Sleep(time.Minute)
		f.play("12", "1", oldHead, allGood).want(1, "failed=1")
		body := f.hub.Written(7)[0].Body
		for _, text := range []string{"| 🛑\u00a0apply\u00a0canceled |", "  - 🗑️ `terraform_data.b`\n", "  - ♻️ `terraform_data.c`",
			" Its apply had started.\n"} {
			if !strings.Contains(body, text) {
				t.Errorf("the comment does not contain %q:\n%s", text, body)
			}
		}
	})
}
