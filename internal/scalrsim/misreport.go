package scalrsim

import (
	"encoding/json"
	"maps"
	"time"
)

// misreport makes an answer say something else of its resources: of the one that
// was asked for, or of each in a list.
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

// misrelate lets a relationship lead to another id.
func misrelate(relationships object, member string, to object, id any) {
	data, ok := to["data"].(object)
	if id == nil || !ok {
		delete(relationships, member)
		return
	}
	data["id"] = id
}

// deviating is what a run does in place of what was requested.
func deviating(requested, deviations object) object {
	if len(deviations) == 0 {
		return requested
	}
	asked := maps.Clone(requested)
	maps.Copy(asked, deviations)
	return asked
}

// pretend puts what was asked for in place of what the run is.
func (s *Server) pretend(r *run, attributes object) {
	if time.Since(r.created) >= s.paced(r.life.DeviationsAfter) {
		return
	}
	for name := range r.deviations {
		attributes[name] = r.requested[name]
		if r.requested[name] == nil && (name == "is-dry" || name == "is-destroy" || name == "auto-apply") {
			attributes[name] = false
		}
	}
}

// SetLife says what the runs go through that are created in a workspace from now
// on, in place of the scenario's life.
func (s *Server) SetLife(workspaceID string, life RunScript) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lives == nil {
		s.lives = map[string]RunScript{}
	}
	s.lives[workspaceID] = life
}

// lifeIn is what a run in the workspace goes through.
func (s *Server) lifeIn(workspaceID string) RunScript {
	if life, ok := s.lives[workspaceID]; ok {
		return life
	}
	return s.scenario.Script
}

// AddRun adds a run that somebody else made, of a configuration version of its
// own, and returns its id.
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
