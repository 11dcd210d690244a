package follow

import (
	"fmt"
	"time"

	"scalr-run-action/internal/scalr"
)

// UnknownStatusError reports that a run stopped in a status that Scalr's OpenAPI document does not list. It
// is never treated as a success.
type UnknownStatusError struct{ Status scalr.Status }

func (e *UnknownStatusError) Error() string {
	return fmt.Sprintf("the run stays in an unknown status: %.80q", string(e.Status))
}

// state is the state of a run according to all polls so far.
type state int

const (
	moving    state = iota
	finishing       // one poll with a final status; polled again immediately
	stale           // the status is earlier than that of a previous poll; ignored
	final           // finished, or waiting for a person, and confirmed by a second poll
	unknown         // stopped in an unknown status
)

// classifier derives the state of a run from consecutive polls:
//
//	           final status     same final status
//	moving ─────────────► finishing ─────────────► final
//	  │  ▲ else
//	  │  └──┘
//	  │ waiting for a person, twice in the same status and for Timing.StatusGrace
//	  ├──────────────────────────────► final
//	  │ no active task in an unknown status, several times
//	  └──────────────────────────────► unknown
//
// A poll whose status is earlier than that of a previous poll comes from a server
// that lags behind; it is stale in every state. A run does not leave a final
// status, so enough stale polls after a final status confirm it, too. If polls
// keep contradicting each other about the final status, the worst one is final.
type classifier struct {
	latest       scalr.Run // the last poll that is not stale
	ignoreStatus scalr.Status
	grace        time.Duration // minimum time until a run counts as waiting

	furthest scalr.Status
	same     streak // consecutive polls with the status of latest
	settled  streak // the most recent of them without an active task
	finished streak // polls with the final status furthest
	stale    streak // stale polls after a poll with this status

	finals streak    // polls with any final status
	worst  scalr.Run // the worst of them
}

// streak counts consecutive polls that agree.
type streak struct {
	number int
	first  time.Time
}

func (s *streak) add(at time.Time) {
	if s.number++; s.number == 1 {
		s.first = at
	}
}

// Two polls may show one of these states by coincidence. It is confirmed by this number of consecutive polls
// over this number of grace periods.
const (
	unknownPolls, unknownGraces = 5, 7 // for an unknown or contradictory status
	appliedPolls, appliedGraces = 3, 2 // for a run whose apply and hooks have ended
)

// confirmed reports whether s has at least the given number of polls and has lasted at least the given number
// of grace periods.
func (c *classifier) confirmed(s streak, polls int, graces time.Duration, at time.Time) bool {
	return s.number >= polls && at.Sub(s.first) >= graces*c.grace
}

// observe classifies a poll. at is the time of its response.
func (c *classifier) observe(r scalr.Run, at time.Time) state {
	if r.Status.Before(c.furthest) {
		return c.observeStale(r, at)
	}
	c.record(r, at)
	switch {
	case r.Status.IsFinal():
		return c.observeFinal(r, at)
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
		if r.Status != c.furthest {
			c.finished, c.stale = streak{}, streak{}
		}
		c.furthest = r.Status
	}
	if applyEnded(r) || !r.Status.Known() && r.TasksFinal() {
		c.settled.add(at)
	} else {
		c.settled = streak{}
	}
}

// observeFinal classifies a poll with a final status. The first one is confirmed immediately. If the next one has
// another final status, a server or a cache is wrong, and the run is polled in the usual interval.
func (c *classifier) observeFinal(r scalr.Run, at time.Time) state {
	c.finished.add(at)
	c.finals.add(at)
	if c.finals.number == 1 || severity(r.Status) > severity(c.worst.Status) {
		c.worst = r
	}
	switch {
	case c.finished.number > 1:
		return final
	case c.finals.number == 1:
		return finishing
	case c.confirmed(c.finals, unknownPolls, unknownGraces, at):
		c.latest = c.worst
		return final
	}
	return moving
}

// severity orders final statuses: a success is not reported if other polls show a failure.
func severity(s scalr.Status) int {
	switch s {
	case scalr.StatusApplied:
		return 0
	case scalr.StatusPlannedAndFinished:
		return 1
	}
	return 2
}

// observeStale classifies a stale poll. Hooks may run after a run has become `applied`; such a run does not
// return to `applied`.
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

// applyEnded reports whether all tasks of the run are final, with or without success, although its status is not:
// Scalr does not document whether a run becomes `applied` or `errored` before or after its post-apply hooks.
func applyEnded(r scalr.Run) bool {
	return r.Status == scalr.StatusPostApplyFinished && r.Apply != nil && r.Apply.Status.Final()
}
