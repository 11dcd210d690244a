package action_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

const planJSON = "GET /plans/*/sanitized-json-output"

// slowApply returns a scenario with an automatic apply of half a minute.
func slowApply(t *testing.T, faults ...scalrsim.Fault) scalrsim.Scenario {
	s := with(scenario(t, "applied"), faults...)
	s.Script.Apply.For = 30 * time.Second
	return s
}

// planJSONTimes returns the times of the requests for the plan JSON since the start of the step.
func (p *stepResult) planJSONTimes() (times []time.Duration) {
	for _, s := range p.record.all() {
		if strings.HasSuffix(s.path, "/sanitized-json-output") {
			times = append(times, s.at.Sub(p.began))
		}
	}
	return times
}

// TestPlanIsReadDuringTheApply checks that the plan is read once, during the apply. If that fails, it is read again
// after the apply, unless Scalr denies access.
func TestPlanIsReadDuringTheApply(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault    scalrsim.Fault
		requests int
		noFile   bool
	}{
		"available":          {requests: 1},
		"access denied":      {fault: scalrsim.Fault{Op: planJSON, Times: -1, Status: 403}, requests: 1, noFile: true},
		"not found at first": {fault: scalrsim.Fault{Op: planJSON, Status: 404}, requests: 2},
		"empty at first":     {fault: scalrsim.Fault{Op: planJSON, Status: 204}, requests: 2},
		"invalid at first":   {fault: scalrsim.Fault{Op: planJSON, Status: 200, Body: "{}"}, requests: 2},
		"503 at first":       {fault: scalrsim.Fault{Op: planJSON, Status: 503}, requests: 2},
		"429 at first":       {fault: scalrsim.Fault{Op: planJSON, Status: 429}, requests: 2},
		"connection reset":   {fault: scalrsim.Fault{Op: planJSON, Phase: scalrsim.After, Action: scalrsim.Reset}, requests: 2},
		"stalled response":   {fault: scalrsim.Fault{Op: planJSON, Action: scalrsim.Stall}, requests: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := slowApply(t)
			if c.fault.Op != "" {
				s = slowApply(t, c.fault)
			}
			p := newStepTest(t, s, "dry-run=false").play().want(0, "result=applied", "additions=2").requestCount(planJSON, c.requests)
			times := p.planJSONTimes()
			if late := p.took - 25*time.Second; times[0] > late {
				t.Errorf("the plan JSON was requested after %s of %s, want during the apply", times[0], p.took)
			}
			if p.outputs["plan-json-file"] == "" != c.noFile {
				t.Errorf("plan-json-file is %q", p.outputs["plan-json-file"])
			}
			if c.requests > 1 && times[1] < p.took-2*time.Second && c.fault.Action != scalrsim.Stall {
				t.Errorf("the plan JSON was requested again after %s of %s, want after the apply", times[1], p.took)
			}
		})
	}
}

// TestPlanJSONStallsDuringTheApply checks that a signal stops the run in time while the plan is being read.
func TestPlanJSONStallsDuringTheApply(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]scalrsim.Fault{
		"stalled response":    {Op: planJSON, Action: scalrsim.Stall},
		"one byte per second": {Op: planJSON, Action: scalrsim.Trickle, Bytes: 1, Delay: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, slowApply(t, fault), "dry-run=false", "on-cancel=stop-apply")
			var at time.Time
			r.during = func(p *stepResult) {
				for p.count(planJSON) == 0 {
					time.Sleep(10 * time.Millisecond)
				}
				time.Sleep(2 * time.Second)
				at = time.Now()
				p.signals <- syscall.SIGTERM
			}
			p := r.play().want(143, "result=interrupted").stops("cancel 202")
			p.endsWithin(at, 6500*time.Millisecond)
		})
	}
}
