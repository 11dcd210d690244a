package action_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// signalAfter is a transport that sends a signal after the response to the nth request of an operation, before the step
// receives the response.
type signalAfter struct {
	to  http.RoundTripper
	op  string
	nth int
	p   *stepResult
}

func (s *signalAfter) RoundTrip(q *http.Request) (*http.Response, error) {
	response, err := s.to.RoundTrip(q)
	if matches(s.op, q.Method+" "+strings.TrimPrefix(q.URL.Path, scalrsim.BasePath)) {
		if s.nth--; s.nth == 0 {
			s.p.signals <- os.Interrupt
			time.Sleep(time.Millisecond)
		}
	}
	return response, err
}

// TestSignalBeforeCreation checks that no run is created if the signal arrives with the response after which it would be.
func TestSignalBeforeCreation(t *testing.T) {
	t.Parallel()
	for _, nth := range []int{1, 2} {
		r := newStepTest(t, scenario(t, "plan-changes"))
		p := newResult(t)
		r.http = func(s *scalrsim.Server) http.RoundTripper {
			return &signalAfter{to: s.Client().Transport, op: readVersion, nth: nth, p: p}
		}
		r.then(p, func() {})
		p.read()
		r.check(p)
		p.want(130, "result=interrupted", "run-id=", "run-url=").requestCount(createRun, 0)
		if strings.Contains(p.log, "Run  ") {
			t.Errorf("the log names a run without id\n%s", p.log)
		}
	}
}

// TestCreationRejectedAfterSignal checks that a run is not searched for if Scalr rejects its creation after the signal.
func TestCreationRejectedAfterSignal(t *testing.T) {
	t.Parallel()
	s := with(scenario(t, "plan-changes"), statusFault(createRun, 422, 1))
	r := newStepTest(t, s)
	r.http = func(s *scalrsim.Server) http.RoundTripper { return slowCreation{s.Client().Transport} }
	r.during = func(p *stepResult) {
		p.awaitRequest(createRun, 1)
		time.Sleep(500 * time.Millisecond)
		p.signals <- os.Interrupt
	}
	p := r.play().want(130, "result=interrupted", "run-id=").requestCount("GET /runs", 0).requestCount(createRun, 1)
	if strings.Contains(p.log, "\nRun ") {
		t.Errorf("the log names a run\n%s", p.log)
	}
}

// slowCreation delays the response to the creation of a run by a second.
type slowCreation struct{ to http.RoundTripper }

func (s slowCreation) RoundTrip(q *http.Request) (*http.Response, error) {
	response, err := s.to.RoundTrip(q)
	if strings.HasSuffix(q.URL.Path, "/runs") && q.Method == http.MethodPost {
		time.Sleep(time.Second)
	}
	return response, err
}

// TestSignalWhileWrongRunIsStopped checks that a run that differs from the request is stopped although the step is
// interrupted and the first requests to stop it have no response.
func TestSignalWhileWrongRunIsStopped(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, with(scenario(t, "auto-apply-refused"), scalrsim.Fault{Op: discardOp, Action: scalrsim.Stall},
		scalrsim.Fault{Op: "POST /runs/*/actions/cancel", Action: scalrsim.Stall}),
		"dry-run=false", "auto-apply=true")
	var at time.Time
	r.during = func(p *stepResult) {
		p.awaitRequest(discardOp, 1)
		time.Sleep(500 * time.Millisecond)
		at = time.Now()
		p.signals <- os.Interrupt
	}
	p := r.play().want(3, "result=refused", "error-code=wrong-run", "status=canceled").
		logContains("It was stopped and ended as canceled: https://")
	p.endsWithin(at, 6500*time.Millisecond)
	if p.state["finished"] != "true" {
		t.Errorf("the state is %v, although the run was stopped", p.state)
	}
}

// TestSignalAfterFinishedRun checks that the gates count for a run that had finished before the step could stop it.
func TestSignalAfterFinishedRun(t *testing.T) {
	t.Parallel()
	for gate, code := range map[string]int{"changes": 1, "warnings": 0} {
		r := newStepTest(t, scenario(t, "plan-changes"), "fail-on="+gate)
		r.during = signalWhen("planned_and_finished", 0)
		p := r.play().want(code).stops()
		if got := p.outputs["error-code"] == "gate-hit"; got != (code == 1) {
			t.Errorf("fail-on %s: the gate fails: %v\n%s", gate, got, p.log)
		}
	}
}

// TestConditionsOfInterruptedGate checks that an interrupted step reports the conditions that the plan matches, but not
// those that are unknown.
func TestConditionsOfInterruptedGate(t *testing.T) {
	t.Parallel()
	s := with(scenario(t, "waits-for-approval"), scalrsim.Fault{Op: discardOp, Action: scalrsim.Stall})
	r := newStepTest(t, s, "dry-run=false", "fail-on=needs-confirmation\ncost-increase")
	r.during = func(p *stepResult) { p.awaitRequest(discardOp, 1); time.Sleep(time.Second); p.signals <- os.Interrupt }
	p := r.play().want(130, "result=interrupted").logContains("final status is discarded")
	if !strings.Contains(p.summary, "needs-confirmation") || strings.Contains(p.summary, "cost-increase") {
		t.Errorf("the summary is\n%s", p.summary)
	}
}

// TestPlanAfterInterruptedRead checks that the plan is read again for the report if a signal arrives while it is read.
func TestPlanAfterInterruptedRead(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, with(scenario(t, "plan-changes"), scalrsim.Fault{Op: planJSON, Action: scalrsim.Stall}))
	r.during = func(p *stepResult) { p.awaitRequest(planJSON, 1); time.Sleep(time.Second); p.signals <- os.Interrupt }
	p := r.play().want(0, "result=planned", "additions=2").requestCount(planJSON, 2)
	if p.outputs["plan-json-file"] == "" {
		t.Errorf("the plan JSON is missing\n%s", p.log)
	}
}

// TestActionInSummary checks that the next step in the summary uses the same version of the action.
func TestActionInSummary(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, scenario(t, "waits-for-approval"), "dry-run=false")
	r.env["GITHUB_ACTION_REPOSITORY"], r.env["GITHUB_ACTION_REF"] = "acme/scalr-run-action", "v1.2"
	p := r.play().want(0, "result=needs-confirmation")
	if !strings.Contains(p.summary, "uses: acme/scalr-run-action@v1.2\n") {
		t.Errorf("the summary is\n%s", p.summary)
	}
}

// TestOnlyEarlierAttemptsAreReported checks that neither a duplicate of the run nor runs of other workflows are reported
// as runs of an earlier attempt.
func TestOnlyEarlierAttemptsAreReported(t *testing.T) {
	t.Parallel()
	const workflows = "https://github.com/acme/infra/actions/runs/"
	for attempt, want := range map[string]int{"": 0, "1": 0, "2": 1, "3": 1} {
		s := with(scenario(t, "plan-changes"), scalrsim.Fault{Op: createRun, Action: scalrsim.Twice})
		s.Setup = func(s *scalrsim.Server) {
			s.AddRun(scalrsim.WorkspaceID, map[string]any{"message": "Release " + workflows + "7/attempts/1"})
			s.AddRun(scalrsim.WorkspaceID, map[string]any{"message": "Release " + workflows + "8/attempts/1"})
		}
		r := newStepTest(t, s)
		r.env["GITHUB_RUN_ATTEMPT"] = attempt
		p := r.play()
		if n := strings.Count(p.log, " of an earlier attempt is still "); n != want {
			t.Errorf("attempt %q: %d runs are reported, want %d\n%s", attempt, n, want, p.log)
		}
	}
}

// TestSignInForExistingRun checks that a step on an existing run reports that it cannot sign in.
func TestSignInForExistingRun(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, scenario(t, "plan-changes"), "mode=watch", "run-id=run-1", "token=", "service-account=deployer@acme.scalr.io",
		"id-token="+gitLabToken(t, map[string]any{"exp": 946684799}))
	r.play().want(3, "result=refused", "error-code=sign-in-refused").requestCount(readRun, 0)
}
