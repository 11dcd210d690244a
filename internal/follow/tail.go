package follow

import (
	"errors"
	"hash"
	"hash/crc64"
	"io"
	"time"
)

// allowance is how many bytes of a log may be read for each second of its stage.
const allowance = 64 << 10

var (
	// errRewritten says that the log no longer begins with what was printed of it.
	errRewritten = errors.New("the log was rewritten")
	// errShorter says that the log is shorter than what was printed of it: Scalr
	// may have answered from an old copy.
	errShorter = errors.New("the log is shorter than before")
)

// tail prints a log that Scalr only serves as a whole. Each read skips what was
// printed, by its length, and verifies by a checksum that it has not changed.
//
// The cost of reading is bounded: a log of N bytes costs at most 4 N plus the
// allowance. A read is due while all reads before it cost no more than twice what
// is printed (plus the allowance); after it they cost at most 3 N, and the one
// that must follow when the stage has ended makes 4 N.
type tail struct {
	shown    int64     // bytes printed
	sum      uint64    // of the printed bytes
	spent    int64     // bytes read in all reads
	began    time.Time // when the log was first seen
	restarts int
	failures int       // failed reads in a row
	leave    time.Time // no read before; from the server's Retry-After
	shortAt  time.Time // the first of the reads in a row, since the end of the stage, that found a shorter log
	reported bool      // LogTrouble was called
	finish
}

// due reports whether another read is within the budget, and not too soon after
// the last one.
func (t *tail) due(now time.Time, timing Timing) bool {
	if t.endedAt.IsZero() {
		return t.spent <= 2*t.shown+t.allowed(now)
	}
	soon := t.hasEnd() && t.grewAt.Equal(t.readAt) // only a read without news is missing
	return t.withinBudget() && (soon || now.Sub(t.readAt) >= timing.EndInterval) && !t.lastReadTooEarly(now, timing)
}

// withinBudget reports whether the budget allows another read of the log.
func (t *tail) withinBudget() bool { return t.spent <= 3*t.shown+t.allowed(t.endedAt) }

// allowed is the allowance until a time. A stage counts for at least a second,
// also if it had ended when it was first seen.
func (t *tail) allowed(until time.Time) int64 {
	return int64(max(1, until.Sub(t.began).Seconds()) * allowance)
}

// lastReadTooEarly reports whether a read would be the last one within the
// budget, and the end of the log may not have been written yet.
func (t *tail) lastReadTooEarly(now time.Time, timing Timing) bool {
	lastOne := t.spent+t.shown > 3*t.shown+t.allowed(t.endedAt)
	return lastOne && now.Sub(t.endedAt) < timing.StatusGrace
}

// read prints to w what is new. An empty log has no news, even if it was not
// empty before. A read of the end that breaks off does not count: losing lines
// would be worse than reading twice.
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
	t.sum = sum.Sum64()
	return grew, err
}

// staysShort records that the log is shorter than what was printed, and reports
// whether it was rewritten rather than served from an old copy: after the end of
// its stage, reads that are StatusGrace apart found it shorter.
func (t *tail) staysShort(now time.Time, timing Timing) bool {
	if t.endedAt.IsZero() {
		return false
	}
	if t.shortAt.IsZero() {
		t.shortAt = now
	}
	return now.Sub(t.shortAt) >= timing.StatusGrace
}

// maxRestarts bounds how often a log is printed again: a server that serves two
// different logs in turn must not fill the job's log.
const maxRestarts = 5

// restart forgets what was printed, and reports whether the log is printed again.
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
