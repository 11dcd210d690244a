package scalr

import (
	"context"
	"errors"
	"io"
	"time"
)

var (
	errSilence = errors.New("no data received within the idle timeout")
	errTooLong = errors.New("the response took too long")
)

// watch ends an attempt when no data is transferred for the idle timeout.
type watch struct {
	cancel  context.CancelCauseFunc
	release context.CancelFunc
	timer   *time.Timer
	quiet   time.Duration
}

// withIdleTimeout limits one attempt: it ends after the time quiet without data, or after the total time if that is not
// 0. The context's cause reports which limit was exceeded.
func withIdleTimeout(ctx context.Context, quiet, total time.Duration) (context.Context, *watch) {
	ctx, cancel := context.WithCancelCause(ctx)
	release := func() {}
	if total > 0 {
		ctx, release = context.WithTimeoutCause(ctx, total, errTooLong)
	}
	w := &watch{cancel: cancel, release: release, quiet: quiet}
	w.timer = time.AfterFunc(quiet, func() { cancel(errSilence) })
	return ctx, w
}

// alive restarts the idle timeout after data was transferred.
func (w *watch) alive() { w.timer.Reset(w.quiet) }

// pause stops the idle timeout while nothing is read or sent.
func (w *watch) pause() { w.timer.Stop() }

func (w *watch) stop() {
	w.timer.Stop()
	w.release()
	w.cancel(nil)
}

// reader applies the idle timeout to each read. The time between two reads does not count, since it depends on the
// caller and not on the server.
func (w *watch) reader(r io.Reader) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		w.alive()
		defer w.pause()
		return r.Read(p)
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
