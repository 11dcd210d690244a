package follow

import (
	"fmt"
	"time"

	"scalr-run-action/internal/scalr"
)

// UnknownStatusError is a run that no longer progresses and whose status is not
// one of the vendor's document. It is never treated as a success.
type UnknownStatusError struct{ Status scalr.Status }

func (e *UnknownStatusError) Error() string {
	return fmt.Sprintf("the run stopped in an unknown status: %.80q", string(e.Status))
}

// state is what a poll means, given those before it.
type state int

const (
	moving    state = iota
	finishing       // first poll with a final status: poll again immediately
	stale           // an earlier status than one seen before; ignored
	final           // finished, or waiting for a person, and confirmed by a second poll
	unknown         // no progress in an unknown status
)

// classifier observes one poll after another:
//
//	           final status        final status
//	moving ─────────────► finishing ─────────────► final
//	  │  ▲ else
//	  │  └──┘
//	  │ waiting for a person, twice in the same status and for Timing.StatusGrace
//	  ├──────────────────────────────► final
//	  │ no active task in an unknown status, several times
//	  └──────────────────────────────► unknown
//
// A poll with an earlier status than one before comes from a server that lags
// behind: it is stale in every state. A run does not leave a final status, so
// after one even stale polls confirm it, given enough of them.
type classifier struct {
	latest       scalr.Run // the latest poll that is not stale
	ignoreStatus scalr.Status
	grace        time.Duration // minimum time until a run counts as waiting

	furthest scalr.Status
	same     streak // polls in a row with the status of latest
	settled  streak // of those, the last ones in a row without an active task
	finished streak // polls with a final status
	stale    streak // stale polls after a final status
}

// streak counts polls that agree.
type streak struct {
	number int
	first  time.Time
}

func (s *streak) add(at time.Time) {
	if s.number++; s.number == 1 {
		s.first = at
	}
}

// How many polls in a row confirm a state where two may be a coincidence, and over
// how many times the grace period.
const (
	unknownPolls, unknownGraces = 5, 7
	appliedPolls, appliedGraces = 3, 2 // for a run that is effectively applied
)

// confirmed reports whether the streak has at least this many polls and, at the given time, lasts this many grace periods.
func (c *classifier) confirmed(s streak, polls int, graces time.Duration, at time.Time) bool {
	return s.number >= polls && at.Sub(s.first) >= graces*c.grace
}

// observe classifies a poll that was answered at the time at.
func (c *classifier) observe(r scalr.Run, at time.Time) state {
	if r.Status.Before(c.furthest) {
		return c.observeStale(r, at)
	}
	c.record(r, at)
	switch {
	case r.Status.IsFinal():
		c.finished.add(at)
		if c.finished.number > 1 {
			return final
		}
		return finishing
	case (r.Waiting() || r.NothingToApply()) && c.confirmed(c.same, 2, 1, at) && r.Status != c.ignoreStatus:
		return final
	case r.Status.Known() && c.confirmed(c.settled, appliedPolls, appliedGraces, at):
		return final
	case !r.Status.Known() && c.confirmed(c.settled, unknownPolls, unknownGraces, at):
		return unknown
	}
	return moving
}

// record adds a poll that is not stale.
func (c *classifier) record(r scalr.Run, at time.Time) {
	if r.Status != c.latest.Status {
		c.same, c.settled = streak{}, streak{}
	}
	c.latest = r
	c.same.add(at)
	if r.Status.Known() {
		c.furthest = r.Status
	}
	if effectivelyApplied(r) || !r.Status.Known() && r.TasksFinal() {
		c.settled.add(at)
	} else {
		c.settled = streak{}
	}
}

// observeStale classifies a stale poll. Hooks may run after the apply of a run
// that is `applied` already; such a run does not return to its final status.
func (c *classifier) observeStale(r scalr.Run, at time.Time) state {
	if c.finished.number == 0 {
		return stale
	}
	c.stale.add(at)
	if c.latest.Status == scalr.StatusApplied && isPostApply(r.Status) || c.confirmed(c.stale, unknownPolls, unknownGraces, at) {
		return final
	}
	return stale
}

func isPostApply(s scalr.Status) bool {
	return s == scalr.StatusPostApplyRunning || s == scalr.StatusPostApplyFinished
}

// effectivelyApplied reports whether everything of the run is finished although
// its status is not `applied`: the vendor does not document whether `applied`
// comes before or after the hooks that follow an apply.
func effectivelyApplied(r scalr.Run) bool {
	return r.Status == scalr.StatusPostApplyFinished && r.Apply != nil && r.Apply.Status == scalr.TaskFinished
}
