package scalrtest

import (
	"fmt"
	"slices"
	"strings"
)

// costResource is openapi.yml, CostEstimate.
func (s *Server) costResource(r *run) *resource {
	cost := r.cost.show("cost-estimates")
	cost.attributes["error-message"] = nil
	amounts := Cost{"0.000", "0.000", "0.000"}
	matched := any(nil)
	if r.cost.status == "finished" {
		amounts, matched = *s.scenario.Life.Cost, len(changesOf(r.resultsOf, r))
	}
	cost.attributes["prior-monthly-cost"] = amounts.Prior
	cost.attributes["proposed-monthly-cost"] = amounts.Proposed
	cost.attributes["delta-monthly-cost"] = amounts.Delta
	cost.attributes["resources-count"], cost.attributes["matched-resources-count"] = matched, matched
	cost.attributes["unmatched-resources-count"] = nil
	cost.links = object{"output": s.api + BasePath + "/cost-estimates/" + r.cost.id + "/output", "breakdown": nil}
	return cost
}

func (s *Server) costLog(c *call) reply {
	r := s.runOf(c.ids[0])
	if r == nil {
		return notFound("CostEstimate", c.ids[0])
	}
	if r.cost.status != "finished" {
		return problem(422, "Unprocessable Entity", "", "The cost estimate is not ready.")
	}
	return answer(200, "text/plain; charset=utf-8", fmt.Appendf(nil, "Monthly cost: %s USD (%s)\n", s.scenario.Life.Cost.Proposed, s.scenario.Life.Cost.Delta))
}

// policyResource is openapi.yml, PolicyCheck.
func (s *Server) policyResource(r *run) *resource {
	check := r.checks.show("policy-checks")
	check.attributes["permissions"] = object{}
	check.attributes["result"] = s.policyResult(r)
	check.links = object{"output": s.api + BasePath + "/policy-checks/" + r.checks.id + "/output"}
	return check
}

func (s *Server) policyResult(r *run) object {
	count := map[string]int{}
	policies := list{}
	known := !slices.Contains([]string{"pending", "queued", "canceled", "unreachable"}, r.checks.status)
	for _, p := range s.scenario.Life.Policies {
		if !known {
			break
		}
		messages := list{}
		for _, m := range p.Messages {
			messages = append(messages, m)
		}
		count[p.Result]++
		policies = append(policies, object{"name": p.Name, "result": p.Result, "messages": messages})
	}
	failed := len(policies) - count["passed"]
	return object{"result": known && failed == count["advisory_failed"], "passed": count["passed"], "advisory-failed": count["advisory_failed"],
		"soft-failed": count["soft_failed"], "hard-failed": count["hard_failed"], "total-failed": failed, "duration-ms": 0, "policies": policies}
}

// listPolicyChecks is openapi.yml, list_policy_checks.
func (s *Server) listPolicyChecks(c *call) reply {
	r := s.run(c.ids[0])
	if r == nil {
		return forbidden()
	}
	var found []*resource
	if r.checks != nil {
		found = append(found, s.policyResource(r))
	}
	return s.listing(c, found)
}

// policyLog is openapi.yml, get_policy_checks_log, which only redirects.
func (s *Server) policyLog(c *call) reply {
	r := s.runOf(c.ids[0])
	if r == nil || r.checks == nil {
		return notFound("PolicyCheck", c.ids[0])
	}
	a := empty(302)
	a.header.Set("Location", s.signedLink("/logs/"+r.plan.id))
	return a
}

// override is openapi.yml, override_policy.
func (s *Server) override(c *call) reply {
	r := s.runOf(c.ids[0])
	if r == nil || r.checks == nil || r.checks.id != c.ids[0] {
		return notFound("PolicyCheck", c.ids[0])
	}
	r.actions = append(r.actions, RunAction{Verb: "override", At: s.now(), In: r.status, Answer: 409})
	if r.status != "policy_override" {
		return conflict("The policy check is not waiting for an override.")
	}
	r.actions[len(r.actions)-1].Answer = 200
	s.decide(r, botEmail, "", s.now())
	return s.one(c, 200, s.policyResource(r))
}

// act is the operation that asks a run to do something: openapi.yml,
// confirm_run, cancel_run, discard_run and force_run.
func act(verb string, members ...string) func(*Server, *call) reply {
	return func(s *Server, c *call) reply {
		r := s.run(c.ids[0])
		if r == nil {
			return notFound("Run", c.ids[0])
		}
		s.unknownMembers(c, "", c.doc, members...)
		comment, _ := c.doc["comment"].(string)
		action := RunAction{Verb: verb, Comment: comment, At: s.now(), In: r.status}
		a := s.perform(r, verb, comment)
		action.Answer = a.status
		r.actions = append(r.actions, action)
		return a
	}
}

func (s *Server) perform(r *run, verb, comment string) reply {
	switch verb {
	case "apply":
		return s.confirm(r, comment)
	case "cancel":
		return s.cancel(r, comment)
	case "discard":
		return s.discard(r, comment)
	}
	return s.force(r, comment)
}

// resting says that the run waits for a person to confirm it.
func (r *run) resting() bool {
	return r.script[r.step].Rest && slices.Contains([]string{"planned", "cost_estimated", "policy_checked",
		"planned_and_saved", "post_plan_finished"}, r.status)
}

func (s *Server) confirm(r *run, comment string) reply {
	if !r.resting() {
		return conflict("The run is not paused for confirmation.")
	}
	s.decide(r, botEmail, comment, s.now())
	return empty(202)
}

func (s *Server) discard(r *run, comment string) reply {
	if !r.resting() && r.status != "pending" && r.status != "policy_override" {
		return conflict("The run is not paused for confirmation or priority.")
	}
	r.stopBy, r.stopWhy = botEmail, comment
	s.halt(r, "discarded", s.now())
	return empty(202)
}

func (s *Server) cancel(r *run, comment string) reply {
	life := s.scenario.Life
	switch {
	case r.status == "canceled":
		return empty(204)
	case r.status == "pending", r.script[r.step].Rest, terminal(r.status), s.idle(r), life.StrictCancel && !strings.HasSuffix(r.status, "ing"):
		return conflict("The run is not planning or applying.")
	}
	if life.IgnoreStop {
		return empty(202)
	}
	r.stopBy, r.stopWhy = botEmail, comment
	if r.work != nil {
		r.work.interrupt()
		return empty(202)
	}
	if r.stopAt.IsZero() {
		r.stopAt = s.now().Add(s.paced(orFor(life.CancelTakes, passing)))
	}
	return empty(202)
}

// idle says that nothing runs that could be interrupted, though the run will
// go on by itself.
func (s *Server) idle(r *run) bool {
	return slices.Contains([]string{"planned", "cost_estimated", "policy_checked", "post_plan_finished"}, r.status)
}

// force lets a pending run overtake the ones that wait for a person.
func (s *Server) force(r *run, comment string) reply {
	w := s.lookup("workspaces", r.workspace)
	if r.status != "pending" || w.attributes["force-latest-run"] == true {
		return conflict("The run cannot be forced.")
	}
	for _, other := range s.ahead(r) {
		if other.status == "pending" || other.script[other.step].Rest {
			other.stopBy, other.stopWhy = botEmail, comment
			s.halt(other, "canceled", s.now())
		}
	}
	return empty(202)
}
