package action_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/scalrsim"
)

// TestSignalFaults (X) sends a signal at critical moments. TestCancel sends one in each status of a run.
func TestSignalFaults(t *testing.T) {
	t.Parallel()
	stop := func(verb string, answers ...int) []scalrsim.Fault {
		var faults []scalrsim.Fault
		for i, code := range answers {
			faults = append(faults,
				scalrsim.Fault{Op: "POST /runs/*/actions/" + verb, Nth: i + 1, Action: scalrsim.Status, Status: code})
		}
		return faults
	}
	soft := func(s *scalrsim.Scenario) { s.Pace, s.Script.CancelTakes = 20, time.Millisecond }
	for name, c := range map[string]struct {
		scenario string
		inputs   []string
		faults   []scalrsim.Fault
		alter    func(*scalrsim.Scenario)
		when     string
		stops    []string
		says     string
	}{
		"X06 pending behind other run": {
			scenario: "queued",
			inputs:   []string{"dry-run=false"},
			alter:    soft,
			when:     "pending",
			stops:    []string{"discard 202"},
			says:     "discarded",
		},
		"X07 pre_plan_running": {
			scenario: "hooks",
			inputs:   []string{"dry-run=false"},
			alter:    soft,
			when:     "pre_plan_running",
			stops:    []string{"cancel 202"},
			says:     "canceled",
		},
		"X07 cost_estimating": {
			scenario: "cost-increase",
			alter:    soft,
			when:     "cost_estimating",
			stops:    []string{"cancel 202"},
			says:     "canceled",
		},
		"X08 policy_override": {
			scenario: "policy-soft",
			inputs:   []string{"dry-run=false", "fail-on=changes"},
			alter:    soft,
			when:     "policy_override",
			stops:    []string{"discard 202"},
			says:     "discarded",
		},
		"X09 apply_queued": {
			scenario: "applied",
			inputs:   []string{"dry-run=false"},
			alter:    soft,
			when:     "apply_queued",
			says:     "is still running",
		},
		"X13 conflict": {
			scenario: "plan-changes",
			faults:   stop("cancel", 409),
			alter:    soft,
			when:     "planning",
			stops:    []string{"cancel 409", "discard 409", "cancel 202"},
			says:     "canceled",
		},
		"X13 queued on strict server": {
			scenario: "plan-changes",
			alter:    func(s *scalrsim.Scenario) { soft(s); s.Script.StrictCancel = true },
			when:     "plan_queued",
		},
		"X14 503, reset, no response": {
			scenario: "plan-changes",
			faults: append(stop("cancel", 503),
				scalrsim.Fault{Op: "POST /runs/*/actions/cancel", Nth: 2, Action: scalrsim.Reset},
				scalrsim.Fault{Op: "POST /runs/*/actions/cancel", Nth: 3, Times: -1, Action: scalrsim.Stall}),
			alter: soft,
			when:  "planning",
			says:  "may still run",
		},
		"X23 401": {
			scenario: "plan-changes",
			faults:   []scalrsim.Fault{{Op: "POST /runs/*/actions/cancel", Times: -1, Action: scalrsim.Status, Status: 401}},
			alter:    soft,
			when:     "planning",
			stops:    []string{"cancel 401"},
			says:     "may still run",
		},
		"X24 planned before cancel": {
			scenario: "waits-for-approval",
			inputs:   []string{"dry-run=false"},
			faults: []scalrsim.Fault{{
				Op:     "GET /runs/*",
				Nth:    3,
				Action: scalrsim.Delay,
				Phase:  scalrsim.After,
				Delay:  400 * time.Millisecond,
			}},
			alter: soft,
			when:  "planning",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := with(scenario(t, c.scenario), c.faults...)
			c.alter(&s)
			r := newStepTest(t, s, c.inputs...)
			r.anyFault = name[:3] == "X24"
			var at time.Time
			signal := signalWhen(c.when, 300*time.Millisecond)
			r.during = func(p *stepResult) { signal(p); at = time.Now() }
			p := r.play().want(130, "result=interrupted").logContains(c.says)
			switch n := len(p.server.Stops()); {
			case c.stops != nil:
				p.stops(c.stops...)
			case c.says == "is still running" && n > 0, name[:3] == "X14" && (n < 3 || n > 12):
				t.Errorf("%d requests to stop: %v", n, p.server.Stops())
			}
			p.endsWithin(at, 6500*time.Millisecond)
			p.stopArrives(at, time.Second)
		})
	}
}

// TestSignalBetweenPollAndStop (X24) checks that the run is discarded if its plan finishes between the last poll and
// the request to cancel it.
func TestSignalBetweenPollAndStop(t *testing.T) {
	t.Parallel()
	s := scenario(t, "waits-for-approval")
	s.Script.Plan.For = 10 * time.Second
	// The poll is just before the end of the plan, and the cancel request is delayed until after it.
	s.Faults = []scalrsim.Fault{{Op: "POST /runs/*/actions/cancel", Action: scalrsim.Delay, Delay: 500 * time.Millisecond}}
	r := newStepTest(t, s, "dry-run=false")
	r.during = signalWhen("planning", 9900*time.Millisecond)
	p := r.play().want(130, "result=interrupted").stops("cancel 409", "discard 202")
	if run, _ := p.reportedRun(); run.Status != "discarded" {
		t.Errorf("the run is %s, want it discarded", run.Status)
	}
}

// TestSignalWhilePacking (X01) checks that a signal during packing leads to no request and leaves no files.
func TestSignalWhilePacking(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, scenario(t, "plan-changes"))
	for i := range 500 {
		write(t, filepath.Join(r.checkout, "modules", strconv.Itoa(i%20), strconv.Itoa(i)+".tf"), "# nothing\n")
	}
	r.during = func(p *stepResult) { p.signals <- os.Interrupt }
	p := r.play().want(130, "result=interrupted").requestCount("POST /runs", 0)
	p.endsWithin(p.began, time.Second)
}

// TestSignalWhileReporting (X12) checks that a slow comment does not delay the end of the step.
func TestSignalWhileReporting(t *testing.T) {
	t.Parallel()
	hub := githubtest.New(githubtest.Options{Token: "ghs_canary5d1e7c90ab42"})
	hub.Fail(githubtest.Fault{Operation: githubtest.CreateComment, Delay: time.Hour})
	r := newStepTest(t, scenario(t, "plan-changes"), "comment=true", "pr-number=7", "github-token="+hub.Token()).
		onGitHub(hub)
	var at time.Time
	r.during = func(p *stepResult) {
		for hub.Count(githubtest.CreateComment) == 0 {
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second)
		at = time.Now()
		p.signals <- syscall.SIGTERM
	}
	p := r.play()
	p.endsWithin(at, 6500*time.Millisecond)
	if p.outputs["result"] != "planned" || p.code != 0 {
		t.Errorf("exit %d with %q: the run was judged before the signal", p.code, p.outputs["result"])
	}
}

// TestSignalDuringRetryAfter (X10) checks that a signal interrupts a wait for Retry-After.
func TestSignalDuringRetryAfter(t *testing.T) {
	t.Parallel()
	r := newStepTest(t,
		with(slowly(t, "plan-changes"),
			scalrsim.Fault{
				Op:     readRun,
				Nth:    3,
				Action: scalrsim.Status,
				Status: 429,
				Header: map[string][]string{"Retry-After": {"60"}},
			}))
	r.during = signalAt(os.Interrupt, 20*time.Second)
	p := r.play().want(130, "result=interrupted").stops("cancel 202")
	p.stopArrives(p.began.Add(20*time.Second), 100*time.Millisecond)
}

// TestSignalAfterRunFinished (X15) checks that a step that is interrupted after the end of its run returns the result
// of the run.
func TestSignalAfterRunFinished(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]int{"plan-changes": 0, "plan-error": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			last := map[string]string{"plan-changes": "planned_and_finished", "plan-error": "errored"}[name]
			r := newStepTest(t, scenario(t, name))
			r.during = signalWhen(last, 0)
			if p := r.play().stops(); p.code != code {
				t.Errorf("exit %d, want %d\n%s", p.code, code, p.log)
			}
		})
	}
}

// TestPostStopsRunOfKilledStep checks that the post step stops the run if the main step is killed at any time (X20).
func TestPostStopsRunOfKilledStep(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hang  string // the operation during which the main step was killed
		says  string
		stops []string
	}{
		"in first poll":                {readRun, "Scalr accepted the request to", []string{"cancel 202"}},
		"before response":              {createRun, "Scalr accepted the request to", []string{"cancel 202"}},
		"before configuration version": {createVersion, "", nil},
		"on strict server":             {readRun, "Scalr accepted the request to", []string{"cancel 202"}},
		"with duplicate run":           {readRun, "of the same configuration version was stopped.", []string{"cancel 202"}},
		"with outdated lists":          {createRun, "Scalr accepted the request to", []string{"cancel 202"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := with(slowly(t, "plan-changes"), scalrsim.Fault{Op: c.hang, Phase: scalrsim.After, Action: scalrsim.Stall})
			s.Script.StrictCancel = name == "on strict server" // a strict server cancels a queued run only when it starts to plan
			if name == "with duplicate run" {
				s = with(s, scalrsim.Fault{Op: createRun, Action: scalrsim.Twice})
			}
			if name == "with outdated lists" {
				s.Config.ListLag = 1500 * time.Millisecond // 30 s at the pace of the run
			}
			main, post := newStepTest(t, s, "timeout=2m"), newStepTest(t, s)
			post.name, post.anyFault = "scalr-run-post", true
			a, b := newResult(t), newResult(t)
			main.during = func(*stepResult) {
				time.Sleep(15 * time.Second) // from the view of the post step, the process has ended
				early := &stepResult{t: t, dir: a.dir}
				early.read()
				for name, value := range early.state {
					post.env["STATE_"+name] = value
				}
				b.server = a.server
				post.step(b)
			}
			main.then(a, func() {})
			b.read()
			b.want(0).logContains(c.says)
			if c.stops == nil && b.log != "" {
				t.Errorf("logged %q, want nothing", b.log)
			}
			var verbs []string
			for _, stop := range a.server.Stops() {
				verbs = append(verbs, strings.Fields(stop)[0])
			}
			if name == "with duplicate run" && len(verbs) < 2 {
				t.Errorf("stopped %q, want both runs\n%s", verbs, b.log)
			}
			if len(c.stops) > 0 && len(verbs) == 0 {
				t.Errorf("nothing stopped the run\n%s", b.log)
			}
		})
	}
}

// TestSignalDuringCreation (X04) checks that a pending request to create a run is completed, because its
// response may be the only one with the run's id: lists may be outdated.
func TestSignalDuringCreation(t *testing.T) {
	t.Parallel()
	s := with(slowly(t, "plan-changes"),
		scalrsim.Fault{Op: createRun, Phase: scalrsim.After, Action: scalrsim.Delay, Delay: 3 * time.Second})
	s.Config.ListLag = time.Hour
	r := newStepTest(t, s)
	r.during = func(p *stepResult) {
		for p.count(createRun) == 0 {
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(1500 * time.Millisecond)
		p.signals <- os.Interrupt
	}
	p := r.play().want(130, "result=interrupted")
	if run, ok := p.reportedRun(); !ok || len(acceptedStops(run)) == 0 {
		t.Errorf("the run was not found and stopped: %+v\n%s", p.runs, p.log)
	}
}

// TestSignalDuringOutage checks that the step ends in time if the creation of the run and the request to stop it
// both hang. The invariants check that it reports the state of the run as unknown.
func TestSignalDuringOutage(t *testing.T) {
	t.Parallel()
	stall := func(op string, phase scalrsim.Phase) scalrsim.Fault {
		return scalrsim.Fault{Op: op, Phase: phase, Times: -1, Action: scalrsim.Stall}
	}
	for name, faults := range map[string][]scalrsim.Fault{
		"run found, stop fails":      {stall(createRun, scalrsim.After), stall("POST /runs/*/actions/*", scalrsim.Before)},
		"run not found":              {stall(createRun, scalrsim.After), stall("GET /runs", scalrsim.Before)},
		"no response to any request": {stall("* /**", scalrsim.Before)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, with(slowly(t, "plan-changes"), faults...))
			r.anyFault = true
			r.during = signalAt(os.Interrupt, 5*time.Second)
			r.play().want(130, "result=interrupted")
		})
	}
}
