package progress

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/units"
)

// The stages of a run.
const (
	Bundle = "Bundle"
	Queue  = "Queue"
	Plan   = "Plan"
	Cost   = "Cost estimate"
	Policy = "Policy check"
	Apply  = "Apply"
)

var stages = map[scalr.Status]string{
	scalr.StatusPending:       Queue,
	scalr.StatusPrePlanQueued: Queue,
	scalr.StatusPlanQueued:    Queue,

	scalr.StatusPrePlanRunning:   Plan,
	scalr.StatusPrePlanFinished:  Plan,
	scalr.StatusPlanning:         Plan,
	scalr.StatusPlanned:          Plan,
	scalr.StatusPostPlanRunning:  Plan,
	scalr.StatusPostPlanFinished: Plan,

	scalr.StatusCostEstimating: Cost,
	scalr.StatusCostEstimated:  Cost,

	scalr.StatusPolicyChecking: Policy,
	scalr.StatusPolicyChecked:  Policy,
	scalr.StatusPolicyOverride: Policy,

	scalr.StatusConfirmed:         Apply,
	scalr.StatusPreApplyQueued:    Apply,
	scalr.StatusPreApplyRunning:   Apply,
	scalr.StatusPreApplyFinished:  Apply,
	scalr.StatusApplyQueued:       Apply,
	scalr.StatusApplying:          Apply,
	scalr.StatusApplied:           Apply,
	scalr.StatusPostApplyRunning:  Apply,
	scalr.StatusPostApplyFinished: Apply,
}

// order is the order of the stages.
var order = []string{Bundle, Queue, Plan, Cost, Policy, Apply}

// stageOf returns the stage of a status. Final and unknown statuses belong to the current stage, and so do those of
// earlier stages: a run with hooks before its plan is queued twice.
func (l *Logger) stageOf(s scalr.Status) string {
	stage, ok := stages[s]
	if i := slices.Index(order, stage); ok && i >= l.latest {
		return stage
	}
	if l.stage == "" && ok {
		return order[l.latest]
	}
	return l.stage
}

// statusLine describes the status of the run.
func (l *Logger) statusLine(r scalr.Run) string {
	switch {
	case !r.Status.Known():
		return l.unknownLine(r.Status)
	case r.Status == scalr.StatusPending:
		return l.waitingLine(r)
	case slices.Contains(queuedForExecutor, r.Status):
		return l.queuedLine(r.Status)
	}
	return statusText(r.Status)
}

// statusText formats a status for people.
func statusText(s scalr.Status) string { return strings.ReplaceAll(string(s), "_", " ") }

// maxUnknownStatuses is the number of unknown statuses that are explained.
const maxUnknownStatuses = 20

// unknownLine explains an unknown status once, and later returns only the status.
func (l *Logger) unknownLine(s scalr.Status) string {
	line := fmt.Sprintf("Scalr reports the unknown status %.80q; still following the run", string(s))
	if len(l.unknownStatuses) < maxUnknownStatuses && !slices.Contains(l.unknownStatuses, s) {
		l.unknownStatuses = append(l.unknownStatuses, s)
	} else if l.lastLine != line {
		return fmt.Sprintf("%.80q", string(s))
	}
	return line
}

// lookupInterval is the interval of lookups of the blocking run while the position in the queue is the same: a lookup
// takes up to ten requests.
const lookupInterval = 5 * time.Minute

// blockingRun is the cached description of the run that blocks the workspace.
type blockingRun struct {
	place int
	at    time.Time
	text  string
}

// waitingLine describes why a pending run waits.
func (l *Logger) waitingLine(r scalr.Run) string {
	line, place := "waiting for its turn", 0
	if r.Position != nil && *r.Position > 0 {
		place = *r.Position
		line += fmt.Sprintf(", place %d in the queue", place)
	}
	if r.Dry || l.BlockingRun == nil {
		return line
	}
	if place != l.blocking.place || time.Since(l.blocking.at) >= lookupInterval {
		l.blocking = blockingRun{place, time.Now(), l.blockingText()}
	}
	return line + l.blocking.text
}

func (l *Logger) blockingText() string {
	blocking, ok := l.BlockingRun()
	if !ok {
		return ""
	}
	why := statusText(blocking.Status)
	if blocking.Waiting() {
		why += ", waits for a person"
	}
	if blocking.CreatedBy != "" {
		why = "by " + blocking.CreatedBy + ", " + why
	}
	return fmt.Sprintf("; run %s holds the workspace (%s)", blocking.ID, why)
}

// retryNotice identifies the last retry that was logged.
type retryNotice struct {
	what string
	at   time.Time
}

// Retrying logs that a request is repeated: once per minute for the same request and the same reason.
func (l *Logger) Retrying(r scalr.Retry) {
	what := r.Op.String() + r.Err.Error()
	if what == l.lastRetry.what && time.Since(l.lastRetry.at) < heartbeat {
		return
	}
	l.lastRetry = retryNotice{what, time.Now()}
	l.Job.Infof("%v; retrying in %s", r.Err, units.Duration(r.Wait))
}
