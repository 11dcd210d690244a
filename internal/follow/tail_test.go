package follow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

// TestPrice simulates growing logs without their bytes and checks the cost of reading them: at most 4 N, and
// 64 KiB per second of the stage.
func TestReadBudget(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for name, c := range map[string]struct {
		length time.Duration
		size   func(time.Duration) int64
	}{
		"1 GiB at 100 MB/s":    {11 * time.Second, rate(100e6, 1<<30)},
		"1 GiB in an hour":     {time.Hour, rate(1<<30/3600, 1<<30)},
		"1 GiB at the end":     {time.Minute, func(d time.Duration) int64 { return when(d >= time.Minute, 1<<30) }},
		"1 GiB from the start": {time.Hour, func(time.Duration) int64 { return 1 << 30 }},
		"a burst, then slowly": {20 * time.Minute, func(d time.Duration) int64 {
			return 100*mib + int64(d.Seconds()*10e3)
		}},
		"slowly, then a burst": {20 * time.Minute, func(d time.Duration) int64 {
			return int64(d.Seconds()*1e3) + when(d > 19*time.Minute, 300*mib)
		}},
		"steps":     {10 * time.Minute, func(d time.Duration) int64 { return 50 * mib * int64(d/time.Minute) }},
		"small log": {6 * time.Hour, rate(10, 1<<30)},
		"empty log": {6 * time.Hour, func(time.Duration) int64 { return 0 }},
		"64 KiB/s":  {time.Hour, rate(64<<10, 1<<40)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := c.size(c.length)
			shown, spent := simulate(c.length, func(d time.Duration) int64 {
				return c.size(max(0, min(d-time.Second, c.length))) // the log lags one second behind
			})
			if most := 4*n + int64(c.length.Seconds()*64*1024); spent > most {
				t.Errorf("read %d bytes, want at most %d", spent, most)
			}
			if shown != n {
				t.Errorf("printed %d bytes of %d", shown, n)
			}
			t.Logf("%.2f N", float64(spent)/float64(max(n, 1)))
		})
	}
}

// TestLastReadWaits checks that the last read within the budget is not made before the end of the log may be
// written.
func TestLastReadWaits(t *testing.T) {
	t.Parallel()
	const n = 300 << 20
	for length := time.Second; length < 2*time.Minute; length += time.Second {
		size := rate(n/length.Seconds(), n)
		shown, _ := simulate(length, func(d time.Duration) int64 { return size(max(0, d-1500*time.Millisecond)) })
		if shown != n {
			t.Errorf("late log of a stage of %s: printed %d bytes of %d", length, shown, n)
		}
	}
}

func rate(perSecond float64, most int64) func(time.Duration) int64 {
	return func(d time.Duration) int64 { return min(int64(d.Seconds()*perSecond), most) }
}

func when(b bool, n int64) int64 {
	if b {
		return n
	}
	return 0
}

// simulate reads a log as a follower does, without its bytes.
func simulate(length time.Duration, size func(time.Duration) int64) (shown, spent int64) {
	began := time.Unix(0, 0)
	now, pace, p := began, DefaultTiming.pacer(began), DefaultTiming
	l := tail{began: began}
	read := func() int64 {
		if l.done || !l.due(now, p) {
			return 0
		}
		n := size(now.Sub(began))
		grew := n - l.shown
		l.spent, l.shown = l.spent+n, n
		l.observeRead(grew, false, now, p)
		return grew
	}
	for now.Sub(began) < length {
		n := noNews
		if read() > 0 {
			n = growth
		}
		now = now.Add(pace.next(now, n, true))
	}
	l.stageEnded(now)
	for end := now.Add(p.Drain); !now.After(end); now = now.Add(p.EndInterval) {
		read()
	}
	return l.shown, l.spent
}

// breaking is a reader that fails after some bytes.
type breaking struct {
	r    io.Reader
	left int
}

var errBroke = errors.New("the connection broke")

func (b *breaking) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errBroke
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// script is an API that plays a log from the bytes of a fuzzer, one byte per read.
type script struct {
	ops   []byte
	log   []byte
	ended int // reads since the run finished
}

func (s *script) PollRun(context.Context, string) (scalr.Run, error) {
	r := scalr.Run{ID: "run-1", Status: "planning", Dry: true, Plan: &scalr.Plan{ID: "plan-1", Status: "running"}}
	if len(s.ops) == 0 {
		r.Status, r.Plan.Status = "planned_and_finished", "finished"
	}
	return r, nil
}

func (s *script) Stop(context.Context, scalr.Run, runs.StopOptions) (runs.StopResult, error) {
	return runs.StopResult{}, errors.New("unexpected stop")
}

// Log plays the next operation. Its upper bits are a size, its lower bits the kind: the log grows by whole or
// half lines, half of it is served, the read fails, it is empty, unavailable or rewritten. After the end of
// the run, only two reads fail.
func (s *script) Log(context.Context, scalr.Log, time.Duration) (*scalr.LogBody, error) {
	op, size := byte(0), 0
	if len(s.ops) > 0 {
		op, size = s.ops[0]&7, int(s.ops[0]>>3)
		s.ops = s.ops[1:]
		s.log = append(s.log, grown(len(s.log), size, op == 1)...)
	} else if s.ended++; s.ended < 3 {
		op, size = byte(1+s.ended), 20
	}
	switch op {
	case 2:
		return body(bytes.NewReader(s.log[:len(s.log)/2])), nil
	case 3:
		return body(&breaking{bytes.NewReader(s.log), len(s.log) * size / 32}), nil
	case 4:
		return nil, nil
	case 5:
		return nil, errBroke
	case 6:
		return body(strings.NewReader("")), nil
	case 7:
		s.log = fmt.Appendf(nil, "rewritten %d\n%s", len(s.ops), bytes.Repeat([]byte("x"), size))
	}
	return body(bytes.NewReader(s.log)), nil
}

func grown(offset, lines int, half bool) []byte {
	var b []byte
	for i := range lines % 16 {
		b = fmt.Appendf(b, "line %d at offset %d\r\n", i, offset)
	}
	if half && len(b) > 3 {
		b = b[:len(b)-3]
	}
	return b
}

func body(r io.Reader) *scalr.LogBody { return &scalr.LogBody{Reader: r, Size: -1} }

// recorder records a log as it is printed, and discards it when it is rewritten.
type recorder struct {
	text     bytes.Buffer
	restarts int
	troubles int
	trouble  error // the last one
	failed   []error
}

func (r *recorder) Polled(scalr.Run)               {}
func (r *recorder) Log(scalr.Phase) io.WriteCloser { return writeCloser{&r.text} }
func (r *recorder) Restarted(scalr.Phase)          { r.restarts++; r.text.Reset() }

func (r *recorder) LogTrouble(_ scalr.Phase, err error) { r.troubles, r.trouble = r.troubles+1, err }

func (r *recorder) PollTrouble(err error) { r.failed = append(r.failed, err) }

type writeCloser struct{ io.Writer }

func (writeCloser) Close() error { return nil }

// FuzzTail checks that every log is printed completely, each byte once and in order, except for what a
// rewrite replaced.
func FuzzTail(f *testing.F) {
	f.Add([]byte{0x18, 0x21, 0x82, 0x43, 0x10})
	f.Add([]byte("XC")) // the first read after the end finds a stale copy
	f.Add([]byte{0xf8, 0x07, 0x18, 0x47, 0x02})
	f.Add([]byte{0x81, 0x81, 0xa3, 0x81, 0x05, 0x05, 0x05, 0x05, 0x06})
	f.Fuzz(func(t *testing.T, ops []byte) {
		rewritten := 0
		for i, op := range ops {
			if op&7 == 7 {
				if rewritten++; rewritten > maxRestarts {
					ops[i] = op &^ 7
				}
			}
		}
		if len(ops) > 40 {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			api, seen := &script{ops: bytes.Clone(ops)}, &recorder{}
			f := Follower{API: api, Observer: seen, Timing: DefaultTiming}
			if _, err := f.Follow(t.Context(), scalr.Run{ID: "run-1"}); err != nil {
				t.Fatal(err)
			}
			if got := seen.text.String(); got != string(api.log) {
				t.Errorf("printed %q\nwant %q", got, api.log)
			}
			if seen.restarts > rewritten {
				t.Errorf("printed again %d times, rewritten %d times", seen.restarts, rewritten)
			}
		})
	})
}

// TestLogRewrittenForever checks that a server that alternates between two logs does not fill the job's log.
func TestLogRewrittenForever(t *testing.T) {
	t.Parallel()
	ops := bytes.Repeat([]byte{0x0f}, 300)
	synctest.Test(t, func(t *testing.T) {
		seen := &recorder{}
		f := Follower{API: &script{ops: ops}, Observer: seen, Timing: DefaultTiming}
		if _, err := f.Follow(t.Context(), scalr.Run{ID: "run-1"}); err != nil || seen.restarts != 5 {
			t.Errorf("%d restarts, %v; want 5", seen.restarts, err)
		}
	})
}
