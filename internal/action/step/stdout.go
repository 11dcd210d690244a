package step

import (
	"io"
	"time"
)

// stdout is the log. Writes normally block until the reader accepts them. After an interruption or the timeout, a write
// that blocks for longer than maxBlockedWrite is dropped, so that a stalled reader cannot keep the step from stopping the
// run.
type stdout struct {
	to       io.Writer
	stop     <-chan struct{} // closed when the step is interrupted or times out
	work     chan []byte
	done     chan written
	finished chan struct{}
	stalled  bool
}

type written struct {
	n   int
	err error
}

// maxBlockedWrite is the maximum time that a write may block after stop.
const maxBlockedWrite = 300 * time.Millisecond

func newStdout(to io.Writer, stop <-chan struct{}) *stdout {
	s := &stdout{to: to, stop: stop, work: make(chan []byte), done: make(chan written, 1), finished: make(chan struct{})}
	go s.run()
	return s
}

func (s *stdout) run() {
	defer close(s.finished)
	for p := range s.work {
		n, err := s.to.Write(p)
		s.done <- written{n, err}
	}
}

// Write must not be called concurrently; the job serializes its writes.
func (s *stdout) Write(p []byte) (int, error) {
	if s.stalled {
		select {
		case <-s.done:
			s.stalled = false
		default:
			return len(p), nil
		}
	}
	s.work <- append([]byte(nil), p...)
	select {
	case w := <-s.done:
		return w.n, w.err
	case <-s.stop:
	}
	timer := time.NewTimer(maxBlockedWrite)
	defer timer.Stop()
	select {
	case w := <-s.done:
		return w.n, w.err
	case <-timer.C:
		s.stalled = true
		return len(p), nil
	}
}

// close waits for the last write, unless the reader has stalled.
func (s *stdout) close() {
	close(s.work)
	if !s.stalled {
		<-s.finished
	}
}
