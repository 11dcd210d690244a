package action_test

import (
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// acceptedFault returns a fault for which Scalr responds 202, but the action has no effect, or takes effect only after
// a delay.
func acceptedFault(op string, late time.Duration) scalrsim.Fault {
	if late > 0 {
		return scalrsim.Fault{Op: op, Action: scalrsim.LateCommit, Status: 202, Delay: late}
	}
	return scalrsim.Fault{Op: op, Action: scalrsim.Status, Status: 202, Times: -1}
}

const (
	confirmOp  = "POST /runs/*/actions/apply"
	discardOp  = "POST /runs/*/actions/discard"
	overrideOp = "POST /policy-checks/*/actions/override"
)

// TestAcceptedWithoutEffect checks that the step waits for an accepted action until its timeout and then reports that
// the action had no effect. The run is never reported as waiting in the status in which the step acted on it.
func TestAcceptedWithoutEffect(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scenario, op string
		second       []string
		says         string
	}{
		"confirm": {
			scenario: "waits-for-approval",
			op:       confirmOp,
			second:   []string{"mode=confirm"},
			says:     `accepted the request to confirm run run-`,
		},
		"confirm and cancel": {
			scenario: "waits-for-approval",
			op:       confirmOp,
			second:   []string{"mode=confirm", "on-cancel=stop"},
			says:     `but the run was still "planned"`,
		},
		"confirm a saved plan": {
			scenario: "saved-plan",
			op:       confirmOp,
			second:   []string{"mode=confirm"},
			says:     `but the run was still "planned_and_saved"`,
		},
		"override": {
			scenario: "policy-soft",
			op:       overrideOp,
			second:   []string{"mode=override"},
			says:     `accepted the request to override run run-`,
		},
		"discard": {
			scenario: "waits-for-approval",
			op:       discardOp,
			second:   []string{"mode=discard"},
			says:     `accepted the request to discard run run-`,
		},
		"discard before override": {
			scenario: "policy-soft",
			op:       discardOp,
			second:   []string{"mode=discard"},
			says:     `but the run was still "policy_override"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := playOnRun(t, scenario(t, c.scenario),
				[]string{"dry-run=false", "save-plan=" + map[bool]string{true: "true", false: "false"}[c.scenario == "saved-plan"]},
				func(a *stepResult) []string {
					a.server.AddFault(acceptedFault(c.op, 0))
					return append(c.second, "timeout=15m")
				})
			p.want(5, "result=timed-out", "error-code=timed-out").logContains(c.says, p.outputs["run-url"])
			if p.took < 15*time.Minute || p.requestCount(c.op, 1) == nil {
				t.Errorf("took %s, want the whole timeout", p.took)
			}
		})
	}
}

// TestGatePassedAndConfirmWithoutEffect is TestAcceptedWithoutEffect for mode: run.
func TestGatePassedAndConfirmWithoutEffect(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, with(scenario(t, "cost-increase"), acceptedFault(confirmOp, 0)), "dry-run=false", "auto-apply=true",
		"fail-on=cost-increase", "max-cost-increase=1000", "timeout=10m")
	r.play().want(5, "result=timed-out").logContains(`accepted the request to confirm run run-`, "discarded").stops("discard 202")
}

// TestSlowEffect checks that the step waits for an action that takes effect five minutes after the 202.
func TestSlowEffect(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ scenario, op, mode, result, status string }{
		"confirm":  {"waits-for-approval", confirmOp, "confirm", "applied", "applied"},
		"override": {"policy-soft", overrideOp, "override", "needs-confirmation", "policy_checked"},
		"discard":  {"waits-for-approval", discardOp, "discard", "discarded", "discarded"},
		"cancel":   {"waits-for-approval", discardOp, "cancel", "canceled", "discarded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := playOnRun(t, scenario(t, c.scenario), []string{"dry-run=false"}, func(a *stepResult) []string {
				a.server.AddFault(acceptedFault(c.op, 5*time.Minute))
				return []string{"mode=" + c.mode}
			})
			p.want(0, "result="+c.result, "status="+c.status)
			if p.took < 5*time.Minute {
				t.Errorf("took %s, want 5m at least", p.took)
			}
		})
	}
}

// TestSlowActions checks that the step follows a confirm, discard or cancel that Scalr queues until it takes effect,
// and that it posts no action twice.
func TestSlowActions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		inputs, want []string
		exit         int
		least        time.Duration
		actions      string // actions on the run
	}{
		"confirm": {
			inputs:  []string{"mode=confirm"},
			want:    []string{"result=applied", "status=applied"},
			least:   3 * time.Minute,
			actions: "apply",
		},
		"discard": {
			inputs:  []string{"mode=discard"},
			want:    []string{"result=discarded", "status=discarded"},
			least:   5 * time.Second,
			actions: "discard",
		},
		"confirm with a timeout": {
			inputs:  []string{"mode=confirm", "timeout=2m"},
			want:    []string{"result=timed-out", "error-code=timed-out", "status=planned"},
			exit:    5,
			least:   2 * time.Minute,
			actions: "apply",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := playOnRun(t, scenario(t, "slow-actions"), []string{"dry-run=false"}, func(*stepResult) []string { return c.inputs })
			p.want(c.exit, c.want...)
			if p.took < c.least || p.took > c.least+30*time.Second {
				t.Errorf("took %s, want %s and little more", p.took, c.least)
			}
			p.posted(c.actions)
		})
	}
	t.Run("gate", func(t *testing.T) {
		t.Parallel()
		p := newStepTest(t, scenario(t, "slow-actions"), "dry-run=false", "auto-apply=true", "fail-on=changes").play()
		p.want(1, "result=rejected", "status=discarded").logContains("The run was discarded; nothing was applied.").posted("discard")
	})
	t.Run("gate passed", func(t *testing.T) {
		t.Parallel()
		p := newStepTest(t, scenario(t, "slow-actions"), "dry-run=false", "auto-apply=true", "fail-on=warnings").play()
		p.want(0, "result=applied").posted("apply")
	})
	t.Run("gate passed, no effect", func(t *testing.T) {
		t.Parallel()
		p := newStepTest(t, with(scenario(t, "waits-for-approval"), acceptedFault(discardOp, 0)), "dry-run=false",
			"auto-apply=true", "fail-on=changes").play()
		p.want(1, "result=rejected", "status=planned").
			logContains("Scalr accepted the request to discard the run, but it is still planned and may still be applied: " + p.outputs["run-url"])
	})
}

// posted checks the actions that were posted on the latest run.
func (p *stepResult) posted(want string) {
	p.t.Helper()
	var verbs []string
	for _, a := range p.runs[len(p.runs)-1].Actions {
		verbs = append(verbs, a.Verb)
	}
	if got := strings.Join(verbs, " "); got != want {
		p.t.Errorf("posted %q, want %q", got, want)
	}
}
