// Package gate judges plans: whether a run may go on under the conditions of
// fail-on. It decides on facts alone and does nothing.
//
// Three sources say what a plan does: Scalr's numbers, the plan's JSON, and its
// text. The worst of them counts, and what none of them says for sure is unknown,
// which is never taken for a no.
package gate

import (
	"fmt"
	"slices"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// Answer is yes, no, or unknown.
type Answer int

// The answers; the zero value is Unknown.
const (
	Unknown Answer = iota
	No
	Yes
)

func (a Answer) String() string { return [...]string{"unknown", "no", "yes"}[a] }

// Bool gives the answer as a flag; nil for Unknown.
func (a Answer) Bool() *bool {
	if a == Unknown {
		return nil
	}
	yes := a == Yes
	return &yes
}

// Effects say what a run would do, or has done.
type Effects struct {
	Changes  Answer // whether an apply changes anything: resources, outputs, the state
	Destroys Answer // whether an apply destroys anything, replacements included
	// Why says, if an answer is Unknown, what is in the way: a clause without its end.
	Why string
}

// EffectsOf weighs what the sources say of a run. severalUnits is set for a
// workspace that plans several units in one run (Terragrunt's run-all): then a text
// proves nothing, since it ends as often as there are units, however many those are.
func EffectsOf(run scalr.Run, plan tfplan.Plan, severalUnits bool) Effects {
	w := weighing{server: numbersOf(run), json: plan.JSON, text: plan.Text}
	if severalUnits || plan.JSON.Documents > 1 {
		w.json.Complete = w.json.Complete && w.json.Documents >= w.text.Documents
		w.text.Complete = false
	}
	if run.RefreshOnly {
		return w.refreshOnly()
	}
	missing := "neither Scalr's numbers nor the plan JSON nor the whole text of the plan is available"
	if gaps := w.compare(); len(gaps) > 0 {
		missing = gaps[0]
	}
	e := Effects{Changes: w.changes(), Destroys: w.destroys()}
	return e.unless(w.doubts(), missing)
}

// unless makes a no unknown if there are doubts; missing is what is to be said
// where there is no answer.
func (e Effects) unless(doubts []string, missing string) Effects {
	if len(doubts) > 0 {
		if e.Changes == No {
			e.Changes = Unknown
		}
		if e.Destroys == No {
			e.Destroys = Unknown
		}
		e.Why = doubts[0]
	} else if e.Changes == Unknown || e.Destroys == Unknown {
		e.Why = missing
	}
	return e
}

// weighing is what the sources say.
type weighing struct {
	server     numbers
	json, text tfplan.Tally
}

// numbers are what Scalr itself says of a plan that is finished.
type numbers struct {
	changes                          []bool // whether anything changes: what the run and the plan say
	additions, updates, destructions *int   // nil if not reported
	unreadable                       []string
	failed                           bool // the plan
}

func numbersOf(run scalr.Run) numbers {
	var n numbers
	if changes := run.Changes(); changes != nil {
		n.changes = append(n.changes, *changes)
	}
	if run.HasChanges != nil && *run.HasChanges {
		n.changes = append(n.changes, true)
	}
	n.unreadable = run.Unreadable
	if p := run.Plan; p != nil {
		n.unreadable = append(slices.Clip(n.unreadable), p.Unreadable...)
		n.failed = p.Status == scalr.TaskErrored
		n.additions, n.updates, n.destructions = p.Additions, p.Changes, p.Destructions
		if p.Status != scalr.TaskFinished { // a zero from before the plan says nothing
			n.additions, n.updates, n.destructions = unlessZero(n.additions), unlessZero(n.updates), unlessZero(n.destructions)
		}
	}
	if a := run.Apply; a != nil {
		n.additions, n.updates, n.destructions = orPositive(n.additions, a.Additions), orPositive(n.updates, a.Changes), orPositive(n.destructions, a.Destructions)
	}
	return n
}

func unlessZero(n *int) *int {
	if n != nil && *n == 0 {
		return nil
	}
	return n
}

// orPositive prefers what an apply has done to a plan that says nothing or zero.
func orPositive(planned, done *int) *int {
	if positive(done) && (planned == nil || *planned == 0) {
		return done
	}
	return planned
}

func positive(n *int) bool { return n != nil && *n > 0 }

// saysChanges: any word of Scalr's that something changes counts.
func (n numbers) saysChanges() bool {
	for _, c := range n.changes {
		if c {
			return true
		}
	}
	return false
}

// saysNone reports whether Scalr says in every way that nothing changes.
func (n numbers) saysNone() bool {
	return len(n.changes) > 0 && !n.saysChanges() && n.additions != nil && n.updates != nil && n.destructions != nil
}

// counted reports whether any source counts a resource that changes.
func (w weighing) counted() bool {
	return positive(w.server.additions) || positive(w.server.updates) || positive(w.server.destructions) ||
		resources(w.json) > 0 || resources(w.text) > 0
}

func resources(t tfplan.Tally) int { return t.Additions + t.Counts.Changes + t.Destructions }

func (w weighing) changes() Answer {
	switch {
	case w.server.saysChanges(), w.counted(), w.json.HasChanges(), w.text.HasChanges():
		return Yes
	case w.server.saysNone(), w.json.Complete, w.text.Complete:
		return No
	}
	return Unknown
}

func (w weighing) destroys() Answer {
	switch {
	case positive(w.server.destructions), w.json.Destructions > 0, w.text.Destructions > 0:
		return Yes
	case w.server.destructions != nil, w.json.Complete, w.text.Complete:
		return No
	}
	return Unknown
}

// doubts are what makes the sources unreliable, although they can be read.
func (w weighing) doubts() []string {
	var list []string
	for _, one := range []struct {
		n    *int
		what string
	}{{w.server.destructions, "destructions"}, {w.server.additions, "additions"}, {w.server.updates, "changes"}} {
		if one.n != nil && *one.n < 0 {
			list = append(list, fmt.Sprintf("Scalr reports %d %s", *one.n, one.what))
		}
	}
	for _, member := range w.server.unreadable {
		list = append(list, "what Scalr reports as "+member+" cannot be read")
	}
	if w.server.failed {
		list = append(list, "planning failed before it was finished")
	}
	if len(w.server.changes) > 0 && !w.server.saysChanges() && w.counted() {
		list = append(list, "Scalr reports that nothing changes, although something does")
	}
	for _, d := range w.json.Doubts {
		list = append(list, "the plan JSON is ambiguous: "+d)
	}
	for _, d := range w.text.Doubts {
		list = append(list, "the text of the plan is ambiguous: "+d)
	}
	return list
}

// refreshOnly weighs a run that only looks for drift: such a run changes the state,
// to what drifted, and nothing else. Scalr's numbers do not count drift.
func (w weighing) refreshOnly() Effects {
	var e Effects
	switch {
	case w.json.Drift+w.text.Drift > 0:
		e.Changes = Yes
	case w.json.Complete, w.text.Complete:
		e.Changes = No
	}
	if w.json.Complete || w.text.Complete {
		e.Destroys = No
	}
	doubts := weighing{json: tfplan.Tally{Doubts: w.json.Doubts}, text: tfplan.Tally{Doubts: w.text.Doubts}}.doubts()
	if resources(w.json)+resources(w.text) > 0 {
		doubts = append(doubts, "the run is refresh-only, although its plan changes resources")
	}
	return e.unless(doubts, "neither the plan JSON nor the whole text of the plan is available")
}
