package runs_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// stopping is one call of Stop and its expected result.
type stopping struct {
	truth []scalrsim.Step // the statuses that the run goes through
	last  scalr.Status    // status that the caller read last; empty: the current one
	dry   bool
	apply bool
	fault []scalrsim.Fault

	stops string // requests received, such as "cancel:409 discard:202"
	over  bool
	goes  bool
	is    error
}

func isWaiting(status string) []scalrsim.Step {
	return []scalrsim.Step{{Status: status, For: time.Hour, Waits: true}, {Status: "errored"}}
}

func passes(status string) []scalrsim.Step {
	return []scalrsim.Step{{Status: status, For: time.Hour}, {Status: "errored"}}
}

// X06-X09, X13, X15, X23, X24: the action depends on the run's status.
func stops() map[string]stopping {
	const look = readRun
	hang := scalrsim.Fault{Op: look, Times: -1, Action: scalrsim.Stall}
	unknown := scalrsim.Step{Status: "quantum_checking", For: time.Hour}
	beforePlan, afterPlan, inApply := unknown, unknown, unknown
	beforePlan.Plan, afterPlan.Plan, inApply.Plan = "running", "finished", "finished"
	inApply.Apply = "running"
	return map[string]stopping{
		"X06 queued":                   {truth: isWaiting("pending"), stops: "discard:202"},
		"X07 plan queued":              {truth: passes("plan_queued"), stops: "cancel:202"},
		"X07 planning":                 {truth: passes("planning"), stops: "cancel:202"},
		"X07 planning, dry":            {truth: passes("planning"), dry: true, stops: "cancel:202"},
		"X08 waits for confirmation":   {truth: isWaiting("planned"), stops: "discard:202"},
		"X08 waits after policy check": {truth: isWaiting("policy_checked"), stops: "discard:202"},
		"X08 waits for override":       {truth: isWaiting("policy_override"), stops: "discard:202"},
		"X08 saved plan":               {truth: isWaiting("planned_and_saved"), stops: "discard:202"},
		"X09 confirmed":                {truth: passes("confirmed"), goes: true},
		"X09 applying":                 {truth: passes("applying"), goes: true},
		"X09 after apply":              {truth: passes("post_apply_running"), goes: true},
		"X09 applying, AllowApply":     {truth: passes("applying"), apply: true, stops: "cancel:202"},
		"X15 applied":                  {truth: passes("applied"), over: true},
		"X15 canceled":                 {truth: passes("canceled"), over: true},
		"X15 canceled since last poll": {truth: passes("canceled"), last: "planning", over: true},
		"X15 canceled, poll fails": {
			truth: passes("canceled"), last: "planning", stops: "cancel:204",
			fault: []scalrsim.Fault{scalrtest.Status(look, 500, 1)},
		},
		"X15 errored, poll fails": {
			truth: passes("errored"), last: "planning", stops: "cancel:409", over: true,
			fault: []scalrsim.Fault{scalrtest.Status(look, 500, 1)},
		},
		"X13 planning, last poll waiting": {
			truth: passes("planning"), last: "planned", dry: true, stops: "discard:409 cancel:202",
			fault: []scalrsim.Fault{scalrtest.Status(look, 500, 1)},
		},
		"X24 waiting, last poll planning": {
			truth: isWaiting("planned"), last: "planning", stops: "cancel:409 discard:202",
			fault: []scalrsim.Fault{scalrtest.Edit(look, 1, `"status":"planned"`, `"status":"planning"`)},
		},
		"X24 waiting, outdated polls": {
			truth: isWaiting("planned"), last: "planning", dry: true, stops: "cancel:409 discard:202",
			fault: []scalrsim.Fault{scalrtest.Status(look, 500, -1)},
		},
		"X24 confirmed since last poll": {truth: passes("applying"), last: "planned", goes: true},
		"X24 confirmed, first poll hangs": {truth: passes("applying"), last: "planned", stops: "discard:409", goes: true,
			fault: []scalrsim.Fault{{Op: look, Action: scalrsim.Stall}}},
		"X24 confirmed, all polls hang": {
			truth: passes("applying"), last: "planned", stops: "discard:409", is: scalr.ErrUnavailable,
			fault: []scalrsim.Fault{hang},
		},
		"X24 confirmed, one outdated poll": {truth: passes("applying"), last: "confirmed", goes: true,
			fault: []scalrsim.Fault{scalrtest.Edit(look, -1, `"status":"applying"`, `"status":"planned"`)}},
		"X24 confirmed, outdated polls": {truth: passes("applying"), last: "planned", is: scalr.ErrConflict,
			stops: "discard:409 discard:409 discard:409 discard:409 discard:409 discard:409",
			fault: []scalrsim.Fault{scalrtest.Edit(look, -1, `"status":"applying"`, `"status":"planned"`)}},
		"X07 poll hangs": {truth: passes("planning"), stops: "cancel:202", fault: []scalrsim.Fault{hang}},
		"X07 read fails": {truth: passes("planning"), stops: "cancel:202", fault: []scalrsim.Fault{scalrtest.Status(look, 500, -1)}},
		"X23 401": {
			truth: passes("planning"), stops: "cancel:401", is: scalr.ErrUnauthorized,
			fault: []scalrsim.Fault{scalrtest.Status("POST /runs/*/actions/*", 401, -1)},
		},
		"X23 403": {
			truth: passes("planning"), stops: "cancel:403", is: scalr.ErrForbidden,
			fault: []scalrsim.Fault{scalrtest.Status("POST /runs/*/actions/*", 403, -1)},
		},
		"X23 404": {
			truth: passes("planning"), stops: "cancel:404", is: scalr.ErrNotFound,
			fault: []scalrsim.Fault{scalrtest.Status("POST /runs/*/actions/*", 404, -1)},
		},
		"X13 permanent 409": {
			truth: passes("planning"),
			stops: "cancel:409 discard:409 cancel:409 discard:409 cancel:409 discard:409 cancel:409 discard:409",
			is:    scalr.ErrConflict, fault: []scalrsim.Fault{scalrtest.Status("POST /runs/*/actions/*", 409, -1)},
		},
		"S02 unknown, before plan": {truth: []scalrsim.Step{beforePlan, {Status: "errored"}}, stops: "cancel:202"},
		"S02 unknown, after plan": {
			truth: []scalrsim.Step{afterPlan, {Status: "errored"}},
			is:    scalr.ErrConflict,
			stops: "discard:409 discard:409 discard:409 discard:409 discard:409 discard:409",
		},
		"S02 unknown, dry":      {truth: []scalrsim.Step{afterPlan, {Status: "errored"}}, dry: true, stops: "discard:409 cancel:202"},
		"S02 unknown, applying": {truth: []scalrsim.Step{inApply, {Status: "errored"}}, goes: true},
		"S08 passes planned, then policy check": {
			truth: []scalrsim.Step{{Status: "cost_estimated", For: 1200 * time.Millisecond}, {Status: "policy_checking", For: time.Hour}, {Status: "errored"}},
			stops: "discard:409 cancel:202",
		},
		"S08 passes planned, then applied": {
			truth: []scalrsim.Step{{Status: "planned", For: 1200 * time.Millisecond}, {Status: "applying", For: time.Hour}, {Status: "errored"}},
			stops: "discard:409", goes: true,
		},
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	for name, c := range stops() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { c.play(t) })
		})
	}
}

func (c stopping) play(t *testing.T) {
	r := scalrtest.New(t, scalrsim.Scenario{Script: scalrsim.RunScript{Steps: c.truth}})
	run := r.MustStartRun(c.dry)
	time.Sleep(time.Second)
	last, err := r.PollRun(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	if c.last != "" {
		last.Status = c.last
	}
	for _, f := range c.fault {
		r.Sim.AddFault(f)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	began := time.Now()
	result, err := runs.Stop(ctx, r.Client, last, runs.StopOptions{Comment: "enough", AllowApply: c.apply})
	if !errors.Is(err, c.is) || (err == nil) != (c.is == nil) || result.AlreadyFinal != c.over || result.ApplyContinues != c.goes {
		t.Errorf("got over %v, continues %v, %v; want %v, %v, %v", result.AlreadyFinal, result.ApplyContinues, err, c.over, c.goes, c.is)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	c.wantStops(t, r, began)
	if err == nil && !c.over && !c.goes && !strings.HasPrefix(lastWord(c.stops), result.Verb+":") {
		t.Errorf("got %q after %q", result.Verb, c.stops)
	}
}

func lastWord(s string) string { return s[strings.LastIndexByte(s, ' ')+1:] }

func (c stopping) wantStops(t *testing.T, r *scalrtest.Harness, began time.Time) {
	t.Helper()
	var got []string
	for _, s := range r.Sim.Stops() {
		verb, rest, _ := strings.Cut(s, " ")
		_, code, _ := strings.Cut(rest, ": ")
		got = append(got, verb+":"+code)
	}
	if text := strings.Join(got, " "); text != c.stops {
		t.Errorf("requests: got %q, want %q", text, c.stops)
	}
	asked := r.Received("POST /runs/*/actions/*")
	if len(asked) > 0 && asked[0].Time.Sub(began) > time.Second {
		t.Errorf("the first request came after %s, want within a second", asked[0].Time.Sub(began))
	}
	for _, q := range asked {
		if q.Body != `{"comment":"enough"}` {
			t.Errorf("got the body %s", q.Body)
		}
	}
}

// X14: Stop makes at least three attempts within the grace period regardless of Scalr's responses, and then returns.
func TestStopRetriesWithinGracePeriod(t *testing.T) {
	t.Parallel()
	const act = "POST /runs/*/actions/cancel"
	minute := "60"
	for name, f := range map[string]scalrsim.Fault{
		"503":                       scalrtest.Status(act, 503, -1),
		"503 with Retry-After":      scalrtest.Status(act, 503, -1, "Retry-After", minute),
		"429 with Retry-After":      scalrtest.Status(act, 429, -1, "Retry-After", minute),
		"hang":                      {Op: act, Times: -1, Action: scalrsim.Stall},
		"reset":                     {Op: act, Times: -1, Action: scalrsim.Reset},
		"refused":                   {Op: act, Times: -1, Action: scalrsim.Refuse},
		"everything hangs":          {Op: everything, Times: -1, Action: scalrsim.Stall},
		"one byte at a time":        {Op: act, Times: -1, Action: scalrsim.Trickle, Status: 500, Bytes: 1, Delay: time.Second, Phase: scalrsim.After},
		"web page":                  {Op: act, Times: -1, Action: scalrsim.HTML, Status: 502},
		"response lost three times": {Op: act, Times: 3, Phase: scalrsim.After, Action: scalrsim.Reset},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := scalrtest.New(t, scalrsim.Scenario{Script: scalrsim.RunScript{Plan: scalrsim.Stage{For: time.Hour}, IgnoreStop: true}})
				run := r.MustStartRun(false)
				time.Sleep(time.Minute)
				last, err := r.PollRun(t.Context(), run.ID)
				if err != nil {
					t.Fatal(err)
				}
				r.Sim.AddFault(f)
				const grace = 3 * time.Second
				ctx, cancel := context.WithTimeout(t.Context(), grace)
				defer cancel()
				out, began := 0, time.Now()
				_, err = runs.Stop(ctx, r.Client, last, runs.StopOptions{Comment: "enough", OnSent: func() { out++ }})
				asked := r.Received(act)
				if want := 3; len(asked) < want && !(name == "an answer byte for byte" && len(asked) == 1) || len(asked) > 25 {
					t.Errorf("got %d attempts, want at least %d and few more", len(asked), want)
				}
				if took := time.Since(began); took > grace || out == 0 {
					t.Errorf("it took %s, OnSent was called %d times", took, out)
				}
				if first := asked[0].Time.Sub(began); first > time.Second {
					t.Errorf("the first request came after %s", first)
				}
				if err != nil {
					r.WantNoLeak(err)
				}
			})
		})
	}
}

// OnSent is called as soon as a request to stop was sent, even without a response, and also if none could be sent.
func TestStopCallsOnSent(t *testing.T) {
	t.Parallel()
	const act = "POST /runs/*/actions/cancel"
	for name, c := range map[string]struct {
		fault  scalrsim.Fault
		within time.Duration
	}{
		"accepted":            {scalrtest.Edit(readRun, 1, "nothing", ""), 0},
		"no response":         {scalrsim.Fault{Op: act, Times: -1, Action: scalrsim.Stall}, 0},
		"no response to read": {scalrsim.Fault{Op: everything, Times: -1, Action: scalrsim.Stall}, 500 * time.Millisecond},
		"no connection":       {scalrsim.Fault{Op: act, Times: -1, Action: scalrsim.Refuse}, 5 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := scalrtest.New(t, scalrsim.Scenario{Script: scalrtest.LongPlan()})
			run := r.MustStartRun(false)
			time.Sleep(time.Minute)
			last, err := r.PollRun(t.Context(), run.ID)
			if err != nil {
				t.Fatal(err)
			}
			r.Sim.AddFault(c.fault)
			began, sent := time.Now(), []time.Duration{}
			_, _ = runs.Stop(t.Context(), r.Client, last, runs.StopOptions{OnSent: func() { sent = append(sent, time.Since(began)) }})
			if len(sent) == 0 || sent[0] > c.within || c.within < time.Second && sent[0] != c.within {
				t.Errorf("%s: OnSent was called after %v, want it after %s", name, sent, c.within)
			}
		})
	}
}

// TestStopReportsRefusals checks the error if the time ends during a request after refusals.
func TestStopReportsRefusals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := scalrtest.New(t, scalrsim.Scenario{Script: scalrtest.LongPlan()})
		run := r.MustStartRun(false)
		time.Sleep(time.Minute)
		last, err := r.PollRun(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		const actions = "POST /runs/*/actions/*"
		r.Sim.AddFault(scalrtest.Status(actions, 409, 2))
		r.Sim.AddFault(scalrsim.Fault{Op: actions, Times: -1, Action: scalrsim.Stall})
		_, err = runs.Stop(t.Context(), r.Client, last, runs.StopOptions{})
		if !errors.Is(err, scalr.ErrConflict) || !strings.Contains(err.Error(), "while it is planning (HTTP 409); cancel run") {
			t.Errorf("got %v, want the refusal and the interrupted request", err)
		}
	})
}

// A step that is not being canceled retries for two minutes; a canceled one gives up after five seconds.
func TestStopGivesUp(t *testing.T) {
	t.Parallel()
	for long, want := range map[bool]time.Duration{false: 5 * time.Second, true: 2 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			r := scalrtest.New(t, scalrsim.Scenario{Script: scalrtest.LongPlan()})
			run := r.MustStartRun(false)
			time.Sleep(time.Minute)
			last, err := r.PollRun(t.Context(), run.ID)
			if err != nil {
				t.Fatal(err)
			}
			r.Sim.AddFault(scalrtest.Status("POST /runs/*/actions/*", 409, -1))
			began := time.Now()
			_, err = runs.Stop(t.Context(), r.Client, last, runs.StopOptions{LongTimeout: long})
			if took := time.Since(began); !errors.Is(err, scalr.ErrConflict) || took > want || took < want-3*time.Second {
				t.Errorf("long %v: got %v after %s, want it after %s", long, err, took, want)
			}
			if requests := len(r.Sim.Stops()); long && requests > 150 {
				t.Errorf("got %d requests", requests)
			}
		})
	}
}
