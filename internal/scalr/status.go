package scalr

// Status is the status of a run as reported by Scalr. Unknown values are valid, since Scalr adds new ones over time.
type Status string

// RunState is the meaning of a status for following the run.
type RunState int

// States of a run.
const (
	Unknown      RunState = iota // a status that is not in the table; never treated as a success
	Queued                       // waits in the queue or for capacity
	Working                      // running; continues without a person
	MaybeWaiting                 // either passed through, or waiting for a person to confirm
	Override                     // a soft-mandatory policy failed; waits for a person to override
	Saved                        // a saved plan waits to be applied
	Succeeded                    // final, without an error
	Failed                       // final, with an error
	Canceled                     // final, discarded or canceled
)

// meaning is one row of the table of statuses.
type meaning struct {
	state RunState
	// order is the position in the sequence of statuses. A response with a lower order than an earlier one comes from a
	// replica that lags.
	order int
	// applying is true from the confirmation of the changes on.
	applying bool
	// cancelable is true if Scalr accepts a cancel and not a discard.
	cancelable bool
}

// Statuses in the vendor's document (openapi.yml, schema Run, attribute status, of 2026-04-14).
const (
	StatusPending            Status = "pending"
	StatusPrePlanQueued      Status = "pre_plan_queued"
	StatusPrePlanRunning     Status = "pre_plan_running"
	StatusPrePlanFinished    Status = "pre_plan_finished"
	StatusPlanQueued         Status = "plan_queued"
	StatusPlanning           Status = "planning"
	StatusPlanned            Status = "planned"
	StatusPostPlanRunning    Status = "post_plan_running"
	StatusPostPlanFinished   Status = "post_plan_finished"
	StatusCostEstimating     Status = "cost_estimating"
	StatusCostEstimated      Status = "cost_estimated"
	StatusPolicyChecking     Status = "policy_checking"
	StatusPolicyOverride     Status = "policy_override"
	StatusPolicyChecked      Status = "policy_checked"
	StatusPlannedAndSaved    Status = "planned_and_saved"
	StatusConfirmed          Status = "confirmed"
	StatusPreApplyQueued     Status = "pre_apply_queued"
	StatusPreApplyRunning    Status = "pre_apply_running"
	StatusPreApplyFinished   Status = "pre_apply_finished"
	StatusApplyQueued        Status = "apply_queued"
	StatusApplying           Status = "applying"
	StatusPostApplyRunning   Status = "post_apply_running"
	StatusPostApplyFinished  Status = "post_apply_finished"
	StatusApplied            Status = "applied"
	StatusPlannedAndFinished Status = "planned_and_finished"
	StatusErrored            Status = "errored"
	StatusDiscarded          Status = "discarded"
	StatusCanceled           Status = "canceled"
)

// meanings maps each status to its meaning.
var meanings = map[Status]meaning{
	StatusPending:            {state: Queued, order: 0},
	StatusPrePlanQueued:      {state: Queued, order: 10, cancelable: true},
	StatusPrePlanRunning:     {state: Working, order: 11, cancelable: true},
	StatusPrePlanFinished:    {state: Working, order: 12, cancelable: true},
	StatusPlanQueued:         {state: Queued, order: 20, cancelable: true},
	StatusPlanning:           {state: Working, order: 21, cancelable: true},
	StatusPlanned:            {state: MaybeWaiting, order: 22},
	StatusPostPlanRunning:    {state: Working, order: 30, cancelable: true},
	StatusPostPlanFinished:   {state: MaybeWaiting, order: 30},
	StatusCostEstimating:     {state: Working, order: 30, cancelable: true},
	StatusCostEstimated:      {state: MaybeWaiting, order: 30},
	StatusPolicyChecking:     {state: Working, order: 30, cancelable: true},
	StatusPolicyOverride:     {state: Override, order: 30},
	StatusPolicyChecked:      {state: MaybeWaiting, order: 30},
	StatusPlannedAndSaved:    {state: Saved, order: 40},
	StatusConfirmed:          {state: Working, order: 50, applying: true, cancelable: true},
	StatusPreApplyQueued:     {state: Queued, order: 60, applying: true, cancelable: true},
	StatusPreApplyRunning:    {state: Working, order: 60, applying: true, cancelable: true},
	StatusPreApplyFinished:   {state: Working, order: 60, applying: true, cancelable: true},
	StatusApplyQueued:        {state: Queued, order: 60, applying: true, cancelable: true},
	StatusApplying:           {state: Working, order: 61, applying: true, cancelable: true},
	StatusPostApplyRunning:   {state: Working, order: 62, applying: true, cancelable: true},
	StatusPostApplyFinished:  {state: Working, order: 62, applying: true, cancelable: true},
	StatusApplied:            {state: Succeeded, order: 70, applying: true},
	StatusPlannedAndFinished: {state: Succeeded, order: 70},
	StatusErrored:            {state: Failed, order: 70},
	StatusDiscarded:          {state: Canceled, order: 70},
	StatusCanceled:           {state: Canceled, order: 70},
}

// Known reports whether the status is in the vendor's document.
func (s Status) Known() bool {
	_, ok := meanings[s]
	return ok
}

// State returns the meaning of the status.
func (s Status) State() RunState { return meanings[s].state }

// IsFinal reports whether a run in this status will not change any more.
func (s Status) IsFinal() bool {
	st := s.State()
	return st == Succeeded || st == Failed || st == Canceled
}

// Applying reports whether the run's changes were confirmed: stopping it from then on would interrupt an apply.
func (s Status) Applying() bool { return meanings[s].applying && !s.IsFinal() }

// Cancelable reports whether Scalr accepts a cancel in this status and not a discard.
func (s Status) Cancelable() bool { return meanings[s].cancelable }

// Before reports whether a run certainly reaches s earlier than t. It is false if one of them is unknown.
func (s Status) Before(t Status) bool {
	a, known := meanings[s]
	b, knownToo := meanings[t]
	return known && knownToo && a.order < b.order
}

func (s RunState) String() string {
	return [...]string{"unknown", "queued", "working", "maybe-waiting", "override", "saved", "succeeded", "failed", "canceled"}[s]
}
