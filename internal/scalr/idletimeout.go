package scalr

import (
	"context"
	"errors"
	"io"
	"time"
)

var (
	errSilence = errors.New("no data received within the idle timeout")
	errTooLong = errors.New("the answer took too long")
)

// watch ends an attempt that has gone silent.
type watch struct {
	cancel  context.CancelCauseFunc
	release context.CancelFunc
	timer   *time.Timer
	quiet   time.Duration
}

// patiently bounds one attempt: silence longer than quiet ends it, and so does
// the total time, if that is not 0. The context's cause tells which.
func patiently(ctx context.Context, quiet, total time.Duration) (context.Context, *watch) {
	ctx, cancel := context.WithCancelCause(ctx)
	release := func() {}
	if total > 0 {
		ctx, release = context.WithTimeoutCause(ctx, total, errTooLong)
	}
	w := &watch{cancel: cancel, release: release, quiet: quiet}
	w.timer = time.AfterFunc(quiet, func() { cancel(errSilence) })
	return ctx, w
}

// alive says that something moved.
func (w *watch) alive() { w.timer.Reset(w.quiet) }

// rest says that nobody listens just now, so that silence means nothing.
func (w *watch) rest() { w.timer.Stop() }

func (w *watch) stop() {
	w.timer.Stop()
	w.release()
	w.cancel(nil)
}

// reader watches over every read. Between reads it is the one who reads that
// takes the time: a log whose reader is slow is not silent.
func (w *watch) reader(r io.Reader) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		w.alive()
		defer w.rest()
		return r.Read(p)
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
