package action_test

import (
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// TestPostStepIsNeeded checks that the post step is needed only if the main step ends without the id of its run.
func TestPostStepIsNeeded(t *testing.T) {
	t.Parallel()
	for name, due := range map[string]bool{"unavailable": true, "answers": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := with(scenario(t, "plan-changes"),
				scalrsim.Fault{Op: "POST /runs", Phase: scalrsim.After, Action: scalrsim.Reset, Times: -1})
			if due {
				s = with(s, scalrsim.Fault{Op: "GET /runs", Action: scalrsim.Status, Status: 503, Times: -1})
			}
			p := newStepTest(t, s).play()
			if due {
				p.want(3, "error-code=run-unknown")
			}
			if got := p.state["finished"] != "true"; got != due {
				t.Errorf("the post step is needed: %v, want %v; state %v", got, due, p.state)
			}
		})
	}
}

// TestPost checks that the post step stops the run of a killed step, and logs nothing after a normal end.
func TestPost(t *testing.T) {
	t.Parallel()
	t.Run("saved in the meantime", func(t *testing.T) {
		t.Parallel()
		main := newStepTest(t, scenario(t, "saved-plan"), "dry-run=false", "save-plan=true")
		post := newStepTest(t, scenario(t, "saved-plan"))
		a, b := newResult(t), newResult(t)
		main.then(a, func() {
			a.read()
			post.name, post.env["STATE_run-id"], post.env["STATE_on-cancel"] = "scalr-run-post", a.outputs["run-id"], "stop"
			b.server = a.server
			post.step(b)
		})
		b.read()
		b.want(0).logContains("has saved its plan").stops()
	})
	t.Run("normal end", func(t *testing.T) {
		t.Parallel()
		r := newStepTest(t, scenario(t, "plan-changes"))
		r.name = "scalr-run-post"
		r.env["STATE_run-id"], r.env["STATE_on-cancel"], r.env["STATE_finished"] = "run-1", "stop", "true"
		if p := r.play().want(0); p.log != "" || len(p.server.Requests()) != 0 {
			t.Errorf("logged %q and sent %d requests, want nothing", p.log, len(p.server.Requests()))
		}
	})
}
