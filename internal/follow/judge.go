package follow

import (
	"fmt"
	"time"

	"scalr-run-action/internal/scalr"
)

// UnknownStatusError is a run that moves no more, in a status that nobody knows.
// It is never taken for a success.
type UnknownStatusError struct{ Status scalr.Status }

func (e *UnknownStatusError) Error() string {
	return fmt.Sprintf("the run has stopped moving in a status that is not known: %.80q", string(e.Status))
}

// opinion is what a look means in the light of those before it.
type opinion int

const (
	moving opinion = iota
	ending         // seen over for the first time: look again at once
	stale          // older than what was seen already; nothing to tell
	rested         // it rests, and more than one look says so
	stuck          // it moves no more, and nobody knows the word
)

// judge considers one look after another:
//
//	           over             over
//	moving ───────────► ending ───────► rested
//	  │  ▲ else
//	  │  └──┘
//	  │ waits for a person, twice in the same status and for a moment
//	  ├──────────────────────────────► rested
//	  │ settled in a status not known, several times
//	  └──────────────────────────────► stuck
//
// A look with an earlier status than one before comes from a server that lags:
// it is stale wherever the judge stands. A run does not come back from its end,
// so that after it even stale looks confirm it in time.
type judge struct {
	latest  scalr.Run // of the looks that are not stale
	leaving scalr.Status
	again   time.Duration // that passes, at least, until a pause is believed

	furthest scalr.Status
	same     looks // in a row with the status of latest
	settled  looks // of those, the last in a row that were settled
	over     looks // that were over
	doubts   looks // stale ones after one that was over
}

// looks are some that say the same.
type looks struct {
	number int
	first  time.Time
}

func (l *looks) add(at time.Time) {
	if l.number++; l.number == 1 {
		l.first = at
	}
}

// Looks in a row that are believed where two might be a coincidence, and how many
// times the time until a pause is believed they take at least.
const (
	severalLooks, severalTimes = 5, 7
	appliedLooks, appliedTimes = 3, 2 // for a run that was applied in all but name
)

// believed reports whether there were so many looks at the time at, over so many
// times what a pause takes.
func (j *judge) believed(l looks, number int, times time.Duration, at time.Time) bool {
	return l.number >= number && at.Sub(l.first) >= times*j.again
}

// consider judges a look that was answered at the time at.
func (j *judge) consider(r scalr.Run, at time.Time) opinion {
	if r.Status.Before(j.furthest) {
		return j.doubt(r, at)
	}
	j.note(r, at)
	switch {
	case r.Status.Over():
		j.over.add(at)
		if j.over.number > 1 {
			return rested
		}
		return ending
	case (r.Waiting() || r.Idle()) && j.believed(j.same, 2, 1, at) && r.Status != j.leaving:
		return rested
	case r.Status.Known() && j.believed(j.settled, appliedLooks, appliedTimes, at):
		return rested
	case !r.Status.Known() && j.believed(j.settled, severalLooks, severalTimes, at):
		return stuck
	}
	return moving
}

// note takes down a look that is not stale.
func (j *judge) note(r scalr.Run, at time.Time) {
	if r.Status != j.latest.Status {
		j.same, j.settled = looks{}, looks{}
	}
	j.latest = r
	j.same.add(at)
	if r.Status.Known() {
		j.furthest = r.Status
	}
	if appliedInAllButName(r) || !r.Status.Known() && r.Settled() {
		j.settled.add(at)
	} else {
		j.settled = looks{}
	}
}

// doubt weighs a stale look. Hooks may follow an apply whose run is `applied`
// already, and that run is not seen in its end again.
func (j *judge) doubt(r scalr.Run, at time.Time) opinion {
	if j.over.number == 0 {
		return stale
	}
	j.doubts.add(at)
	if j.latest.Status == "applied" && afterApply(r.Status) || j.believed(j.doubts, severalLooks, severalTimes, at) {
		return rested
	}
	return stale
}

func afterApply(s scalr.Status) bool {
	return s == "post_apply_running" || s == "post_apply_finished"
}

// appliedInAllButName: whether `applied` comes before or after the hooks that
// follow an apply is not documented.
func appliedInAllButName(r scalr.Run) bool {
	return r.Status == "post_apply_finished" && r.Apply != nil && r.Apply.Status == "finished"
}
