package follow

import (
	"errors"
	"hash"
	"hash/crc64"
	"io"
	"time"
)

// allowance is what a log may cost for each second of its stage, in bytes.
const allowance = 64 << 10

var (
	// errRewritten says that the log no longer begins with what was told of it.
	errRewritten = errors.New("the log was rewritten")
	// errShorter says that it has less than what was told: an old copy, perhaps.
	errShorter = errors.New("the log is shorter than before")
)

// tail tells a log that can only be had whole. It skips what was told, by its
// length, and checks by a sum that it is still the same.
//
// What looking costs is bounded: a log that ends at N bytes costs at most 4 N
// plus the allowance. A look is due while all looks before cost no more than
// twice what is told (plus the allowance); so after it they cost at most 3 N,
// and the one that must follow when the stage is over makes 4 N.
type tail struct {
	told     int64
	sum      uint64 // of the told bytes
	spent    int64  // bytes read in all looks
	began    time.Time
	restarts int
	failures int       // looks in a row that failed
	leave    time.Time // no look before, since the server asked so
	shortAt  time.Time // the first of the looks in a row since the end of the stage that found less than was told
	excused  bool      // the trouble was told
	finish
}

// due reports whether another look is within the price, and not too soon after
// the last one.
func (t *tail) due(now time.Time, p Pace) bool {
	if t.finalAt.IsZero() {
		return t.spent <= 2*t.told+t.earned(now)
	}
	soon := t.showsEnd() && t.grewAt.Equal(t.lookedAt) // all that is missing is a look that brings nothing
	return t.affordable() && (soon || now.Sub(t.lookedAt) >= p.Close) && !t.premature(now, p)
}

// affordable reports whether the end of the log may be looked for once more.
func (t *tail) affordable() bool { return t.spent <= 3*t.told+t.earned(t.finalAt) }

// earned is the allowance. No stage is shorter than a second, also if it was
// over when it was first seen.
func (t *tail) earned(until time.Time) int64 {
	return int64(max(1, until.Sub(t.began).Seconds()) * allowance)
}

// premature reports whether a look would be the last one that the price allows,
// and the end of the log may not be there yet.
func (t *tail) premature(now time.Time, p Pace) bool {
	lastOne := t.spent+t.told > 3*t.told+t.earned(t.finalAt)
	return lastOne && now.Sub(t.finalAt) < p.Again
}

// read tells w what is new. A log without a single byte tells nothing, also
// where there was one before. A look for the end that breaks off is free of
// charge: to lose lines would be worse than to pay twice.
func (t *tail) read(r io.Reader, w io.Writer) (grew int64, err error) {
	seen := &counter{Reader: r}
	defer func() {
		if err == nil || t.finalAt.IsZero() || errors.Is(err, errRewritten) {
			t.spent += seen.n
		}
	}()
	sum := crc64.New(table)
	skipped, err := io.CopyN(sum, seen, t.told)
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
	return t.tell(seen, w, sum)
}

func (t *tail) tell(r io.Reader, w io.Writer, sum hash.Hash64) (int64, error) {
	grew, err := io.Copy(io.MultiWriter(w, sum, &t.closing), r)
	t.told += grew
	t.sum = sum.Sum64()
	return grew, err
}

// staysShort notes that the log has less than was told of it, and reports whether
// that is the whole log rather than an old copy: so it is found after the end of
// its stage, by looks that are some time apart.
func (t *tail) staysShort(now time.Time, p Pace) bool {
	if t.finalAt.IsZero() {
		return false
	}
	if t.shortAt.IsZero() {
		t.shortAt = now
	}
	return now.Sub(t.shortAt) >= p.Again
}

// mostRestarts bounds how often a log is told anew: two copies of a server that
// tell different logs in turn must not fill ours.
const mostRestarts = 5

// restart forgets what was told, and reports whether the log is told again.
func (t *tail) restart() (again bool) {
	t.restarts++
	t.told, t.sum, t.closing = 0, 0, t.closing[:0]
	return t.restarts <= mostRestarts
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
