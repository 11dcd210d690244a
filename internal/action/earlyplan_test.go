package action_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

const planJSON = "GET /plans/*/sanitized-json-output"

// applies is a run that is applied by itself, in half a minute.
func applies(t *testing.T, faults ...scalrsim.Fault) scalrsim.Scenario {
	s := with(scenario(t, "applied"), faults...)
	s.Script.Apply.For = 30 * time.Second
	return s
}

// planJSONAt returns when the plan JSON was requested, since the start of the step.
func (p *stepResult) planJSONAt() (times []time.Duration) {
	for _, s := range p.record.all() {
		if strings.HasSuffix(s.path, "/sanitized-json-output") {
			times = append(times, s.at.Sub(p.began))
		}
	}
	return times
}

// TestPlanIsReadDuringTheApply, once, and not when it ends. What cannot be read then is read when it
// ends, unless Scalr denies it.
func TestPlanIsReadDuringTheApply(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  scalrsim.Fault
		asked  int
		noFile bool
	}{
		"it is there":            {asked: 1},
		"it is denied":           {fault: scalrsim.Fault{Op: planJSON, Times: -1, Status: 403}, asked: 1, noFile: true},
		"it is not there yet":    {fault: scalrsim.Fault{Op: planJSON, Status: 404}, asked: 2},
		"it is empty at first":   {fault: scalrsim.Fault{Op: planJSON, Status: 204}, asked: 2},
		"it is not valid yet":    {fault: scalrsim.Fault{Op: planJSON, Status: 200, Body: "{}"}, asked: 2},
		"Scalr is not available": {fault: scalrsim.Fault{Op: planJSON, Status: 503}, asked: 2},
		"the connection breaks":  {fault: scalrsim.Fault{Op: planJSON, Phase: scalrsim.After, Action: scalrsim.Reset}, asked: 2},
		"it never comes":         {fault: scalrsim.Fault{Op: planJSON, Action: scalrsim.Stall}, asked: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := applies(t)
			if c.fault.Op != "" {
				s = applies(t, c.fault)
			}
			p := newStepTest(t, s, "dry-run=false").play().want(0, "result=applied", "additions=2").asked(planJSON, c.asked)
			times := p.planJSONAt()
			if late := p.took - 25*time.Second; times[0] > late {
				t.Errorf("the plan JSON was requested %s after the start of %s, want before the apply ends", times[0], p.took)
			}
			if p.outputs["plan-json-file"] == "" != c.noFile {
				t.Errorf("plan-json-file is %q", p.outputs["plan-json-file"])
			}
			if c.asked > 1 && times[1] < p.took-2*time.Second && c.fault.Action != scalrsim.Stall {
				t.Errorf("it was requested again after %s of %s, want when the apply has ended", times[1], p.took)
			}
		})
	}
}

// TestPlanJSONStallsDuringTheApply: a signal is obeyed as if nothing was being read.
func TestPlanJSONStallsDuringTheApply(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]scalrsim.Fault{
		"it never comes":        {Op: planJSON, Action: scalrsim.Stall},
		"it comes byte by byte": {Op: planJSON, Action: scalrsim.Trickle, Bytes: 1, Delay: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, applies(t, fault), "dry-run=false", "on-cancel=stop-apply")
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
