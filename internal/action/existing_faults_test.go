package action_test

import (
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// existingCase is a step on a run that an earlier step created.
type existingCase struct {
	scenario string
	alter    func(*scalrsim.Scenario)
	first    []string // besides dry-run=false
	faults   []scalrsim.Fault
	second   []string
	// signal is the request of the second step after which a signal arrives, with its number; "" for no signal.
	signal string
	nth    int
	after  time.Duration
	// later are faults that occur from then on instead of the signal.
	later []scalrsim.Fault

	code  int
	want  []string
	says  []string
	stops []string
	posts map[string]int
	least time.Duration
	most  time.Duration
}

func (c existingCase) play(t *testing.T) {
	s := scenario(t, c.scenario)
	if c.alter != nil {
		c.alter(&s)
	}
	first, next := newStepTest(t, s, append([]string{"dry-run=false"}, c.first...)...), newStepTest(t, s, "workspace-id=")
	a, b := newResult(t), newResult(t)
	var at time.Time
	first.then(a, func() {
		a.read()
		for _, f := range c.faults {
			a.server.AddFault(f)
		}
		b.server = a.server
		next.set("run-id=" + a.outputs["run-id"])
		next.set(c.second...)
		if c.signal != "" {
			next.during = func(p *stepResult) {
				p.awaitRequest(c.signal, max(c.nth, 1))
				time.Sleep(c.after)
				for _, f := range c.later {
					p.server.AddFault(f)
				}
				if at = time.Now(); c.later == nil {
					p.signals <- syscall.SIGINT
				}
			}
		}
		next.step(b)
	})
	b.read()
	next.check(b)
	b.want(c.code, c.want...).logContains(c.says...).stops(c.stops...)
	for op, n := range c.posts {
		b.requestCount(op, n)
	}
	if b.took < c.least || c.most > 0 && b.took > c.most {
		t.Errorf("took %s, want %s to %s\n%s", b.took, c.least, c.most, b.log)
	}
	if c.signal != "" && c.later == nil {
		b.endsWithin(at, 6500*time.Millisecond)
	}
}

// awaitRequest waits for the nth request of this step to an operation.
func (p *stepResult) awaitRequest(op string, nth int) {
	for range 100_000 {
		n := 0
		for _, s := range p.record.all() {
			if matches(op, s.op()) {
				n++
			}
		}
		if n >= nth {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.t.Errorf("no request %d to %s", nth, op)
}

const heldBody = `{"errors":[{"status":"409","title":"Conflict","detail":"The run is held."}]}`

func held(op string, times int) scalrsim.Fault { return statusFault(op, 409, times, heldBody) }

// TestConfirmFaults checks the request that confirms a run: it is repeated only after a conflict, for a limited time,
// and only while the run waits.
func TestConfirmFaults(t *testing.T) {
	t.Parallel()
	confirm, gate := []string{"mode=confirm"}, []string{"mode=confirm", "fail-on=cost-increase"}
	stop, interrupted := []string{"mode=confirm", "on-cancel=stop"}, []string{"result=interrupted"}
	for name, c := range map[string]existingCase{
		"permanent conflict": {
			faults: []scalrsim.Fault{held(confirmOp, -1)},
			second: confirm,
			code:   3,
			want:   []string{"result=refused", "error-code=run-not-waiting", "status=planned"},
			says:   []string{" to be confirmed while it is \"planned\": ", "The run is held."},
			least:  30 * time.Second,
			most:   40 * time.Second,
		},
		"conflict for 20 s": {
			faults: []scalrsim.Fault{{Op: confirmOp, Action: scalrsim.Status, Status: 409, During: 20 * time.Second}},
			second: confirm,
			want:   []string{"result=applied"},
			least:  20 * time.Second,
		},
		"discarded during the conflict": {
			alter:  externalAction("planned", 12*time.Second, "discard"),
			faults: []scalrsim.Fault{held(confirmOp, -1)},
			second: confirm,
			code:   1,
			want:   []string{"result=discarded", "error-code=run-discarded"},
			most:   25 * time.Second,
		},
		"confirmed by another person during the conflict": {
			alter:  externalAction("planned", 12*time.Second, "confirm"),
			faults: []scalrsim.Fault{held(confirmOp, -1)},
			second: confirm,
			want:   []string{"result=applied"},
		},
		"forbidden": {
			faults: []scalrsim.Fault{statusFault(confirmOp, 403, -1)},
			second: confirm,
			code:   3,
			want:   []string{"result=refused", "error-code=not-allowed"},
			posts:  map[string]int{confirmOp: 1},
		},
		"run becomes unreadable": {
			faults: []scalrsim.Fault{{Op: readRun, Nth: 2, Times: -1, Action: scalrsim.Status, Status: 403}},
			second: confirm,
			code:   3,
			want:   []string{"result=refused", "error-code=not-allowed"},
			posts:  map[string]int{confirmOp: 0},
		},
		"signal before the confirmation": {
			faults: []scalrsim.Fault{{Op: readRun, Nth: 2, Action: scalrsim.Stall}},
			second: stop,
			signal: readRun, nth: 2, after: time.Second,
			code: 130, want: interrupted, stops: []string{"discard 202"},
			posts: map[string]int{confirmOp: 0},
			says:  []string{"its final status is discarded"},
		},
		"signal during the confirmation": {
			faults: []scalrsim.Fault{{Op: confirmOp, Action: scalrsim.Stall}},
			second: stop,
			signal: confirmOp, after: time.Second,
			code: 130, want: interrupted, stops: []string{"discard 202"},
			posts: map[string]int{confirmOp: 1},
		},
		"signal during a conflict": {
			faults: []scalrsim.Fault{held(confirmOp, -1)},
			second: stop,
			signal: confirmOp, after: time.Second,
			code: 130, want: interrupted, stops: []string{"discard 202"},
			posts: map[string]int{confirmOp: 1},
		},
		"signal after the confirmation": {
			faults: []scalrsim.Fault{acceptedFault(confirmOp, 0)},
			second: stop,
			signal: confirmOp, after: 10 * time.Second,
			code: 130, want: interrupted, stops: []string{"discard 202"},
			says: []string{"Scalr accepted the request to confirm run run-", `but the run was still "planned". Run run-`},
		},
		"another person applies the run before the gate": {
			alter:  externalAction("planned", 0, "confirm"),
			second: []string{"mode=confirm", "fail-on=changes"},
			code:   1,
			want:   []string{"result=rejected", "status=applied"},
			says:   []string{"It was applied already: https://"},
			posts:  map[string]int{confirmOp: 0},
		},
		"gate with a dry run": {
			first: []string{"dry-run=true"}, second: gate, code: 3, want: []string{"error-code=run-not-waiting"},
			says: []string{"is a dry run: it changes nothing, and there is nothing to confirm."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.scenario == "" {
				c.scenario = "waits-for-approval"
			}
			c.play(t)
		})
	}
}

// externalAction returns a function that adds an action of another person on the run.
func externalAction(when string, after time.Duration, verb string) func(*scalrsim.Scenario) {
	return func(s *scalrsim.Scenario) {
		s.Script.ExternalActions = append(s.Script.ExternalActions,
			scalrsim.ExternalAction{When: when, After: after, Verb: verb, By: "ada@acme.example"})
	}
}

// TestApplyFailsInsteadOfStop checks the result if Scalr accepts the request to stop a waiting run, but another person confirms the
// run and its apply fails: some changes may have been made.
func TestApplyFailsInsteadOfStop(t *testing.T) {
	t.Parallel()
	for mode, word := range map[string]string{"mode=discard": "result=discarded", "mode=cancel": "result=canceled"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			existingCase{
				scenario: "apply-error", alter: externalAction("planned", 15*time.Second, "confirm"), first: []string{"auto-apply=false"},
				faults: []scalrsim.Fault{statusFault(discardOp, 202, -1)}, second: []string{mode}, stops: []string{"discard 202"},
				code: 1, want: []string{word, "error-code=too-late"},
				says: []string{"was confirmed before it could be stopped, and its apply failed: https://"},
			}.play(t)
		})
	}
}

// TestStopAfterFailedApply checks that a run whose apply had failed before the step started is left unchanged, without a fault.
func TestStopAfterFailedApply(t *testing.T) {
	t.Parallel()
	for mode, word := range map[string]string{"mode=discard": "result=discarded", "mode=cancel": "result=canceled"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			existingCase{
				scenario: "apply-error", first: []string{"auto-apply=true"}, second: []string{mode}, code: 0, want: []string{word, "status=errored"},
				posts: map[string]int{discardOp: 0},
			}.play(t)
		})
	}
}
