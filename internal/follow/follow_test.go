package follow_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalrsim"
)

// TestOutage checks that the follower recovers from five minutes without responses, in which the run finishes (S17).
func TestOutage(t *testing.T) {
	t.Parallel()
	text := log(200, planned)
	for name, f := range map[string]scalrsim.Fault{
		"refused": {Action: scalrsim.Refuse},
		"503":     {Action: scalrsim.Status, Status: 503},
		"HTML":    {Action: scalrsim.HTML, Status: 502},
		"stall":   {Action: scalrsim.Stall},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, planning(time.Minute, text), true, func(r *followTest) {
				f.Op, f.Nth, f.During = "* /**", 12, 5*time.Minute
				r.sim.AddFault(f)
				before := len(r.sim.Requests())
				late := r.follow("planned_and_finished")
				r.wantText("plan", text)
				if late > 6*time.Minute+10*time.Second {
					t.Errorf("Follow returned %s after the end of the run", late)
				}
				if n := len(r.sim.Requests()) - before; n > 100 {
					t.Errorf("%d requests, want at most 100", n)
				}
			})
		})
	}
}

// TestRunMissing checks that half a minute of 404 responses is an error (S16).
func TestRunMissing(t *testing.T) {
	t.Parallel()
	s := with(planning(time.Hour, "x"), scalrsim.Fault{Op: "GET /runs/*", Action: scalrsim.Status, Status: 404, Nth: 4, Times: -1})
	play(t, s, true, func(r *followTest) {
		began := time.Now()
		ending, err := r.Follow(r.t.Context(), r.run)
		if took := time.Since(began); !errors.Is(err, scalr.ErrNotFound) || took < 30*time.Second || took > 50*time.Second {
			t.Errorf("%v after %s, want not found after half a minute", err, took)
		}
		if ending.Run.Status != "planning" || ending.StopCause != nil || ending.Stop != nil {
			t.Errorf("ending %+v, want only the last poll", ending)
		}
	})
}

// TestUnexpectedResponsesDuringApply checks that ten seconds of unexpected responses during an apply do not end Follow, and
// that the logs are complete (H40).
func TestUnexpectedResponsesDuringApply(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]scalrsim.Fault{
		"HTML 403": {Action: scalrsim.HTML, Status: 403},
		"HTML":     {Action: scalrsim.HTML},
		"redirect": {Action: scalrsim.Redirect, Target: "https://login.test/"},
		"409":      {Action: scalrsim.Status, Status: 409},
		"another document": {Action: scalrsim.Edit, Change: func(body string) string {
			return strings.Replace(body, `"data":{`, `"data":{"attributes":{},`, 1)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scalrsim.Scenarios()["applied"]
			s.Script.Apply.For, s.Script.Apply.Log = time.Minute, log(200, applied)
			play(t, s, false, func(r *followTest) {
				f.Op, f.During = "GET /runs/*", 10*time.Second
				r.addFaultsAfter(40*time.Second, f)
				if late := r.follow("applied"); late > 5*time.Second {
					t.Errorf("Follow returned %s after the end of the run", late)
				}
				r.wantText("apply", log(200, applied))
				if len(r.seen.failed) != 1 {
					t.Errorf("reported %v, want one report", r.seen.failed)
				}
			})
		})
	}
}

// TestUnauthorized checks that two 401 responses are retried (H14).
func TestUnauthorized(t *testing.T) {
	t.Parallel()
	s := with(planning(20*time.Second, log(9, planned)), scalrsim.Fault{
		Op: "GET /runs/*", Action: scalrsim.Status, Status: 401, Nth: 4, Times: 2, Header: http.Header{},
	})
	play(t, s, true, func(r *followTest) { r.follow("planned_and_finished") })
}

// TestMalformed checks that responses without a usable status are retried (S13).
func TestMalformed(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]string{"null": `"status": null`, "number": `"status": 7`, "missing": `"state": "x"`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := scalrsim.Fault{Op: "GET /runs/*", Action: scalrsim.Edit, Nth: 3, Times: 2, Change: func(body string) string {
				for _, s := range []string{`"status":"planning"`, `"status": "planning"`, `"status":"plan_queued"`, `"status": "plan_queued"`} {
					body = strings.ReplaceAll(body, s, status)
				}
				return body
			}}
			play(t, with(planning(20*time.Second, log(9, planned)), f), true, func(r *followTest) { r.follow("planned_and_finished") })
		})
	}
}

// TestScenarios follows the scenarios of the simulator to their final statuses.
func TestScenarios(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"plan-changes": "planned_and_finished", "no-changes": "planned_and_finished", "plan-error": "errored", "canceled-by-other": "canceled",
		"passes-unknown": "planned_and_finished", "backwards": "planned_and_finished", "policy-advisory": "planned_and_finished",
		"applied real": "applied", "waits-for-approval real": "planned", "hooks real": "post_apply_finished", "passes-planned real": "post_apply_finished",
		"policy-soft real": "policy_override", "queued real": "planned", "waits-without-changes real": "planned", "apply-error real": "errored",
		"confirmed-by-other real": "applied", "discarded-by-other real": "discarded",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario, real, _ := strings.Cut(name, " ")
			s := scalrsim.Scenarios()[scenario]
			play(t, s, real == "", func(r *followTest) {
				if late := r.follow(want); late > 15*time.Second {
					t.Errorf("Follow returned %s after the end of the run", late)
				}
			})
		})
	}
}

// TestUnknownStatus checks that a run that stops in an unknown status is an error.
func TestUnknownStatus(t *testing.T) {
	t.Parallel()
	play(t, scalrsim.Scenarios()["unknown-status"], true, func(r *followTest) {
		_, err := r.Follow(r.t.Context(), r.run)
		var unknown *follow.UnknownStatusError
		if !errors.As(err, &unknown) || unknown.Status != "quantum_checking" || !strings.Contains(err.Error(), `"quantum_checking"`) {
			t.Errorf("got %v, want an UnknownStatusError", err)
		}
	})
}

// TestFollowerIsReused checks that a second call of Follow does not print the logs again.
func TestFollowerIsReused(t *testing.T) {
	t.Parallel()
	s := scalrsim.Scenarios()["waits-for-approval"]
	s.Script.Plan.Log, s.Script.Apply.Log = log(30, planned), log(30, applied)
	play(t, s, false, func(r *followTest) {
		r.follow("planned")
		if err := r.client.Confirm(r.t.Context(), r.run.ID, "go", nil); err != nil {
			t.Fatal(err)
		}
		r.IgnoreStatus = "planned"
		r.follow("applied")
		r.wantText("plan", log(30, planned))
		r.wantText("apply", log(30, applied))
	})
}

// long is an API with a run that plans for six hours without new log lines.
type long struct {
	began        time.Time
	polls, reads int
}

func (l *long) PollRun(context.Context, string) (scalr.Run, error) {
	l.polls++
	r := scalr.Run{ID: "run-1", Status: "planning", Dry: true, Plan: &scalr.Plan{ID: "plan-1", Status: "running"}}
	if time.Since(l.began) > 6*time.Hour {
		r.Status, r.Plan.Status = "planned_and_finished", "finished"
	}
	return r, nil
}

func (l *long) Log(context.Context, scalr.Log, time.Duration) (*scalr.LogBody, error) {
	l.reads++
	return &scalr.LogBody{Reader: strings.NewReader(planned)}, nil
}

func (l *long) Stop(context.Context, scalr.Run, runs.StopOptions) (runs.StopResult, error) {
	return runs.StopResult{}, nil
}

// TestSixHours limits the cost of a run of six hours (S19): a poll every ten seconds and about a hundred more
// before LongSilence, as many reads of the log, and 1 MiB of memory. It is not parallel because it measures
// the heap.
func TestSixHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &long{began: time.Now()}
		f := follow.Follower{API: api, Observer: newNotes(), Timing: follow.DefaultTiming}
		before := heap()
		if _, err := f.Follow(t.Context(), scalr.Run{ID: "run-1"}); err != nil {
			t.Fatal(err)
		}
		if grew := int64(heap()) - int64(before); grew > 1<<20 {
			t.Errorf("the heap grew by %d bytes", grew)
		}
		if most := 6*360 + 110; api.polls > most || api.reads > most {
			t.Errorf("%d polls and %d reads of the log, want at most %d", api.polls, api.reads, most)
		}
		t.Logf("%d polls and %d reads of the log in 6 h", api.polls, api.reads)
	})
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
