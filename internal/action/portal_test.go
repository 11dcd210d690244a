package action_test

import (
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestPortalInPlaceOfActions checks that an action is not reported as done if the response is a portal's page or a
// document with errors. The step requests it three times (H03).
func TestPortalInPlaceOfActions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ scenario, op, mode, status string }{
		"confirm":  {"waits-for-approval", confirmOp, "confirm", "planned"},
		"discard":  {"waits-for-approval", discardOp, "discard", "planned"},
		"cancel":   {"waits-for-approval", discardOp, "cancel", "planned"},
		"override": {"policy-soft", overrideOp, "override", "policy_override"},
	} {
		for kind, f := range map[string]scalrsim.Fault{
			"page":   {Op: c.op, Action: scalrsim.HTML, Times: -1},
			"errors": {Op: c.op, Action: scalrsim.Status, Status: 200, Times: -1, Body: `{"errors":[{"title":"Sign in to continue"}]}`},
		} {
			for _, wait := range []string{"wait=true", "wait=false"} {
				t.Run(name+" "+kind+" "+wait, func(t *testing.T) {
					t.Parallel()
					p := playOnRun(t, scenario(t, c.scenario), []string{"dry-run=false"}, func(a *stepResult) []string {
						a.server.AddFault(f)
						return []string{"mode=" + c.mode, wait}
					})
					code := map[string]string{"page": "not-scalr", "errors": "no-usable-answer"}[kind]
					p.want(3, "result=unreachable", "error-code="+code).logContains("Sign in to continue").requestCount(c.op, 3)
					if got := p.server.Runs()[0].Status; got != c.status {
						t.Errorf("the run is %s", got)
					}
				})
			}
		}
	}
}

// TestPortalInPlaceOfStop checks that a canceled step does not report its run as stopped, and that the post step stops
// it.
func TestPortalInPlaceOfStop(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, with(slowly(t, "plan-changes"), scalrsim.Fault{Op: "POST /runs/*/actions/cancel", Action: scalrsim.HTML, Times: -1}))
	r.during = signalWhen("planning", 300*time.Millisecond)
	p := r.play().want(130, "result=interrupted").logContains("could not be stopped", "expected JSON:API, got text/html")
	if p.state["finished"] == "true" || strings.Contains(p.log, "accepted the request") {
		t.Errorf("the step has the state %v and the log\n%s", p.state, p.log)
	}
}

// TestPortalInPlaceOfDelete checks that an object is not reported as deleted.
func TestPortalInPlaceOfDelete(t *testing.T) {
	t.Parallel()
	fault := scalrsim.Fault{Op: "DELETE /environments/*", Action: scalrsim.HTML, Times: -1}
	withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{fault}}, func(d *companionTest) {
		d.environment("mode=absent", "name=staging").want(3, "result=unreachable", "error-code=not-scalr", "changed=")
	})
}
