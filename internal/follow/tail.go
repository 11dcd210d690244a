package follow

import (
	"bytes"
	"errors"
	"hash"
	"hash/crc64"
	"io"
	"regexp"
	"time"
)

// allowance is what a log may cost for each second of its stage, in bytes.
const allowance = 64 << 10

// errRewritten says that the log no longer begins with what was told of it.
var errRewritten = errors.New("the log was rewritten")

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
	finalAt  time.Time // when the stage was first seen over
	silent   int       // looks in a row that brought nothing, since then
	silentAt time.Time // when the first of them was
	restarts int
	failures int
	excused  bool // the trouble was told
	closing  []byte
	done     bool
}

// due reports whether another look is within the price.
func (t *tail) due(now time.Time) bool {
	if !t.finalAt.IsZero() {
		return t.spent <= 3*t.told+t.earned(t.finalAt)
	}
	return t.spent <= 2*t.told+t.earned(now)
}

func (t *tail) earned(until time.Time) int64 {
	return int64(until.Sub(t.began).Seconds() * allowance)
}

// premature reports whether a look would be the last one that the price allows,
// and the end of the log may not be there yet.
func (t *tail) premature(now time.Time, p Pace) bool {
	onlyOne := !t.finalAt.IsZero() && t.spent+t.told > 3*t.told+t.earned(t.finalAt)
	return onlyOne && now.Sub(t.finalAt) < p.Moving
}

// read tells w what is new. A log that is shorter than before is an old copy
// unless the stage is over.
func (t *tail) read(r io.Reader, w io.Writer) (grew int64, err error) {
	seen := &counter{Reader: r}
	defer func() { t.spent += seen.n }()
	sum := crc64.New(table)
	skipped, err := io.CopyN(sum, seen, t.told)
	switch {
	case errors.Is(err, io.EOF) && t.finalAt.IsZero():
		return 0, nil
	case err != nil && !errors.Is(err, io.EOF):
		return 0, err
	case skipped < t.told || sum.Sum64() != t.sum:
		return 0, errRewritten
	}
	grew, err = t.tell(seen, w, sum)
	return grew, err
}

func (t *tail) tell(r io.Reader, w io.Writer, sum hash.Hash64) (int64, error) {
	grew, err := io.Copy(io.MultiWriter(w, sum, (*closing)(t)), r)
	t.told += grew
	t.sum = sum.Sum64()
	return grew, err
}

// restart forgets what was told. A log that is rewritten again and again is told
// anew only once.
func (t *tail) restart() (again bool) {
	t.restarts++
	t.told, t.sum, t.closing = 0, 0, nil
	return t.restarts == 1
}

// settled reports whether the log of a stage that is over has come to its end:
// nothing new for a while, which is short when it ends as Terraform's logs do.
func (t *tail) settled(now time.Time, p Pace) bool {
	if t.finalAt.IsZero() || t.silent == 0 {
		return false
	}
	if now.Sub(t.finalAt) >= p.Drain {
		return true
	}
	return t.silent > 1 && (terraformEnd.Match(t.closing) || now.Sub(t.silentAt) >= p.Late)
}

// heard notes whether a look at a log whose stage is over brought anything.
func (t *tail) heard(grew int64, now time.Time) {
	switch {
	case t.finalAt.IsZero():
	case grew > 0:
		t.silent = 0
	default:
		if t.silent == 0 {
			t.silentAt = now
		}
		t.silent++
	}
}

// terraformEnd finds the last words of a plan's or an apply's log.
var terraformEnd = regexp.MustCompile(`(Plan: [0-9]|No changes\.|Apply complete!|Destroy complete!|Error: |without changing any real infrastructure)`)

// closing keeps the last bytes of a log.
type closing tail

func (c *closing) Write(p []byte) (int, error) {
	const most = 8 << 10
	keep := p[max(0, len(p)-most):]
	c.closing = append(c.closing, keep...)
	if over := len(c.closing) - most; over > 0 {
		c.closing = bytes.Clone(c.closing[over:])
	}
	return len(p), nil
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
