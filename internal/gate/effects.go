// Package gate evaluates plans: it decides whether a run may continue under the conditions of fail-on.
//
// Three sources report what a plan does: Scalr's numbers, the plan's JSON, and its text. The most severe value is
// used. A value that no source reports reliably is unknown, which is never treated as no.
package gate

import (
	"fmt"
	"slices"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// Answer is Yes, No, or Unknown.
type Answer int

// The answers; the zero value is Unknown.
const (
	Unknown Answer = iota
	No
	Yes
)

func (a Answer) String() string { return [...]string{"unknown", "no", "yes"}[a] }

// Bool returns the answer as a flag; nil for Unknown.
func (a Answer) Bool() *bool {
	if a == Unknown {
		return nil
	}
	yes := a == Yes
	return &yes
}

// Effects describes what a run would do, or has done.
type Effects struct {
	Changes  Answer // whether an apply changes anything: resources, outputs, the state
	Destroys Answer // whether an apply destroys anything, including replacements
	// Why is the reason for an Unknown answer: a clause without a final period.
	Why string
}

// EffectsOf combines what the sources report about a run. severalUnits is set for a workspace that plans several units
// in one run (Terragrunt's run-all): its text is never complete, since it does not report the number of units.
func EffectsOf(run scalr.Run, plan tfplan.Plan, severalUnits bool) Effects {
	w := sources{server: numbersOf(run), json: plan.JSON, text: plan.Text}
	if severalUnits || plan.JSON.Documents > 1 {
		w.json.Complete = w.json.Complete && w.json.Documents >= w.text.Documents
		w.text.Complete = false
	}
	if run.RefreshOnly {
		return w.refreshOnly()
	}
	missing := "neither Scalr's numbers nor the plan JSON nor the whole text of the plan is available"
	if plan.JSONLog {
		missing = "neither Scalr's numbers nor the plan JSON is available, and " + jsonLogReason
	}
	if gaps := w.compare(); len(gaps) > 0 {
		missing = gaps[0]
	}
	e := Effects{Changes: w.changes(), Destroys: w.destroys()}
	onPurpose := run.Settings.Targets != nil && len(*run.Settings.Targets) > 0 && plan.OtherCounts.Deferrals == 0
	if e.Changes == No && plan.IsLimited() && !onPurpose {
		e.Changes, missing = Unknown, "the plan is partial: a later plan can have more changes"
	}
	return e.withUncertainty(w.problems(), missing)
}

// withUncertainty changes No to Unknown if there are problems. Without problems, missing is the reason for Unknown.
func (e Effects) withUncertainty(problems []string, missing string) Effects {
	if len(problems) > 0 {
		if e.Changes == No {
			e.Changes = Unknown
		}
		if e.Destroys == No {
			e.Destroys = Unknown
		}
		e.Why = problems[0]
	} else if e.Changes == Unknown || e.Destroys == Unknown {
		e.Why = missing
	}
	return e
}

// sources holds what each source reports.
type sources struct {
	server     numbers
	json, text tfplan.Totals
}

// numbers holds what Scalr itself reports about a finished plan.
type numbers struct {
	changes                          []bool // whether there are changes, according to the run and to the plan
	additions, updates, destructions *int   // nil if not reported
	unreadable                       []string
	failed                           bool // the plan failed
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
		if p.Status != scalr.TaskFinished { // before the plan has finished, zero is not a result
			n.additions, n.updates, n.destructions = nilIfZero(n.additions), nilIfZero(n.updates), nilIfZero(n.destructions)
		}
	}
	if a := run.Apply; a != nil {
		n.additions = orPositive(n.additions, a.Additions)
		n.updates = orPositive(n.updates, a.Changes)
		n.destructions = orPositive(n.destructions, a.Destructions)
	}
	return n
}

func nilIfZero(n *int) *int {
	if n != nil && *n == 0 {
		return nil
	}
	return n
}

// orPositive returns the number of an apply if that of the plan is unknown or zero.
func orPositive(planned, done *int) *int {
	if positive(done) && (planned == nil || *planned == 0) {
		return done
	}
	return planned
}

func positive(n *int) bool { return n != nil && *n > 0 }

// reportsChanges reports whether any value from Scalr is true for changes.
func (n numbers) reportsChanges() bool {
	for _, c := range n.changes {
		if c {
			return true
		}
	}
	return false
}

// reportsNone reports whether all values from Scalr are available and none is true for changes.
func (n numbers) reportsNone() bool {
	return len(n.changes) > 0 && !n.reportsChanges() && n.additions != nil && n.updates != nil && n.destructions != nil
}

// countsResources reports whether any source counts a changed resource.
func (w sources) countsResources() bool {
	return positive(w.server.additions) || positive(w.server.updates) || positive(w.server.destructions) ||
		resourceCount(w.json) > 0 || resourceCount(w.text) > 0
}

func resourceCount(t tfplan.Totals) int { return t.Additions + t.Counts.Changes + t.Destructions }

func (w sources) changes() Answer {
	switch {
	case w.server.reportsChanges(), w.countsResources(), w.json.HasChanges(), w.text.HasChanges():
		return Yes
	case w.server.reportsNone(), w.json.Complete, w.text.Complete:
		return No
	}
	return Unknown
}

func (w sources) destroys() Answer {
	switch {
	case positive(w.server.destructions), w.json.Destructions > 0, w.text.Destructions > 0:
		return Yes
	case w.server.destructions != nil, w.json.Complete, w.text.Complete:
		return No
	}
	return Unknown
}

// problems lists what makes the sources unreliable although they can be read.
func (w sources) problems() []string {
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
		list = append(list, "the value that Scalr reports as "+member+" cannot be read")
	}
	if w.server.failed {
		list = append(list, "planning failed before it finished")
	}
	if len(w.server.changes) > 0 && !w.server.reportsChanges() && w.countsResources() {
		list = append(list, "Scalr reports no changes, although the plan has changes")
	}
	for _, d := range w.json.Problems {
		list = append(list, "the plan JSON is ambiguous: "+d)
	}
	for _, d := range w.text.Problems {
		list = append(list, "the text of the plan is ambiguous: "+d)
	}
	return list
}

// refreshOnly evaluates a refresh-only run: it only changes the state, if there is drift. Scalr's numbers do not count
// drift.
func (w sources) refreshOnly() Effects {
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
	problems := sources{json: tfplan.Totals{Problems: w.json.Problems}, text: tfplan.Totals{Problems: w.text.Problems}}.problems()
	if resourceCount(w.json)+resourceCount(w.text) > 0 {
		problems = append(problems, "the run is refresh-only, although its plan changes resources")
	}
	return e.withUncertainty(problems, "neither the plan JSON nor the whole text of the plan is available")
}
