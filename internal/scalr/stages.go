package scalr

// TaskStatus is the state of one stage of a run: of its plan, its apply, its
// cost estimate or a policy check.
type TaskStatus string

// The statuses of tasks that decide something here; Scalr has more.
const (
	TaskPending     TaskStatus = "pending"
	TaskQueued      TaskStatus = "queued"
	TaskRunning     TaskStatus = "running"
	TaskFinished    TaskStatus = "finished"
	TaskCanceled    TaskStatus = "canceled"
	TaskErrored     TaskStatus = "errored"
	TaskUnreachable TaskStatus = "unreachable"
	TaskPassed      TaskStatus = "passed"
	TaskSoftFailed  TaskStatus = "soft_failed"
	TaskHardFailed  TaskStatus = "hard_failed"
	TaskOverridden  TaskStatus = "overridden"
)

// Final reports whether the stage will no longer change. A soft failure of a policy may still be overridden, so it is
// not final (openapi.yml, PolicyCheck).
func (s TaskStatus) Final() bool {
	switch s {
	case TaskFinished, TaskCanceled, TaskErrored, TaskUnreachable, TaskPassed, TaskHardFailed, TaskOverridden:
		return true
	}
	return false
}

// Started reports whether the stage has started, so that it may have a log.
func (s TaskStatus) Started() bool {
	return s != "" && s != TaskPending && s != TaskQueued && s != TaskUnreachable
}

// Plan is the plan stage of a run. Counts are nil until the plan is finished.
type Plan struct {
	ID                               string
	Status                           TaskStatus
	HasChanges                       *bool
	Additions, Changes, Destructions *int
	// Unreadable names the members, of those above, that the response has and that are not what they should be: their
	// values are unknown.
	Unreadable []string
}

// Apply is the apply stage of a run. Imports are reported by newer servers only.
type Apply struct {
	ID                                        string
	Status                                    TaskStatus
	Additions, Changes, Destructions, Imports *int
}

// CostEstimate is the monthly cost in USD, as decimal text: "42.250".
type CostEstimate struct {
	ID                     string
	Status                 TaskStatus
	Prior, Proposed, Delta string
	// Unreadable is set if the response has a Prior or a Proposed that is not an amount.
	Unreadable   bool
	ErrorMessage string
}

// PolicyCheck is the result of one group of policies; a run may have several.
type PolicyCheck struct {
	ID                                        string
	Status                                    TaskStatus
	Passed, Advisory, Soft, Hard, TotalFailed int
	Policies                                  []Policy
}

// Policy is one policy's result: passed, hard_failed, soft_failed or advisory_failed.
type Policy struct {
	Name     string
	Result   string
	Messages []string
}

// Phase names a stage that has a log.
type Phase string

// The phases with a log.
const (
	PlanPhase  Phase = "plan"
	ApplyPhase Phase = "apply"
)

// Log names one log of a run.
type Log struct {
	Phase Phase
	ID    string // of the plan or the apply
}

// Logs are the logs that the run may have, in the order of their stages. final means that the stage is finished, so that its log is complete
// or soon will be.
func (r Run) Logs() (logs []Log, final []bool) {
	if r.Plan != nil && r.Plan.Status.Started() {
		logs, final = append(logs, Log{PlanPhase, r.Plan.ID}), append(final, r.Plan.Status.Final())
	}
	if r.Apply != nil && r.Apply.Status.Started() {
		logs, final = append(logs, Log{ApplyPhase, r.Apply.ID}), append(final, r.Apply.Status.Final())
	}
	return logs, final
}
