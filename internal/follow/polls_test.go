package follow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

// polled is an API with a run that has one status after another, each for some time. Its log has a known end.
type polled struct {
	began    time.Time
	statuses []string // the last one stays
	each     time.Duration
	slow     time.Duration // duration of a poll
	reading  time.Duration // duration of reading the log
	polls    []int64       // their times in milliseconds
	stop     func(scalr.Run) (runs.StopResult, error)
	stopped  bool
}

func (p *polled) PollRun(ctx context.Context, _ string) (scalr.Run, error) {
	p.polls = append(p.polls, time.Since(p.began).Milliseconds())
	if ctx.Err() != nil {
		return scalr.Run{}, ctx.Err()
	}
	at := min(int(time.Since(p.began)/p.each), len(p.statuses)-1)
	time.Sleep(p.slow)
	return parsePoll(p.statuses[at]), nil
}

func (p *polled) Log(context.Context, scalr.Log, time.Duration) (*scalr.LogBody, error) {
	time.Sleep(p.reading)
	return body(strings.NewReader("No changes.")), nil
}

func (p *polled) Stop(_ context.Context, run scalr.Run, _ runs.StopOptions) (runs.StopResult, error) {
	p.stopped = true
	return p.stop(run)
}

// TestPolls lists when a run is polled, in milliseconds.
func TestPolls(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statuses  string
		each      time.Duration
		slow      time.Duration
		reading   time.Duration
		throttled time.Duration // time of a 429 response; 0 means never
		polls     string
	}{
		"a queue, then a plan": {
			statuses: "pending plan_queued planning/p planned_and_finished",
			each:     2 * time.Second,
			polls:    "0 250 500 750 1125 1687 2531 2781 3031 3281 3656 4218 4468 4718 4968 5218 5552 5996 6589 6589 6589",
		},
		"slow responses": {
			statuses: "pending plan_queued planning/p planned_and_finished",
			each:     2 * time.Second,
			slow:     300 * time.Millisecond,
			polls:    "0 425 850 1362 2043 2468 2893 3406 4087 4512 4937 5379 5894 6496 6796 7096",
		},
		"very slow responses": {
			statuses: "pending plan_queued planning/p planned_and_finished",
			each:     2 * time.Second,
			slow:     1500 * time.Millisecond,
			polls:    "0 1625 3531 5156 6781 8281 9781",
		},
		"after a 429 response": {
			statuses:  "pending plan_queued planning/p planned_and_finished",
			each:      2 * time.Second,
			throttled: time.Second,
			polls:     "0 250 500 750 1125 2250 2750 3250 4250 4750 5250 5916 7027 7027 7027",
		},
		"waiting": {
			statuses: "planned",
			each:     time.Second,
			polls:    "0 250 500 750 1000 1333 1777 2370 2370",
		},
		"effectively applied": {
			statuses: "post_apply_finished/f",
			each:     time.Second,
			polls:    "0 250 500 750 1000 1333 1777 2370 3160 4213 4213",
		},
		"a stale poll after a final one": {
			statuses: "applying applied applying applied",
			each:     200 * time.Millisecond,
			slow:     200 * time.Millisecond,
			polls:    "0 325 525 850 1050",
		},
		"a slow log at the end": {
			statuses: "planning/p planned_and_finished",
			each:     200 * time.Millisecond,
			slow:     300 * time.Millisecond,
			reading:  300 * time.Millisecond,
			polls:    "0 725 1025 1325",
		},
		"another final status": {
			statuses: "errored applied errored applied applied",
			each:     200 * time.Millisecond,
			slow:     200 * time.Millisecond,
			polls:    "0 200 525 850 1175 1375",
		},
		"stale polls while planning": {
			statuses: "planning/p pending planning/p planned_and_finished",
			each:     2 * time.Second,
			polls:    "0 250 500 750 1000 1333 1777 2370 3160 4213 5618 7491 7491 7491",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &polled{began: time.Now(), statuses: strings.Fields(c.statuses), each: c.each, slow: c.slow, reading: c.reading}
				f := Follower{API: api, Observer: &recorder{}, Timing: DefaultTiming}
				if c.throttled > 0 {
					f.Throttled = func() time.Time {
						if at := api.began.Add(c.throttled); time.Now().After(at) {
							return at
						}
						return time.Time{}
					}
				}
				if _, err := f.Follow(t.Context(), scalr.Run{ID: "run-1"}); err != nil {
					t.Fatal(err)
				}
				if got := strings.Trim(fmt.Sprint(append(api.polls, time.Since(api.began).Milliseconds())), "[]"); got != c.polls {
					t.Errorf("polls:\ngot  %s\nwant %s", got, c.polls)
				}
			})
		})
	}
}

// TestContextEnds checks what is stopped when the context ends, and when Follow returns.
func TestContextEnds(t *testing.T) {
	t.Parallel()
	stopped := func(run scalr.Run) (runs.StopResult, error) { return runs.StopResult{LastKnown: run}, nil }
	for name, c := range map[string]struct {
		statuses string // each for a second; the context ends after 3.5 s
		stop     func(scalr.Run) (runs.StopResult, error)
		want     string
	}{
		"a plan": {"planning/p planning/p planning/p planning/p planning/p canceled", stopped, "canceled at 5000, stopped"},
		"a plan with stale polls after the stop": {
			"planning/p planning/p planning/p planning/p pending pending pending pending pending pending pending", stopped,
			"planning at 8500, stopped",
		},
		"a plan that is canceled already": {"planning/p", func(run scalr.Run) (runs.StopResult, error) {
			run.Status = "canceled"
			return runs.StopResult{LastKnown: run}, nil
		}, "canceled at 3500, stopped"},
		"an apply that continues": {"applying", func(run scalr.Run) (runs.StopResult, error) {
			return runs.StopResult{LastKnown: run, ApplyContinues: true}, nil
		}, "applying at 3500, stopped"},
		"a stop that fails": {"planning/p", func(run scalr.Run) (runs.StopResult, error) {
			return runs.StopResult{LastKnown: run}, errPoll
		}, "planning at 3500, stopped: no response"},
		"an applied run":                    {"post_apply_finished/f", stopped, "post_apply_finished at 3500"},
		"a run whose apply is not finished": {"post_apply_finished", stopped, "post_apply_finished at 8500, stopped"},
		"a finished run":                    {"planned planned planned canceled", stopped, "canceled at 3160"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &polled{began: time.Now(), statuses: strings.Fields(c.statuses), each: time.Second, stop: c.stop}
				timing := DefaultTiming
				timing.StatusGrace = 4 * time.Second // no state is confirmed before
				f := Follower{API: api, Observer: &recorder{}, Timing: timing, Stopping: &runs.StopOptions{}}
				ctx, cancel := context.WithTimeoutCause(t.Context(), 3500*time.Millisecond, errors.New("interrupted"))
				defer cancel()
				ending, err := f.Follow(ctx, scalr.Run{ID: "run-1"})
				got := fmt.Sprintf("%s at %d", ending.Run.Status, time.Since(api.began).Milliseconds())
				if api.stopped {
					got += ", stopped"
				}
				if ending.StopErr != nil {
					got += ": " + ending.StopErr.Error()
				}
				if err != nil || got != c.want || (ending.StopCause != nil) != api.stopped || (ending.Stop != nil) != api.stopped {
					t.Errorf("got %s, %v, %+v; want %s", got, err, ending, c.want)
				}
			})
		})
	}
}

// growing is a log of a finished run that grows with each read.
type growing struct {
	endless
	size  int
	reads int
}

func (g *growing) Log(context.Context, scalr.Log, time.Duration) (*scalr.LogBody, error) {
	g.reads++
	g.size += 1000
	return body(bytes.NewReader(bytes.Repeat([]byte("x"), g.size))), nil
}

// TestLargeLogThatNeverEnds checks that Follow returns when the budget for reads is used.
func TestLargeLogThatNeverEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &growing{size: 1 << 20}
		f := Follower{API: api, Observer: &recorder{}, Timing: DefaultTiming}
		began := time.Now()
		if _, err := f.Follow(t.Context(), scalr.Run{ID: "run-1"}); err != nil || api.reads != 4 || time.Since(began) != 2*time.Second {
			t.Errorf("%v after %s and %d reads", err, time.Since(began), api.reads)
		}
	})
}

// TestReadsThatCount checks which reads count toward the budget.
func TestReadsThatCount(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ended bool
		reply string
		cut   int // bytes before the read fails; 0 means that it does not
		spent int64
		err   error
		grew  int64
	}{
		"new bytes":                        {false, "abcdef", 0, 6, nil, 3},
		"new bytes at the end":             {true, "abcdef", 0, 6, nil, 3},
		"one new byte":                     {true, "abcd", 0, 4, nil, 1},
		"no new bytes":                     {true, "abc", 0, 3, nil, 0},
		"nothing":                          {true, "", 0, 0, nil, 0},
		"a failure":                        {false, "abcdef", 5, 5, errBroke, 2},
		"a failure at the end":             {true, "abcdef", 5, 0, errBroke, 2},
		"a failure before new bytes":       {false, "abcdef", 2, 2, errBroke, 0},
		"a failure before them at the end": {true, "abcdef", 2, 0, errBroke, 0},
		"a shorter log":                    {false, "ab", 0, 2, errShorter, 0},
		"a shorter log at the end":         {true, "ab", 0, 0, errShorter, 0},
		"one byte":                         {false, "a", 0, 1, errShorter, 0},
		"another log":                      {false, "xyzdef", 0, 3, errRewritten, 0},
		"another log at the end":           {true, "xyzdef", 0, 3, errRewritten, 0},
	} {
		var l tail
		if _, err := l.read(strings.NewReader("abc"), new(bytes.Buffer)); err != nil || l.spent != 3 {
			t.Fatal(err)
		}
		if l.spent = 0; c.ended {
			l.stageEnded(time.Unix(1000, 0))
		}
		var reply bytes.Buffer
		reply.WriteString(c.reply)
		r := &breaking{&reply, c.cut}
		if c.cut == 0 {
			r.left = 100
		}
		grew, err := l.read(r, new(bytes.Buffer))
		if l.spent != c.spent || !errors.Is(err, c.err) || grew != c.grew || l.shown != 3+c.grew {
			t.Errorf("%s: spent %d, %v, grew by %d, %d bytes are shown", name, l.spent, err, grew, l.shown)
		}
	}
}

// TestIntervals lists intervals at the limits.
func TestIntervals(t *testing.T) {
	t.Parallel()
	began := time.Unix(1000, 0)
	for name, c := range map[string]struct {
		at     time.Duration
		news   news
		active bool
		want   time.Duration
	}{
		"at the start":                {0, noNews, true, 250 * time.Millisecond},
		"below the shortest":          {750*time.Millisecond - 3, noNews, true, 250 * time.Millisecond},
		"above the shortest":          {753 * time.Millisecond, noNews, true, 251 * time.Millisecond},
		"below the longest":           {7197 * time.Millisecond, noNews, true, 2399 * time.Millisecond},
		"the longest":                 {7203 * time.Millisecond, noNews, true, 2400 * time.Millisecond},
		"silence":                     {145 * time.Second, noNews, true, 145 * time.Second / 60},
		"growth after silence":        {145 * time.Second, growth, true, 2400 * time.Millisecond},
		"a transition after silence":  {145 * time.Second, transition, true, 250 * time.Millisecond},
		"a last line after silence":   {145 * time.Second, lastLine, true, 400 * time.Millisecond},
		"before the long silence":     {5*time.Minute - 60, noNews, true, 5*time.Second - 1},
		"the long silence":            {5 * time.Minute, noNews, true, 10 * time.Second},
		"growth after long silence":   {6 * time.Minute, growth, true, 2400 * time.Millisecond},
		"a queue":                     {4 * time.Second, noNews, false, 2 * time.Second},
		"a long queue":                {time.Hour, noNews, false, 10 * time.Second},
		"a transition within a queue": {time.Hour, transition, false, 250 * time.Millisecond},
	} {
		if got := DefaultTiming.pacer(began).next(began.Add(c.at), c.news, c.active); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestRangeOfKnownEnd checks that Terraform's closing message may be followed by outputs of 8 KiB.
func TestRangeOfKnownEnd(t *testing.T) {
	t.Parallel()
	for outputs, want := range map[int]bool{0: true, 1: true, 8192 - 15: true, 8192 - 14: false} {
		for _, piece := range []int{1, 100, 10000} {
			var f finish
			for part := range slices.Chunk([]byte("Apply complete!"+strings.Repeat("\n", outputs)), piece) {
				f.closing.Write(part)
			}
			if f.hasEnd() != want {
				t.Errorf("%d bytes after it, in pieces of %d: %t", outputs, piece, f.hasEnd())
			}
		}
	}
}

// TestInterruptedRead checks that a read of a log that the end of the context interrupts is not reported as a failure.
func TestInterruptedRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &planLog{began: time.Now(), length: time.Hour, replies: []string{"error", "error", "stall:"}}
		seen := new(closingRecorder)
		f := Follower{API: api, Observer: seen, Timing: DefaultTiming}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := f.Follow(ctx, scalr.Run{ID: "run-1"}); err != nil || seen.troubles != 0 || len(api.reads) != 3 {
			t.Errorf("%v, %d failures reported after %v", err, seen.troubles, api.reads)
		}
	})
}
