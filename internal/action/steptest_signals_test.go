package action_test

import (
	"os"
	"syscall"
	"time"
)

// passOn hands on the signals and notes when the first one came.
func (p *stepResult) passOn(to chan<- os.Signal, over <-chan struct{}) {
	for {
		select {
		case s := <-p.signals:
			p.signalled.CompareAndSwap(0, time.Now().UnixNano())
			to <- s
		case <-over:
			return
		}
	}
}

// signalWhen sends a signal as soon as the only run is in the status, and waits
// for a run to appear before.
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
		p.t.Errorf("no run was ever %s", status)
	}
}

// signalAt sends a signal some time after the step began.
func signalAt(s os.Signal, after time.Duration) func(*stepResult) {
	return func(p *stepResult) {
		time.Sleep(after)
		p.signals <- s
	}
}
