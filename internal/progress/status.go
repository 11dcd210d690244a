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

// order lists the stages in chronological order.
var order = []string{Bundle, Queue, Plan, Cost, Policy, Apply}

// stageOf returns the stage of a status. It returns the current stage for final and unknown statuses and for
// statuses of earlier stages: a run with hooks before its plan is queued twice.
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

// statusText returns a status with spaces instead of underscores.
func statusText(s scalr.Status) string { return strings.ReplaceAll(string(s), "_", " ") }

// maxUnknownStatuses is the largest number of unknown statuses that are explained.
const maxUnknownStatuses = 20

// unknownLine returns an explanation of an unknown status the first time, and only the status later.
func (l *Logger) unknownLine(s scalr.Status) string {
	line := fmt.Sprintf("Scalr reports the unknown status %.80q; still following the run", string(s))
	if len(l.unknownStatuses) < maxUnknownStatuses && !slices.Contains(l.unknownStatuses, s) {
		l.unknownStatuses = append(l.unknownStatuses, s)
	} else if l.lastLine != line {
		return fmt.Sprintf("%.80q", string(s))
	}
	return line
}

// lookupInterval is the interval of lookups of the blocking run while the position in the queue is unchanged:
// a lookup takes up to ten requests.
const lookupInterval = 5 * time.Minute

// blockingRun is the cached description of the run that blocks the workspace.
type blockingRun struct {
	place int
	at    time.Time
	text  string
}

// waitingLine describes what a pending run is waiting for.
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
	reason := statusText(blocking.Status)
	if blocking.Waiting() {
		reason += ", waits for a person"
	}
	if blocking.CreatedBy != "" {
		reason = "by " + blocking.CreatedBy + ", " + reason
	}
	return fmt.Sprintf("; run %s blocks the workspace (%s)", blocking.ID, reason)
}

// retryNotice identifies the last retry that was logged.
type retryNotice struct {
	key string
	at  time.Time
}

// Retrying logs that a request is retried, once per minute for the same request and error, or each search for an object
// that the request may have created.
func (l *Logger) Retrying(r scalr.Retry) {
	if r.Search {
		then := ", then retrying"
		if r.Last {
			then = ""
		}
		l.Job.Infof("%v; checking for up to %s whether it was created%s", r.Err, units.Duration(r.Wait), then)
		return
	}
	key := r.Op.String() + r.Err.Error()
	if key == l.lastRetry.key && time.Since(l.lastRetry.at) < heartbeat {
		return
	}
	l.lastRetry = retryNotice{key, time.Now()}
	l.Job.Infof("%v; retrying in %s", r.Err, units.Duration(r.Wait))
}
