package follow

import (
	"fmt"

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
//	  │ waits for a person, twice in the same status
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

	furthest scalr.Status
	same     int // looks in a row with the status of latest
	settled  int // of those, the last in a row that were settled
	over     int // looks that were over
	doubts   int // stale looks after one that was over
}

// Looks in a row that are believed where two might be a coincidence.
const (
	severalLooks = 5
	appliedLooks = 3 // for a run that was applied in all but name
)

func (j *judge) consider(r scalr.Run) opinion {
	if r.Status.Before(j.furthest) {
		return j.doubt(r)
	}
	j.note(r)
	switch {
	case r.Status.Over():
		j.over++
		if j.over > 1 {
			return rested
		}
		return ending
	case (r.Waiting() || r.Idle()) && j.same > 1 && r.Status != j.leaving:
		return rested
	case j.settled >= appliedLooks && r.Status.Known():
		return rested
	case j.settled >= severalLooks:
		return stuck
	}
	return moving
}

// note takes down a look that is not stale.
func (j *judge) note(r scalr.Run) {
	if r.Status != j.latest.Status {
		j.same, j.settled = 0, 0
	}
	j.latest = r
	j.same++
	if r.Status.Known() {
		j.furthest = r.Status
	}
	if appliedInAllButName(r) || !r.Status.Known() && r.Settled() {
		j.settled++
	} else {
		j.settled = 0
	}
}

// doubt weighs a stale look. Hooks may follow an apply whose run is `applied`
// already, and that run is not seen in its end again.
func (j *judge) doubt(r scalr.Run) opinion {
	if j.over == 0 {
		return stale
	}
	j.doubts++
	if j.latest.Status == "applied" && afterApply(r.Status) || j.doubts >= severalLooks {
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
