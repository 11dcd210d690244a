package action_test

import (
	"os"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestWrongRunThatCannotBeStopped (R23) checks that the message contains the URL of a run that may continue, and that
// the post step tries to stop it, regardless of on-cancel.
func TestWrongRunThatCannotBeStopped(t *testing.T) {
	t.Parallel()
	wrong := func(t *testing.T, faults ...scalrsim.Fault) scalrsim.Scenario {
		s := with(slowly(t, "applied"), faults...)
		s.Script.Deviations = map[string]any{"is-dry": false, "auto-apply": true}
		return s
	}
	const loud = "may still be applied: https://acme.scalr.test/v2/"
	t.Run("R23 forbidden", func(t *testing.T) {
		t.Parallel()
		p := newStepTest(t, wrong(t, statusFault("POST /runs/*/actions/*", 403, -1)), "on-cancel=leave").play()
		p.want(3, "error-code=wrong-run").logContains("could not be stopped", "runs:cancel", loud)
		if p.state["finished"] == "true" || p.state["on-cancel"] != "stop-apply" {
			t.Errorf("the state is %v, want one that lets the post step retry", p.state)
		}
	})
	t.Run("R23 stopped by post step", func(t *testing.T) {
		t.Parallel()
		main, post := newStepTest(t, wrong(t, statusFault("POST /runs/*/actions/*", 403, 1)), "on-cancel=leave"),
			newStepTest(t, scalrsim.Scenario{})
		a, b := newResult(t), newResult(t)
		main.then(a, func() {
			a.read()
			post.name, b.server = "scalr-run-post", a.server
			for name, value := range a.state {
				post.env["STATE_"+name] = value
			}
			time.Sleep(75 * time.Second) // the run is being applied, and on-cancel is leave
			post.step(b)
		})
		a.want(3, "error-code=wrong-run").logContains(loud)
		b.logContains("Scalr accepted the request to cancel it").stops("discard 403", "cancel 202")
	})
	t.Run("R23 accepted without effect", func(t *testing.T) {
		t.Parallel()
		s := wrong(t)
		s.Script.IgnoreStop = true
		s.Script.Deviations["is-destroy"] = true
		newStepTest(t, with(s, acceptedFault(discardOp, 0))).play().want(3, "error-code=wrong-run").
			logContains("Scalr accepted the request to discard it, but it is still ", loud)
	})
	t.Run("R23 applied already", func(t *testing.T) {
		t.Parallel()
		s := wrong(t)
		s.Pace, s.Script.DeviationsAfter = 1, 4900*time.Millisecond
		s.Script.Steps = []scalrsim.Step{{Status: "planning", For: 4900 * time.Millisecond}, {Status: "applied"}}
		newStepTest(t, s).play().want(3, "error-code=wrong-run", "status=applied").
			logContains("was applied before it could be stopped: https://").stops()
	})
}

// TestWrongRunAndSignals (R24) checks that the step ends in time and the run is stopped.
func TestWrongRunAndSignals(t *testing.T) {
	t.Parallel()
	const stops = "POST /runs/*/actions/*"
	for name, faults := range map[string][]scalrsim.Fault{
		"R24 during stop":           {{Op: stops, Action: scalrsim.Stall}},
		"R24 during failed read":    {{Op: readRun, Action: scalrsim.Stall}, {Op: stops, Action: scalrsim.Stall}},
		"R24 during rejected stop":  {statusFault(stops, 503, 3)},
		"R24 while it is conflicts": {statusFault(stops, 409, 5)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := with(slowly(t, "plan-changes"), faults...)
			s.Script.Deviations = map[string]any{"is-dry": false}
			r := newStepTest(t, s, "on-cancel=leave")
			r.anyFault = true
			var at time.Time
			r.during = func(p *stepResult) {
				for p.count(stops) == 0 {
					time.Sleep(10 * time.Millisecond)
				}
				time.Sleep(100 * time.Millisecond)
				at = time.Now()
				p.signals <- os.Interrupt
			}
			p := r.play()
			p.checkWrongRun("dry-run is false")
			p.endsWithin(at, 6500*time.Millisecond)
		})
	}
}

// TestDuplicatesHaveOurConfigurationVersion checks that runs of another job are not stopped if a response contains
// their configuration version instead of that of the step.
func TestDuplicatesHaveOurConfigurationVersion(t *testing.T) {
	t.Parallel()
	s := slowly(t, "plan-changes")
	var other string
	s.Setup = func(s *scalrsim.Server) {
		other = s.AddRun(scalrsim.WorkspaceID, map[string]any{"is-dry": true})
		for _, op := range []string{createRun, readRun} {
			s.AddFault(misreported(op, 1, "configuration-version", s.Runs()[0].Configuration))
		}
	}
	p := newStepTest(t, s).play().want(3, "error-code=wrong-run")
	for _, run := range p.runs {
		if run.ID == other && len(run.Actions) > 0 {
			t.Errorf("run %s of another job received %v", run.ID, run.Actions)
		}
	}
}

// TestDuplicateOfWrongRun checks that the search for a duplicate of a run that differs from the request is retried as
// often as after a lost response: a server that returns the wrong run may have created the requested one, too.
func TestDuplicateOfWrongRun(t *testing.T) {
	t.Parallel()
	s := with(slowly(t, "plan-changes"), scalrsim.Fault{Op: createRun, Action: scalrsim.Twice}, statusFault("GET /runs", 503, 3))
	s.Script.Deviations = map[string]any{"is-dry": false}
	p := newStepTest(t, s).play().want(3, "error-code=wrong-run").logContains(" of the same configuration version was stopped.")
	for _, run := range p.runs {
		if len(run.Actions) != 1 {
			t.Errorf("run %s received the actions %v, want one", run.ID, run.Actions)
		}
	}
}

// TestPostVerifiesRun (X25) checks that the post step verifies the workspace and the configuration version of the
// run.
func TestPostVerifiesRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault *scalrsim.Fault
		state map[string]string
		stops int
		says  string
	}{
		"X25 created run": {stops: 1, says: "Scalr accepted the request to"},
		"X25 other workspace": {
			fault: ref(misreported(readRun, 1, "workspace", scalrsim.EdgeWorkspaceID)),
			says:  "belongs to workspace " + scalrsim.EdgeWorkspaceID + ", not to workspace " + scalrsim.WorkspaceID,
		},
		"X25 other workspace later": {
			fault: ref(misreported(readRun, 2, "workspace", scalrsim.EdgeWorkspaceID)),
			says:  "not to workspace " + scalrsim.WorkspaceID,
		},
		"X25 other configuration version": {
			fault: ref(misreported(readRun, 1, "configuration-version", "cv-other")),
			says:  "belongs to configuration version cv-other",
		},
		"X25 unknown workspace": {
			fault: ref(misreported(readRun, 1, "workspace", nil)),
			says:  "that Scalr does not report",
		},
		"X25 listed for other workspace": {
			fault: ref(misreported("GET /runs", 1, "workspace", scalrsim.EdgeWorkspaceID)),
			state: map[string]string{"run-id": ""},
			says:  "not to workspace " + scalrsim.WorkspaceID,
		},
		"X25 found by configuration version": {state: map[string]string{"run-id": ""}, stops: 1, says: "Scalr accepted the request to"},
		"X25 state with other workspace": {
			state: map[string]string{"workspace-id": scalrsim.EdgeWorkspaceID},
			says:  "not to workspace " + scalrsim.EdgeWorkspaceID,
		},
		"X25 state with other configuration version": {
			state: map[string]string{"configuration-version-id": "cv-other"},
			says:  "not to configuration version cv-other",
		},
		"X25 missing in one response": {
			fault: &scalrsim.Fault{Op: readRun, Action: scalrsim.Misreport, Member: "workspace"},
			stops: 1,
			says:  "Scalr accepted the request to",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := with(slowly(t, "plan-changes"), scalrsim.Fault{Op: readRun, Phase: scalrsim.After, Action: scalrsim.Stall})
			main, post := newStepTest(t, s, "timeout=2m"), newStepTest(t, s)
			post.name, post.anyFault = "scalr-run-post", true
			a, b := newResult(t), newResult(t)
			stops := -1
			main.during = func(*stepResult) {
				time.Sleep(15 * time.Second) // from the view of the post step, the process has ended
				early := &stepResult{t: t, dir: a.dir}
				early.read()
				for name, value := range early.state {
					post.env["STATE_"+name] = value
				}
				for name, value := range c.state {
					post.env["STATE_"+name] = value
				}
				if c.fault != nil {
					a.server.AddFault(*c.fault)
				}
				b.server = a.server
				post.step(b)
				stops = len(a.server.Stops())
			}
			main.anyFault = true
			main.then(a, func() {})
			b.want(0).logContains(c.says)
			if stops != c.stops {
				t.Errorf("%d requests to stop, want %d: %v\n%s", stops, c.stops, a.server.Stops(), b.log)
			}
		})
	}
}

// TestWrongRunIsStoppedFirst (R21) checks that no read delays the stop of a run that differs from the request, and that
// the search for duplicates follows.
func TestWrongRunIsStoppedFirst(t *testing.T) {
	t.Parallel()
	stall := func(op string) scalrsim.Fault { return scalrsim.Fault{Op: op, Times: -1, Action: scalrsim.Stall} }
	for name, c := range map[string]struct {
		scenario scalrsim.Scenario
		started  string // the operation after which the run differs
	}{
		"waiting":  {with(scenario(t, "waits-for-approval"), stall(planJSON)), createRun},
		"applying": {slowApply(t, stall(planJSON)), planJSON},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, c.scenario, "dry-run=false")
			var at time.Time
			r.during = func(p *stepResult) {
				for p.count(c.started) == 0 {
					time.Sleep(10 * time.Millisecond)
				}
				time.Sleep(3 * time.Second)
				at = time.Now()
				p.server.AddFault(stall("GET /runs"))
				p.server.AddFault(misreported(readRun, 1, "is-destroy", true))
			}
			p := r.play().want(3, "result=refused", "error-code=wrong-run").logContains(" may have an active duplicate, because ")
			p.stopArrives(at, 3*time.Second) // a poll interval
		})
	}
}
