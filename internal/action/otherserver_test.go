package action_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestFirstPollOfOwnRun checks that a single unexpected response to the first poll does not end the step that has just created
// the run: the run continues in Scalr, and may apply.
func TestFirstPollOfOwnRun(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]scalrsim.Fault{
		"page with 403": {Action: scalrsim.HTML, Status: 403},
		"403":           {Action: scalrsim.Status, Status: 403},
		"409":           {Action: scalrsim.Status, Status: 409},
		"page":          {Action: scalrsim.HTML, Times: 3},
		"redirect":      {Action: scalrsim.Redirect, Target: "https://login.test/in"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f.Op = readRun
			r := newStepTest(t, with(scenario(t, "applied"), f), "dry-run=false", "auto-apply=true")
			r.play().want(0, "result=applied").logContains("The run cannot be read at the moment")
		})
	}
	t.Run("for a minute", func(t *testing.T) {
		t.Parallel()
		f := scalrsim.Fault{Op: readRun, Action: scalrsim.Status, Status: 403, During: time.Minute}
		p := newStepTest(t, with(slowly(t, "plan-changes"), f)).play().want(3, "error-code=not-allowed").logContains("the run may still be running")
		if p.took > 40*time.Second {
			t.Errorf("the step took %s", p.took)
		}
	})
}

// TestDiscardReplacedByPage checks that a discard is reported as such if a firewall refuses the response to it, also if Scalr
// executes it later.
func TestDiscardReplacedByPage(t *testing.T) {
	t.Parallel()
	for _, takes := range []time.Duration{0, 5 * time.Second} {
		f := scalrsim.Fault{Op: discardOp, Phase: scalrsim.After, Action: scalrsim.HTML, Status: 403}
		s := with(scenario(t, "waits-for-approval"), f)
		s.Script.DiscardTakes = takes
		r := newStepTest(t, s, "dry-run=false", "auto-apply=true", "fail-on=changes")
		r.play().want(1, "result=rejected", "status=discarded").logContains("The run was discarded; nothing was applied.")
	}
	f := scalrsim.Fault{Op: discardOp, Action: scalrsim.HTML, Status: 403, Times: -1}
	r := newStepTest(t, with(scenario(t, "waits-for-approval"), f), "dry-run=false", "auto-apply=true", "fail-on=changes")
	r.play().want(1, "result=rejected", "status=planned").logContains("could not be discarded (Discard run run-", "Forbidden: ")
}

// TestConfirmationWithoutEffect checks that the log says once a minute that Scalr has accepted the confirmation.
func TestConfirmationWithoutEffect(t *testing.T) {
	t.Parallel()
	f := scalrsim.Fault{Op: confirmOp, Action: scalrsim.Status, Status: 200, Body: "{}"}
	r := newStepTest(t, with(scenario(t, "waits-for-approval"), f), "dry-run=false", "auto-apply=true", "fail-on=warnings", "timeout=3m")
	r.play().want(5, "result=timed-out").logContains("planned, for 1m", "; Scalr has accepted the request to confirm it\n")
}

// TestSlowProcessing checks that the log says that Scalr has not processed the archive yet, if that takes long.
func TestSlowProcessing(t *testing.T) {
	t.Parallel()
	const line = "Waiting for Scalr to process configuration version cv-"
	s := scenario(t, "plan-changes")
	s.Config.ProcessFor = 20 * time.Second
	newStepTest(t, s).play().want(0, "result=planned").logContains(line)
	s.Config.ProcessFor = 5 * time.Second
	if p := newStepTest(t, s).play().want(0, "result=planned"); strings.Contains(p.log, line) {
		t.Errorf("the log has the line after 5 s\n%s", p.log)
	}
}

// TestAdviceOfTimeout checks that the advice after a timeout is about the error that lasted until then, if there was one.
func TestAdviceOfTimeout(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  scalrsim.Fault
		advice string
	}{
		"refused":      {scalrsim.Fault{Op: "* /**", Action: scalrsim.Refuse, Times: -1}, "Check `base-url`, and that the runner may reach the host"},
		"rate limit":   {scalrsim.Fault{Op: "* /**", Action: scalrsim.Status, Status: 429, Times: -1}, "Run fewer jobs at a time"},
		"5xx":          {scalrsim.Fault{Op: "* /**", Action: scalrsim.Status, Status: 503, Times: -1}, "Check whether Scalr has an outage"},
		"slow request": {scalrsim.Fault{Op: "GET /workspaces/*", Action: scalrsim.Delay, Delay: 20 * time.Second}, "Set a longer `timeout`"},
	} {
		p := newStepTest(t, with(scenario(t, "plan-changes"), c.fault), "timeout=10s").play().want(5, "result=timed-out", "error-code=timed-out")
		if !strings.Contains(p.log, c.advice) || strings.Contains(p.log, "Set a longer") != strings.HasPrefix(c.advice, "Set a longer") {
			t.Errorf("%s: no advice %q\n%s", name, c.advice, p.log)
		}
	}
}

// TestCreationReplacedByPage checks that an environment is found if a firewall refuses the response to its creation.
func TestCreationReplacedByPage(t *testing.T) {
	t.Parallel()
	f := scalrsim.Fault{Op: "POST /environments", Phase: scalrsim.After, Action: scalrsim.HTML, Status: 403}
	withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{f}}, func(d *companionTest) {
		d.environment("name=preview-7").want(0, "result=done", "created=true", "changed=true")
		if got := d.count("/environments", "preview-7"); got != 1 {
			t.Errorf("%d environments have the name", got)
		}
	})
	f.Phase = scalrsim.Before
	withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{f}}, func(d *companionTest) {
		d.environment("name=preview-7").want(3, "error-code=not-allowed", "created=false", "changed=false")
	})
}

// TestDeletionByTwoClients checks that only the client whose request has deleted an object reports the change.
func TestDeletionByTwoClients(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"environment", "workspace"} {
		for name, c := range map[string]struct {
			fault   scalrsim.Fault // of the step's request
			other   bool           // another client deletes the object right before it
			changed string
		}{
			"another client":              {other: true, changed: "changed=false"},
			"lost response":               {fault: scalrsim.Fault{Action: scalrsim.Reset, Phase: scalrsim.After}, changed: "changed=true"},
			"page in place of a response": {fault: scalrsim.Fault{Action: scalrsim.HTML, Status: 404, Phase: scalrsim.After}, changed: "changed=true"},
		} {
			t.Run(kind+", "+name, func(t *testing.T) {
				t.Parallel()
				s := scalrsim.Scenario{}
				if c.fault.Action != "" {
					c.fault.Op = "DELETE /" + kind + "s/*"
					s.Faults = []scalrsim.Fault{c.fault}
				}
				withCompanions(t, s, func(d *companionTest) {
					play, inputs, path := d.environment, []string{"mode=absent", "name=staging"}, "/environments/"+scalrsim.StagingID
					if kind == "workspace" {
						path = "/workspaces/" + d.server.AddWorkspace(scalrsim.StagingID, "app", nil)
						play, inputs = d.workspace, []string{"mode=absent", "environment=staging", "name=app"}
					}
					if c.other {
						transport := d.http
						d.http = &beforeRequest{RoundTripper: transport, op: "DELETE " + path, nth: 1, then: func() {
							r, err := http.NewRequest("DELETE", d.server.URL()+scalrsim.BasePath+path, nil)
							if err != nil {
								t.Fatal(err)
							}
							d.send(r)
						}}
					}
					v := play(inputs...).want(0, "result=done", c.changed)
					if c.other {
						v.logContains("was already deleted by another client: nothing to delete.")
					} else {
						v.logContains("Deleted " + kind)
					}
				})
			})
		}
	}
}
