package scalrsim

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestActionsByStatus(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		step  Step
		verb  string
		want  int
		after string
	}{
		"cancel while planning":           {Step{Status: "planning", For: time.Hour}, "cancel", 202, "canceled"},
		"cancel while applying":           {Step{Status: "applying", For: time.Hour}, "cancel", 202, "canceled"},
		"cancel while the plan is queued": {Step{Status: "plan_queued", For: time.Hour}, "cancel", 202, "canceled"},
		"cancel a waiting run":            {Step{Status: "planned", Waits: true}, "cancel", 409, "planned"},
		"cancel in a passing status":      {Step{Status: "planned", For: time.Hour}, "cancel", 409, "planned"},
		"cancel a canceled run":           {Step{Status: "canceled", For: time.Hour}, "cancel", 204, "canceled"},
		"cancel a finished run":           {Step{Status: "applied", For: time.Hour}, "cancel", 409, "applied"},
		"discard a waiting run":           {Step{Status: "planned", Waits: true}, "discard", 202, "discarded"},
		"discard a saved plan":            {Step{Status: "planned_and_saved", Waits: true}, "discard", 202, "discarded"},
		"discard before an override":      {Step{Status: "policy_override", Waits: true}, "discard", 202, "discarded"},
		"discard in a passing status":     {Step{Status: "policy_checked", For: time.Hour}, "discard", 409, "policy_checked"},
		"discard while planning":          {Step{Status: "planning", For: time.Hour}, "discard", 409, "planning"},
		"confirm a waiting run":           {Step{Status: "policy_checked", Waits: true}, "apply", 202, "applied"},
		"confirm a saved plan":            {Step{Status: "planned_and_saved", Waits: true}, "apply", 202, "applied"},
		"confirm before an override":      {Step{Status: "policy_override", Waits: true}, "apply", 409, "policy_override"},
		"confirm in a passing status":     {Step{Status: "planned", For: time.Hour}, "apply", 409, "planned"},
		"force a run that is not pending": {Step{Status: "planning", For: time.Hour}, "force", 409, "planning"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := New(Scenario{Script: RunScript{Steps: []Step{test.step, {Status: "confirmed", For: time.Second}, {Status: "applied"}}}})
				run := start(t, s, s.Client(), example, `{"is-dry":false}`)
				time.Sleep(time.Second)
				r, body := send(t, s.Client(), "POST", s.URL()+BasePath+"/runs/"+run+"/actions/"+test.verb, `{"comment":"because"}`)
				if r.StatusCode != test.want {
					t.Errorf("got %d, want %d: %s", r.StatusCode, test.want, body)
				}
				time.Sleep(5 * time.Second)
				record := s.Runs()[0]
				if record.Status != test.after {
					t.Errorf("after the action, the run is %s, want %s", record.Status, test.after)
				}
				want := RunAction{Verb: test.verb, Comment: "because", At: record.Actions[0].At, In: test.step.Status, Answer: test.want}
				if record.Actions[0] != want {
					t.Errorf("recorded %+v, want %+v", record.Actions[0], want)
				}
				wantNoObjections(t, s)
			})
		})
	}
}

func TestDiscardPendingRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenarios()["queued"])
		run := start(t, s, s.Client(), example, `{"is-dry":false}`)
		for _, step := range []struct {
			verb string
			want int
		}{{"cancel", 409}, {"apply", 409}, {"discard", 202}} {
			if r, _ := send(t, s.Client(), "POST", s.URL()+BasePath+"/runs/"+run+"/actions/"+step.verb, `{}`); r.StatusCode != step.want {
				t.Errorf("%s: got %d, want %d", step.verb, r.StatusCode, step.want)
			}
		}
		if got, want := strings.Join(s.Stops(), ", "), "cancel "+run+": 409, discard "+run+": 202"; got != want {
			t.Errorf("stops: got %s, want %s", got, want)
		}
	})
}

func TestForceCancelsWaitingRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenarios()["plan-changes"])
		start(t, s, s.Client(), example, `{"is-dry":false}`)
		time.Sleep(time.Minute)
		second := start(t, s, s.Client(), example, `{"is-dry":false}`)
		if r, _ := send(t, s.Client(), "POST", s.URL()+BasePath+"/runs/"+second+"/actions/force", `{}`); r.StatusCode != 202 {
			t.Errorf("got %d, want 202", r.StatusCode)
		}
		time.Sleep(time.Minute)
		if runs := s.Runs(); runs[0].Status != "canceled" || runs[1].Status != "planned" {
			t.Errorf("got %s and %s, want canceled and planned", runs[0].Status, runs[1].Status)
		}
	})
}

func TestOverride(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenarios()["policy-soft"])
		client, api := s.Client(), s.URL()+BasePath
		run := start(t, s, client, example, `{"is-dry":false}`)
		time.Sleep(time.Minute)
		_, body := send(t, client, "GET", api+"/runs/"+run+"/policy-checks", "")
		if !strings.Contains(body, `"status":"soft_failed"`) || !strings.Contains(body, `"soft-failed":1`) {
			t.Errorf("got %s, want a soft failure", body)
		}
		_, body = send(t, client, "GET", api+"/runs/"+run, "")
		check := get(t, body, "data.relationships.policy-checks.data").([]any)[0].(map[string]any)["id"].(string)
		r, body := send(t, client, "POST", api+"/policy-checks/"+check+"/actions/override", "", func(r *request) { r.Header.Del("Content-Type") })
		if r.StatusCode != 200 || get(t, body, "data.attributes.status") != "overridden" {
			t.Errorf("got %d %s", r.StatusCode, body)
		}
		r, _ = send(t, client, "POST", api+"/policy-checks/"+check+"/actions/override", "", func(r *request) { r.Header.Del("Content-Type") })
		if r.StatusCode != 409 {
			t.Errorf("a second override: got %d, want 409", r.StatusCode)
		}
		time.Sleep(time.Minute)
		if got := statuses(s); !strings.HasSuffix(got, "policy_override policy_checked") {
			t.Errorf("the statuses are %s, want a run that waits for confirmation", got)
		}
		wantNoObjections(t, s)
	})
}

func TestIgnoreStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenarios()["ignores-stop"])
		run := start(t, s, s.Client(), example, `{"is-dry":true}`)
		time.Sleep(time.Second)
		if r, _ := send(t, s.Client(), "POST", s.URL()+BasePath+"/runs/"+run+"/actions/cancel", `{}`); r.StatusCode != 202 {
			t.Errorf("got %d, want 202", r.StatusCode)
		}
		time.Sleep(time.Minute)
		if got := statuses(s); !strings.HasSuffix(got, "planning") {
			t.Errorf("the statuses are %s, want a run that is planning", got)
		}
	})
}

func TestStrictCancel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenario{Script: RunScript{StrictCancel: true, Steps: []Step{{Status: "plan_queued", For: time.Hour}}}})
		run := start(t, s, s.Client(), example, `{"is-dry":true}`)
		time.Sleep(time.Second)
		if r, _ := send(t, s.Client(), "POST", s.URL()+BasePath+"/runs/"+run+"/actions/cancel", `{}`); r.StatusCode != 409 {
			t.Errorf("got %d, want 409", r.StatusCode)
		}
	})
}

// TestDelayedActions checks that a confirm, discard or cancel with a delay returns 202 and takes effect
// later. Until then the run keeps its status, and a second request is accepted.
func TestDelayedActions(t *testing.T) {
	t.Parallel()
	for verb, c := range map[string]struct {
		after    time.Duration // time from the creation to the action
		delay    time.Duration
		in, then string
	}{
		"apply":   {time.Minute, 3 * time.Minute, "planned", "confirmed"},
		"discard": {time.Minute, 5 * time.Second, "planned", "discarded"},
		"cancel":  {2 * time.Second, 3 * time.Minute, "planning", "canceled"},
	} {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := New(Scenarios()["slow-actions"])
				run := start(t, s, s.Client(), example, `{"is-dry":false}`)
				time.Sleep(c.after)
				for range 2 {
					if r, body := send(t, s.Client(), "POST", s.URL()+BasePath+"/runs/"+run+"/actions/"+verb, `{}`); r.StatusCode != 202 {
						t.Fatalf("got %d, want 202: %s", r.StatusCode, body)
					}
				}
				time.Sleep(c.delay - time.Millisecond)
				if got := s.Runs()[0].Status; got != c.in {
					t.Errorf("before the delay: %s, want %s", got, c.in)
				}
				time.Sleep(time.Millisecond)
				if got := s.Runs()[0].Status; got != c.then {
					t.Errorf("after the delay: %s, want %s", got, c.then)
				}
				wantNoObjections(t, s)
			})
		})
	}
}
