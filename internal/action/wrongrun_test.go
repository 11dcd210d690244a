package action_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// deviations are, for each attribute of the request, a value that Scalr reports instead of the one in
// deviationInputs.
var deviations = []struct {
	member string
	value  any
	says   string // the input, the reported value and the requested value
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

// misreported returns a fault that changes a run in the nth and all later responses.
func misreported(op string, nth int, member string, value any) scalrsim.Fault {
	return scalrsim.Fault{Op: op, Nth: nth, Times: -1, Action: scalrsim.Misreport, Member: member, Value: value}
}

// checkWrongRun checks the result of a step whose run differs from the request: the run was stopped even though
// on-cancel is leave, and the message contains the difference.
func (p *stepResult) checkWrongRun(says string) {
	p.t.Helper()
	p.want(3, "result=refused", "error-code=wrong-run").logContains(says).requestCount("POST /runs/*/actions/apply", 0)
	run, ok := p.reportedRun()
	if !ok || len(acceptedStops(run)) == 0 || run.Status != "discarded" && run.Status != "canceled" {
		p.t.Errorf("the run was not stopped: %+v\n%s", run, p.log)
	}
	if !strings.Contains(errorAnnotation(p.log), p.outputs["run-url"]) {
		p.t.Errorf("the message does not contain the run's URL\n%s", p.log)
	}
	if p.state["finished"] != "true" {
		p.t.Errorf("the state is %v: the post step has nothing left to do", p.state)
	}
}

// TestWrongRun (R20, R21) checks that a run that differs from the request in any attribute is not followed, in
// whichever response the difference appears.
func TestWrongRun(t *testing.T) {
	t.Parallel()
	for _, d := range deviations {
		lost := scalrsim.Fault{Op: createRun, Phase: scalrsim.After, Action: scalrsim.Reset}
		for name, faults := range map[string][]scalrsim.Fault{
			"R20 at creation": {
				misreported(createRun, 1, d.member, d.value),
				misreported(readRun, 1, d.member, d.value),
			},
			"R20 only in response": {misreported(createRun, 1, d.member, d.value)},
			"R20 adopted": {
				lost,
				misreported("GET /runs", 1, d.member, d.value),
				misreported(readRun, 1, d.member, d.value),
			},
			"R21 at second poll": {misreported(readRun, 2, d.member, d.value)},
			"R21 while waiting":  {misreported(readRun, 4, d.member, d.value)},
		} {
			if name == "R20 only in response" && d.value == nil ||
				name == "R20 adopted" && d.member == "configuration-version" {
				continue // a missing value is read again; no other response contains it
			}
			t.Run(name+" "+d.member, func(t *testing.T) {
				t.Parallel()
				newStepTest(t, with(scenario(t, "waits-for-approval"), faults...), deviationInputs...).play().checkWrongRun(d.says)
			})
		}
	}
}

// TestWrongRunOnServer (R20, R21) is TestWrongRun for runs that really differ from the request.
func TestWrongRunOnServer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scenario   string
		inputs     []string
		deviations map[string]any
		after      time.Duration
		says       string
	}{
		"R20 dry run not dry": {
			scenario:   "waits-for-approval",
			deviations: map[string]any{"is-dry": false},
			says:       "dry-run is false (requested: true)",
		},
		"R20 dry run applied": {
			scenario:   "applied",
			deviations: map[string]any{"is-dry": false, "auto-apply": true},
			says:       "dry-run is false (requested: true)",
		},
		"R20 without waiting": {
			scenario:   "applied",
			inputs:     []string{"wait=false"},
			deviations: map[string]any{"is-dry": false, "auto-apply": true},
			says:       "dry-run is false",
		},
		"R20 destroy run": {
			scenario:   "applied",
			inputs:     []string{"dry-run=false"},
			deviations: map[string]any{"is-destroy": true},
			says:       "destroy is true",
		},
		"R20 auto-apply despite gates": {
			scenario:   "applied",
			inputs:     []string{"dry-run=false", "fail-on=destroy"},
			deviations: map[string]any{"auto-apply": true},
			says:       "auto-apply is true (requested: false)",
		},
		"R20 auto-apply despite setting": {
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
		"R20 no auto-apply despite setting": {
			scenario:   "applied",
			inputs:     []string{"dry-run=false"},
			deviations: map[string]any{"auto-apply": false},
			says:       "auto-apply is false (requested: true, the workspace's setting)",
		},
		"R20 plan not saved": {
			scenario:   "saved-plan",
			inputs:     []string{"dry-run=false", "save-plan=true"},
			deviations: map[string]any{"save-plan": false},
			says:       "save-plan is false",
		},
		"R21 during plan": {
			scenario:   "applied",
			deviations: map[string]any{"is-dry": false, "auto-apply": true},
			after:      time.Second,
			says:       "dry-run is false",
		},
		"R21 during apply": {
			scenario:   "applied",
			deviations: map[string]any{"is-dry": false, "auto-apply": true},
			after:      3 * time.Second,
			says:       "dry-run is",
		},
		"R21 only by status": {
			scenario:   "applied",
			deviations: map[string]any{"is-dry": false, "auto-apply": true},
			after:      time.Hour,
			says:       "dry-run is true, but is applied",
		},
		"R21 saved plan by status": {
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
			newStepTest(t, s, append(c.inputs, "on-cancel=leave")...).play().checkWrongRun(c.says)
		})
	}
}

// TestMissingValueIsReadAgain (R22) checks that a response with a missing value is read again, and that the value
// counts as different if it is still missing.
func TestMissingValueIsReadAgain(t *testing.T) {
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
			newStepTest(t, s, "on-cancel=leave").play().checkWrongRun("is not reported by Scalr (requested: ")
		})
	}
}

// TestWrongRunDetectedDuringStop (R24) checks that a difference that appears only while the run is being stopped
// counts.
func TestWrongRunDetectedDuringStop(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, scenario(t, "plan-changes"))
	r.during = func(p *stepResult) {
		for len(p.server.Runs()) == 0 || p.server.Runs()[0].Status != "planned_and_finished" {
			time.Sleep(10 * time.Millisecond)
		}
		p.server.AddFault(misreported(readRun, 1, "is-dry", false))
		p.signals <- os.Interrupt
	}
	r.play().want(3, "result=refused", "error-code=wrong-run").logContains("dry-run is false (requested: true)").stops()
}

// TestListWithWrongConfigurationVersion (R25) checks that runs of other jobs are not stopped if a list reports the
// configuration version of this step for all runs.
func TestListWithWrongConfigurationVersion(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string][]scalrsim.Fault{
		"R25 duplicate run": {{Op: createRun, Action: scalrsim.Twice}},
		"R25 lost response": {{Op: createRun, Phase: scalrsim.After, Action: scalrsim.Reset}},
		"R25 lost creation": {{Op: createRun, Times: -1, Action: scalrsim.Reset}},
		"R25 signal":        {{Op: createRun, Phase: scalrsim.After, Action: scalrsim.Stall}},
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
					if run.ID != other { // the list is wrong after the configuration version is known
						p.server.AddFault(misreported("GET /runs", 1, "configuration-version", run.Configuration))
						break
					}
				}
				if name == "R25 lost creation" {
					early := &stepResult{t: t, dir: p.dir}
					early.read()
					p.server.AddFault(misreported("GET /runs", 1, "configuration-version", early.outputs["configuration-version-id"]))
				}
				if name == "R25 signal" {
					time.Sleep(time.Second)
					p.signals <- os.Interrupt
				}
			}
			p := r.play()
			for _, run := range p.runs {
				if run.ID == other && (len(run.Actions) > 0 || p.outputs["run-id"] == other) {
					t.Errorf("run %s of another job was adopted, or received %v\n%s", run.ID, run.Actions, p.log)
				}
			}
		})
	}
}
