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
	rested         // it rests, seen twice
	stuck          // it moves no more, and nobody knows the word
)

// judge considers one look after another:
//
//	           over             over
//	moving ───────────► ending ───────► rested
//	  │  ▲ else
//	  │  └──┘
//	  │ waits for a person, twice in the same status
//	  ├──────────────────────────────► rested
//	  │ settled in a status not known, several times
//	  └──────────────────────────────► stuck
//
// A look with an earlier status than one before comes from a server that lags:
// it is stale wherever the judge stands, and changes nothing.
type judge struct {
	leaving scalr.Status
	began   time.Time
	pace    Pace

	last     scalr.Status
	furthest scalr.Status
	same     int // looks in a row with the same status
	over     int
}

const severalLooks = 5

func (j *judge) consider(r scalr.Run) opinion {
	if r.Status.Before(j.furthest) {
		return stale
	}
	if r.Status.Known() {
		j.furthest = r.Status
	}
	if r.Status != j.last {
		j.last, j.same = r.Status, 0
	}
	j.same++
	switch {
	case r.Status.Over():
		j.over++
		if j.over > 1 {
			return rested
		}
		return ending
	case (r.Waiting() || r.Idle()) && j.same > 1 && !j.justLeft(r.Status):
		return rested
	case !r.Status.Known() && r.Settled() && j.same >= severalLooks:
		return stuck
	case appliedInAllButName(r) && j.same >= severalLooks:
		return rested
	}
	return moving
}

// justLeft reports whether the run only seems to rest where the caller has
// already sent it on from.
func (j *judge) justLeft(s scalr.Status) bool {
	return s == j.leaving && time.Since(j.began) < j.pace.Settle
}

// appliedInAllButName: whether `applied` comes before or after the hooks that
// follow an apply is not documented.
func appliedInAllButName(r scalr.Run) bool {
	return r.Status == "post_apply_finished" && r.Apply != nil && r.Apply.Status == "finished"
}
