package follow

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"scalr-run-action/internal/retry"
	"scalr-run-action/internal/scalr"
)

// copyLogs prints what is new in the logs of r: of ended stages if ended is true, otherwise of active ones.
// It returns the most significant news.
func (f *Follower) copyLogs(ctx context.Context, r scalr.Run, ended bool) (n news) {
	logs, final := r.Logs()
	for i, l := range logs {
		if final[i] != ended {
			continue
		}
		t := f.tail(l)
		if ended {
			t.stageEnded(time.Now())
			t.errored = r.Errored(l)
		}
		switch grew := f.copyLog(ctx, l, t) > 0; {
		case grew && !ended && t.closed:
			n = max(n, lastLine)
		case grew:
			n = max(n, growth)
		}
	}
	return n
}

// detectOtherPlan discards the log of a plan that another plan has replaced: it must not be taken for that of the new one.
func (f *Follower) detectOtherPlan(r scalr.Run) {
	if r.Plan == nil || r.Plan.ID == f.planID {
		return
	}
	old := scalr.Log{Phase: scalr.PlanPhase, ID: f.planID}
	if t, ok := f.tails[old]; ok {
		f.plans++
		delete(f.tails, old)
		f.order = slices.DeleteFunc(f.order, func(l scalr.Log) bool { return l == old })
		if t.shown > 0 || t.done { // if it is complete, its empty log was closed
			f.Observer.Restarted(scalr.PlanPhase)
		}
	}
	f.planID = r.Plan.ID
}

func (f *Follower) tail(l scalr.Log) *tail {
	t, ok := f.tails[l]
	if !ok {
		t = &tail{began: time.Now()}
		t.done = l.Phase == scalr.PlanPhase && f.plans > maxRestarts // a server that alternates between two plans
		t.awaitWarnings = f.AwaitWarnings && l.Phase == scalr.PlanPhase
		f.tails[l] = t
		f.order = append(f.order, l)
	}
	return t
}

// copyLog reads one log if a read is due, prints what is new and returns its size.
func (f *Follower) copyLog(ctx context.Context, l scalr.Log, t *tail) int64 {
	if t.done || time.Now().Before(t.nextRead) || !t.due(time.Now(), f.Timing) {
		return 0
	}
	grew, err := f.readLog(ctx, l, t)
	if errors.Is(err, errShorter) {
		if !t.staysShort(time.Now(), f.Timing) {
			t.readAt, t.failures = time.Now(), 0
			return 0 // probably a stale copy
		}
		err = errRewritten
	}
	t.shortAt = time.Time{}
	if errors.Is(err, errRewritten) {
		if t.restart() {
			f.Observer.Restarted(l.Phase)
		}
		grew, err = f.readLog(ctx, l, t)
	}
	f.countFailure(ctx, l.Phase, t, err)
	failed := err != nil && !errors.Is(err, scalr.ErrNotFound)
	wait := retryAfter(err)
	if failed && t.endedAt.IsZero() { // draining has a time limit
		wait = max(wait, f.Timing.StatusGrace)
	}
	t.nextRead = time.Now().Add(wait)
	t.observeRead(grew, failed, time.Now(), f.Timing)
	if t.done {
		f.Observer.Log(l.Phase).Close()
	}
	return grew
}

// retryAfter returns the server's Retry-After; 0 if there is none.
func retryAfter(err error) time.Duration {
	var e *scalr.Error
	if errors.As(err, &e) && e.RetryAfter != nil {
		return *e.RetryAfter
	}
	return 0
}

// errLongRead interrupts the read of a growing log, so that the run is polled in between. The next read
// continues where this one ended.
var errLongRead = errors.New("reading the log took too long")

func (f *Follower) readLog(ctx context.Context, l scalr.Log, t *tail) (int64, error) {
	if t.endedAt.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, f.Timing.MaxInterval, errLongRead)
		defer cancel()
	}
	grew, err := f.readBody(ctx, l, t)
	if grew > 0 && context.Cause(ctx) == errLongRead {
		err = nil
	}
	return grew, err
}

func (f *Follower) readBody(ctx context.Context, l scalr.Log, t *tail) (int64, error) {
	body, err := f.API.Log(ctx, l, f.patience(t))
	if err != nil || body == nil {
		return 0, err
	}
	defer body.Close()
	if t.restarts > maxRestarts {
		return t.read(body, io.Discard)
	}
	return t.read(body, f.Observer.Log(l.Phase))
}

// patience returns the longest time without data while the log is read. A server that stops once must not delay the next
// poll, so it is short at first, and doubles after each failed read, because the server may be slow.
func (f *Follower) patience(t *tail) time.Duration {
	longest := f.Timing.MaxInterval
	if !t.endedAt.IsZero() {
		longest = max(f.Timing.Drain-time.Since(t.endedAt), f.Timing.ActiveInterval)
	}
	return min(f.Timing.ActiveInterval<<min(t.slow, 4), longest)
}

// reportedFailures is the number of consecutive failures that is reported.
const reportedFailures = 3

// countFailure counts consecutive failures and reports, once per stage, that reading its log failed reportedFailures
// times in a row.
func (f *Follower) countFailure(ctx context.Context, p scalr.Phase, t *tail, err error) {
	if err == nil || ctx.Err() != nil {
		t.failures, t.failure = 0, nil
		return
	}
	t.failure = err
	t.slow++
	if t.failures++; t.failures >= reportedFailures {
		f.reportFailure(p, t)
	}
}

// reportFailure reports, once per stage, that reading its log failed.
func (f *Follower) reportFailure(p scalr.Phase, t *tail) {
	if !t.reported {
		t.reported = true
		f.Observer.LogTrouble(p, t.failure)
	}
}

// drain reads the logs until they are complete, at most for Timing.Drain. It reports a log whose end could not be read.
func (f *Follower) drain(ctx context.Context) {
	began := time.Now()
	end := began.Add(f.Timing.Drain)
	for _, l := range f.order {
		f.tails[l].stageEnded(began) // also if Scalr has not reported it
	}
	for time.Now().Before(end) {
		for _, l := range f.order {
			f.copyLog(ctx, l, f.tails[l])
		}
		if !f.readableUntil(end) || retry.Wait(ctx, f.Timing.EndInterval) != nil {
			break
		}
	}
	for _, l := range f.order {
		if t := f.tails[l]; t.failure != nil {
			f.reportFailure(l.Phase, t)
		}
	}
}

// readableUntil reports whether a log is incomplete and may be read again before end.
func (f *Follower) readableUntil(end time.Time) bool {
	for _, t := range f.tails {
		if !t.done && t.withinBudget() && t.nextRead.Before(end) {
			return true
		}
	}
	return false
}
