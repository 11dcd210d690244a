package step

import (
	"context"
	"io"
	"time"
)

// stdout is the log. Writes normally block until the reader accepts them. After an interruption, a write that blocks
// for longer than unread is dropped, so that a stalled reader cannot keep the step from stopping the run.
type stdout struct {
	to    io.Writer
	stop  context.Context // ends when the step is interrupted
	work  chan []byte
	done  chan written
	over  chan struct{}
	stuck bool
}

type written struct {
	n   int
	err error
}

// unread is the maximum time that a write may block after an interruption.
const unread = 300 * time.Millisecond

func newStdout(to io.Writer, stop context.Context) *stdout {
	s := &stdout{to: to, stop: stop, work: make(chan []byte), done: make(chan written, 1), over: make(chan struct{})}
	go s.run()
	return s
}

func (s *stdout) run() {
	defer close(s.over)
	for p := range s.work {
		n, err := s.to.Write(p)
		s.done <- written{n, err}
	}
}

// Write must not be called concurrently; the job serializes its writes.
func (s *stdout) Write(p []byte) (int, error) {
	if s.stuck {
		select {
		case <-s.done:
			s.stuck = false
		default:
			return len(p), nil
		}
	}
	s.work <- append([]byte(nil), p...)
	select {
	case w := <-s.done:
		return w.n, w.err
	case <-s.stop.Done():
	}
	timer := time.NewTimer(unread)
	defer timer.Stop()
	select {
	case w := <-s.done:
		return w.n, w.err
	case <-timer.C:
		s.stuck = true
		return len(p), nil
	}
}

// close waits for the last write, unless the reader has stalled.
func (s *stdout) close() {
	close(s.work)
	if !s.stuck {
		<-s.over
	}
}
