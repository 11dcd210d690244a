package step

import (
	"bytes"
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/contexttest"
)

// TestInterruptedBy checks the name and the exit code of each cause of an interruption.
func TestInterruptedBy(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]struct {
		signal os.Signal
		exit   int
	}{
		"stdout was closed":             {nil, 130},
		"SIGINT":                        {syscall.SIGINT, 130},
		"SIGHUP":                        {syscall.SIGHUP, 130},
		"SIGTERM":                       {syscall.SIGTERM, 143},
		"SIGQUIT":                       {syscall.SIGQUIT, 143},
		"signal: user defined signal 1": {syscall.SIGUSR1, 143},
	} {
		by := interrupted{c.signal}
		if by.Error() != want || by.exit() != c.exit {
			t.Errorf("got %q and exit %d, want %q and %d", by.Error(), by.exit(), want, c.exit)
		}
	}
	if got := (timedOut{90 * time.Second}).Error(); got != "the timeout of 1m30s was reached" {
		t.Errorf("got %q", got)
	}
}

// begin starts a step in a bubble, and returns a channel for its signals.
func begin(t *testing.T) (s *Step, ctx context.Context, signals chan os.Signal) {
	t.Helper()
	signals = make(chan os.Signal, 4)
	s, ctx, end := Begin(t.Context(), Env{Stdout: new(bytes.Buffer), Signals: signals})
	t.Cleanup(end)
	return s, ctx, signals
}

// TestSignals checks that the first signal ends the context, and the second one forces the end.
func TestSignals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, ctx, signals := begin(t)
		forced := func() bool {
			select {
			case <-s.Forced():
				return true
			default:
				return false
			}
		}
		check := func(when string, interruptedAt time.Time, cause string, force bool) {
			t.Helper()
			synctest.Wait()
			at, ok := s.InterruptedAt()
			if ok != !interruptedAt.IsZero() || !at.Equal(interruptedAt) || forced() != force || s.stops.forced() != force {
				t.Errorf("%s: interrupted %v at %s, forced %v", when, ok, at, forced())
			}
			if err := context.Cause(ctx); (err != nil) != (cause != "") || err != nil && err.Error() != cause {
				t.Errorf("%s: the context ended with %v, want %q", when, err, cause)
			}
		}
		time.Sleep(time.Second)
		check("before", time.Time{}, "", false)
		first := time.Now()
		signals <- syscall.SIGINT
		check("first signal", first, "SIGINT", false)
		time.Sleep(time.Second)
		check("later", first, "SIGINT", false)
		signals <- syscall.SIGTERM
		check("second signal", first, "SIGINT", true)
		signals <- syscall.SIGTERM
		check("third signal", first, "SIGINT", true)
	})
}

// TestClosedStdout checks that a failed write has the effect of a signal, and that a signal after it is not forced.
func TestClosedStdout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		signals := make(chan os.Signal, 1)
		s, ctx, end := Begin(t.Context(), Env{Stdout: brokenPipe{}, Signals: signals})
		defer end()
		s.Job.Infof("text")
		synctest.Wait()
		if err := context.Cause(ctx); err == nil || err.Error() != "stdout was closed" {
			t.Errorf("the context ended with %v", err)
		}
		signals <- syscall.SIGTERM
		synctest.Wait()
		if s.stops.forced() {
			t.Error("the first signal forces the end")
		}
	})
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, syscall.EPIPE }

// TestEndOfStep checks that the context ends with the step, and that the end is not an interruption.
func TestEndOfStep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, ctx, end := Begin(t.Context(), Env{Stdout: new(bytes.Buffer), Signals: make(chan os.Signal)})
		if ctx.Err() != nil {
			t.Error("the context ended before the step")
		}
		end()
		if _, ok := interruptedBy(ctx); ok || ctx.Err() == nil {
			t.Errorf("the context ended with %v", context.Cause(ctx))
		}
		if _, ok := s.InterruptedAt(); ok {
			t.Error("the step was interrupted")
		}
		s.stops.close() // a second time
	})
}

// TestReportingContext checks how long a report may take: at most as long as it asks for, and shortly after a signal or after the
// deadline of the step.
func TestReportingContext(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		timeout time.Duration // of the step; 0 for none
		starts  time.Duration // when the report starts
		signal  time.Duration // when a signal arrives; 0 for none
		second  time.Duration // when a second signal arrives; 0 for none
		most    time.Duration
		want    time.Duration // when its context ends
	}{
		"no limit":                        {most: time.Minute, want: time.Minute},
		"before the deadline":             {timeout: time.Hour, most: time.Minute, want: time.Minute},
		"near the deadline":               {timeout: time.Minute, starts: 40 * time.Second, most: time.Minute, want: time.Minute},
		"just before the deadline":        {timeout: time.Minute, starts: 56 * time.Second, most: time.Minute, want: 61 * time.Second},
		"after the deadline":              {timeout: time.Minute, starts: 2 * time.Minute, most: time.Minute, want: 125 * time.Second},
		"short report after the deadline": {timeout: time.Minute, starts: 2 * time.Minute, most: time.Second, want: 121 * time.Second},
		"signal during the report":        {starts: time.Second, most: time.Minute, signal: 10 * time.Second, want: 11500 * time.Millisecond},
		"signal, then report":             {starts: 12 * time.Second, most: time.Minute, signal: 10 * time.Second, want: 16 * time.Second},
		"signal, then a late report":      {starts: 20 * time.Second, most: time.Minute, signal: 10 * time.Second, want: 20 * time.Second},
		"signal, then a short report":     {starts: 12 * time.Second, most: time.Second, signal: 10 * time.Second, want: 13 * time.Second},
		"second signal before the report": {
			starts: 12 * time.Second, most: time.Minute, signal: 10 * time.Second, second: 11 * time.Second, want: 12 * time.Second,
		},
		"second signal during the report": {
			starts: 12 * time.Second, most: time.Minute, signal: 10 * time.Second, second: 13 * time.Second, want: 16 * time.Second,
		},
		"signal during a report that is over": {starts: time.Second, most: time.Second, signal: 10 * time.Second, want: 2 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			s, ctx, signals := begin(t)
			if c.timeout > 0 {
				var cancel context.CancelFunc
				ctx, cancel = s.WithTimeout(ctx, c.timeout)
				defer cancel()
			}
			for _, after := range []time.Duration{c.signal, c.second} {
				if after > 0 {
					time.AfterFunc(after, func() { signals <- syscall.SIGTERM })
				}
			}
			time.Sleep(c.starts)
			synctest.Wait()
			report, cancel := s.ReportingContext(c.most)
			defer cancel()
			<-report.Done()
			if got := time.Since(began); got != c.want {
				t.Errorf("%s: the report ends after %s, want %s", name, got, c.want)
			}
			time.Sleep(2 * time.Hour)
			var late timedOut
			if c.timeout > 0 && (!errors.As(context.Cause(ctx), &late) || late.after != c.timeout) {
				t.Errorf("%s: the step ended with %v", name, context.Cause(ctx))
			}
		})
	}
}

// TestWithGraceStopsWaiting checks that a canceled context does not wait for the end of the other one any more. Otherwise
// synctest fails.
func TestWithGraceStopsWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := WithGrace(contexttest.Endless(), time.Second)
		cancel()
		if ctx.Err() == nil {
			t.Error("the context has not ended")
		}
	})
}

// TestWithGrace checks that a context ends a while after another one, with the same cause, or with its own cancellation.
func TestWithGrace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("the end")
		parent, stop := context.WithCancelCause(context.WithValue(t.Context(), brokenPipe{}, 7))
		ctx, cancel := WithGrace(parent, 3*time.Second)
		defer cancel()
		other, cancelOther := WithGrace(parent, time.Hour)
		if ctx.Value(brokenPipe{}) != 7 {
			t.Error("a value is lost")
		}
		time.Sleep(time.Second)
		began := time.Now()
		stop(cause)
		<-ctx.Done()
		if took := time.Since(began); took != 3*time.Second || context.Cause(ctx) != cause {
			t.Errorf("ended after %s with %v", took, context.Cause(ctx))
		}
		cancelOther()
		synctest.Wait()
		if other.Err() == nil || context.Cause(other) == cause {
			t.Errorf("the canceled context ended with %v", context.Cause(other))
		}
		late, cancelLate := WithGrace(parent, 0)
		defer cancelLate()
		synctest.Wait()
		if context.Cause(late) != cause {
			t.Errorf("without a grace period: %v", context.Cause(late))
		}
	})
}
