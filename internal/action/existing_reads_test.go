package action_test

import (
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// afterPlan returns a function that replaces the steps of a run after its plan.
func afterPlan(steps ...scalrsim.Step) func(*scalrsim.Scenario) {
	return func(s *scalrsim.Scenario) {
		s.Script.Steps = append([]scalrsim.Step{{Status: "planning", For: 2 * time.Second, Log: planOfOneResource}}, steps...)
	}
}

const planOfOneResource = "  # terraform_data.a will be created\n  + resource \"terraform_data\" \"a\" {\n    }\n\n" +
	"Plan: 1 to add, 0 to change, 0 to destroy.\n"

// TestConfirmOnlyWaitingRun checks that the request to confirm a run is sent only if the last two reads agree that it
// waits for confirmation. Otherwise the step follows the run. Between the two reads, the step reads the workspace.
func TestConfirmOnlyWaitingRun(t *testing.T) {
	t.Parallel()
	slow := scalrsim.Fault{Op: "GET /workspaces/*", Action: scalrsim.Delay, Delay: 10 * time.Second}
	planned := scalrsim.Step{Status: "planned", For: 7 * time.Second}
	checking := scalrsim.Step{Status: "policy_checking", For: 20 * time.Second}
	override := scalrsim.Step{Status: "policy_override", Waits: true}
	overridden := []string{"result=needs-override", "error-code=override-needed", "status=policy_override"}
	for name, c := range map[string]existingCase{
		"policy checks run and a soft-mandatory policy fails": {
			alter:  afterPlan(planned, checking, override),
			faults: []scalrsim.Fault{slow},
			code:   4,
			want:   overridden,
			posts:  map[string]int{confirmOp: 0},
			says:   []string{"policy checking", "policy override"},
		},
		"policy checks run and pass": {
			alter: afterPlan(planned, checking, scalrsim.Step{Status: "policy_checked", Waits: true},
				scalrsim.Step{Status: "applying", For: time.Second}, scalrsim.Step{Status: "applied"}),
			faults: []scalrsim.Fault{slow},
			want:   []string{"result=applied"},
			posts:  map[string]int{confirmOp: 1},
		},
		"a soft-mandatory policy fails after another waiting status": {
			alter:  afterPlan(planned, scalrsim.Step{Status: "cost_estimated", For: 6 * time.Second}, override),
			faults: []scalrsim.Fault{slow, {Op: readRun, Nth: 2, Action: scalrsim.Delay, Delay: 5 * time.Second}},
			code:   4,
			want:   overridden,
			posts:  map[string]int{confirmOp: 0},
		},
		"a soft-mandatory policy fails after a conflict": {
			alter:  afterPlan(planned, override),
			faults: []scalrsim.Fault{held(confirmOp, -1)},
			code:   4,
			want:   overridden,
		},
		"unknown status": {
			alter:  afterPlan(planned, scalrsim.Step{Status: "quantum_checking", Apply: "unreachable"}),
			faults: []scalrsim.Fault{slow},
			code:   1,
			want:   []string{"result=errored", "error-code=unknown-status", "status=quantum_checking"},
			posts:  map[string]int{confirmOp: 0},
			most:   time.Minute,
		},
		"outdated read": {
			faults: []scalrsim.Fault{edit(readRun, 2, func(attributes, _ map[string]any) { attributes["status"] = "planning" })},
			code:   5,
			want:   []string{"result=timed-out"},
			posts:  map[string]int{confirmOp: 0},
		},
		"changes that Scalr does not count": {
			faults: []scalrsim.Fault{{
				Op:     readRun,
				Times:  -1,
				Action: scalrsim.Edit,
				Change: func(body string) string {
					return editPart(editPart(body, "runs", func(run map[string]any) { run["has-changes"] = false }),
						"plans", func(plan map[string]any) {
							plan["has-changes"] = false
							plan["resource-additions"], plan["resource-changes"], plan["resource-destructions"] = 0, 0, 0
						})
				},
			}},
			want:  []string{"result=applied"},
			posts: map[string]int{confirmOp: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.scenario, c.second = "waits-for-approval", []string{"mode=confirm", "timeout=5m"}
			c.play(t)
		})
	}
}

// TestSoftPolicyFailsAfterGates is TestConfirmOnlyWaitingRun for mode: run. The plan JSON arrives after the status has
// changed.
func TestSoftPolicyFailsAfterGates(t *testing.T) {
	t.Parallel()
	s := with(scenario(t, "waits-for-approval"),
		scalrsim.Fault{Op: "GET /plans/*/sanitized-json-output", Action: scalrsim.Delay, Delay: 20 * time.Second})
	afterPlan(scalrsim.Step{Status: "planned", For: 10 * time.Second}, scalrsim.Step{Status: "policy_override", Waits: true})(&s)
	newStepTest(t, s, "dry-run=false", "auto-apply=true", "fail-on=warnings").play().
		want(4, "result=needs-override", "status=policy_override").requestCount(confirmOp, 0)
}

// TestChangesNotApplied checks that a run that should be applied fails if it finishes without applying its changes
// (S23).
func TestChangesNotApplied(t *testing.T) {
	t.Parallel()
	want := []string{"result=errored", "error-code=run-errored", "status=planned_and_finished"}
	finished := scalrsim.Step{Status: "planned_and_finished"}
	t.Run("confirm", func(t *testing.T) {
		t.Parallel()
		existingCase{
			scenario: "waits-for-approval",
			alter:    afterPlan(scalrsim.Step{Status: "planned", Waits: true}, finished),
			second:   []string{"mode=confirm"},
			code:     1,
			want:     want,
			says:     []string{"its plan has changes that were not applied"},
			posts:    map[string]int{confirmOp: 1},
		}.play(t)
	})
	t.Run("auto-apply", func(t *testing.T) {
		t.Parallel()
		s := scenario(t, "waits-for-approval")
		afterPlan(scalrsim.Step{Status: "planned", For: time.Second}, finished)(&s)
		newStepTest(t, s, "dry-run=false", "auto-apply=true").play().want(1, want...)
	})
	t.Run("no changes", func(t *testing.T) {
		t.Parallel()
		newStepTest(t, scenario(t, "no-changes"), "dry-run=false", "auto-apply=true").play().
			want(0, "result=no-changes", "status=planned_and_finished")
	})
	t.Run("dry run", func(t *testing.T) {
		t.Parallel()
		s := scenario(t, "waits-for-approval")
		afterPlan(finished)(&s)
		newStepTest(t, s).play().want(0, "result=planned", "status=planned_and_finished")
	})
}
