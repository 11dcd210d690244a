package scalrsim

import (
	"maps"
	"regexp"
)

func (s *Server) workspaceSchema() schema {
	return schema{
		kind: "workspaces",
		attributes: map[string]string{
			"name": "string<=255", "auto-apply": "bool", "auto-queue-runs": "skip_first|always|never|on_create_only",
			"execution-mode": "remote|local", "iac-platform": "terraform|opentofu", "terraform-version": "string",
			"working-directory": "string?<=255", "var-files": "strings?", "run-operation-timeout": "int?", "force-latest-run": "bool",
			"deletion-protection-enabled": "bool", "auto-destroy-days": "1|2|7|14?",
			"environment-type": "production|staging|testing|development|unmapped", "remote-backend": "bool", "remote-state-sharing": "bool",
			"hooks": "object?", "terragrunt": "object?", "vcs-repo": "object?", "operations": "bool",
		},
		required: []string{"name"},
		relationships: map[string]string{"environment": "environments", "tags": "[]tags", "agent-pool": "agent-pools",
			"vcs-provider": "vcs-providers", "module-version": "module-versions"},
		requiredRelationships: []string{"environment"},
	}
}

// createWorkspace implements create_workspace of openapi.yml.
func (s *Server) createWorkspace(c *call) reply {
	doc, refusal := s.readDocument(c, s.workspaceSchema(), true)
	if refusal == nil {
		refusal = s.checkWorkspace(doc, nil)
	}
	if refusal != nil {
		return *refusal
	}
	w := s.newWorkspace(s.id("ws"), doc.relationships["environment"][0], doc.attributes["name"].(string), nil, s.now())
	s.writeWorkspace(w, doc)
	return s.one(c, 201, w)
}

// updateWorkspace implements update_workspace of openapi.yml.
func (s *Server) updateWorkspace(c *call) reply {
	w := s.lookup("workspaces", c.ids[0])
	if w == nil {
		return notFound("Workspace", c.ids[0])
	}
	doc, refusal := s.readDocument(c, s.workspaceSchema(), false)
	if refusal == nil {
		refusal = s.checkWorkspace(doc, w)
	}
	if refusal != nil {
		return *refusal
	}
	s.writeWorkspace(w, doc)
	w.attributes["updated-at"], w.attributes["updated-by-email"] = stamp(s.now()), botEmail
	return s.one(c, 200, w)
}

var workspaceName = regexp.MustCompile(`^[A-Za-z0-9_-]*$`)

func (s *Server) checkWorkspace(doc input, self *resource) *reply {
	environment := ""
	if self != nil {
		environment = self.relatedID("environment")
	}
	if ids := doc.relationships["environment"]; len(ids) > 0 {
		environment = ids[0]
		if s.lookup("environments", environment) == nil {
			r := invalidRelationship("environment", "Environment", environment)
			return &r
		}
	}
	name, given := doc.attributes["name"].(string)
	if given && !workspaceName.MatchString(name) {
		return invalid("Invalid Attribute", "/data/attributes/name", "Name may have letters, digits, hyphens and underscores only.")
	}
	if minutes, given := doc.attributes["run-operation-timeout"].(float64); given && (minutes < 10 || minutes > 720) {
		return invalid("Invalid Attribute", "/data/attributes/run-operation-timeout", "Must be from 10 to 720 minutes.")
	}
	var siblings []*resource
	for _, w := range s.kind("workspaces") {
		if w.relatedID("environment") == environment {
			siblings = append(siblings, w)
		}
	}
	if given {
		if refusal := s.checkNameUnique(name, siblings, self); refusal != nil {
			return refusal
		}
	}
	if refusal := s.checkVersion(doc, self); refusal != nil {
		return refusal
	}
	return s.checkRelated(doc)
}

func (s *Server) writeWorkspace(w *resource, doc input) {
	maps.Copy(w.attributes, doc.attributes)
	for name, ids := range doc.relationships {
		switch name {
		case "environment":
			w.relationships[name] = toOne("environments", ids[0])
		case "tags":
			w.relationships[name] = toMany("tags", ids...)
		case "agent-pool":
			s.setAgentPool(w, ids)
		}
	}
}

// deleteWorkspace implements delete_workspace of openapi.yml.
func (s *Server) deleteWorkspace(c *call) reply {
	w := s.lookup("workspaces", c.ids[0])
	if w == nil {
		return notFound("Workspace", c.ids[0])
	}
	if w.attributes["deletion-protection-enabled"] == true && w.attributes["has-resources"] == true {
		return conflict("The workspace has managed resources and deletion protection is enabled.")
	}
	s.removeWorkspace(w)
	return empty(204)
}

func (s *Server) removeWorkspace(w *resource) {
	s.remove(w)
	s.setAgentPool(w, nil)
	for _, kind := range []string{"vars", providerLinks} {
		for _, r := range s.kind(kind) {
			if r.relatedID("workspace") == w.id {
				s.remove(r)
			}
		}
	}
	delete(s.outputs, w.id)
}

// workspaceOutputs implements get_workspace_outputs of openapi.yml. The response is not JSON:API and includes
// sensitive values.
func (s *Server) workspaceOutputs(c *call) reply {
	if s.lookup("workspaces", c.ids[0]) == nil {
		return forbidden()
	}
	data := list{}
	for _, o := range s.outputs[c.ids[0]] {
		data = append(data, object{"name": o.Name, "value": o.Value, "sensitive": o.Sensitive})
	}
	a := document(200, object{"data": data})
	a.header.Set("Content-Type", plain)
	return a
}
