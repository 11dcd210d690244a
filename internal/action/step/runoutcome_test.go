package step

import (
	"fmt"
	"testing"

	"scalr-run-action/internal/result"
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

// TestContradictoryRunIsNotSuccess checks that a run whose status is a success has failed if its plan or its apply did
// not succeed.
func TestContradictoryRunIsNotSuccess(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for name, c := range map[string]struct {
		status      scalr.Status
		plan, apply scalr.TaskStatus
		changes     *bool
		want        result.Result
		problem     string // the contradiction
	}{
		"applied":                         {"applied", "finished", "finished", &yes, "applied", ""},
		"applied, apply running":          {"applied", "finished", "running", &yes, "applied", ""},
		"applied, apply errored":          {"applied", "finished", "errored", &yes, "errored", `apply is "errored"`},
		"applied, apply canceled":         {"applied", "finished", "canceled", &no, "errored", `apply is "canceled"`},
		"applied, apply not started":      {"applied", "finished", "unreachable", &yes, "errored", `apply is "unreachable"`},
		"applied, changes unknown":        {"applied", "finished", "unreachable", nil, "errored", `apply is "unreachable"`},
		"applied, nothing to apply":       {"applied", "finished", "unreachable", &no, "applied", ""},
		"applied, plan errored":           {"applied", "errored", "finished", &yes, "errored", `plan is "errored"`},
		"planned":                         {"planned_and_finished", "finished", "unreachable", &yes, "planned", ""},
		"planned, apply canceled":         {"planned_and_finished", "finished", "canceled", &no, "no-changes", ""},
		"planned, plan errored":           {"planned_and_finished", "errored", "", nil, "errored", `plan is "errored"`},
		"planned, plan canceled":          {"planned_and_finished", "canceled", "", &no, "errored", `plan is "canceled"`},
		"planned, plan not started":       {"planned_and_finished", "unreachable", "", nil, "errored", `plan is "unreachable"`},
		"hooks after the apply":           {"post_apply_finished", "finished", "finished", &yes, "applied", ""},
		"hooks after an apply that fails": {"post_apply_finished", "finished", "errored", &yes, "errored", `apply is "errored"`},
	} {
		run := scalr.Run{ID: "run-1", Status: c.status, Plan: &scalr.Plan{Status: c.plan, HasChanges: c.changes}}
		if c.apply != "" {
			run.Apply = &scalr.Apply{Status: c.apply}
		}
		want := Outcome{Result: c.want}
		if c.problem != "" {
			want.Code, want.Problem = CodeRunErrored, fmt.Sprintf("Scalr reports the run as %q, but its %s.", c.status, c.problem)
		}
		if got := OutcomeOfRun(run); got.Result != want.Result || got.Code != want.Code || got.Problem != want.Problem {
			t.Errorf("%s: got %s %s %q, want %s %s %q", name, got.Result, got.Code, got.Problem, want.Result, want.Code, want.Problem)
		}
	}
}

// TestDiscardedIdle checks which discarded runs had nothing to apply.
func TestDiscardedIdle(t *testing.T) {
	t.Parallel()
	no, yes, one := false, true, 1
	idle := func(change func(r *scalr.Run)) bool {
		r := scalr.Run{
			Status:      scalr.StatusDiscarded,
			Plan:        &scalr.Plan{Status: scalr.TaskFinished, HasChanges: &no},
			Transitions: []scalr.Transition{{Status: scalr.StatusDiscarded}},
		}
		change(&r)
		return DiscardedIdle(r)
	}
	reason := func(r *scalr.Run) { r.Transitions[0].Reason = "nothing to apply, by scalr-run-action" }
	for name, c := range map[string]struct {
		change func(r *scalr.Run)
		want   bool
	}{
		"no reason":                        {func(*scalr.Run) {}, true},
		"no reason, changes":               {func(r *scalr.Run) { r.Plan.HasChanges = &yes }, false},
		"no reason, unknown":               {func(r *scalr.Run) { r.Plan.HasChanges = nil }, false},
		"no reason, a contradicting count": {func(r *scalr.Run) { r.Plan.Destructions = &one }, false},
		"no reason, an override was awaited": {func(r *scalr.Run) {
			r.Transitions = append(r.Transitions, scalr.Transition{Status: scalr.StatusPolicyOverride})
		}, false},
		"the reason":            {reason, true},
		"the reason, unknown":   {func(r *scalr.Run) { reason(r); r.Plan.HasChanges = nil }, true},
		"another reason":        {func(r *scalr.Run) { r.Transitions[0].Reason = "wrong run" }, false},
		"canceled":              {func(r *scalr.Run) { reason(r); r.Status = scalr.StatusCanceled }, false},
		"a dry run":             {func(r *scalr.Run) { reason(r); r.Dry = true }, false},
		"applied":               {func(r *scalr.Run) { reason(r); r.Apply = &scalr.Apply{Status: "running"} }, false},
		"a failed plan":         {func(r *scalr.Run) { reason(r); r.Plan.Status = scalr.TaskErrored }, false},
		"an unfinished plan":    {func(r *scalr.Run) { reason(r); r.Plan.Status = "running" }, false},
		"no plan":               {func(r *scalr.Run) { reason(r); r.Plan = nil }, false},
		"a failed policy check": {func(r *scalr.Run) { reason(r); r.Policies = []scalr.PolicyCheck{{Status: scalr.TaskErrored}} }, false},
	} {
		if got := idle(c.change); got != c.want {
			t.Errorf("%s: got %t, want %t", name, got, c.want)
		}
	}
}
