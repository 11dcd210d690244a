package scalrsim

import (
	"slices"
	"time"
)

// run is a run with its stages.
type run struct {
	id, workspace, version string
	by                     string // ID of the user who created the run
	requested              object // requested attributes
	effective              object // requested attributes with the deviations applied
	deviations             object
	dry, auto, save        bool
	created                time.Time

	status          string
	steps           []Step
	step            int       // index of the current step
	since           time.Time // start of the current step
	transitions     []Transition
	actions         []RunAction
	externalActions []ExternalAction // pending actions
	stopAt          time.Time
	queued          []queuedAction // accepted confirms and discards
	blocked         time.Time      // last time at which a lock kept the run in `pending`
	stopBy          string
	stopWhy         string
	ended           time.Time // time of the final status
	problem         string
	changed         bool // has-changes
	plan            *stage
	apply           *stage // nil for a dry run
	cost            *stage
	checks          *stage
	script          RunScript
	resultsOf       Stage // stage with the changes of the plan
	work            *work // execution of the current step
	planned         *execution
}

func (r *run) text(name string) string {
	v, _ := r.effective[name].(string)
	return v
}

func (r *run) flag(name string) bool { return r.effective[name] == true }

func (s *Server) run(id string) *run {
	for _, r := range s.runs {
		if r.id == id {
			return r
		}
	}
	return nil
}

func (s *Server) runSchema() schema {
	return schema{
		kind: "runs",
		attributes: map[string]string{
			"is-dry": "bool", "is-destroy": "bool", "auto-apply": "bool", "message": "string?<=512", "refresh": "bool?",
			"refresh-only": "bool?", "save-plan": "bool?", "target-addrs": "strings?", "replace-addrs": "strings?",
			"variables": "objects?", "inputs": "objects?", "plan-at": "string?", "source": "string",
		},
		relationships:         map[string]string{"workspace": "workspaces", "configuration-version": "configuration-versions", "created-by-run": "runs"},
		requiredRelationships: []string{"workspace"},
	}
}

// createRun implements create_run of openapi.yml.
func (s *Server) createRun(c *call) reply {
	doc, refusal := s.readDocument(c, s.runSchema(), true)
	if refusal != nil {
		return *refusal
	}
	if refusal := s.readVariables(c, doc.attributes); refusal != nil {
		return *refusal
	}
	w := s.lookup("workspaces", doc.relationships["workspace"][0])
	if w == nil {
		return invalidRelationship("workspace", "Workspace", doc.relationships["workspace"][0])
	}
	if w.attributes["execution-mode"] == "local" {
		return problem(422, "Invalid Relationship", "/data/relationships/workspace", "Runs are not possible in a workspace with local execution mode.")
	}
	versionID, refusal := s.versionForRun(c, w, doc.relationships["configuration-version"])
	if refusal != nil {
		return *refusal
	}
	return s.one(c, 201, s.runResource(s.newRun(w.id, versionID, doc.attributes, s.runScriptIn(w.id).Deviations)))
}

func (s *Server) readVariables(c *call, attributes object) *reply {
	variables, _ := attributes["variables"].(list)
	forms := map[string]string{"key": "string<=128", "category": "terraform|shell|env", "value": "string?<=65535", "hcl": "bool", "sensitive": "bool"}
	for i, v := range variables {
		pointer := "/data/attributes/variables/" + itoa(int64(i))
		variable := v.(object)
		for _, name := range []string{"key", "category"} {
			if variable[name] == nil {
				s.objectTo(c, "variable %d has no %s", i, name)
				return invalid("Invalid Attribute", pointer+"/"+name, "This field is required.")
			}
		}
		for name, value := range variable {
			form, known := forms[name]
			if !known {
				s.objectTo(c, "variable %d has an unknown member %s", i, name)
				continue
			}
			if why := fits(value, form); why != "" {
				s.objectTo(c, "variable %d, %s: %s", i, name, why)
				return invalid("Invalid Attribute", pointer+"/"+name, why)
			}
		}
	}
	return nil
}

// versionForRun returns the configuration version in the request, or the latest uploaded one of the
// workspace.
func (s *Server) versionForRun(c *call, w *resource, named []string) (string, *reply) {
	if len(named) > 0 {
		v := s.version(named[0])
		if v == nil || v.workspace != w.id {
			r := invalidRelationship("configuration-version", "ConfigurationVersion", named[0])
			return "", &r
		}
		if v.status == "pending" && !v.bound {
			s.objectTo(c, "the configuration version %s was not reported as uploaded", v.id)
		}
		return v.id, nil
	}
	for _, v := range slices.Backward(s.versions) {
		if v.workspace == w.id && v.status == "uploaded" {
			return v.id, nil
		}
	}
	return "", invalid("Invalid Relationship", "/data/relationships/configuration-version",
		"No configuration versions available to create the run from. Upload at least one or link the workspace to a VCS provider.")
}

// newRun creates a run.
func (s *Server) newRun(workspace, version string, requested, deviations object) *run {
	w := s.lookup("workspaces", workspace)
	s.addBlockingRun(workspace, requested)
	effective := withDeviations(requested, deviations)
	r := &run{
		id: s.id("run"), by: botID, workspace: workspace, version: version, requested: requested, effective: effective,
		deviations: deviations, created: s.now(),
		auto: w.attributes["auto-apply"] == true, plan: &stage{id: s.id("plan"), status: "pending"},
		script: s.runScriptIn(workspace),
	}
	r.externalActions = slices.Clone(r.script.ExternalActions)
	r.dry = r.flag("is-dry") || s.version(version).dry && deviations["is-dry"] == nil
	r.save = r.flag("save-plan") && !r.dry
	if auto, given := effective["auto-apply"].(bool); given {
		r.auto = auto
	}
	r.auto = r.auto && !r.dry && !r.save && !r.script.RefuseAutoApply
	s.addStages(r)
	s.runs = append(s.runs, r)
	w.relationships["latest-run"] = toOne("runs", r.id)
	if !r.dry {
		w.relationships["current-run"] = toOne("runs", r.id)
		w.relationships["configuration-version"] = toOne("configuration-versions", version)
	}
	s.enter(r, Step{Status: "pending"}, r.created)
	return r
}

// addBlockingRun adds a run of another user that blocks the first run that is not dry, if the scenario requires it.
func (s *Server) addBlockingRun(workspace string, effective object) {
	if s.scenario.Script.Queue == 0 || s.blockingRunAdded || effective["is-dry"] == true {
		return
	}
	s.blockingRunAdded = true
	s.addOtherRun(workspace, Step{Status: "applying", For: s.scenario.Script.Queue}, Step{Status: "applied"})
}

// addStages adds the stages and steps of a run.
func (s *Server) addStages(r *run) {
	script := r.script
	r.resultsOf = script.Plan
	if !r.dry {
		r.apply = &stage{id: s.id("apply"), status: "pending"}
	}
	if script.Cost != nil {
		r.cost = &stage{id: s.id("ce"), status: "pending"}
	}
	if len(script.Policies) > 0 {
		r.checks = &stage{id: s.id("polchk"), status: "pending"}
	}
	r.steps = script.Steps
	if len(script.Steps) == 0 {
		r.steps = s.stepsOf(r)
	}
	r.steps = append([]Step{{Status: "pending"}}, r.steps...)
}
