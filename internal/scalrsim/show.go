package scalrsim

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// runOf returns the run of a plan, apply, cost estimate or policy check.
func (s *Server) runOf(partID string) *run {
	for _, r := range s.runs {
		for _, g := range []*stage{r.plan, r.apply, r.cost, r.checks} {
			if g != nil && g.id == partID {
				return r
			}
		}
	}
	return nil
}

// runResource returns the resource Run of openapi.yml.
func (s *Server) runResource(r *run) *resource {
	attributes := object{
		"is-dry": r.dry, "is-destroy": r.flag("is-destroy"), "auto-apply": r.auto, "message": nil, "refresh": true, "refresh-only": false,
		"save-plan": false, "target-addrs": nil, "replace-addrs": nil, "variables": list{}, "inputs": nil, "plan-at": nil, "apply-at": nil,
		"source": "api", "iac-platform": "terraform",
	}
	for name, v := range r.effective {
		if !slices.Contains([]string{"is-dry", "auto-apply", "variables"}, name) {
			attributes[name] = v
		}
	}
	s.hideDeviations(r, attributes)
	w := s.lookup("workspaces", r.workspace)
	environment := ""
	if w != nil {
		environment = w.relatedID("environment")
		attributes["iac-platform"] = w.attributes["iac-platform"]
	}
	maps.Copy(attributes, object{
		"variables": withoutSecrets(r.effective["variables"]), "status": r.status, "status-timestamps": r.timestamps(),
		"created-at": stamp(r.created), "has-changes": r.changed, "error-message": nil, "position-in-queue": nil, "permissions": object{},
	})
	if r.problem != "" {
		attributes["error-message"] = r.problem
	}
	if n := s.position(r); n > 0 {
		attributes["position-in-queue"] = n
	}
	return &resource{kind: "runs", id: r.id, attributes: attributes, relationships: r.relations(environment), created: r.created}
}

func (r *run) relations(environment string) object {
	relationships := object{
		"workspace": toOne("workspaces", r.workspace), "environment": toOne("environments", environment),
		"configuration-version": toOne("configuration-versions", r.version), "created-by": toOne("users", r.by),
		"plan": toOne("plans", r.plan.id), "apply": part("applies", r.apply), "cost-estimate": part("cost-estimates", r.cost),
		"policy-checks": toMany("policy-checks"), "status-transitions": toMany("status-transitions", r.transitionIDs()...),
		"created-by-run": toOne("", ""), "vcs-revision": toOne("", ""), "tags": toMany("tags"), "state-versions": toMany("state-versions"),
	}
	if r.checks != nil {
		relationships["policy-checks"] = toMany("policy-checks", r.checks.id)
	}
	return relationships
}

func part(kind string, g *stage) object {
	if g == nil {
		return toOne("", "")
	}
	return toOne(kind, g.id)
}

// withoutSecrets returns variables as in responses: sensitive ones without a value.
func withoutSecrets(variables any) list {
	shown := list{}
	all, _ := variables.(list)
	for _, v := range all {
		variable := maps.Clone(v.(object))
		if variable["sensitive"] == true {
			variable["value"] = nil
		}
		shown = append(shown, variable)
	}
	return shown
}

func (r *run) timestamps() object {
	stamps := object{}
	for _, m := range r.transitions {
		stamps[strings.ReplaceAll(m.Status, "_", "-")+"-at"] = stamp(m.At)
	}
	return stamps
}

func (r *run) transitionIDs() []string {
	var ids []string
	for i := range r.transitions {
		ids = append(ids, "st-"+strings.TrimPrefix(r.id, "run-")+strconv.Itoa(i))
	}
	return ids
}

// partOfRun returns the resource of a run's stage or status transition.
func (s *Server) partOfRun(kind, id string) *resource {
	if kind == "status-transitions" {
		return s.transition(id)
	}
	r := s.runOf(id)
	if r == nil {
		return nil
	}
	switch {
	case kind == "plans" && r.plan.id == id:
		return s.planResource(r)
	case kind == "applies" && r.apply != nil && r.apply.id == id:
		return s.applyResource(r)
	case kind == "cost-estimates" && r.cost != nil && r.cost.id == id:
		return s.costResource(r)
	case kind == "policy-checks" && r.checks != nil && r.checks.id == id:
		return s.policyResource(r)
	}
	return nil
}

func (s *Server) transition(id string) *resource {
	for _, r := range s.runs {
		i := slices.Index(r.transitionIDs(), id)
		if i < 0 {
			continue
		}
		m := r.transitions[i]
		attributes := object{"status": m.Status, "occurred-at": stamp(m.At), "reason": nil}
		if m.Reason != "" {
			attributes["reason"] = m.Reason
		}
		return &resource{kind: "status-transitions", id: id, created: m.At, attributes: attributes,
			relationships: object{"user": toOne("users", s.userID(m.By))}}
	}
	return nil
}

func (g *stage) show(kind string) *resource {
	stamps := g.stamps
	if stamps == nil {
		stamps = object{}
	}
	return &resource{kind: kind, id: g.id, created: time.Time{},
		attributes: object{"status": g.status, "status-timestamps": stamps}}
}

// planResource returns the resource Plan of openapi.yml.
func (s *Server) planResource(r *run) *resource {
	plan := r.plan.show("plans")
	maps.Copy(plan.attributes, object{"has-changes": r.changed, "execution-details": object{}})
	maps.Copy(plan.attributes, countsOf(r, r.plan.status == "finished"))
	self := s.api + BasePath + "/plans/" + r.plan.id
	plan.links = object{"output": self + "/output", "json-output": self + "/json-output"}
	return plan
}

// applyResource returns the resource Apply of openapi.yml. The number of imports is not documented there; it
// is only included if there are imports.
func (s *Server) applyResource(r *run) *resource {
	apply := r.apply.show("applies")
	finished := r.apply.status == "finished"
	apply.attributes["execution-details"] = object{}
	maps.Copy(apply.attributes, countsOf(r, finished))
	if _, _, _, imports := counts(changesOf(r.resultsOf, r)); finished && imports > 0 {
		apply.attributes["resource-imports"] = imports
	}
	apply.links = object{"output": s.api + BasePath + "/applies/" + r.apply.id + "/output"}
	return apply
}

func countsOf(r *run, known bool) object {
	if !known {
		return object{"resource-additions": nil, "resource-changes": nil, "resource-destructions": nil}
	}
	additions, updates, destructions, _ := counts(changesOf(r.resultsOf, r))
	return object{"resource-additions": additions, "resource-changes": updates, "resource-destructions": destructions}
}

func (s *Server) readPlan(c *call) reply  { return readOf("plans", "Plan", 403)(s, c) }
func (s *Server) readApply(c *call) reply { return readOf("applies", "Apply", 403)(s, c) }
func (s *Server) readCost(c *call) reply  { return readOf("cost-estimates", "CostEstimate", 404)(s, c) }
func (s *Server) readPolicyCheck(c *call) reply {
	return readOf("policy-checks", "PolicyCheck", 403)(s, c)
}
