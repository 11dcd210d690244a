package follow

import (
	"context"
	"errors"
	"io"
	"time"

	"scalr-run-action/internal/scalr"
)

// copyLogs copies what is new in the logs that the look says there are: of the
// stages that are over, or of those that are not. It returns the most telling news.
func (f *Follower) copyLogs(ctx context.Context, r scalr.Run, over bool) (n news) {
	logs, final := r.Logs()
	for i, l := range logs {
		if final[i] != over {
			continue
		}
		t := f.tail(l)
		if over {
			t.over(time.Now())
		}
		switch grew := f.copyLog(ctx, l, t) > 0; {
		case grew && !over && t.showsEnd():
			n = max(n, lastLine)
		case grew:
			n = max(n, growth)
		}
	}
	return n
}

func (f *Follower) tail(l scalr.Log) *tail {
	t, ok := f.tails[l]
	if !ok {
		t = &tail{began: time.Now()}
		f.tails[l] = t
		f.order = append(f.order, l)
	}
	return t
}

// copyLog takes one look at one log, if it is time for one.
func (f *Follower) copyLog(ctx context.Context, l scalr.Log, t *tail) int64 {
	if t.done || time.Now().Before(t.leave) || !t.due(time.Now(), f.Pace) {
		return 0
	}
	grew, err := f.lookAt(ctx, l, t)
	if errors.Is(err, errShorter) {
		if !t.staysShort(time.Now(), f.Pace) {
			t.lookedAt, t.failures = time.Now(), 0
			return 0 // an old copy, it seems
		}
		err = errRewritten
	}
	t.shortAt = time.Time{}
	if errors.Is(err, errRewritten) {
		if t.restart() {
			f.Observer.Restarted(l.Phase)
		}
		grew, err = f.lookAt(ctx, l, t)
	}
	f.excuse(ctx, l.Phase, t, err)
	failed := err != nil && !errors.Is(err, scalr.ErrNotFound)
	wait := wished(err)
	if failed && t.finalAt.IsZero() { // the drain has little time
		wait = max(wait, f.Pace.Again)
	}
	t.leave = time.Now().Add(wait)
	t.heard(grew, failed, time.Now(), f.Pace)
	if t.done {
		f.Observer.Log(l.Phase).Close()
	}
	return grew
}

// wished is for how long the server asks to be left alone.
func wished(err error) time.Duration {
	var e *scalr.Error
	if errors.As(err, &e) && e.RetryAfter != nil {
		return *e.RetryAfter
	}
	return 0
}

// errLongLook ends a look at a log that still grows, so that the run is not lost
// sight of meanwhile. The next look goes on from there.
var errLongLook = errors.New("the look took too long")

func (f *Follower) lookAt(ctx context.Context, l scalr.Log, t *tail) (int64, error) {
	if t.finalAt.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, f.Pace.Slowest, errLongLook)
		defer cancel()
	}
	grew, err := f.readLog(ctx, l, t)
	if grew > 0 && context.Cause(ctx) == errLongLook {
		err = nil
	}
	return grew, err
}

func (f *Follower) readLog(ctx context.Context, l scalr.Log, t *tail) (int64, error) {
	body, err := f.API.Log(ctx, l)
	if err != nil || body == nil {
		return 0, err
	}
	defer body.Close()
	if t.restarts > mostRestarts {
		return t.read(body, io.Discard)
	}
	return t.read(body, f.Observer.Log(l.Phase))
}

const severalFailures = 3

// excuse says, once for each stage, that its log cannot be had, when that was so
// several times in a row.
func (f *Follower) excuse(ctx context.Context, p scalr.Phase, t *tail, err error) {
	if err == nil || ctx.Err() != nil {
		t.failures = 0
		return
	}
	t.failures++
	if !t.excused && t.failures >= severalFailures {
		t.excused = true
		f.Observer.LogTrouble(p, err)
	}
}

// drain waits for the ends of the logs of a run that rests.
func (f *Follower) drain(ctx context.Context) {
	began := time.Now()
	for _, l := range f.order {
		f.tails[l].over(began) // whatever the stage says
	}
	for time.Since(began) < f.Pace.Drain {
		for _, l := range f.order {
			f.copyLog(ctx, l, f.tails[l])
		}
		if !f.unfinished() || pause(ctx, f.Pace.Close) != nil {
			return
		}
	}
}

func (f *Follower) unfinished() bool {
	for _, t := range f.tails {
		if !t.done && t.affordable() {
			return true
		}
	}
	return false
}
