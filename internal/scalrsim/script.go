package scalrsim

import "time"

// passing is the duration of a status that a run passes through.
const passing = 200 * time.Millisecond

// stepsOf returns the steps of a run according to its attributes and its script.
func (s *Server) stepsOf(r *run) []Step {
	script := r.script
	var steps []Step
	if script.Hooks {
		steps = append(steps, passed("pre_plan_queued", "pre_plan_running", "pre_plan_finished")...)
	}
	steps = append(steps, Step{Status: "plan_queued", For: orFor(script.AgentWait, passing)})
	planning := Step{Status: "planning", For: orFor(script.Plan.For, 2*time.Second)}
	if s.executor.available() {
		planning.executes = "plan"
		return append(steps, planning)
	}
	planning.Log, planning.Size, planning.OneLine = script.Plan.Log, script.Plan.Size, script.Plan.OneLine
	if planning.Log == "" && planning.Size == 0 {
		planning.Log = planLog(script.Plan, r)
	}
	steps = append(steps, planning)
	if script.Plan.Fails != "" {
		return append(steps, Step{Status: "errored", Error: script.Plan.Fails})
	}
	return append(steps, s.afterPlan(r)...)
}

// afterPlan returns the steps of a run after a successful plan.
func (s *Server) afterPlan(r *run) []Step {
	script := r.script
	changed := r.findsChanges()
	steps := passed("planned")
	switch {
	case !changed && (r.dry || !script.WaitsWithoutChange):
		return append(steps, Step{Status: "planned_and_finished"})
	case !changed:
		steps[0].Waits = true
		return append(steps, s.applySteps(r)...)
	}
	if script.Hooks {
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
	switch worst(r.script.Policies) {
	case "hard_failed":
		return append(steps, Step{Status: "errored", Error: "Hard mandatory policies failed."})
	case "soft_failed":
		if r.dry && r.script.DrySoftFinishes {
			return append(steps, Step{Status: "planned_and_finished"})
		}
		steps = append(steps, Step{Status: "policy_override", Waits: true})
	}
	return append(steps, passed("policy_checked")...)
}

// decision returns the steps after last, the last step before an apply. It makes last wait if the run
// requires a confirmation.
func (s *Server) decision(r *run, last *Step) []Step {
	if r.dry {
		return []Step{{Status: "planned_and_finished"}}
	}
	if r.save {
		return append([]Step{{Status: "planned_and_saved", Waits: true}}, s.applySteps(r)...)
	}
	last.Waits = !r.auto
	return s.applySteps(r)
}

func (s *Server) applySteps(r *run) []Step {
	script := r.script
	steps := passed("confirmed")
	if script.Hooks {
		steps = append(steps, passed("pre_apply_queued", "pre_apply_running", "pre_apply_finished")...)
	}
	applying := Step{Status: "applying", For: orFor(script.Apply.For, 2*time.Second),
		Log: script.Apply.Log, Size: script.Apply.Size, OneLine: script.Apply.OneLine}
	if s.executor.available() {
		applying.executes, applying.Log = "apply", ""
	} else if applying.Log == "" && applying.Size == 0 {
		applying.Log = applyText(changesOf(r.resultsOf, r), script.Apply.Fails)
	}
	steps = append(append(steps, passed("apply_queued")...), applying)
	if script.Apply.Fails != "" {
		return append(steps, Step{Status: "errored", Error: script.Apply.Fails})
	}
	steps = append(steps, passed("applied")...)
	if script.Hooks {
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

// worst returns the result of the policy check, which is the worst result of the policies.
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
