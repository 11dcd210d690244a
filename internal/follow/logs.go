package follow

import (
	"context"
	"errors"
	"time"

	"scalr-run-action/internal/scalr"
)

// copyLogs tells what is new in the logs that the look says there are: of the
// stages that are over, or of those that are not. It reports whether anything was.
func (f *Follower) copyLogs(ctx context.Context, r scalr.Run, over bool) (moved bool) {
	logs, final := r.Logs()
	for i, l := range logs {
		if final[i] != over {
			continue
		}
		t := f.tail(l)
		if final[i] && t.finalAt.IsZero() {
			t.finalAt = time.Now()
		}
		if f.copyLog(ctx, l, t) > 0 {
			moved = true
		}
	}
	return moved
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

// copyLog takes one look at one log.
func (f *Follower) copyLog(ctx context.Context, l scalr.Log, t *tail) int64 {
	if now := time.Now(); t.done || !t.due(now) || t.premature(now, f.Pace) {
		return 0
	}
	grew, err := f.readLog(ctx, l, t)
	if errors.Is(err, errRewritten) {
		if t.restart() {
			f.Tell.Restarted(l.Phase)
		}
		grew, err = f.readLog(ctx, l, t)
	}
	f.excuse(ctx, l.Phase, t, err)
	t.heard(grew, time.Now())
	t.done = t.settled(time.Now(), f.Pace)
	return grew
}

func (f *Follower) readLog(ctx context.Context, l scalr.Log, t *tail) (int64, error) {
	body, err := f.API.Log(ctx, l)
	if err != nil || body == nil {
		return 0, err
	}
	defer body.Close()
	if t.restarts > 1 {
		return t.read(body, silence{})
	}
	return t.read(body, f.Tell.Log(l.Phase))
}

// excuse says once for each stage that its log cannot be had: at once when that
// is final, else when it has failed several times in a row.
func (f *Follower) excuse(ctx context.Context, p scalr.Phase, t *tail, err error) {
	if err == nil || ctx.Err() != nil {
		t.failures = 0
		return
	}
	t.failures++
	if !t.excused && (errors.Is(err, scalr.ErrNotFound) || t.failures >= 3) {
		t.excused = true
		f.Tell.LogTrouble(p, err)
	}
}

// drain waits for the ends of the logs: they may lag behind the run.
func (f *Follower) drain(ctx context.Context) {
	began := time.Now()
	for {
		open := false
		for _, l := range f.order {
			t := f.tails[l]
			if t.finalAt.IsZero() {
				t.finalAt = began // the run is over, whatever the stage says
			}
			f.copyLog(ctx, l, t)
			open = open || !t.done && t.due(time.Now())
		}
		if !open || time.Since(began) >= f.Pace.Drain || pause(ctx, f.Pace.First) != nil {
			return
		}
	}
}

type silence struct{}

func (silence) Write(p []byte) (int, error) { return len(p), nil }
