package action_test

import (
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

const (
	confirms  = "POST /runs/*/actions/apply"
	overrides = "POST /policy-checks/*/actions/override"
	discards  = "POST /runs/*/actions/discard"
)

// TestGatesInEveryMode checks that the gates are evaluated when the run waits and before it continues, regardless of
// the first status that the step reads. The plan of each scenario destroys one resource. Soft policies fail in the
// scenarios that have policy in their names.
func TestGatesInEveryMode(t *testing.T) {
	t.Parallel()
	applies, waits := []string{"dry-run=false", "auto-apply=true", "wait=false"},
		[]string{"dry-run=false", "auto-apply=false", "wait=false"}
	for _, c := range []struct {
		name, scenario string
		first, second  []string
		code           int
		outputs        []string
		asked          map[string]int
	}{
		{
			name:     "override before run waits",
			scenario: "policy-soft",
			first:    applies,
			second:   []string{"mode=override", "fail-on=destroy"},
			code:     1,
			outputs:  []string{"result=rejected", "status=policy_override"},
			asked:    map[string]int{overrides: 0, discards: 0},
		},
		{
			name:     "override of run that passes",
			scenario: "policy-soft",
			first:    waits,
			second:   []string{"mode=override", "fail-on=cost-increase"},
			code:     1,
			outputs:  []string{"result=rejected"},
			asked:    map[string]int{overrides: 0},
		},
		{
			name:     "override without gates before run waits",
			scenario: "policy-soft",
			first:    applies,
			second:   []string{"mode=override"},
			outputs:  []string{"result=applied", "policy-status=overridden"},
			asked:    map[string]int{overrides: 1},
		},
		{
			name:     "override followed by confirmation",
			scenario: "policy-soft",
			first:    waits,
			second:   []string{"mode=override", "fail-on=needs-confirmation"},
			code:     1,
			outputs:  []string{"result=rejected", "policy-status=overridden"},
			asked:    map[string]int{overrides: 1, discards: 0},
		},
		{
			name:     "override of run without failed policy",
			scenario: "applied",
			first:    applies,
			second:   []string{"mode=override", "fail-on=destroy"},
			code:     1,
			outputs:  []string{"result=rejected", "status=applied"},
			asked:    map[string]int{overrides: 0},
		},
		{
			name:     "confirmation before run waits",
			scenario: "waits-for-approval",
			first:    waits,
			second:   []string{"mode=confirm", "fail-on=destroy"},
			code:     1,
			outputs:  []string{"result=rejected", "status=planned"},
			asked:    map[string]int{confirms: 0, discards: 0},
		},
		{
			name:     "confirmation without gates before run waits",
			scenario: "waits-for-approval",
			first:    waits,
			second:   []string{"mode=confirm"},
			outputs:  []string{"result=applied"},
			asked:    map[string]int{confirms: 1},
		},
		{
			name:     "confirmation of run that passes",
			scenario: "waits-for-approval",
			first:    waits,
			second:   []string{"mode=confirm", "fail-on=needs-confirmation"},
			outputs:  []string{"result=applied"},
			asked:    map[string]int{confirms: 1},
		},
		{
			name:     "confirmation after another person's",
			scenario: "confirmed-by-other",
			first:    waits,
			second:   []string{"mode=confirm", "fail-on=destroy"},
			code:     1,
			outputs:  []string{"result=rejected", "status=applied"},
			asked:    map[string]int{confirms: 0},
		},
		{
			name:     "confirmation of applied run",
			scenario: "applied",
			first:    applies,
			second:   []string{"mode=confirm", "fail-on=destroy"},
			code:     1,
			outputs:  []string{"result=rejected", "status=applied"},
			asked:    map[string]int{confirms: 0},
		},
		{
			name:     "watch of waiting run",
			scenario: "waits-for-approval",
			first:    waits,
			second:   []string{"mode=watch", "fail-on=destroy"},
			code:     1,
			outputs:  []string{"result=rejected", "status=planned"},
			asked:    map[string]int{discards: 0, confirms: 0},
		},
		{
			name:     "watch of auto-apply run",
			scenario: "applied",
			first:    applies,
			second:   []string{"mode=watch", "fail-on=destroy"},
			code:     1,
			outputs:  []string{"result=rejected", "status=applied"},
			asked:    map[string]int{discards: 0},
		},
		{
			name:     "watch of run that passes",
			scenario: "applied",
			first:    applies,
			second:   []string{"mode=watch", "fail-on=needs-confirmation"},
			outputs:  []string{"result=applied"},
		},
	} {
		for moment, pace := range map[string]time.Duration{"": 0, ", later": 30 * time.Second} {
			t.Run(c.name+moment, func(t *testing.T) {
				t.Parallel()
				s := scenario(t, c.scenario)
				first, next := newStepTest(t, s, c.first...), newStepTest(t, s, append([]string{"workspace-id="}, c.second...)...)
				a, b := newResult(t), newResult(t)
				next.later = pace
				first.then(a, func() {
					a.read()
					b.server = a.server
					next.set("run-id=" + a.outputs["run-id"])
					next.step(b)
				})
				b.read()
				next.check(b)
				b.want(c.code, c.outputs...)
				for op, n := range c.asked {
					b.requestCount(op, n)
				}
			})
		}
	}
}

// TestGatesUseLastResponse checks that the gates use values that Scalr reports only in the last response before
// the run continues.
func TestGatesUseLastResponse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, scenario, mode, passes, asks string }{
		{"run", "waits-for-approval", "", "applied", confirms},
		{"confirm", "waits-for-approval", "confirm", "applied", confirms},
		{"override", "policy-soft", "override", "needs-confirmation", overrides},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			play := func(faults ...scalrsim.Fault) *stepResult {
				s := scenario(t, c.scenario)
				s.Script.Plan.Changes = []scalrsim.Change{{Address: "terraform_data.a", Action: "create"}}
				s.Faults = append(s.Faults, faults...)
				r := newStepTest(t, s, "fail-on=destroy")
				if c.mode == "" {
					return r.set("dry-run=false", "auto-apply=true").play()
				}
				r.set("mode="+c.mode, "workspace-id=")
				r.scenario.Setup = func(s *scalrsim.Server) {
					r.set("run-id=" + s.AddRun(scalrsim.WorkspaceID, map[string]any{"is-dry": false, "auto-apply": false}))
				}
				return r.play()
			}
			play().want(0, "result="+c.passes).requestCount(c.asks, 1)

			judged := false
			play(
				scalrsim.Fault{
					Op:     "GET /plans/*/sanitized-json-output",
					Action: scalrsim.Edit,
					Change: func(body string) string { judged = true; return body },
				},
				scalrsim.Fault{
					Op:     "GET /runs/*",
					Times:  -1,
					Action: scalrsim.Edit,
					Change: func(body string) string {
						if !judged {
							return body
						}
						return editPart(body, "plans", func(plan map[string]any) { plan["resource-destructions"] = 3 })
					},
				},
			).want(1, "result=rejected").requestCount(c.asks, 0)
		})
	}
}

// TestCostEstimationOff checks that fail-on: cost-increase is an error before a run is created, if the environment
// has cost estimation off.
func TestCostEstimationOff(t *testing.T) {
	t.Parallel()
	off := scalrsim.Fault{
		Op:     "GET /workspaces/*",
		Times:  -1,
		Action: scalrsim.Edit,
		Change: func(body string) string {
			return editPart(body, "environments", func(e map[string]any) { e["cost-estimation-enabled"] = false })
		},
	}
	s := with(scenario(t, "cost-increase"), off)
	newStepTest(t, s, "fail-on=cost-increase").play().want(3, "result=refused", "error-code=cost-estimation-off").
		logContains("cost-estimation-enabled").requestCount("POST /runs", 0)
	newStepTest(t, s, "fail-on=cost-increase", "mode=check").play().want(3, "result=refused", "error-code=check-failed").
		logContains("cost-estimation-enabled")
	newStepTest(t, s, "fail-on=changes").play().want(1, "result=rejected")
	// If the server does not report the setting, the cost estimate of the run decides.
	newStepTest(t, scenario(t, "plan-changes"), "fail-on=cost-increase").play().want(1, "result=rejected").
		logContains("no cost estimate").requestCount("POST /runs", 1)
	newStepTest(t, scenario(t, "no-changes"), "fail-on=cost-increase").play().want(0, "result=no-changes")
}

// TestSignalDuringGateEvaluation checks that the step does not wait for a plan that hangs, does not let the run
// continue, and stops it.
func TestSignalDuringGateEvaluation(t *testing.T) {
	t.Parallel()
	const document = "GET /plans/*/sanitized-json-output"
	for name, fault := range map[string]scalrsim.Fault{
		"no response":        {Op: document, Times: -1, Action: scalrsim.Stall},
		"one byte at a time": {Op: document, Times: -1, Action: scalrsim.Trickle, Bytes: 1, Delay: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, with(scenario(t, "waits-for-approval"), fault), "dry-run=false", "auto-apply=true",
				"fail-on=destroy")
			var at time.Time
			r.during = func(p *stepResult) {
				for p.count(document) == 0 {
					time.Sleep(10 * time.Millisecond)
				}
				time.Sleep(2 * time.Second)
				at = time.Now()
				p.signals <- syscall.SIGTERM
			}
			p := r.play().want(143, "result=interrupted").requestCount(confirms, 0)
			p.endsWithin(at, 6500*time.Millisecond)
			if status := p.server.Runs()[0].Status; status != "discarded" {
				t.Errorf("the run is left in %q", status)
			}
		})
	}
}
