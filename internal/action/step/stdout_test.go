package step

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// slowReader is a log whose reader takes the given time for each write.
type slowReader struct {
	mu    sync.Mutex
	text  bytes.Buffer
	delay time.Duration
	err   error
}

func (r *slowReader) Write(p []byte) (int, error) {
	r.mu.Lock()
	delay := r.delay
	r.mu.Unlock()
	time.Sleep(delay)
	r.mu.Lock()
	defer r.mu.Unlock()
	n, _ := r.text.Write(p)
	return n, r.err
}

func (r *slowReader) set(delay time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.delay = delay
}

// TestStdout checks that the log waits for its reader until the step is interrupted, and from then on drops what blocks
// for 300 ms.
func TestStdout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		reader := &slowReader{}
		out := newStdout(reader, ctx.Done())
		write := func(text string, want time.Duration) {
			t.Helper()
			began := time.Now()
			p := []byte(text)
			n, err := out.Write(p)
			p[0] = '#' // the log must not keep the slice
			if took := time.Since(began); n != len(text) || err != nil || took != want {
				t.Errorf("%s: %d bytes after %s, %v; want %s", text, n, took, err, want)
			}
		}
		write("fast ", 0)
		reader.set(time.Hour)
		write("slow ", time.Hour)
		reader.set(time.Second)
		interrupt()
		write("late ", 300*time.Millisecond)
		write("dropped ", 0) // the reader is still stalled
		time.Sleep(time.Second)
		reader.set(300*time.Millisecond - 1)
		write("again ", 300*time.Millisecond-1)
		reader.set(0)
		write("end", 0)
		out.close()
		if got := reader.text.String(); got != "fast slow late again end" {
			t.Errorf("got %q", got)
		}
	})
}

// TestStdoutInterruptedDuringWrite checks that an interruption ends a write that blocks, and that the end of the step does
// not wait for it.
func TestStdoutInterruptedDuringWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		out := newStdout(&slowReader{delay: time.Hour}, ctx.Done())
		time.AfterFunc(time.Second, interrupt)
		began := time.Now()
		n, err := out.Write([]byte("text"))
		if took := time.Since(began); n != 4 || err != nil || took != 1300*time.Millisecond {
			t.Errorf("%d bytes after %s, %v", n, took, err)
		}
		out.close()
		if took := time.Since(began); took != 1300*time.Millisecond {
			t.Errorf("closed after %s", took)
		}
		time.Sleep(2 * time.Hour)
	})
}

// TestStdoutEnds checks that the end of the step waits for the last write, and that an error of the log is returned.
func TestStdoutEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken pipe")
		reader := &slowReader{err: broken}
		ctx, interrupt := context.WithCancel(t.Context())
		out := newStdout(reader, ctx.Done())
		if n, err := out.Write([]byte("text")); n != 4 || err != broken {
			t.Errorf("%d bytes, %v", n, err)
		}
		interrupt()
		reader.set(100 * time.Millisecond)
		if n, err := out.Write([]byte("text")); n != 4 || err != broken {
			t.Errorf("after an interruption: %d bytes, %v", n, err)
		}
		out.close()
		select {
		case <-out.finished:
		default:
			t.Error("the log is still open")
		}
	})
}

// TestTimeoutEndsBlockedWrite checks that the timeout ends a write that blocks, and that the end of the work does not.
func TestTimeoutEndsBlockedWrite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		timeout, delay, want time.Duration
		ends                 bool
	}{
		"timeout":         {time.Second, time.Hour, 1300 * time.Millisecond, false},
		"before":          {time.Hour, time.Minute, time.Minute, false},
		"end of the work": {time.Second, time.Minute, time.Minute, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, ctx, end := Begin(t.Context(), Env{Stdout: &slowReader{delay: c.delay}})
			_, cancel := s.WithTimeout(ctx, c.timeout)
			if c.ends {
				cancel()
			}
			began := time.Now()
			s.Job.Infof("text")
			if took := time.Since(began); took != c.want {
				t.Errorf("%s: the write took %s, want %s", name, took, c.want)
			}
			cancel()
			end()
			time.Sleep(2 * time.Hour)
		})
	}
}
