package step

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

// interrupted is the cause of a context that ended because the job was canceled.
type interrupted struct{ signal os.Signal }

func (e interrupted) Error() string {
	if e.signal == nil {
		return "stdout was closed"
	}
	if name, ok := signalNames[e.signal]; ok {
		return name
	}
	return "signal: " + e.signal.String()
}

// signalNames are the signals that people and runners send to end a process.
var signalNames = map[os.Signal]string{syscall.SIGINT: "SIGINT", syscall.SIGTERM: "SIGTERM", syscall.SIGHUP: "SIGHUP", syscall.SIGQUIT: "SIGQUIT"}

// exit is 130 for what an interactive user does, and 143, as for SIGTERM, for every other signal.
func (e interrupted) exit() int {
	switch e.signal {
	case nil, syscall.SIGINT, syscall.SIGHUP:
		return 130
	}
	return 143
}

// timedOut is the cause of a context that ended by the input timeout.
type timedOut struct{ after time.Duration }

func (e timedOut) Error() string { return fmt.Sprintf("the timeout of %s was reached", e.after) }

// WithTimeout returns a context that ends after d, from which explain knows that the
// step took too long. What is published after it gets little more time.
func (s *Step) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	s.deadline = time.Now().Add(d)
	return context.WithTimeoutCause(ctx, d, timedOut{d})
}

// InterruptedAt returns when the step was first interrupted, if it was.
func (s *Step) InterruptedAt() (time.Time, bool) { return s.stops.at() }

// Forced is closed by a second signal, which ends the step immediately.
func (s *Step) Forced() <-chan struct{} { return s.stops.force }

// interruptedBy returns the signal that ended the context, if one did.
func interruptedBy(ctx context.Context) (interrupted, bool) {
	var by interrupted
	ok := errors.As(context.Cause(ctx), &by)
	return by, ok
}

// interrupts turns signals, and a log that broke, into the end of a context.
type interrupts struct {
	ctx    context.Context // ends by the first one
	cancel context.CancelCauseFunc
	force  chan struct{} // closed by the second one
	done   chan struct{}
	over   chan struct{}
	first  sync.Once
	second sync.Once
	mu     sync.Mutex
	when   time.Time
}

func listen(ctx context.Context, signals <-chan os.Signal) (context.Context, *interrupts) {
	ctx, cancel := context.WithCancelCause(ctx)
	i := &interrupts{ctx: ctx, cancel: cancel, force: make(chan struct{}), done: make(chan struct{}), over: make(chan struct{})}
	go i.watch(signals)
	return ctx, i
}

func (i *interrupts) watch(signals <-chan os.Signal) {
	defer close(i.over)
	for n := 0; ; n++ {
		select {
		case s := <-signals:
			i.end(interrupted{s})
			if n > 0 {
				i.second.Do(func() { close(i.force) })
			}
		case <-i.done:
			return
		}
	}
}

// broken is called when the log can no longer be written to: stdout was closed,
// which counts as a signal.
func (i *interrupts) broken(error) { i.end(interrupted{}) }

func (i *interrupts) end(by interrupted) {
	i.mu.Lock()
	if i.when.IsZero() {
		i.when = time.Now()
	}
	i.mu.Unlock()
	i.cancel(by)
}

// at returns when the first one came, if one did.
func (i *interrupts) at() (time.Time, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.when, !i.when.IsZero()
}

// forced reports whether a second signal was received.
func (i *interrupts) forced() bool {
	select {
	case <-i.force:
		return true
	default:
		return false
	}
}

func (i *interrupts) close() {
	i.first.Do(func() { close(i.done) })
	<-i.over
	i.cancel(nil)
}
