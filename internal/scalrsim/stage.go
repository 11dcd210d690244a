package scalrsim

import (
	"slices"
	"strings"
	"time"
)

// stage is a plan, an apply, a cost estimate or a policy check of a run.
type stage struct {
	id, status string
	stamps     object
	ended      time.Time
	log        []segment
}

// setStatus sets the status of a stage unless the stage is nil or final.
func (g *stage) setStatus(status string, at time.Time) {
	if g == nil || g.status == status || g.final() {
		return
	}
	g.status = status
	if g.stamps == nil {
		g.stamps = object{}
	}
	g.stamps[status+"-at"] = stamp(at)
	if g.final() {
		g.ended = at
		g.truncateLog(at)
	}
}

func (g *stage) final() bool {
	return !slices.Contains([]string{"pending", "queued", "running", "soft_failed"}, g.status)
}

// outcome returns the final status of a stage when the run enters status: good unless the run failed or was
// canceled.
func outcome(status, good string) string {
	if status == "errored" || status == "canceled" {
		return status
	}
	return good
}

// updateStages updates the stages according to the run's status.
func (s *Server) updateStages(r *run, before string, at time.Time) {
	if before != r.status {
		s.leave(r, before, at)
	}
	switch r.status {
	case "plan_queued":
		r.plan.setStatus("queued", at)
	case "planning":
		r.plan.setStatus("running", at)
	case "apply_queued":
		r.apply.setStatus("queued", at)
	case "applying":
		r.apply.setStatus("running", at)
	case "cost_estimating":
		r.cost.setStatus("queued", at)
	case "policy_checking":
		r.checks.setStatus("queued", at)
	}
	if !terminal(r.status) {
		return
	}
	for _, g := range []*stage{r.plan, r.apply, r.cost, r.checks} {
		if g != nil && slices.Contains([]string{"pending", "queued", "running"}, g.status) {
			g.setStatus("unreachable", at)
		}
	}
}

// leave ends the stage of the previous status.
func (s *Server) leave(r *run, before string, at time.Time) {
	switch before {
	case "planning":
		if strings.HasPrefix(r.status, "plan_") || r.status == "pending" {
			return // simulates a response of a stale replica
		}
		r.plan.setStatus(outcome(r.status, "finished"), at)
		r.changed = r.plan.status == "finished" && r.findsChanges()
	case "applying":
		if r.status != "apply_queued" {
			r.apply.setStatus(outcome(r.status, "finished"), at)
		}
	case "cost_estimating":
		r.cost.setStatus(outcome(r.status, "finished"), at)
	case "policy_checking":
		r.checks.setStatus(s.checked(r), at)
	case "policy_override":
		if terminal(r.status) {
			r.checks.setStatus("canceled", at)
		}
		r.checks.setStatus("overridden", at)
	}
}

// checked returns the final status of the policy check. An advisory failure counts as passed.
func (s *Server) checked(r *run) string {
	if r.status == "canceled" {
		return "canceled"
	}
	if result := worst(r.script.Policies); result != "advisory_failed" {
		return result
	}
	return "passed"
}

// overrideStages sets the stage statuses that a step specifies.
func (r *run) overrideStages(step Step) {
	if step.Plan != "" {
		r.plan.status = step.Plan
	}
	if step.Apply != "" && r.apply != nil {
		r.apply.status = step.Apply
	}
}
