package action_test

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// slowly returns a scenario with stages that are long enough to be interrupted.
func slowly(t *testing.T, name string) scalrsim.Scenario {
	s := scenario(t, name)
	s.Pace = 20
	s.Script.CancelTakes = time.Millisecond
	return s
}

func with(s scalrsim.Scenario, faults ...scalrsim.Fault) scalrsim.Scenario {
	s.Faults = append(s.Faults, faults...)
	return s
}

// TestCancel sends a signal in each status of a run (docs/faults.md, X).
func TestCancel(t *testing.T) {
	t.Parallel()
	real := []string{"dry-run=false"}
	for _, c := range []struct {
		name     string
		scenario scalrsim.Scenario
		inputs   []string
		when     string // status of the run at the signal
		stops    []string
		says     string
	}{
		{
			name:     "X06 pending",
			scenario: slowly(t, "queued"),
			inputs:   real,
			when:     "pending",
			stops:    []string{"discard 202"},
			says:     "final status is discarded",
		},
		{
			name:     "X07 plan_queued",
			scenario: queuedPlan(t),
			when:     "plan_queued",
			stops:    []string{"cancel 202"},
			says:     "canceled",
		},
		{
			name:     "X07 planning",
			scenario: slowly(t, "plan-changes"),
			when:     "planning",
			stops:    []string{"cancel 202"},
			says:     "canceled",
		},
		{
			name:     "X08 planned",
			scenario: slowly(t, "confirmed-by-other"),
			inputs:   real,
			when:     "planned",
			stops:    []string{"discard 202"},
			says:     "discarded",
		},
		{name: "X09 applying", scenario: slowly(t, "applied"), inputs: real, when: "applying", says: "is still running"},
		{
			name:     "X09 applying stop-apply",
			scenario: slowly(t, "applied"),
			inputs:   append(real, "on-cancel=stop-apply"),
			when:     "applying",
			stops:    []string{"cancel 202"},
			says:     "canceled",
		},
		{
			name:     "leave",
			scenario: slowly(t, "plan-changes"),
			inputs:   []string{"on-cancel=leave"},
			when:     "planning",
			says:     "was not canceled and is still running",
		},
		{
			name: "X14 503",
			scenario: with(slowly(t, "plan-changes"),
				scalrsim.Fault{Op: "POST /runs/*/actions/cancel", Times: 2, Action: scalrsim.Status, Status: 503}),
			when:  "planning",
			stops: []string{"cancel 503", "cancel 503", "cancel 202"},
			says:  "canceled",
		},
		{
			name:     "X14 reset",
			scenario: with(slowly(t, "plan-changes"), scalrsim.Fault{Op: "POST /runs/*/actions/cancel", Action: scalrsim.Reset}),
			when:     "planning",
			stops:    []string{"cancel 0", "cancel 202"},
			says:     "canceled",
		},
		{
			name: "X23 forbidden",
			scenario: with(slowly(t, "plan-changes"),
				scalrsim.Fault{Op: "POST /runs/*/actions/cancel", Action: scalrsim.Status, Status: 403, Times: -1}),
			when:  "planning",
			stops: []string{"cancel 403"},
			says:  "could not be stopped",
		},
		{
			name:     "ignored",
			scenario: slowly(t, "ignores-stop"),
			when:     "planning",
			stops:    []string{"cancel 202"},
			says:     "accepted the request to cancel",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, c.scenario, c.inputs...)
			var at time.Time
			signal := signalWhen(c.when, 300*time.Millisecond)
			r.during = func(p *stepResult) { signal(p); at = time.Now() }
			p := r.play().want(130, "result=interrupted").logContains(c.says).stops(c.stops...)
			p.endsWithin(at, 6500*time.Millisecond)
			p.stopArrives(at, time.Second)
			if p.outputs["run-id"] == "" || p.summary == "" {
				t.Errorf("got outputs %v and a summary of %d bytes", p.outputs, len(p.summary))
			}
		})
	}
}

func queuedPlan(t *testing.T) scalrsim.Scenario {
	s := scenario(t, "plan-changes")
	s.Script.Steps = []scalrsim.Step{
		{Status: "plan_queued", For: time.Minute},
		{Status: "planning", For: time.Second},
		{Status: "planned_and_finished"},
	}
	return s
}

func (p *stepResult) endsWithin(signal time.Time, most time.Duration) {
	p.t.Helper()
	if took := p.began.Add(p.took).Sub(signal); took > most {
		p.t.Errorf("the step ended %s after the signal, want %s at most", took, most)
	}
}

func (p *stepResult) stopArrives(signal time.Time, most time.Duration) {
	p.t.Helper()
	for _, r := range p.server.Requests() {
		if strings.HasSuffix(r.Path, "/actions/cancel") || strings.HasSuffix(r.Path, "/actions/discard") {
			if after := r.Time.Sub(signal); after > most {
				p.t.Errorf("%s arrived %s after the signal, want %s at most", r.Path, after, most)
			}
			return
		}
	}
}

// TestCancelHangs checks that the step ends in time if requests to Scalr hang, and reports that the run may still be
// running.
func TestCancelHangs(t *testing.T) {
	t.Parallel()
	for name, ops := range map[string][]string{
		"cancel":          {"POST /runs/*/actions/cancel"},
		"everything":      {"POST /runs/*/actions/cancel", "GET /runs/*"},
		"cancel real run": {"POST /runs/*/actions/cancel", "GET /runs/*"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, slowly(t, "plan-changes"))
			if name == "cancel real run" {
				r.set("dry-run=false")
			}
			var at time.Time
			r.during = func(p *stepResult) {
				signalWhen("planning", 5*time.Second)(p)
				at = time.Now()
			}
			wait := r.during
			r.during = func(p *stepResult) {
				for len(p.server.Runs()) == 0 || p.server.Runs()[0].Status != "planning" {
					time.Sleep(10 * time.Millisecond)
				}
				time.Sleep(4 * time.Second)
				for _, op := range ops {
					p.server.AddFault(scalrsim.Fault{Op: op, Times: -1, Action: scalrsim.Stall})
				}
				wait(p)
			}
			p := r.play().want(130, "result=interrupted").logContains("may still run")
			p.endsWithin(at, 6500*time.Millisecond)
			p.stopArrives(at, time.Second)
		})
	}
}

// TestSignals checks the exit code for each signal (X16, X18, P04).
func TestSignals(t *testing.T) {
	t.Parallel()
	for signal, code := range map[os.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGHUP: 130,
		syscall.SIGQUIT: 143, syscall.SIGABRT: 143, syscall.SIGXCPU: 143} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, slowly(t, "plan-changes"))
			r.during = signalAt(signal, 15*time.Second)
			r.play().want(code, "result=interrupted").stops("cancel 202")
		})
	}
}

// TestSecondSignal checks that a second signal ends the step immediately after a request to stop the run was sent
// (X17).
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, with(slowly(t, "ignores-stop")))
	var at time.Time
	r.during = func(p *stepResult) {
		signalWhen("planning", time.Second)(p)
		at = time.Now()
		p.signals <- os.Interrupt
	}
	p := r.play().want(130, "result=interrupted").stops("cancel 202")
	p.endsWithin(at, 100*time.Millisecond)
}

// TestCancelAfterRunFinished checks that an interrupted step returns the result of the run if the run has already
// finished (X15).
func TestCancelAfterRunFinished(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, scenario(t, "plan-changes"))
	r.during = signalWhen("planned_and_finished", 0)
	r.play().stops()
}

// TestRunConfirmedBeforeDiscard checks that the apply is not interrupted if another person confirms the run between
// the poll and the discard.
func TestRunConfirmedBeforeDiscard(t *testing.T) {
	t.Parallel()
	s := slowly(t, "waits-for-approval")
	s.Faults = []scalrsim.Fault{{Op: "POST /runs/*/actions/discard", Action: scalrsim.Status, Status: 409, Times: -1}}
	r := newStepTest(t, s, "dry-run=false", "mode=run")
	r.during = func(p *stepResult) {
		for len(p.server.Runs()) == 0 || p.server.Runs()[0].Status != "planned" {
			time.Sleep(time.Millisecond)
		}
		p.signals <- os.Interrupt
	}
	p := r.play().want(130, "result=interrupted")
	for _, stop := range p.server.Stops() {
		if strings.HasPrefix(stop, "cancel") && strings.HasSuffix(stop, "202") {
			t.Errorf("a cancel was accepted: %s", stop)
		}
	}
}

// TestTimeout checks that a timeout stops the run like a signal (X22).
func TestTimeout(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, slowly(t, "plan-changes"), "timeout=20s")
	r.play().want(5, "result=timed-out", "error-code=timed-out").logContains("20s").stops("cancel 202")
}
