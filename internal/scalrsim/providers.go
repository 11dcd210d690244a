package scalrsim

import (
	"maps"
	"slices"
)

func providerSchema() schema {
	return schema{kind: "provider-configurations", attributes: map[string]string{"name": "string<=255", "provider-name": "string", "is-shared": "bool"},
		relationships: map[string]string{"environments": "[]environments", "tags": "[]tags"}}
}

// updateProvider implements update_provider_configuration of openapi.yml, limited to the environments: the
// list in the request replaces the previous one. The list in the environment is read-only.
func (s *Server) updateProvider(c *call) reply {
	p := s.lookup("provider-configurations", c.ids[0])
	if p == nil {
		return notFound("ProviderConfiguration", c.ids[0])
	}
	doc, refusal := s.readDocument(c, providerSchema(), false)
	if refusal != nil {
		return *refusal
	}
	maps.Copy(p.attributes, doc.attributes)
	ids, given := doc.relationships["environments"]
	for _, id := range ids {
		if s.lookup("environments", id) == nil {
			return invalidRelationship("environments", "Environment", id)
		}
	}
	if given {
		s.setProviderEnvironments(p, ids)
	}
	return s.one(c, 200, p)
}

// usable reports whether workspaces of the environment may use the provider configuration, because it is
// shared with all environments or linked to this one.
func usable(p *resource, environment string) bool {
	return p.attributes["is-shared"] == true || slices.Contains(p.relatedIDs("environments"), environment)
}

// checkDefaults rejects default provider configurations that are not shared with the environment. A new
// environment can only use those that are shared with all environments.
func (s *Server) checkDefaults(doc input, self *resource) *reply {
	environment := ""
	if self != nil {
		environment = self.id
	}
	for _, id := range doc.relationships["default-provider-configurations"] {
		if p := s.lookup("provider-configurations", id); !usable(p, environment) {
			return invalid("Invalid Relationship", "/data/relationships/default-provider-configurations",
				"Provider configuration '"+textOf(p.attributes["name"])+"' is not shared with the environment.")
		}
	}
	return nil
}

// setProviderEnvironments updates both sides of the relationship.
func (s *Server) setProviderEnvironments(p *resource, ids []string) {
	p.relationships["environments"] = toMany("environments", ids...)
	for _, e := range s.kind("environments") {
		linked := removeIDs(e.relatedIDs("provider-configurations"), []string{p.id})
		if slices.Contains(ids, e.id) {
			linked = append(linked, p.id)
		}
		e.relationships["provider-configurations"] = toMany("provider-configurations", linked...)
	}
}
