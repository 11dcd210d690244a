package action_test

import (
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// existing runs a step that creates a run and does not wait, and then a second step on this run against the same
// server.
func existing(t *testing.T, s scalrsim.Scenario, first []string, second ...string) (*stepResult, *stepResult) {
	t.Helper()
	r := newStepTest(t, s, first...)
	next := newStepTest(t, s, second...)
	a, b := newResult(t), newResult(t)
	r.then(a, func() {
		a.read()
		b.server = a.server
		next.set("run-id="+a.outputs["run-id"], "workspace-id=")
		next.step(b)
	})
	b.read()
	next.check(b)
	return a, b
}

func TestModes(t *testing.T) {
	t.Parallel()
	waiting := []string{"dry-run=false"}
	saved := []string{"dry-run=false", "save-plan=true"}
	for _, c := range []struct {
		name     string
		scenario string
		first    []string
		second   []string
		code     int
		outputs  []string
		asked    map[string]int
	}{
		{
			name:     "confirm",
			scenario: "waits-for-approval",
			first:    waiting,
			second:   []string{"mode=confirm"},
			outputs:  []string{"result=applied", "status=applied"},
			asked:    map[string]int{"POST /runs/*/actions/apply": 1, "POST /configuration-versions": 1},
		},
		{
			name:     "confirm saved",
			scenario: "saved-plan",
			first:    saved,
			second:   []string{"mode=confirm"},
			outputs:  []string{"result=applied"},
		},
		{
			name:     "confirm without wait",
			scenario: "waits-for-approval",
			first:    waiting,
			second:   []string{"mode=confirm", "wait=false"},
			outputs:  []string{"result=started"},
		},
		{
			name:     "confirm needs override",
			scenario: "policy-soft",
			first:    waiting,
			second:   []string{"mode=confirm"},
			code:     4,
			outputs:  []string{"result=needs-override"},
			asked:    map[string]int{"POST /runs/*/actions/apply": 0},
		},
		{
			name:     "confirm gate",
			scenario: "waits-for-approval",
			first:    waiting,
			second:   []string{"mode=confirm", "fail-on=destroy"},
			code:     1,
			outputs:  []string{"result=rejected", "error-code=gate-hit"},
			asked:    map[string]int{"POST /runs/*/actions/apply": 0, "POST /runs/*/actions/discard": 0},
		},
		{
			name:     "confirm dry run",
			scenario: "plan-changes",
			second:   []string{"mode=confirm"},
			code:     3,
			outputs:  []string{"result=refused", "error-code=run-not-waiting"},
			asked:    map[string]int{"POST /runs/*/actions/apply": 0},
		},
		{
			name:     "watch",
			scenario: "waits-for-approval",
			first:    waiting,
			second:   []string{"mode=watch"},
			outputs:  []string{"result=needs-confirmation"},
		},
		{
			name:     "watch started",
			scenario: "plan-changes",
			first:    []string{"wait=false"},
			second:   []string{"mode=watch"},
			outputs:  []string{"result=planned"},
		},
		{
			name:     "override",
			scenario: "policy-soft",
			first:    waiting,
			second:   []string{"mode=override"},
			outputs:  []string{"result=needs-confirmation", "policy-status=overridden"},
			asked:    map[string]int{"POST /policy-checks/*/actions/override": 1, "POST /runs/*/actions/apply": 0},
		},
		{
			name:     "override without wait",
			scenario: "policy-soft",
			first:    waiting,
			second:   []string{"mode=override", "wait=false"},
			outputs:  []string{"result=overridden"},
		},
		{
			name:     "override gate",
			scenario: "policy-soft",
			first:    waiting,
			second:   []string{"mode=override", "fail-on=changes"},
			code:     1,
			outputs:  []string{"result=rejected", "error-code=gate-hit"},
			asked:    map[string]int{"POST /policy-checks/*/actions/override": 0, "POST /runs/*/actions/discard": 0},
		},
		{
			name:     "override without failed policy",
			scenario: "waits-for-approval",
			first:    waiting,
			second:   []string{"mode=override", "wait=false"},
			code:     3,
			outputs:  []string{"result=refused", "error-code=run-not-waiting"},
		},
		{
			name:     "discard",
			scenario: "waits-for-approval",
			first:    waiting,
			second:   []string{"mode=discard"},
			outputs:  []string{"result=discarded", "status=discarded"},
			asked:    map[string]int{"POST /runs/*/actions/discard": 1},
		},
		{
			name:     "discard saved",
			scenario: "saved-plan",
			first:    saved,
			second:   []string{"mode=discard"},
			outputs:  []string{"result=discarded"},
		},
		{
			name:     "discard finished",
			scenario: "plan-error",
			second:   []string{"mode=discard"},
			outputs:  []string{"result=discarded", "status=errored", "error-code="},
			asked:    map[string]int{"POST /runs/*/actions/discard": 0},
		},
		{
			name:     "discard applied",
			scenario: "applied",
			first:    waiting,
			second:   []string{"mode=discard"},
			code:     1,
			outputs:  []string{"error-code=too-late"},
		},
		{
			name:     "cancel",
			scenario: "plan-changes",
			first:    []string{"wait=false"},
			second:   []string{"mode=cancel"},
			outputs:  []string{"result=canceled"},
		},
		{
			name:     "cancel waiting",
			scenario: "waits-for-approval",
			first:    waiting,
			second:   []string{"mode=cancel"},
			outputs:  []string{"result=canceled"},
		},
		{
			name:     "cancel applied",
			scenario: "applied",
			first:    waiting,
			second:   []string{"mode=cancel"},
			code:     1,
			outputs:  []string{"error-code=too-late"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, b := existing(t, scenario(t, c.scenario), c.first, c.second...)
			b.want(c.code, c.outputs...)
			for op, n := range c.asked {
				b.requestCount(op, n)
			}
		})
	}
}

// TestConfirmTwice checks that confirming a run that was already applied returns the result applied.
func TestConfirmTwice(t *testing.T) {
	t.Parallel()
	_, b := existing(t, scenario(t, "applied"), []string{"dry-run=false"}, "mode=confirm")
	b.want(0, "result=applied").requestCount("POST /runs/*/actions/apply", 0)
}

// TestConfirmWithLostResponse checks that a run is confirmed only once if the response is lost (R16).
func TestConfirmWithLostResponse(t *testing.T) {
	t.Parallel()
	s := with(scenario(t, "waits-for-approval"),
		scalrsim.Fault{Op: "POST /runs/*/actions/apply", Phase: scalrsim.After, Action: scalrsim.Reset})
	_, b := existing(t, s, []string{"dry-run=false"}, "mode=confirm")
	b.want(0, "result=applied")
}

// TestRunNotFound checks that the error names the input run-id.
func TestRunNotFound(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, scenario(t, "plan-changes"), "mode=watch", "run-id=run-nothere", "workspace-id=")
	r.play().want(3, "result=refused", "error-code=run-not-found").logContains("run-nothere", "run-id")
}

// TestTimeoutOfAllRequests checks that the step ends soon after its timeout if the plan for a gate and GitHub's
// response both hang.
func TestTimeoutOfAllRequests(t *testing.T) {
	t.Parallel()
	s := with(scenario(t, "applied"),
		scalrsim.Fault{Op: "GET /plans/*/sanitized-json-output", Times: -1, Action: scalrsim.Stall})
	r := newStepTest(t, s, "dry-run=false", "fail-on=destroy", "timeout=10s")
	if p := r.play(); p.took > 20*time.Second {
		t.Errorf("the step took %s\n%s", p.took, p.log)
	}
}

// TestAnnotationsPreferErrors checks that errors take precedence over warnings in the limited number of annotations.
func TestAnnotationsPreferErrors(t *testing.T) {
	t.Parallel()
	s := scenario(t, "plan-error")
	s.Script.Plan.Log = strings.Repeat("Warning: Old\n\n  on main.tf line 1:\n\nIt is old.\n\n", 12) +
		"Error: Missing\n\n  on main.tf line 3:\n   3: x\n\nIt is missing.\n"
	p := newStepTest(t, s).play().want(1, "result=errored")
	if n := strings.Count(p.log, "\n::warning "); n != 8 {
		t.Errorf("%d annotations for warnings, want 8", n)
	}
	p.logContains("line=3")
}

// TestAnnotatedFiles checks that only files that may be in the repository get annotations.
func TestAnnotatedFiles(t *testing.T) {
	t.Parallel()
	s := scenario(t, "plan-error")
	s.Script.Plan.Log = ""
	for _, place := range []string{"<value for var.x>", ".terraform/modules/vpc/main.tf", "/opt/hook/main.tf", "main.tf"} {
		s.Script.Plan.Log += "╷\n│ Error: Wrong\n│ \n│   on " + place +
			" line 7:\n│   (source code not available)\n│ \n│ It is wrong.\n╵\n"
	}
	p := newStepTest(t, s).play().want(1, "result=errored").logContains("main.tf,line=7")
	if n := strings.Count(p.log, "line=7"); n != 1 {
		t.Errorf("%d annotations have a file, want 1", n)
	}
}

// TestConfirmRetriesConflict checks that the step retries if a run that briefly passes through planned rejects the
// confirmation.
func TestConfirmRetriesConflict(t *testing.T) {
	t.Parallel()
	s := with(scenario(t, "cost-increase"),
		scalrsim.Fault{Op: "POST /runs/*/actions/apply", Action: scalrsim.Status, Status: 409, Times: 4})
	newStepTest(t, s, "dry-run=false", "auto-apply=true", "fail-on=cost-increase", "max-cost-increase=1000000").play().
		want(0, "result=applied")
}

// TestRunWithoutWaiting checks that wait: false returns immediately and does not stop the run.
func TestRunWithoutWaiting(t *testing.T) {
	t.Parallel()
	p := newStepTest(t, scenario(t, "plan-changes"), "wait=false").play().want(0, "result=started", "has-changes=")
	for _, name := range []string{"terraform-outputs", "terraform-outputs-file", "comment-url"} {
		if _, ok := p.outputs[name]; !ok {
			t.Errorf("output %s is not set to an empty value", name)
		}
	}
	if p.outputs["run-id"] == "" || p.state["on-cancel"] != "leave" || p.state["finished"] != "true" {
		t.Errorf("outputs %v, state %v", p.outputs, p.state)
	}
	p.stops()
}

// TestOutputsAndStateOfKilledStep checks that outputs and state are written as soon as they are known (X20). It reads
// the files while the step hangs in its first poll of the run.
func TestOutputsAndStateOfKilledStep(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, with(scenario(t, "plan-changes"), scalrsim.Fault{Op: "GET /runs/*", Action: scalrsim.Stall}),
		"timeout=40s")
	r.during = func(p *stepResult) {
		time.Sleep(20 * time.Second)
		early := &stepResult{t: t, dir: p.dir}
		early.read()
		for _, name := range []string{"run-id", "run-url", "workspace-id", "environment-id", "configuration-version-id"} {
			if early.outputs[name] == "" {
				t.Errorf("output %s is not set yet", name)
			}
		}
		if early.state["run-id"] != early.outputs["run-id"] || early.state["on-cancel"] != "stop" {
			t.Errorf("state %v", early.state)
		}
	}
	r.play()
}
