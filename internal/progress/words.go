package progress

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"scalr-run-action/internal/scalr"
)

// The stages that are told apart.
const (
	Bundle = "Bundle"
	Queue  = "Queue"
	Plan   = "Plan"
	Cost   = "Cost estimate"
	Policy = "Policy check"
	Apply  = "Apply"
)

var stages = map[scalr.Status]string{
	scalr.StatusPending: Queue, scalr.StatusPrePlanQueued: Queue, scalr.StatusPlanQueued: Queue,
	scalr.StatusPrePlanRunning: Plan, scalr.StatusPrePlanFinished: Plan, scalr.StatusPlanning: Plan, scalr.StatusPlanned: Plan,
	scalr.StatusPostPlanRunning: Plan, scalr.StatusPostPlanFinished: Plan,
	scalr.StatusCostEstimating: Cost, scalr.StatusCostEstimated: Cost,
	scalr.StatusPolicyChecking: Policy, scalr.StatusPolicyChecked: Policy, scalr.StatusPolicyOverride: Policy,
	scalr.StatusConfirmed: Apply, scalr.StatusPreApplyQueued: Apply, scalr.StatusPreApplyRunning: Apply, scalr.StatusPreApplyFinished: Apply,
	scalr.StatusApplyQueued: Apply, scalr.StatusApplying: Apply, scalr.StatusApplied: Apply, scalr.StatusPostApplyRunning: Apply, scalr.StatusPostApplyFinished: Apply,
}

// order is the order of the stages.
var order = []string{Bundle, Queue, Plan, Cost, Policy, Apply}

// stageOf is the stage that a status belongs to. Ends and words that are not
// known belong to the stage in which they came, and so does what comes again: a
// run with hooks before its plan is queued twice.
func (n *Logger) stageOf(s scalr.Status) string {
	stage, ok := stages[s]
	if i := slices.Index(order, stage); ok && i >= n.latest {
		return stage
	}
	if n.stage == "" && ok {
		return order[n.latest]
	}
	return n.stage
}

// line says where the run stands.
func (n *Logger) line(r scalr.Run) string {
	switch {
	case !r.Status.Known():
		return n.unknown(r.Status)
	case r.Status == scalr.StatusPending:
		return n.waiting(r)
	case slices.Contains(queuedForExecutor, r.Status):
		return n.queued(r.Status)
	}
	return words(r.Status)
}

// words are a status as people say it.
func words(s scalr.Status) string { return strings.ReplaceAll(string(s), "_", " ") }

// mostOdd is how many unknown statuses are explained.
const mostOdd = 20

// unknown explains a word that is not known once, and later says only the word.
func (n *Logger) unknown(s scalr.Status) string {
	line := fmt.Sprintf("Scalr says %.80q, a status that is not known here; following on", string(s))
	if len(n.odd) < mostOdd && !slices.Contains(n.odd, s) {
		n.odd = append(n.odd, s)
	} else if n.told != line {
		return fmt.Sprintf("%.80q", string(s))
	}
	return line
}

// holderAge is for how long the holder of the workspace is not looked up again
// while the place in the queue is the same: it costs up to ten requests.
const holderAge = 5 * time.Minute

// holding is what was found out about who holds the workspace.
type holding struct {
	place int
	at    time.Time
	text  string
}

// waiting says for what a run waits that is not served yet.
func (n *Logger) waiting(r scalr.Run) string {
	line, place := "waiting for its turn", 0
	if r.Position != nil && *r.Position > 0 {
		place = *r.Position
		line += fmt.Sprintf(", place %d in the queue", place)
	}
	if r.Dry || n.BlockingRun == nil {
		return line
	}
	if place != n.held.place || time.Since(n.held.at) >= holderAge {
		n.held = holding{place, time.Now(), n.holder()}
	}
	return line + n.held.text
}

func (n *Logger) holder() string {
	holder, ok := n.BlockingRun()
	if !ok {
		return ""
	}
	why := words(holder.Status)
	if holder.Waiting() {
		why += ", waits for a person"
	}
	if holder.CreatedBy != "" {
		why = "by " + holder.CreatedBy + ", " + why
	}
	return fmt.Sprintf("; run %s holds the workspace (%s)", holder.ID, why)
}

// retried is the last repetition that was told.
type retried struct {
	what string
	at   time.Time
}

// Retrying tells that a request is repeated: once a minute while it is the same
// request for the same reason.
func (n *Logger) Retrying(r scalr.Retry) {
	what := r.Op.String() + r.Err.Error()
	if what == n.retried.what && time.Since(n.retried.at) < heartbeat {
		return
	}
	n.retried = retried{what, time.Now()}
	n.Job.Infof("%v; trying again in %s", r.Err, Duration(r.Wait))
}

// Duration is a time as people say it: 12ms, 4.2s, 12s, 3m10s, 6h0m5s.
func Duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < 9950*time.Millisecond:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
