package narrate

import (
	"fmt"
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
	"pending": Queue, "pre_plan_queued": Queue, "plan_queued": Queue,
	"pre_plan_running": Plan, "pre_plan_finished": Plan, "planning": Plan, "planned": Plan,
	"post_plan_running": Plan, "post_plan_finished": Plan,
	"cost_estimating": Cost, "cost_estimated": Cost,
	"policy_checking": Policy, "policy_checked": Policy, "policy_override": Policy,
	"confirmed": Apply, "pre_apply_queued": Apply, "pre_apply_running": Apply, "pre_apply_finished": Apply,
	"apply_queued": Apply, "applying": Apply, "applied": Apply, "post_apply_running": Apply, "post_apply_finished": Apply,
}

// stageOf is the stage that a status belongs to. Ends and words that are not
// known belong to the stage in which they came.
func stageOf(s scalr.Status, present string) string {
	if stage, ok := stages[s]; ok {
		return stage
	}
	return present
}

// line says where the run stands, or "" where that goes without saying.
func (n *Narrator) line(r scalr.Run) string {
	switch {
	case !r.Status.Known():
		return fmt.Sprintf("Scalr says %.80q, a status that is not known here; following on", string(r.Status))
	case r.Status == "pending":
		return n.waiting(r)
	}
	return strings.ReplaceAll(string(r.Status), "_", " ")
}

// holding is what was found out about who holds the workspace.
type holding struct {
	place int
	at    time.Time
	text  string
}

// waiting says for what a run waits that is not served yet.
func (n *Narrator) waiting(r scalr.Run) string {
	line, place := "waiting for its turn", 0
	if r.Position != nil && *r.Position > 0 {
		place = *r.Position
		line += fmt.Sprintf(", place %d in the queue", place)
	}
	if r.Dry || n.Holder == nil {
		return line
	}
	// To find out costs requests: only when the place changed, and once a minute.
	if place != n.held.place || time.Since(n.held.at) >= heartbeat {
		n.held = holding{place, time.Now(), n.holder()}
	}
	return line + n.held.text
}

func (n *Narrator) holder() string {
	holder, ok := n.Holder()
	if !ok {
		return ""
	}
	why := strings.ReplaceAll(string(holder.Status), "_", " ")
	if holder.Waiting() {
		why += ", waits for a person"
	}
	return fmt.Sprintf("; run %s holds the workspace (%s)", holder.ID, why)
}

// Retrying tells that a request is repeated.
func (n *Narrator) Retrying(r scalr.Retry) {
	n.Job.Infof("%v; trying again in %s", r.Err, Duration(r.Wait))
}
