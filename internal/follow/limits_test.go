package follow

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

// TestReadsAtTheLimits checks which read is still allowed at each limit, and one byte or nanosecond beyond it.
func TestReadsAtTheLimits(t *testing.T) {
	t.Parallel()
	began := time.Unix(1000, 0)
	timing := Timing{EndInterval: time.Second, StatusGrace: 2 * time.Second, LogGrace: 3 * time.Second, Drain: 10 * time.Second}
	ended := finish{endedAt: began.Add(10 * time.Second)}
	for name, c := range map[string]struct {
		tail tail
		at   time.Duration // since the start of the log
		want bool
	}{
		"first read":                        {tail{}, 0, true},
		"active, budget used":               {tail{shown: 100, spent: 200 + 10*65536}, 10 * time.Second, true},
		"active, one byte over budget":      {tail{shown: 100, spent: 201 + 10*65536}, 10 * time.Second, false},
		"short stage, budget used":          {tail{spent: 65536}, 0, true},
		"short stage, one byte over budget": {tail{spent: 65537}, 0, false},
		"ended, budget used":                {tail{shown: 100, spent: 300 + 10*65536, finish: ended}, 12 * time.Second, true},
		"ended, one byte over budget":       {tail{shown: 100, spent: 301 + 10*65536, finish: ended}, 12 * time.Second, false},
		"ended, last read too early":        {tail{shown: 100, spent: 201 + 10*65536, finish: ended}, 12*time.Second - 1, false},
		"ended, not the last read":          {tail{shown: 100, spent: 200 + 10*65536, finish: ended}, 12*time.Second - 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.tail.began = began
			if got := c.tail.due(began.Add(c.at), timing); got != c.want {
				t.Errorf("due: %t, want %t", got, c.want)
			}
		})
	}
}

// TestReadInterval checks when the next read is due after the end of the stage.
func TestReadInterval(t *testing.T) {
	t.Parallel()
	read := time.Unix(1000, 0)
	timing := Timing{EndInterval: time.Second}
	for name, c := range map[string]struct {
		end   string
		grew  time.Time
		after time.Duration
		want  bool
	}{
		"unknown end, too early":       {"Creating...", read, time.Second - 1, false},
		"unknown end":                  {"Creating...", read, time.Second, true},
		"known end in the last read":   {"No changes.", read, 0, true},
		"known end in an earlier read": {"No changes.", read.Add(-1), time.Second - 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := tail{finish: finish{endedAt: read.Add(-time.Minute), readAt: read, grewAt: c.grew, closing: closing(c.end)}}
			if got := l.due(read.Add(c.after), timing); got != c.want {
				t.Errorf("due: %t, want %t", got, c.want)
			}
		})
	}
}

// oneByte is an API with a run whose log grows by one byte per poll. Polls fail after a request to stop the run.
type oneByte struct {
	log     []byte
	polls   int
	stopped bool
}

var errPoll = errors.New("no response")

func (o *oneByte) PollRun(context.Context, string) (scalr.Run, error) {
	if o.polls++; o.stopped && o.polls%2 == 0 {
		return scalr.Run{ID: "run-1", Status: "applied"}, errPoll
	}
	return scalr.Run{ID: "run-1", Status: "planning", Plan: &scalr.Plan{ID: "plan-1", Status: "running"}}, nil
}

func (o *oneByte) Log(context.Context, scalr.Log, time.Duration) (*scalr.LogBody, error) {
	o.log = append(o.log, '.')
	return body(bytes.NewReader(o.log)), nil
}

func (o *oneByte) Stop(_ context.Context, run scalr.Run, _ runs.StopOptions) (runs.StopResult, error) {
	o.stopped = true
	return runs.StopResult{LastKnown: run}, nil
}

// TestFailedPollsAfterAStop checks that failed polls do not change the status of the run, and that the wait ends after five seconds.
func TestFailedPollsAfterAStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		api := &oneByte{}
		f := Follower{API: api, Observer: &recorder{}, Timing: DefaultTiming, Stopping: &runs.StopOptions{}}
		began := time.Now()
		ending, err := f.Follow(ctx, scalr.Run{ID: "run-1"})
		if err != nil || ending.Run.Status != "planning" || !api.stopped {
			t.Errorf("status %q, %v, stopped %t", ending.Run.Status, err, api.stopped)
		}
		if took := time.Since(began) - time.Minute; took != 5*time.Second {
			t.Errorf("Follow returned %s after the interruption, want 5s", took)
		}
	})
}

// TestOneByteIsGrowth checks that a log that grows by one byte is not complete and that polls remain frequent.
func TestOneByteIsGrowth(t *testing.T) {
	t.Parallel()
	began := time.Unix(1000, 0)
	f := finish{endedAt: began}
	for _, seconds := range []int{2, 4, 6} {
		if f.observeRead(1, false, began.Add(time.Duration(seconds)*time.Second), DefaultTiming); f.done {
			t.Errorf("complete after %d s, want a growing log", seconds)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		f := Follower{API: &oneByte{}, Observer: &recorder{}, tails: map[scalr.Log]*tail{}}
		run, _ := f.API.PollRun(t.Context(), "run-1")
		if got := f.copyLogs(t.Context(), run, false); got != growth {
			t.Errorf("one new byte: got %v, want %v", got, growth)
		}
	})
}

// interrupted is an API with an active run. It records the reads of logs between the end of the context and the request
// to stop the run, which ends the run.
type interrupted struct {
	late    int
	stopped bool
}

func (i *interrupted) PollRun(context.Context, string) (scalr.Run, error) {
	return scalr.Run{ID: "run-1", Status: "planning", Plan: &scalr.Plan{ID: "plan-1", Status: "running"}}, nil
}

func (i *interrupted) Log(ctx context.Context, _ scalr.Log, _ time.Duration) (*scalr.LogBody, error) {
	if ctx.Err() != nil {
		i.late++
		return nil, ctx.Err()
	}
	if i.stopped {
		return body(strings.NewReader("Planning...\nStopped\n")), nil
	}
	return body(strings.NewReader("Planning...\n")), nil
}

func (i *interrupted) Stop(context.Context, scalr.Run, runs.StopOptions) (runs.StopResult, error) {
	i.stopped = true
	return runs.StopResult{LastKnown: scalr.Run{ID: "run-1", Status: "canceled", Plan: &scalr.Plan{ID: "plan-1", Status: "canceled"}}}, nil
}

// TestInterruptedWait checks that an interruption of the wait between two polls stops the run at once, and that the log
// is read after that, not before.
func TestInterruptedWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		api, seen := &interrupted{}, &recorder{}
		f := Follower{API: api, Observer: seen, Timing: DefaultTiming, Stopping: &runs.StopOptions{}}
		ending, err := f.Follow(ctx, scalr.Run{ID: "run-1"})
		if err != nil || ending.Run.Status != "canceled" || api.late != 0 {
			t.Errorf("status %q, %v, %d reads after the interruption", ending.Run.Status, err, api.late)
		}
		if got := seen.text.String(); got != "Planning...\nStopped\n" {
			t.Errorf("printed %q", got)
		}
	})
}

// TestRestart checks that nothing of a log that was rewritten remains, and that it is printed again five times.
func TestRestart(t *testing.T) {
	t.Parallel()
	l := tail{}
	for restart := 1; restart <= 7; restart++ {
		l.shown, l.sum, l.closing = 5, 7, closing("Error: x")
		if again := l.restart(); again != (restart <= 5) || l.shown != 0 || l.sum != 0 || len(l.closing) != 0 {
			t.Errorf("restart %d: again %t, %d bytes, sum %d, closing %q", restart, again, l.shown, l.sum, l.closing)
		}
	}
}

// failing is an API with a run that fails after a number of polls, although its plan is never reported as finished.
type failing struct {
	polls int // until the run has failed
	log   func(context.Context) (*scalr.LogBody, error)
}

func (f *failing) PollRun(context.Context, string) (scalr.Run, error) {
	run := scalr.Run{ID: "run-1", Status: "planning", Plan: &scalr.Plan{ID: "plan-1", Status: "running"}}
	if f.polls--; f.polls < 0 {
		run.Status = "errored"
	}
	return run, nil
}

func (f *failing) Log(ctx context.Context, _ scalr.Log, _ time.Duration) (*scalr.LogBody, error) {
	return f.log(ctx)
}

func (f *failing) Stop(context.Context, scalr.Run, runs.StopOptions) (runs.StopResult, error) {
	return runs.StopResult{}, nil
}

// TestStageWithoutAnEnd checks that the end of the run ends its stages: the follower does not wait for more of a log.
func TestStageWithoutAnEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &failing{log: func(context.Context) (*scalr.LogBody, error) { return body(strings.NewReader("Error: no\n")), nil }}
		seen, began := &recorder{}, time.Now()
		_, err := (&Follower{API: api, Observer: seen, Timing: DefaultTiming}).Follow(t.Context(), scalr.Run{ID: "run-1"})
		if took := time.Since(began); err != nil || took > 3*time.Second || seen.text.String() != "Error: no\n" {
			t.Errorf("%v after %s, printed %q", err, took, seen.text.String())
		}
	})
}

// TestReadsThatTakeTooLong checks the reason that is reported if a log does not arrive while its stage is active.
func TestReadsThatTakeTooLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &failing{polls: 20, log: func(ctx context.Context) (*scalr.LogBody, error) {
			select {
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			case <-time.After(time.Minute):
				return nil, errPoll
			}
		}}
		seen := &recorder{}
		_, err := (&Follower{API: api, Observer: seen, Timing: DefaultTiming}).Follow(t.Context(), scalr.Run{ID: "run-1"})
		if err != nil || seen.troubles != 1 || seen.trouble.Error() != "reading the log took too long" {
			t.Errorf("%v, %d reports, the last one of: %v", err, seen.troubles, seen.trouble)
		}
	})
}
