package action_test

import (
	"os"
	"syscall"
	"time"
)

// passOn forwards signals and records the time of the first one.
func (p *stepResult) passOn(to chan<- os.Signal, over <-chan struct{}) {
	for {
		select {
		case s := <-p.signals:
			p.signaledAt.CompareAndSwap(0, time.Now().UnixNano())
			to <- s
		case <-over:
			return
		}
	}
}

// signalWhen returns a function that sends a signal when the only run has the status. It waits until a run exists.
func signalWhen(status string, after time.Duration) func(*stepResult) {
	return func(p *stepResult) {
		for range 100000 {
			if runs := p.server.Runs(); len(runs) > 0 && runs[len(runs)-1].Status == status {
				time.Sleep(after)
				p.signals <- syscall.SIGINT
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		p.t.Errorf("no run had the status %s", status)
	}
}

// signalAt returns a function that sends a signal some time after the start of the step.
func signalAt(s os.Signal, after time.Duration) func(*stepResult) {
	return func(p *stepResult) {
		time.Sleep(after)
		p.signals <- s
	}
}
