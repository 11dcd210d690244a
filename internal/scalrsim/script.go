package scalrsim

import "time"

// Statuses that a run passes through stay so long.
const passing = 200 * time.Millisecond

// script is the life that a run has by its attributes and the scenario.
func (s *Server) script(r *run) []Step {
	life := r.life
	var steps []Step
	if life.Hooks {
		steps = append(steps, passed("pre_plan_queued", "pre_plan_running", "pre_plan_finished")...)
	}
	steps = append(steps, Step{Status: "plan_queued", For: orFor(life.AgentWait, passing)})
	planning := Step{Status: "planning", For: orFor(life.Plan.For, 2*time.Second)}
	if s.executor.available() {
		planning.executes = "plan"
		return append(steps, planning)
	}
	planning.Log, planning.Size, planning.OneLine = life.Plan.Log, life.Plan.Size, life.Plan.OneLine
	if planning.Log == "" && planning.Size == 0 {
		planning.Log = planLog(life.Plan, r)
	}
	steps = append(steps, planning)
	if life.Plan.Fails != "" {
		return append(steps, Step{Status: "errored", Error: life.Plan.Fails})
	}
	return append(steps, s.afterPlan(r)...)
}

// afterPlan is the rest of the life of a run whose plan succeeded.
func (s *Server) afterPlan(r *run) []Step {
	life := r.life
	changed := r.findsChanges()
	steps := passed("planned")
	switch {
	case !changed && (r.dry || !life.RestWithoutChange):
		return append(steps, Step{Status: "planned_and_finished"})
	case !changed:
		steps[0].Rest = true
		return append(steps, s.applySteps(r)...)
	}
	if life.Hooks {
		steps = append(steps, passed("post_plan_running", "post_plan_finished")...)
	}
	if r.cost != nil {
		steps = append(steps, passed("cost_estimating", "cost_estimated")...)
	}
	if r.checks != nil {
		steps = append(steps, s.policySteps(r)...)
	}
	if last := steps[len(steps)-1]; last.Status == "errored" || last.Status == "planned_and_finished" {
		return steps
	}
	return append(steps, s.decision(r, &steps[len(steps)-1])...)
}

func (s *Server) policySteps(r *run) []Step {
	steps := passed("policy_checking")
	switch worst(r.life.Policies) {
	case "hard_failed":
		return append(steps, Step{Status: "errored", Error: "Hard mandatory policies failed."})
	case "soft_failed":
		if r.dry && r.life.DrySoftFinishes {
			return append(steps, Step{Status: "planned_and_finished"})
		}
		steps = append(steps, Step{Status: "policy_override", Rest: true})
	}
	return append(steps, passed("policy_checked")...)
}

// decision is what follows the last step before an apply; the step becomes one
// that rests if somebody has to decide.
func (s *Server) decision(r *run, last *Step) []Step {
	if r.dry {
		return []Step{{Status: "planned_and_finished"}}
	}
	if r.save {
		return append([]Step{{Status: "planned_and_saved", Rest: true}}, s.applySteps(r)...)
	}
	last.Rest = !r.auto
	return s.applySteps(r)
}

func (s *Server) applySteps(r *run) []Step {
	life := r.life
	steps := passed("confirmed")
	if life.Hooks {
		steps = append(steps, passed("pre_apply_queued", "pre_apply_running", "pre_apply_finished")...)
	}
	applying := Step{Status: "applying", For: orFor(life.Apply.For, 2*time.Second),
		Log: life.Apply.Log, Size: life.Apply.Size, OneLine: life.Apply.OneLine}
	if s.executor.available() {
		applying.executes, applying.Log = "apply", ""
	} else if applying.Log == "" && applying.Size == 0 {
		applying.Log = applyText(changesOf(r.resultsOf, r), life.Apply.Fails)
	}
	steps = append(append(steps, passed("apply_queued")...), applying)
	if life.Apply.Fails != "" {
		return append(steps, Step{Status: "errored", Error: life.Apply.Fails})
	}
	steps = append(steps, passed("applied")...)
	if life.Hooks {
		steps = append(steps, passed("post_apply_running", "post_apply_finished")...)
	}
	return steps
}

func passed(statuses ...string) []Step {
	var steps []Step
	for _, status := range statuses {
		steps = append(steps, Step{Status: status, For: passing})
	}
	return steps
}

func orFor(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

// worst is the result that decides how a policy check ends.
func worst(policies []Policy) string {
	for _, result := range []string{"hard_failed", "soft_failed", "advisory_failed"} {
		for _, p := range policies {
			if p.Result == result {
				return result
			}
		}
	}
	return "passed"
}
