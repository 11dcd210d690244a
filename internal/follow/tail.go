package follow

import (
	"errors"
	"hash"
	"hash/crc64"
	"io"
	"time"

	"scalr-run-action/internal/scalr"
)

// allowance is the number of bytes of a log that may be read per second of its stage.
const allowance = 64 << 10

var (
	// errRewritten reports that the log no longer begins with the printed bytes.
	errRewritten = errors.New("the log was rewritten")
	// errShorter reports that the log is shorter than the printed bytes: Scalr may have responded with a
	// stale copy.
	errShorter = errors.New("the log is shorter than before")
)

// tail prints a log that Scalr only serves as a whole. Each read skips the printed bytes and verifies them by
// a checksum.
//
// The cost of reading is bounded: a log of N bytes costs at most 4 N plus the allowance. While its stage is
// active, a log is read only if all previous reads cost at most 2 N plus the allowance, so the reads cost at
// most 3 N; the final read after the end of the stage makes 4 N.
type tail struct {
	shown    int64     // bytes printed
	sum      uint64    // checksum of the printed bytes
	spent    int64     // bytes read in all reads
	began    time.Time // time of the first poll that listed the log
	restarts int
	failures int       // consecutive failed reads
	failure  error     // the last of them
	slow     int       // failed reads so far, for patience
	nextRead time.Time // time of the earliest next read, by the server's Retry-After
	shortAt  time.Time // first of the consecutive reads after the end of the stage that found a shorter log
	reported bool      // LogTrouble was called
	finish
}

// stageEnded is [finish.stageEnded], and records whether reading the log was forbidden so far.
func (t *tail) stageEnded(at time.Time) {
	if t.endedAt.IsZero() {
		if retryAfter(t.failure) == 0 {
			t.nextRead = time.Time{} // the end of the log should not be late
		}
		t.forbidden = t.reported && errors.Is(t.failure, scalr.ErrForbidden)
	}
	t.finish.stageEnded(at)
}

// due reports whether another read is within the budget and late enough after the previous one.
func (t *tail) due(now time.Time, timing Timing) bool {
	if t.endedAt.IsZero() {
		return t.spent <= 2*t.shown+t.allowed(now)
	}
	soon := t.hasEnd() && t.grewAt.Equal(t.readAt) // one read without new bytes completes the log
	return t.withinBudget() && (soon || now.Sub(t.readAt) >= timing.EndInterval) && !t.lastReadTooEarly(now, timing)
}

// withinBudget reports whether the budget allows another read of the log.
func (t *tail) withinBudget() bool { return t.spent <= 3*t.shown+t.allowed(t.endedAt) }

// allowed returns the allowance until the given time. A stage counts as at least one second long, also if it
// had ended before the first poll.
func (t *tail) allowed(until time.Time) int64 {
	return int64(max(1, until.Sub(t.began).Seconds()) * allowance)
}

// lastReadTooEarly reports whether the budget allows only one more read and the end of the log may not be
// written yet.
func (t *tail) lastReadTooEarly(now time.Time, timing Timing) bool {
	lastOne := t.spent+t.shown > 3*t.shown+t.allowed(t.endedAt)
	return lastOne && !t.hasEnd() && now.Sub(t.endedAt) < timing.StatusGrace
}

// read prints the new bytes to w. An empty log has no new bytes, even if it was not empty before. A failed
// read after the end of the stage does not count toward the budget: losing lines would be worse than reading
// them twice.
func (t *tail) read(r io.Reader, w io.Writer) (grew int64, err error) {
	seen := &counter{Reader: r}
	defer func() {
		if err == nil || t.endedAt.IsZero() || errors.Is(err, errRewritten) {
			t.spent += seen.n
		}
	}()
	sum := crc64.New(table)
	skipped, err := io.CopyN(sum, seen, t.shown)
	switch {
	case errors.Is(err, io.EOF) && skipped == 0:
		return 0, nil
	case errors.Is(err, io.EOF):
		return 0, errShorter
	case err != nil:
		return 0, err
	case sum.Sum64() != t.sum:
		return 0, errRewritten
	}
	return t.print(seen, w, sum)
}

func (t *tail) print(r io.Reader, w io.Writer, sum hash.Hash64) (int64, error) {
	grew, err := io.Copy(io.MultiWriter(w, sum, &t.closing), r)
	t.shown += grew
	t.closed = t.closing.closedBy(grew)
	t.sum = sum.Sum64()
	return grew, err
}

// staysShort records a read that found the log shorter than the printed bytes. It reports whether the log was
// rewritten rather than served from a stale copy: after the end of the stage, it stayed shorter for
// StatusGrace.
func (t *tail) staysShort(now time.Time, timing Timing) bool {
	if t.endedAt.IsZero() {
		return false
	}
	if t.shortAt.IsZero() {
		t.shortAt = now
	}
	return now.Sub(t.shortAt) >= timing.StatusGrace
}

// maxRestarts limits how often a log is printed again: a server that alternates between two logs must not
// fill the job's log.
const maxRestarts = 5

// restart resets the printed bytes and reports whether the log may be printed again.
func (t *tail) restart() (again bool) {
	t.restarts++
	t.shown, t.sum, t.closing = 0, 0, t.closing[:0]
	return t.restarts <= maxRestarts
}

type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

var table = crc64.MakeTable(crc64.ECMA)
