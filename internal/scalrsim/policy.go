package scalrsim

import (
	"fmt"
	"slices"
)

// costResource returns the resource CostEstimate of openapi.yml.
func (s *Server) costResource(r *run) *resource {
	cost := r.cost.show("cost-estimates")
	cost.attributes["error-message"] = nil
	amounts := Cost{"0.000", "0.000", "0.000"}
	matched := any(nil)
	if r.cost.status == "finished" {
		amounts, matched = *r.script.Cost, len(changesOf(r.resultsOf, r))
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
	cost := r.script.Cost
	return newReply(200, "text/plain; charset=utf-8", fmt.Appendf(nil, "Monthly cost: %s USD (%s)\n", cost.Proposed, cost.Delta))
}

// policyResource returns the resource PolicyCheck of openapi.yml.
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
	for _, p := range r.script.Policies {
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

// listPolicyChecks implements list_policy_checks of openapi.yml.
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

// policyLog implements get_policy_checks_log of openapi.yml, which always redirects.
func (s *Server) policyLog(c *call) reply {
	r := s.runOf(c.ids[0])
	if r == nil || r.checks == nil {
		return notFound("PolicyCheck", c.ids[0])
	}
	a := empty(302)
	a.header.Set("Location", s.signedLink("/logs/"+r.plan.id))
	return a
}

// override implements override_policy of openapi.yml.
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
	s.proceed(r, botEmail, "", s.now())
	return s.one(c, 200, s.policyResource(r))
}
