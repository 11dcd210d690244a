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
	Override                     // a soft policy failed; waits for a person to override
	Saved                        // a saved plan waits to be applied
	Succeeded                    // final, without an error
	Failed                       // final, with an error
	Canceled                     // final, discarded or canceled
)

// meaning is one row of the table of statuses.
type meaning struct {
	stage RunState
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
	StatusPending:            {stage: Queued, order: 0},
	StatusPrePlanQueued:      {stage: Queued, order: 10, cancelable: true},
	StatusPrePlanRunning:     {stage: Working, order: 11, cancelable: true},
	StatusPrePlanFinished:    {stage: Working, order: 12, cancelable: true},
	StatusPlanQueued:         {stage: Queued, order: 20, cancelable: true},
	StatusPlanning:           {stage: Working, order: 21, cancelable: true},
	StatusPlanned:            {stage: MaybeWaiting, order: 22},
	StatusPostPlanRunning:    {stage: Working, order: 30, cancelable: true},
	StatusPostPlanFinished:   {stage: MaybeWaiting, order: 30},
	StatusCostEstimating:     {stage: Working, order: 30, cancelable: true},
	StatusCostEstimated:      {stage: MaybeWaiting, order: 30},
	StatusPolicyChecking:     {stage: Working, order: 30, cancelable: true},
	StatusPolicyOverride:     {stage: Override, order: 30},
	StatusPolicyChecked:      {stage: MaybeWaiting, order: 30},
	StatusPlannedAndSaved:    {stage: Saved, order: 40},
	StatusConfirmed:          {stage: Working, order: 50, applying: true, cancelable: true},
	StatusPreApplyQueued:     {stage: Queued, order: 60, applying: true, cancelable: true},
	StatusPreApplyRunning:    {stage: Working, order: 60, applying: true, cancelable: true},
	StatusPreApplyFinished:   {stage: Working, order: 60, applying: true, cancelable: true},
	StatusApplyQueued:        {stage: Queued, order: 60, applying: true, cancelable: true},
	StatusApplying:           {stage: Working, order: 61, applying: true, cancelable: true},
	StatusPostApplyRunning:   {stage: Working, order: 62, applying: true, cancelable: true},
	StatusPostApplyFinished:  {stage: Working, order: 62, applying: true, cancelable: true},
	StatusApplied:            {stage: Succeeded, order: 70, applying: true},
	StatusPlannedAndFinished: {stage: Succeeded, order: 70},
	StatusErrored:            {stage: Failed, order: 70},
	StatusDiscarded:          {stage: Canceled, order: 70},
	StatusCanceled:           {stage: Canceled, order: 70},
}

// Known reports whether the status is in the vendor's document.
func (s Status) Known() bool {
	_, ok := meanings[s]
	return ok
}

// Stage returns the meaning of the status.
func (s Status) Stage() RunState { return meanings[s].stage }

// IsFinal reports whether a run in this status will not change any more.
func (s Status) IsFinal() bool {
	st := s.Stage()
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
	return [...]string{"unknown", "queued", "working", "pausing", "override", "saved", "succeeded", "failed", "stopped"}[s]
}
