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

// interrupted is the cancellation cause of a context if the job was canceled.
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

// signalNames are the names of the signals that end a process.
var signalNames = map[os.Signal]string{syscall.SIGINT: "SIGINT", syscall.SIGTERM: "SIGTERM", syscall.SIGHUP: "SIGHUP", syscall.SIGQUIT: "SIGQUIT"}

// exit returns the exit code: 130 for the signals of a terminal, and 143, as for SIGTERM, for all others.
func (e interrupted) exit() int {
	switch e.signal {
	case nil, syscall.SIGINT, syscall.SIGHUP:
		return 130
	}
	return 143
}

// timedOut is the cancellation cause of a context that reached the timeout of the step.
type timedOut struct{ after time.Duration }

func (e timedOut) Error() string { return fmt.Sprintf("the timeout of %s was reached", e.after) }

// WithTimeout returns a context that ends after d with the cause timedOut. It also sets the deadline for
// ReportingContext.
func (s *Step) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	s.deadline = time.Now().Add(d)
	ctx, cancel := context.WithTimeoutCause(ctx, d, timedOut{d})
	context.AfterFunc(ctx, func() {
		if errors.As(context.Cause(ctx), new(timedOut)) {
			s.unblock()
		}
	})
	return ctx, cancel
}

// InterruptedAt returns the time of the first signal. It returns false if there was none.
func (s *Step) InterruptedAt() (time.Time, bool) { return s.stops.firstSignal() }

// Forced returns a channel that is closed by a second signal, which ends the step immediately.
func (s *Step) Forced() <-chan struct{} { return s.stops.force }

// interruptedBy returns the signal that canceled the context. It returns false if no signal did.
func interruptedBy(ctx context.Context) (interrupted, bool) {
	var by interrupted
	ok := errors.As(context.Cause(ctx), &by)
	return by, ok
}

// interrupts cancels a context when a signal arrives or when stdout is closed.
type interrupts struct {
	ctx     context.Context // canceled by the first signal
	cancel  context.CancelCauseFunc
	force   chan struct{} // closed by the second signal
	done    chan struct{}
	stopped chan struct{}
	first   sync.Once
	second  sync.Once
	mu      sync.Mutex
	firstAt time.Time
}

func listen(ctx context.Context, signals <-chan os.Signal) (context.Context, *interrupts) {
	ctx, cancel := context.WithCancelCause(ctx)
	i := &interrupts{ctx: ctx, cancel: cancel, force: make(chan struct{}), done: make(chan struct{}), stopped: make(chan struct{})}
	go i.watch(signals)
	return ctx, i
}

func (i *interrupts) watch(signals <-chan os.Signal) {
	defer close(i.stopped)
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

// broken is called when a write to the log fails. A closed stdout has the effect of a signal.
func (i *interrupts) broken(error) { i.end(interrupted{}) }

func (i *interrupts) end(by interrupted) {
	i.mu.Lock()
	if i.firstAt.IsZero() {
		i.firstAt = time.Now()
	}
	i.mu.Unlock()
	i.cancel(by)
}

// firstSignal returns the time of the first signal. It returns false if there was none.
func (i *interrupts) firstSignal() (time.Time, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.firstAt, !i.firstAt.IsZero()
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
	<-i.stopped
	i.cancel(nil)
}
