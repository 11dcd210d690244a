package follow

import (
	"regexp"
	"time"
)

// finish decides when a log has come to its end. That a stage is over does not
// say it: the log may lag behind.
type finish struct {
	finalAt  time.Time // when the stage was first seen over
	lookedAt time.Time // the last look since then
	grewAt   time.Time // the last one that brought something
	closing  closing
	done     bool
}

// over notes that the stage is over.
func (f *finish) over(at time.Time) {
	if f.finalAt.IsZero() {
		f.finalAt = at
	}
}

// heard notes what a look at a log whose stage is over brought, and decides. It
// is the end when nothing more came for a while, or at once when the log ends as
// Terraform's do. A look that failed says nothing about it.
func (f *finish) heard(grew int64, failed bool, now time.Time, p Pace) {
	if f.finalAt.IsZero() {
		return
	}
	f.lookedAt = now
	if grew > 0 {
		f.grewAt = now
		return
	}
	f.done = now.Sub(f.finalAt) >= p.Drain || !failed && f.quiet(now) >= f.patience(p)
}

// quiet is for how long nothing came although the stage is over.
func (f *finish) quiet(now time.Time) time.Duration {
	if f.grewAt.After(f.finalAt) {
		return now.Sub(f.grewAt)
	}
	return now.Sub(f.finalAt)
}

func (f *finish) patience(p Pace) time.Duration {
	if f.showsEnd() {
		return 0
	}
	return p.Late
}

// showsEnd reports whether the log ends as Terraform's do.
func (f *finish) showsEnd() bool { return terraformEnd.Match(f.closing) }

// terraformEnd finds the last words of a plan's or an apply's log, coloured or not.
var terraformEnd = regexp.MustCompile(`Plan:(\x1b\[[0-9;]*m)* [0-9]|No changes\.|Apply complete!|Destroy complete!|Error: |without changing any real infrastructure`)

// closing keeps the last bytes of a log.
type closing []byte

const mostClosing = 8 << 10

func (c *closing) Write(p []byte) (int, error) {
	keep := p[max(0, len(p)-mostClosing):]
	if over := len(*c) + len(keep) - mostClosing; over > 0 {
		*c = append((*c)[:0], (*c)[over:]...)
	}
	*c = append(*c, keep...)
	return len(p), nil
}
