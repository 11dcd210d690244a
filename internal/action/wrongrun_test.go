package action_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// deviations are, for each member in which a run must equal its request, what
// Scalr reports in place of what deviationInputs ask for.
var deviations = []struct {
	member string
	value  any
	says   string // the input, what is reported and what was requested
}{
	{
		member: "workspace",
		value:  scalrsim.EdgeWorkspaceID,
		says:   "workspace is " + scalrsim.EdgeWorkspaceID + " (requested: " + scalrsim.WorkspaceID + ")",
	},
	{member: "configuration-version", value: "cv-other", says: "configuration version is cv-other (requested: cv-"},
	{member: "is-dry", value: true, says: "dry-run is true (requested: false)"},
	{member: "is-destroy", value: true, says: "destroy is true (requested: false)"},
	{member: "refresh-only", value: true, says: "refresh-only is true (requested: false)"},
	{member: "auto-apply", value: true, says: "auto-apply is true (requested: false, the workspace's setting)"},
	{member: "save-plan", value: true, says: "save-plan is true (requested: false)"},
	{
		member: "target-addrs",
		value:  []any{"terraform_data.network"},
		says:   `targets is ["terraform_data.network"] (requested: ["terraform_data.route", "terraform_data.network"])`,
	},
	{member: "target-addrs", says: "targets is not reported by Scalr (requested: ["},
	{
		member: "replace-addrs",
		value:  []any{"terraform_data.network"},
		says:   `replace is ["terraform_data.network"] (requested: [])`,
	},
}

var deviationInputs = []string{"dry-run=false", "targets=terraform_data.route\nterraform_data.network",
	"on-cancel=leave"}

// misreported is an answer that says something else of a run, from the nth on.
func misreported(op string, nth int, member string, value any) scalrsim.Fault {
	return scalrsim.Fault{Op: op, Nth: nth, Times: -1, Action: scalrsim.Misreport, Member: member, Value: value}
}

// refusedRun checks the end of a step whose run is not the one requested: it was
// stopped, although on-cancel says leave, and the verdict says what differs.
func (p *stepResult) refusedRun(says string) {
	p.t.Helper()
	p.want(3, "result=refused", "error-code=wrong-run").says(says).asked("POST /runs/*/actions/apply", 0)
	run, ok := p.adopted()
	if !ok || len(accepted(run)) == 0 || run.Status != "discarded" && run.Status != "canceled" {
		p.t.Errorf("the run was not stopped: %+v\n%s", run, p.log)
	}
	if !strings.Contains(headlineOf(p.log), p.outputs["run-url"]) {
		p.t.Errorf("the verdict does not have the run's address\n%s", p.log)
	}
	if p.state["finished"] != "true" {
		p.t.Errorf("the state is %v: the post step has nothing left to do", p.state)
	}
}

// TestWrongRun (R20, R21): whatever Scalr makes of a request, and whenever it says
// so, no other run is followed.
func TestWrongRun(t *testing.T) {
	t.Parallel()
	for _, d := range deviations {
		lost := scalrsim.Fault{Op: createRun, Phase: scalrsim.After, Action: scalrsim.Reset}
		for name, faults := range map[string][]scalrsim.Fault{
			"R20 at the creation": {
				misreported(createRun, 1, d.member, d.value),
				misreported(readRun, 1, d.member, d.value),
			},
			"R20 in the answer alone": {misreported(createRun, 1, d.member, d.value)},
			"R20 adopted": {
				lost,
				misreported("GET /runs", 1, d.member, d.value),
				misreported(readRun, 1, d.member, d.value),
			},
			"R21 at the second look": {misreported(readRun, 2, d.member, d.value)},
			"R21 when it is waiting": {misreported(readRun, 4, d.member, d.value)},
		} {
			if name == "R20 in the answer alone" && d.value == nil ||
				name == "R20 adopted" && d.member == "configuration-version" {
				continue // what is left out is read again; nothing else tells whose run it is
			}
			t.Run(name+" "+d.member, func(t *testing.T) {
				t.Parallel()
				newStepTest(t, with(scenario(t, "waits-for-approval"), faults...), deviationInputs...).play().refusedRun(d.says)
			})
		}
	}
}

// TestWrongRunReally (R20, R21): the same where the run does what it says.
func TestWrongRunReally(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scenario   string
		inputs     []string
		deviations map[string]any
		after      time.Duration
		says       string
	}{
		"R20 a dry run that is real": {
			scenario:   "waits-for-approval",
			deviations: map[string]any{"is-dry": false},
			says:       "dry-run is false (requested: true)",
		},
		"R20 a dry run that applies": {
			scenario:   "applied",
			deviations: map[string]any{"is-dry": false, "auto-apply": true},
			says:       "dry-run is false (requested: true)",
		},
		"R20 without anybody to wait": {
			scenario:   "applied",
			inputs:     []string{"wait=false"},
			deviations: map[string]any{"is-dry": false, "auto-apply": true},
			says:       "dry-run is false",
		},
		"R20 a run that destroys": {
			scenario:   "applied",
			inputs:     []string{"dry-run=false"},
			deviations: map[string]any{"is-destroy": true},
			says:       "destroy is true",
		},
		"R20 auto-apply past the gates": {
			scenario:   "applied",
			inputs:     []string{"dry-run=false", "fail-on=destroy"},
			deviations: map[string]any{"auto-apply": true},
			says:       "auto-apply is true (requested: false)",
		},
		"R20 auto-apply against the setting": {
			scenario:   "plan-changes",
			inputs:     []string{"dry-run=false"},
			deviations: map[string]any{"auto-apply": true},
			says:       "auto-apply is true (requested: false, the workspace's setting)",
		},
		"R20 no auto-apply": {
			scenario:   "plan-changes",
			inputs:     []string{"dry-run=false", "auto-apply=true"},
			deviations: map[string]any{"auto-apply": false},
			says:       "auto-apply is false (requested: true)",
		},
		"R20 no auto-apply as the setting is": {
			scenario:   "applied",
			inputs:     []string{"dry-run=false"},
			deviations: map[string]any{"auto-apply": false},
			says:       "auto-apply is false (requested: true, the workspace's setting)",
		},
		"R20 a plan that is not saved": {
			scenario:   "saved-plan",
			inputs:     []string{"dry-run=false", "save-plan=true"},
			deviations: map[string]any{"save-plan": false},
			says:       "save-plan is false",
		},
		"R21 while it plans": {
			scenario:   "applied",
			deviations: map[string]any{"is-dry": false, "auto-apply": true},
			after:      time.Second,
			says:       "dry-run is false",
		},
		"R21 while it applies": {
			scenario:   "applied",
			deviations: map[string]any{"is-dry": false, "auto-apply": true},
			after:      3 * time.Second,
			says:       "dry-run is",
		},
		"R21 never, but by its status": {
			scenario:   "applied",
			deviations: map[string]any{"is-dry": false, "auto-apply": true},
			after:      time.Hour,
			says:       "dry-run is true, but is applied",
		},
		"R21 a saved plan, by its status": {
			scenario:   "saved-plan",
			inputs:     []string{"dry-run=false"},
			deviations: map[string]any{"save-plan": true},
			after:      time.Hour,
			says:       "save-plan is false, but has the status planned_and_saved",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenario(t, c.scenario)
			s.Script.Deviations, s.Script.DeviationsAfter, s.Script.Apply.For = c.deviations, c.after, 20*time.Second
			newStepTest(t, s, append(c.inputs, "on-cancel=leave")...).play().refusedRun(c.says)
		})
	}
}

// TestLeftOutIsReadOnceMore (R22): an answer that leaves something out proves
// nothing; a second one that does counts as different.
func TestLeftOutIsReadOnceMore(t *testing.T) {
	t.Parallel()
	members := map[string]bool{}
	for _, d := range deviations {
		members[d.member] = true
	}
	for member := range members {
		t.Run("R22 once "+member, func(t *testing.T) {
			t.Parallel()
			newStepTest(t, with(scenario(t, "plan-changes"), misreported(createRun, 1, member, nil))).play().
				want(0, "result=planned").stops()
		})
		t.Run("R22 in one look "+member, func(t *testing.T) {
			t.Parallel()
			fault := misreported(readRun, 2, member, nil)
			fault.Times = 1
			newStepTest(t, with(scenario(t, "plan-changes"), fault)).play().want(0, "result=planned").stops()
		})
		t.Run("R22 twice "+member, func(t *testing.T) {
			t.Parallel()
			s := with(scenario(t, "plan-changes"), misreported(createRun, 1, member, nil), misreported(readRun, 1, member, nil))
			newStepTest(t, s, "on-cancel=leave").play().refusedRun("is not reported by Scalr (requested: ")
		})
	}
}

// TestWrongRunThatCannotBeStopped (R23): the verdict says that it may go on, with
// the address, and the post step tries again, whatever on-cancel says.
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
		p := newStepTest(t, wrong(t, answered("POST /runs/*/actions/*", 403, -1)), "on-cancel=leave").play()
		p.want(3, "error-code=wrong-run").says("could not be stopped", "runs:cancel", loud)
		if p.state["finished"] == "true" || p.state["on-cancel"] != "stop-apply" {
			t.Errorf("the state is %v: the post step must try again", p.state)
		}
	})
	t.Run("R23 the post step can", func(t *testing.T) {
		t.Parallel()
		main, post := newStepTest(t, wrong(t, answered("POST /runs/*/actions/*", 403, 1)), "on-cancel=leave"),
			newStepTest(t, scalrsim.Scenario{})
		a, b := &stepResult{t: t, dir: t.TempDir()}, &stepResult{t: t, dir: t.TempDir()}
		main.then(a, func() {
			a.read()
			post.name, b.server = "scalr-run-post", a.server
			for name, value := range a.state {
				post.env["STATE_"+name] = value
			}
			time.Sleep(75 * time.Second) // it applies by now, and on-cancel is leave
			post.step(b)
		})
		a.want(3, "error-code=wrong-run").says(loud)
		b.says("Scalr has accepted to cancel it").stops("discard 403", "cancel 202")
	})
	t.Run("R23 accepted without effect", func(t *testing.T) {
		t.Parallel()
		s := wrong(t)
		s.Script.IgnoreStop = true
		s.Script.Deviations["is-destroy"] = true
		newStepTest(t, with(s, accepted2xx(discardOp, 0))).play().want(3, "error-code=wrong-run").
			says("Scalr accepted to discard it, but it is still ", loud)
	})
	t.Run("R23 applied already", func(t *testing.T) {
		t.Parallel()
		s := wrong(t)
		s.Pace, s.Script.DeviationsAfter = 1, 4900*time.Millisecond
		s.Script.Steps = []scalrsim.Step{{Status: "planning", For: 4900 * time.Millisecond}, {Status: "applied"}}
		newStepTest(t, s).play().want(3, "error-code=wrong-run", "status=applied").
			says("was applied before it could be stopped: https://").stops()
	})
}

// TestWrongRunAndSignals (R24): the step ends in time, and the run is stopped all
// the same.
func TestWrongRunAndSignals(t *testing.T) {
	t.Parallel()
	const stops = "POST /runs/*/actions/*"
	for name, faults := range map[string][]scalrsim.Fault{
		"R24 while it is stopped":   {{Op: stops, Action: scalrsim.Stall}},
		"R24 while it is not read":  {{Op: readRun, Action: scalrsim.Stall}, {Op: stops, Action: scalrsim.Stall}},
		"R24 while it is refused":   {answered(stops, 503, 3)},
		"R24 while it is conflicts": {answered(stops, 409, 5)},
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
			p.refusedRun("dry-run is false")
			p.endsWithin(at, 6500*time.Millisecond)
		})
	}
}

// TestWrongRunThatEnded (R24): what is seen only while the run is being stopped
// counts too.
func TestWrongRunThatEnded(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, scenario(t, "plan-changes"))
	r.during = func(p *stepResult) {
		for len(p.server.Runs()) == 0 || p.server.Runs()[0].Status != "planned_and_finished" {
			time.Sleep(10 * time.Millisecond)
		}
		p.server.AddFault(misreported(readRun, 1, "is-dry", false))
		p.signals <- os.Interrupt
	}
	r.play().want(3, "result=refused", "error-code=wrong-run").says("dry-run is false (requested: true)").stops()
}

// TestOnlyOurConfigurationVersionIsSwept: an answer that names somebody else's
// configuration version does not lead to the runs of that.
func TestOnlyOurConfigurationVersionIsSwept(t *testing.T) {
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
			t.Errorf("run %s of somebody else was asked to %v", run.ID, run.Actions)
		}
	}
}

// TestListsProveNothing (R25): a list that gives all runs our configuration version
// leads to no action on the runs of others.
func TestListsProveNothing(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string][]scalrsim.Fault{
		"R25 a second run":    {{Op: createRun, Action: scalrsim.Twice}},
		"R25 a lost answer":   {{Op: createRun, Phase: scalrsim.After, Action: scalrsim.Reset}},
		"R25 lost altogether": {{Op: createRun, Times: -1, Action: scalrsim.Reset}},
		"R25 a signal":        {{Op: createRun, Phase: scalrsim.After, Action: scalrsim.Stall}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := with(slowly(t, "plan-changes"), faults...)
			var other string
			s.Setup = func(s *scalrsim.Server) { other = s.AddRun(scalrsim.WorkspaceID, map[string]any{"is-dry": true}) }
			r := newStepTest(t, s)
			r.during = func(p *stepResult) {
				for p.count(createRun) == 0 {
					time.Sleep(time.Millisecond)
				}
				for _, run := range p.server.Runs() {
					if run.ID != other { // the list lies as soon as our version is known
						p.server.AddFault(misreported("GET /runs", 1, "configuration-version", run.Configuration))
						break
					}
				}
				if name == "R25 lost altogether" {
					early := &stepResult{t: t, dir: p.dir}
					early.read()
					p.server.AddFault(misreported("GET /runs", 1, "configuration-version", early.outputs["configuration-version-id"]))
				}
				if name == "R25 a signal" {
					time.Sleep(time.Second)
					p.signals <- os.Interrupt
				}
			}
			p := r.play()
			for _, run := range p.runs {
				if run.ID == other && (len(run.Actions) > 0 || p.outputs["run-id"] == other) {
					t.Errorf("run %s of somebody else was adopted, or asked to %v\n%s", run.ID, run.Actions, p.log)
				}
			}
		})
	}
}

// TestPostStopsNoOtherRun (X25): what is remembered is the run, its workspace and
// its configuration version.
func TestPostStopsNoOtherRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault *scalrsim.Fault
		state map[string]string
		stops int
		says  string
	}{
		"X25 the run": {stops: 1, says: "Scalr has accepted to"},
		"X25 of another workspace": {
			fault: ref(misreported(readRun, 1, "workspace", scalrsim.EdgeWorkspaceID)),
			says:  "is of workspace " + scalrsim.EdgeWorkspaceID + ", not of workspace " + scalrsim.WorkspaceID,
		},
		"X25 of another one later": {
			fault: ref(misreported(readRun, 2, "workspace", scalrsim.EdgeWorkspaceID)),
			says:  "not of workspace " + scalrsim.WorkspaceID,
		},
		"X25 of another configuration": {
			fault: ref(misreported(readRun, 1, "configuration-version", "cv-other")),
			says:  "is of configuration version cv-other",
		},
		"X25 of a workspace not known": {
			fault: ref(misreported(readRun, 1, "workspace", nil)),
			says:  "that Scalr does not report",
		},
		"X25 listed for another": {
			fault: ref(misreported("GET /runs", 1, "workspace", scalrsim.EdgeWorkspaceID)),
			state: map[string]string{"run-id": ""},
			says:  "not of workspace " + scalrsim.WorkspaceID,
		},
		"X25 found by its version": {state: map[string]string{"run-id": ""}, stops: 1, says: "Scalr has accepted to"},
		"X25 remembered for another": {
			state: map[string]string{"workspace-id": scalrsim.EdgeWorkspaceID},
			says:  "not of workspace " + scalrsim.EdgeWorkspaceID,
		},
		"X25 remembered with another": {
			state: map[string]string{"configuration-version-id": "cv-other"},
			says:  "not of configuration version cv-other",
		},
		"X25 left out once": {
			fault: &scalrsim.Fault{Op: readRun, Action: scalrsim.Misreport, Member: "workspace"},
			stops: 1,
			says:  "Scalr has accepted to",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := with(slowly(t, "plan-changes"), scalrsim.Fault{Op: readRun, Phase: scalrsim.After, Action: scalrsim.Stall})
			main, post := newStepTest(t, s, "timeout=2m"), newStepTest(t, s)
			post.name, post.anyFault = "scalr-run-post", true
			a, b := &stepResult{t: t, dir: t.TempDir()}, &stepResult{t: t, dir: t.TempDir()}
			stops := -1
			main.during = func(*stepResult) {
				time.Sleep(15 * time.Second) // the process is gone now, as far as the post step can see
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
			b.want(0).says(c.says)
			if stops != c.stops {
				t.Errorf("%d requests to stop, want %d: %v\n%s", stops, c.stops, a.server.Stops(), b.log)
			}
		})
	}
}
