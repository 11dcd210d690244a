package scalrsim

import (
	"encoding/json"
	"maps"
	"time"
)

// misreport changes a member of the resource in a response, or of each resource in a list.
func misreport(body string, member string, value any) string {
	var doc object
	if json.Unmarshal([]byte(body), &doc) != nil {
		return body
	}
	items, many := doc["data"].(list)
	if !many {
		items = list{doc["data"]}
	}
	for _, item := range items {
		data, ok := item.(object)
		if !ok {
			return body
		}
		attributes, _ := data["attributes"].(object)
		relationships, _ := data["relationships"].(object)
		if to, related := relationships[member].(object); related {
			misrelate(relationships, member, to, value)
			continue
		}
		if value == nil {
			delete(attributes, member)
			continue
		}
		attributes[member] = value
	}
	changed, err := json.Marshal(doc)
	if err != nil {
		return body
	}
	return string(changed)
}

// misrelate changes the ID of a relationship.
func misrelate(relationships object, member string, to object, id any) {
	data, ok := to["data"].(object)
	if id == nil || !ok {
		delete(relationships, member)
		return
	}
	data["id"] = id
}

// withDeviations returns the requested attributes of a run with the deviations applied.
func withDeviations(requested, deviations object) object {
	if len(deviations) == 0 {
		return requested
	}
	effective := maps.Clone(requested)
	maps.Copy(effective, deviations)
	return effective
}

// hideDeviations replaces deviating attributes of a run with the requested ones.
func (s *Server) hideDeviations(r *run, attributes object) {
	if time.Since(r.created) >= s.paced(r.script.DeviationsAfter) {
		return
	}
	for name := range r.deviations {
		attributes[name] = r.requested[name]
		if r.requested[name] == nil && (name == "is-dry" || name == "is-destroy" || name == "auto-apply") {
			attributes[name] = false
		}
	}
}

// SetRunScript sets the script of new runs in a workspace. It replaces the scenario's script.
func (s *Server) SetRunScript(workspaceID string, script RunScript) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runScripts == nil {
		s.runScripts = map[string]RunScript{}
	}
	s.runScripts[workspaceID] = script
}

// runScriptIn returns the script of new runs in the workspace.
func (s *Server) runScriptIn(workspaceID string) RunScript {
	if script, ok := s.runScripts[workspaceID]; ok {
		return script
	}
	return s.scenario.Script
}

// AddRun adds a run of another user with its own configuration version and returns its ID.
func (s *Server) AddRun(workspaceID string, attributes map[string]any) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := &version{id: s.id("cv"), workspace: workspaceID, status: "uploaded", created: s.now(), stamps: object{},
		dry: attributes["is-dry"] == true}
	s.versions = append(s.versions, v)
	r := s.newRun(workspaceID, v.id, attributes, nil)
	r.by = adaID
	return r.id
}
