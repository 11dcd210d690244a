package scalr

import (
	"fmt"
	"strings"
)

// TaskStatus is the status of one task of a run: its plan, apply, cost estimate or a policy check.
type TaskStatus string

// Task statuses that this client distinguishes; Scalr has more.
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

// Final reports whether the task will not change any more. A soft failure of a policy may still be overridden, so it is
// not final (openapi.yml, PolicyCheck).
func (s TaskStatus) Final() bool {
	switch s {
	case TaskFinished, TaskCanceled, TaskErrored, TaskUnreachable, TaskPassed, TaskHardFailed, TaskOverridden:
		return true
	}
	return false
}

// Started reports whether the task has started, so that it may have a log.
func (s TaskStatus) Started() bool {
	return s != "" && s != TaskPending && s != TaskQueued && s != TaskUnreachable
}

// Plan is the plan of a run. Counts are nil until the plan is finished.
type Plan struct {
	ID                               string
	Status                           TaskStatus
	HasChanges                       *bool
	Additions, Changes, Destructions *int
	// Unreadable lists the members above whose values in the response are invalid and therefore unknown.
	Unreadable []string
}

// Apply is the apply of a run. Only newer servers report Imports.
type Apply struct {
	ID                                        string
	Status                                    TaskStatus
	Additions, Changes, Destructions, Imports *int
}

// CostEstimate is the monthly cost in USD as decimal text, such as "42.250".
type CostEstimate struct {
	ID                     string
	Status                 TaskStatus
	Prior, Proposed, Delta string
	// Unreadable is set if the response contains a Prior or Proposed that is not an amount.
	Unreadable   bool
	ErrorMessage string
	// Resources is the number of resources in the plan, and Matched the number of these that the estimate includes; nil if not
	// reported.
	Resources, Matched *int
}

// Failure describes an estimate that failed as a clause without a final period; empty if it did not fail.
func (e *CostEstimate) Failure() string {
	if e == nil || e.Status != TaskErrored {
		return ""
	}
	return strings.TrimRight("the cost estimate failed: "+e.ErrorMessage, ".: ")
}

// Coverage describes how many of the plan's resources the estimate includes; empty if it includes all of them or if this
// is unknown.
func (e *CostEstimate) Coverage() string {
	if e == nil || e.Status != TaskFinished || e.Resources == nil || e.Matched == nil || *e.Matched < 0 || *e.Matched >= *e.Resources {
		return ""
	}
	if *e.Resources == 1 {
		return "0 of 1 resource estimated"
	}
	return fmt.Sprintf("%d of %d resources estimated", *e.Matched, *e.Resources)
}

// PolicyCheck is the result of one group of policies; a run may have several.
type PolicyCheck struct {
	ID                                        string
	Status                                    TaskStatus
	Passed, Advisory, Soft, Hard, TotalFailed int
	Policies                                  []Policy
}

// Policy is the result of one policy: passed, hard_failed, soft_failed or advisory_failed.
type Policy struct {
	Name     string
	Result   string
	Messages []string
}

// Phase is a task that has a log.
type Phase string

// Phases of a run.
const (
	PlanPhase  Phase = "plan"
	ApplyPhase Phase = "apply"
)

// Log identifies one log of a run.
type Log struct {
	Phase Phase
	ID    string // id of the plan or the apply
}

// Errored reports whether the task that writes the log failed.
func (r Run) Errored(l Log) bool {
	if l.Phase == ApplyPhase {
		return r.Apply != nil && r.Apply.Status == TaskErrored
	}
	return r.Plan != nil && r.Plan.Status == TaskErrored
}

// Logs returns the logs that the run may have, in the order of the tasks. final reports for each whether the task is
// finished, so that its log is or soon will be complete.
func (r Run) Logs() (logs []Log, final []bool) {
	if r.Plan != nil && r.Plan.Status.Started() {
		logs, final = append(logs, Log{PlanPhase, r.Plan.ID}), append(final, r.Plan.Status.Final())
	}
	if r.Apply != nil && r.Apply.Status.Started() {
		logs, final = append(logs, Log{ApplyPhase, r.Apply.ID}), append(final, r.Apply.Status.Final())
	}
	return logs, final
}
