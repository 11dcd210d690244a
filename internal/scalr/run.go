package scalr

import "time"

// Run is the state of a run as reported by one response. Values that Scalr does not report are zero; pointers are nil
// if a task does not exist or was not reported.
type Run struct {
	ID           string
	Status       Status
	ErrorMessage string // Scalr's message for an errored run
	Message      string
	Source       string
	CreatedAt    time.Time
	Dry          bool
	Destroy      bool
	RefreshOnly  bool
	AutoApply    bool
	Settings     Settings // all settings, for callers that distinguish false from not reported
	HasChanges   *bool
	Unreadable   []string // HasChanges, if its type in the response is not boolean: the value is unknown
	Position     *int     // position in the workspace's queue

	WorkspaceID     string
	EnvironmentID   string
	ConfigurationID string
	CreatedBy       string // an e-mail address or a name

	Plan        *Plan
	Apply       *Apply
	Cost        *CostEstimate
	Policies    []PolicyCheck
	Transitions []Transition // oldest first, with the person who caused each
}

// State returns the meaning of the run's status.
func (r Run) State() RunState { return r.Status.State() }

// Changes reports whether the plan contains changes, or nil while that is unknown. Scalr reports "no changes" from the
// creation of a run, which is meaningful only after the plan exists.
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

// hasPlan reports whether there is a plan, according to the plan's own status or the run's.
func (r Run) hasPlan() bool {
	switch r.State() {
	case MaybeWaiting, Override, Saved, Succeeded:
		return true
	}
	return r.Plan != nil && r.Plan.Status == TaskFinished
}

// Waiting reports whether the run seems to wait for a person: it waits for an override, is a saved plan, or may wait
// for confirmation because it is not applied automatically, has changes, and has no unfinished task. Runs also pass
// through the same statuses without waiting, so callers rely on the result only if two consecutive reads agree.
func (r Run) Waiting() bool {
	switch r.State() {
	case Override, Saved:
		return true
	case MaybeWaiting:
		return !r.Dry && !r.AutoApply && !r.Unchanged() && r.checked()
	}
	return false
}

// NothingToApply reports whether a run that is not dry has finished planning without anything to apply: it is not final
// but will not continue, and it blocks the workspace's queue.
func (r Run) NothingToApply() bool {
	return r.State() == MaybeWaiting && !r.Dry && r.Unchanged() && r.checked()
}

// TasksFinal reports whether the plan, and the apply if there is one, are final: then a run with an unknown status will
// not change any more.
func (r Run) TasksFinal() bool {
	return r.Plan != nil && r.Plan.Status.Final() && (r.Apply == nil || r.Apply.Status.Final())
}

// Applied reports whether the apply has started: then resources may have changed, however the run ended.
func (r Run) Applied() bool { return r.Apply != nil && r.Apply.Status.Started() }

// Unchanged reports whether Scalr reports that the plan contains no changes, without contradicting that by a count of
// changes.
func (r Run) Unchanged() bool {
	changes := r.Changes()
	return changes != nil && !*changes && !r.counted()
}

func (r Run) counted() bool {
	positive := func(n *int) bool { return n != nil && *n > 0 }
	return r.Plan != nil && (positive(r.Plan.Additions) || positive(r.Plan.Changes) || positive(r.Plan.Destructions))
}

// checked reports whether neither the plan nor a task between plan and apply is unfinished.
func (r Run) checked() bool {
	if r.Plan != nil {
		switch r.Plan.Status {
		case TaskPending, TaskQueued, TaskRunning:
			return false
		}
	}
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

// Transition is a status change of a run and the person who caused it.
type Transition struct {
	Status Status
	At     time.Time
	Reason string
	By     string // an e-mail address, a name or the id of a user; empty if Scalr itself changed the status
}

// LastTransition returns the latest transition to the status.
func (r Run) LastTransition(s Status) (Transition, bool) {
	for i := len(r.Transitions) - 1; i >= 0; i-- {
		if r.Transitions[i].Status == s {
			return r.Transitions[i], true
		}
	}
	return Transition{}, false
}
