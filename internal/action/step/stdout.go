package step

import (
	"context"
	"io"
	"time"
)

// stdout is the log. Its reader may be slow, and then we wait: nothing is lost. But
// once the step was interrupted, a log that is not read must not keep us from
// stopping the run: what cannot be written then is dropped.
type stdout struct {
	to    io.Writer
	stop  context.Context // ends when the step is asked to stop
	work  chan []byte
	done  chan written
	over  chan struct{}
	stuck bool
}

type written struct {
	n   int
	err error
}

// unread is how long a write may block after the step was asked to stop.
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

// Write is called by one goroutine at a time: the job sees to that.
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

// close waits for the last write, unless stdout is not read.
func (s *stdout) close() {
	close(s.work)
	if !s.stuck {
		<-s.over
	}
}
