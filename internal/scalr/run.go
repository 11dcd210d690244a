package scalr

import "time"

// Run is the state of a run, as one response has it. What Scalr did not report is
// zero; the pointers are nil if a stage does not exist or was not reported.
type Run struct {
	ID           string
	Status       Status
	ErrorMessage string // Scalr's own words, for an errored run
	Message      string
	Source       string
	CreatedAt    time.Time
	Dry          bool
	Destroy      bool
	RefreshOnly  bool
	AutoApply    bool
	Settings     Settings // the same and more, for callers that must distinguish false from not reported
	HasChanges   *bool
	Unreadable   []string // HasChanges, if it is there and not a boolean: its value is unknown
	Position     *int     // place in the workspace's queue

	WorkspaceID     string
	EnvironmentID   string
	ConfigurationID string
	CreatedBy       string // who, in words: an e-mail or a name

	Plan        *Plan
	Apply       *Apply
	Cost        *CostEstimate
	Policies    []PolicyCheck
	Transitions []Transition // oldest first; who moved the run, and why
}

// Stage is what the run's status means.
func (r Run) Stage() RunState { return r.Status.Stage() }

// Changes reports whether the plan changes anything; nil while that is unknown. Scalr
// reports no changes from a run's creation on, which counts only once there is a plan.
func (r Run) Changes() *bool {
	changes := r.HasChanges
	if r.Plan != nil && r.Plan.HasChanges != nil {
		changes = r.Plan.HasChanges
	}
	if changes != nil && !*changes && !r.hasPlan() {
		return nil
	}
	return changes
}

// hasPlan reports whether there is a plan: its own status says so, or the run's
// means it.
func (r Run) hasPlan() bool {
	switch r.Stage() {
	case MaybeWaiting, Override, Saved, Succeeded:
		return true
	}
	return r.Plan != nil && r.Plan.Status == TaskFinished
}

// Waiting reports whether the run seems to wait for a person. Runs pass
// through the same statuses on their way, so that a caller believes it only
// when it is seen twice (the rule: no auto-apply, changes, nothing unfinished).
func (r Run) Waiting() bool {
	switch r.Stage() {
	case Override, Saved:
		return true
	case MaybeWaiting:
		return !r.Dry && !r.AutoApply && !r.Unchanged() && r.checked()
	}
	return false
}

// NothingToApply reports whether a real run rests with nothing to apply: it has ended in
// all but name, and holds the workspace's queue.
func (r Run) NothingToApply() bool {
	return r.Stage() == MaybeWaiting && !r.Dry && r.Unchanged() && r.checked()
}

// TasksFinal reports whether the plan, and the apply if there is one, are final: then a run with a status that is not
// known will no longer move.
func (r Run) TasksFinal() bool {
	return r.Plan != nil && r.Plan.Status.Final() && (r.Apply == nil || r.Apply.Status.Final())
}

// Applied reports whether the apply had begun: then something may have changed,
// however the run ended.
func (r Run) Applied() bool { return r.Apply != nil && r.Apply.Status.Started() }

// Unchanged reports whether Scalr says that the plan changes nothing, and does not
// count a change all the same.
func (r Run) Unchanged() bool {
	changes := r.Changes()
	return changes != nil && !*changes && !r.counted()
}

func (r Run) counted() bool {
	positive := func(n *int) bool { return n != nil && *n > 0 }
	return r.Plan != nil && (positive(r.Plan.Additions) || positive(r.Plan.Changes) || positive(r.Plan.Destructions))
}

// checked reports whether nothing between plan and apply is unfinished.
func (r Run) checked() bool {
	if r.Cost != nil && !r.Cost.Status.Final() {
		return false
	}
	for _, p := range r.Policies {
		if !p.Status.Final() {
			return false
		}
	}
	return true
}

// Transition is one move of a run, with who caused it.
type Transition struct {
	Status Status
	At     time.Time
	Reason string
	By     string // an e-mail or a name; empty when Scalr moved it itself
}

// LastTransition returns the latest move into the status.
func (r Run) LastTransition(s Status) (Transition, bool) {
	for i := len(r.Transitions) - 1; i >= 0; i-- {
		if r.Transitions[i].Status == s {
			return r.Transitions[i], true
		}
	}
	return Transition{}, false
}
