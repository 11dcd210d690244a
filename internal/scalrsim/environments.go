package scalrsim

import (
	"maps"
	"slices"
	"strings"
)

func (s *Server) environmentSchema() schema {
	k := schema{
		kind: "environments",
		attributes: map[string]string{
			"name": "string<=255", "remote-backend": "bool", "remote-backend-overridable": "bool", "mask-sensitive-output": "bool",
			"is-federated-to-account": "bool", "cost-estimation-enabled": "bool",
		},
		required: []string{"name"},
		relationships: map[string]string{
			"account": "accounts", "tags": "[]tags",
			"default-provider-configurations": "[]provider-configurations", "default-workspace-agent-pool": "agent-pools",
			"storage-profile": "storage-profiles",
		},
	}
	if s.scenario.Config.Old {
		k.relationships["policy-groups"] = "[]policy-groups"
	}
	return k
}

// createEnvironment implements create_environment of openapi.yml.
func (s *Server) createEnvironment(c *call) reply {
	doc, refusal := s.readDocument(c, s.environmentSchema(), true)
	if refusal == nil {
		refusal = s.checkEnvironment(doc, nil)
	}
	if refusal != nil {
		return *refusal
	}
	e := s.newEnvironment(s.id("env"), doc.attributes["name"].(string), s.now())
	s.writeEnvironment(e, doc)
	return s.one(c, 201, e)
}

// updateEnvironment implements update_environment of openapi.yml. A to-many relationship in the request
// replaces the previous one.
func (s *Server) updateEnvironment(c *call) reply {
	e := s.lookup("environments", c.ids[0])
	if e == nil {
		return notFound("Environment", c.ids[0])
	}
	doc, refusal := s.readDocument(c, s.environmentSchema(), false)
	if refusal == nil {
		refusal = s.checkEnvironment(doc, e)
	}
	if backend, given := doc.attributes["remote-backend"]; refusal == nil && given && backend != e.attributes["remote-backend"] {
		refusal = invalid("Invalid Attribute", "/data/attributes/remote-backend", "Remote backend cannot be changed.")
	}
	if refusal != nil {
		return *refusal
	}
	s.writeEnvironment(e, doc)
	e.attributes["updated-at"] = stamp(s.now())
	return s.one(c, 200, e)
}

func (s *Server) checkEnvironment(doc input, self *resource) *reply {
	if name, given := doc.attributes["name"].(string); given {
		if refusal := s.checkNameUnique(name, s.kind("environments"), self); refusal != nil {
			return refusal
		}
	}
	if a := doc.relationships["account"]; len(a) > 0 && a[0] != AccountID {
		r := invalidRelationship("account", "Account", a[0])
		return &r
	}
	if refusal := s.checkRelated(doc); refusal != nil {
		return refusal
	}
	return s.checkDefaults(doc, self)
}

// checkNameUnique rejects an empty name and the name of another resource in among.
func (s *Server) checkNameUnique(name string, among []*resource, self *resource) *reply {
	if name == "" {
		return invalid("Invalid Attribute", "/data/attributes/name", "Name cannot be empty.")
	}
	for _, other := range among {
		if other != self && other.attributes["name"] == name {
			return invalid("Invalid Attribute", "/data/attributes/name", "Name has already been taken.")
		}
	}
	return nil
}

// checkRelated rejects relationships to resources that do not exist.
func (s *Server) checkRelated(doc input) *reply {
	models := map[string]string{"tags": "AccountTag", "default-provider-configurations": "ProviderConfiguration", "policy-groups": "PolicyGroup",
		"provider-configuration": "ProviderConfiguration", "workspace": "Workspace", "environment": "Environment",
		"agent-pool": "AgentPool", "default-workspace-agent-pool": "AgentPool"}
	kinds := map[string]string{"default-provider-configurations": "provider-configurations", "provider-configuration": "provider-configurations",
		"workspace": "workspaces", "environment": "environments", "agent-pool": "agent-pools", "default-workspace-agent-pool": "agent-pools"}
	for name, ids := range doc.relationships {
		model, checked := models[name]
		kind := kinds[name]
		if kind == "" {
			kind = name
		}
		for _, id := range ids {
			if checked && s.lookup(kind, id) == nil {
				r := invalidRelationship(name, model, id)
				return &r
			}
		}
	}
	return nil
}

func (s *Server) writeEnvironment(e *resource, doc input) {
	if !s.scenario.Config.Old {
		delete(doc.attributes, "cost-estimation-enabled") // accepted and ignored
	}
	maps.Copy(e.attributes, doc.attributes)
	for name, ids := range doc.relationships {
		switch name {
		case "tags", "policy-groups":
			e.relationships[name] = toMany(name, ids...)
		case "default-provider-configurations":
			e.relationships[name] = toMany("provider-configurations", ids...)
		case "default-workspace-agent-pool":
			e.relationships[name] = toOne("agent-pools", strings.Join(ids, "")) // at most one
		}
	}
}

// deleteEnvironment implements delete_environment of openapi.yml. It also deletes the workspaces of the
// environment, as the tests of Scalr's own clients expect.
func (s *Server) deleteEnvironment(c *call) reply {
	e := s.lookup("environments", c.ids[0])
	if e == nil {
		return notFound("Environment", c.ids[0])
	}
	for _, w := range s.kind("workspaces") {
		if w.relatedID("environment") == e.id {
			s.removeWorkspace(w)
		}
	}
	s.remove(e)
	for _, linked := range slices.Concat(s.kind("policy-groups"), s.kind("provider-configurations")) {
		linked.relationships["environments"] = toMany("environments", removeIDs(linked.relatedIDs("environments"), []string{e.id})...)
	}
	return empty(204)
}

// lockOf implements lock_environment, lock_workspace, unlock_environment and unlock_workspace of openapi.yml.
func lockOf(kind, model string, lock bool) func(*Server, *call) reply {
	return func(s *Server, c *call) reply {
		r := s.lookup(kind, c.ids[0])
		if r == nil {
			return notFound(model, c.ids[0])
		}
		s.unknownMembers(c, "", c.doc, "reason")
		if r.attributes["locked"] == lock {
			return conflict(model + " is already " + map[bool]string{true: "locked.", false: "unlocked."}[lock])
		}
		if !lock && r.relatedID("locked-by") != botID && !s.finished(r.relatedID("locked-by-run")) {
			return conflict(model + " is locked by a different user.")
		}
		unlock(r)
		if lock {
			r.attributes["locked"], r.attributes["lock-reason"] = true, c.doc["reason"]
			r.relationships["locked-by"] = toOne("users", botID)
		}
		return s.one(c, 200, r)
	}
}
