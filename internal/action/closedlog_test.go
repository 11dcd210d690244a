package action_test

import (
	"io"
	"os"
	"syscall"
	"testing"
	"time"
)

// TestClosedStdout checks that a closed stdout has the effect of a signal (X19, G21).
func TestClosedStdout(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, slowly(t, "plan-changes"))
	r.stdout = func(w io.Writer) io.Writer { return &closing{to: w, after: 900} }
	p := r.play()
	p.want(130, "result=interrupted").stops("cancel 202")
}

// closing is a writer that fails after some bytes.
type closing struct {
	to    io.Writer
	after int
}

func (c *closing) Write(p []byte) (int, error) {
	if c.after -= len(p); c.after < 0 {
		return 0, syscall.EPIPE
	}
	return c.to.Write(p)
}

// TestBlockedStdout checks that the run is stopped even if writes to the log block (X11).
func TestBlockedStdout(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, slowly(t, "plan-changes"))
	r.stdout = func(w io.Writer) io.Writer { return &blocking{to: w, after: 900} }
	var at time.Time
	r.during = func(p *stepResult) {
		signalAt(os.Interrupt, 30*time.Second)(p)
		at = time.Now()
	}
	p := r.play().want(130, "result=interrupted").stops("cancel 202")
	p.endsWithin(at, 6500*time.Millisecond)
}

// blocking is a writer that blocks for an hour after some bytes.
type blocking struct {
	to    io.Writer
	after int
}

func (b *blocking) Write(p []byte) (int, error) {
	if b.after -= len(p); b.after < 0 {
		time.Sleep(time.Hour)
	}
	return b.to.Write(p)
}
