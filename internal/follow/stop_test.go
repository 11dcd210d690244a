package follow_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalrsim"
)

// TestStopAfterContext checks that the run is stopped when the context ends, within the grace period.
func TestStopAfterContext(t *testing.T) {
	t.Parallel()
	cancel := "POST /runs/*/actions/cancel"
	for _, c := range []struct {
		name   string
		faults []scalrsim.Fault
		ends   string // last status read
		fails  bool
		within time.Duration
	}{
		{"immediately", nil, "canceled", false, 600 * time.Millisecond},
		{"503 twice", []scalrsim.Fault{{Op: cancel, Action: scalrsim.Status, Status: 503, Times: 2}}, "canceled", false, 2500 * time.Millisecond},
		{"403", []scalrsim.Fault{{Op: cancel, Action: scalrsim.Status, Status: 403}}, "planning", true, 100 * time.Millisecond},
		{"hangs", []scalrsim.Fault{{Op: cancel, Action: scalrsim.Stall, Times: -1}}, "planning", true, 5 * time.Second},
		{"no response at all", []scalrsim.Fault{{Op: "* /**", Action: scalrsim.Stall, Times: -1}}, "planning", true, 5 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			play(t, planning(time.Hour, log(3, planned)), true, func(r *followTest) {
				r.addFaultsAfter(19*time.Second, c.faults...)
				began := time.Now()
				ending, err := r.Follow(r.interruptedAfter(20*time.Second), r.run)
				took := time.Since(began) - 20*time.Second
				if err != nil || !errors.Is(ending.StopCause, stopSignal{"interrupted"}) || ending.Stop == nil {
					t.Fatalf("%+v, %v; want an interruption and a stop", ending, err)
				}
				if string(ending.Run.Status) != c.ends || (ending.StopErr != nil) != c.fails || took > c.within {
					t.Errorf("%s, %v, after %s; want %s, an error: %v, within %s", ending.Run.Status, ending.StopErr, took, c.ends, c.fails, c.within)
				}
			})
		})
	}
}

// addFaultsAfter adds the faults after the duration d.
func (r *followTest) addFaultsAfter(d time.Duration, faults ...scalrsim.Fault) {
	go func() {
		time.Sleep(d)
		for _, f := range faults {
			r.sim.AddFault(f)
		}
	}()
}

// TestStopPrintsEndOfLog checks that the last lines of a canceled plan are printed.
func TestStopPrintsEndOfLog(t *testing.T) {
	t.Parallel()
	play(t, planning(time.Hour, log(300, planned)), true, func(r *followTest) {
		if _, err := r.Follow(r.interruptedAfter(20*time.Second), r.run); err != nil {
			t.Fatal(err)
		}
		if text := r.seen.text["plan"].String(); !strings.HasSuffix(text, "The operation was canceled.\n") {
			t.Errorf("the log ends with %q", text[max(0, len(text)-100):])
		}
		if !slices.Contains(r.seen.events, "status canceled") {
			t.Errorf("got %v", r.seen.events)
		}
	})
}

// TestContextEndsWithoutStopping checks that the run continues if Stopping is nil.
func TestContextEndsWithoutStopping(t *testing.T) {
	t.Parallel()
	play(t, planning(time.Hour, "x"), true, func(r *followTest) {
		r.Stopping = nil
		began := time.Now()
		ending, err := r.Follow(r.interruptedAfter(20*time.Second), r.run)
		if err != nil || ending.StopCause == nil || ending.Stop != nil || len(r.sim.Stops()) != 0 {
			t.Errorf("%+v, %v, stops %v; want an interruption only", ending, err, r.sim.Stops())
		}
		if took := time.Since(began); took != 20*time.Second {
			t.Errorf("Follow returned after %s, want 20 s", took)
		}
	})
}

// TestContextEndsAfterRun checks that a run that was finished when the context ended is not stopped (X15).
func TestContextEndsAfterRun(t *testing.T) {
	t.Parallel()
	s := planning(time.Second, "That was it.\n") // not a known end, so that the follower waits
	play(t, s, true, func(r *followTest) {
		time.Sleep(time.Minute)
		ending, err := r.Follow(r.interruptedAfter(500*time.Millisecond), r.run)
		if err != nil || ending.StopCause != nil || ending.Run.Status != "planned_and_finished" || len(r.sim.Stops()) != 0 {
			t.Errorf("%+v, %v, stops %v; want the end of the run", ending, err, r.sim.Stops())
		}
	})
}

// TestStopWaitingRun checks that a run that waits for a person is discarded, also while its logs are drained.
func TestStopWaitingRun(t *testing.T) {
	t.Parallel()
	s := scalrsim.Scenarios()["waits-for-approval"]
	s.Script.Plan.Log = "This is not a known last line.\n"
	for _, after := range []time.Duration{100 * time.Millisecond, 2100 * time.Millisecond} {
		t.Run(after.String(), func(t *testing.T) {
			t.Parallel()
			play(t, s, false, func(r *followTest) {
				for r.sim.Runs()[0].Status != "planned" {
					time.Sleep(10 * time.Millisecond)
				}
				ending, err := r.Follow(r.interruptedAfter(after), r.run)
				if err != nil || ending.StopCause == nil || ending.Run.Status != "discarded" {
					t.Errorf("%+v, %v; want a discarded run", ending, err)
				}
			})
		})
	}
}

// slow is an API whose stop request is sent after a delay, and accepted some time later if answer is set.
type slow struct {
	scalr.Run
	delay, answer time.Duration
	sent          int
}

func (s *slow) PollRun(context.Context, string) (scalr.Run, error) { return s.Run, nil }

func (s *slow) Log(context.Context, scalr.Log, time.Duration) (*scalr.LogBody, error) {
	return nil, nil
}

func (s *slow) Stop(ctx context.Context, r scalr.Run, options runs.StopOptions) (runs.StopResult, error) {
	for _, d := range []time.Duration{s.delay, 10 * time.Millisecond, time.Hour} {
		select {
		case <-time.After(d):
			options.OnSent()
			s.sent++
		case <-ctx.Done():
			return runs.StopResult{LastKnown: r}, ctx.Err()
		}
		if s.answer > 0 {
			return s.accept(ctx, r)
		}
	}
	return runs.StopResult{LastKnown: r}, nil
}

func (s *slow) accept(ctx context.Context, r scalr.Run) (runs.StopResult, error) {
	select {
	case <-time.After(s.answer):
		return runs.StopResult{Verb: "cancel", LastKnown: r}, nil
	case <-ctx.Done():
		return runs.StopResult{LastKnown: r}, ctx.Err()
	}
}

// TestSecondSignal checks that the second signal ends the stop, but not before the request is answered or was sent a second
// ago (X17): over HTTP/2, a gateway would drop the request. A leaked goroutine would block the synctest bubble.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		second, sent, answer, want time.Duration
		accepted                   bool
	}{
		"before the request is sent":       {0, 600 * ms, 0, 1600 * ms, false},
		"after the request":                {800 * ms, 600 * ms, 0, 1600 * ms, false},
		"long after the request":           {1800 * ms, 600 * ms, 0, 1800 * ms, false},
		"before an accepted request":       {0, 600 * ms, 300 * ms, 900 * ms, true},
		"while a request is accepted":      {800 * ms, 600 * ms, 300 * ms, 900 * ms, true},
		"after an accepted request":        {1500 * ms, 600 * ms, 300 * ms, 1500 * ms, true},
		"a request that is accepted later": {0, 600 * ms, 1100 * ms, 1600 * ms, false},
		"no second signal":                 {time.Hour, 600 * ms, 0, 5 * time.Second, false},
		"never sent":                       {0, time.Hour, 0, 5 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				second := make(chan struct{})
				api := &slow{Run: scalr.Run{ID: "run-1", Status: "planning"}, delay: c.sent, answer: c.answer}
				f := follow.Follower{API: api, Observer: newNotes(), Timing: follow.DefaultTiming, Stopping: &runs.StopOptions{}, ForceStop: second}
				ctx, cancel := context.WithCancelCause(t.Context())
				cancel(stopSignal{"interrupted"})
				timer := time.AfterFunc(c.second, func() { close(second) })
				defer timer.Stop()
				began := time.Now()
				ending, err := f.Follow(ctx, api.Run)
				if took := time.Since(began); took != c.want || err != nil || (ending.StopErr == nil) != c.accepted {
					t.Errorf("%s, %v, %v; want %s, accepted: %t", took, err, ending.StopErr, c.want, c.accepted)
				}
			})
		})
	}
}

// TestSecondSignalWhilePolling checks that the second signal also ends the wait for a final status.
func TestSecondSignalWhilePolling(t *testing.T) {
	t.Parallel()
	s := scalrsim.Scenarios()["ignores-stop"]
	play(t, s, true, func(r *followTest) {
		second := make(chan struct{})
		r.ForceStop = second
		time.AfterFunc(20*time.Second+400*time.Millisecond, func() { close(second) })
		began := time.Now()
		ending, _ := r.Follow(r.interruptedAfter(20*time.Second), r.run)
		if took := time.Since(began); took != 20*time.Second+400*time.Millisecond || ending.Stop.Verb != "cancel" || ending.StopErr != nil {
			t.Errorf("%s, %+v; want a return 400 ms after the first signal", took, ending)
		}
	})
}

// TestApplyContinues checks that an apply is stopped only with AllowApply (X09).
func TestApplyContinues(t *testing.T) {
	t.Parallel()
	for _, allowed := range []bool{false, true} {
		s := scalrsim.Scenarios()["applied"]
		s.Script.Apply.For = time.Hour
		play(t, s, false, func(r *followTest) {
			r.Stopping = &runs.StopOptions{AllowApply: allowed}
			began := time.Now()
			ending, err := r.Follow(r.interruptedAfter(time.Minute), r.run)
			if took := time.Since(began); took > time.Minute+time.Second {
				t.Errorf("AllowApply %v: returned %s after the signal", allowed, took-time.Minute)
			}
			if err != nil || ending.Stop.ApplyContinues == allowed || len(r.sim.Stops()) > 0 != allowed {
				t.Errorf("AllowApply %v: %+v, %v, stops %v", allowed, ending, err, r.sim.Stops())
			}
		})
	}
}
