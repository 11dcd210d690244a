package scalrsim

import "slices"

func providerSchema() schema {
	return schema{kind: "provider-configurations", attributes: map[string]string{"name": "string<=255", "provider-name": "string", "is-shared": "bool"},
		relationships: map[string]string{"environments": "[]environments", "tags": "[]tags"}}
}

// updateProvider is openapi.yml, update_provider_configuration, as far as its
// links to environments go: the list that is sent replaces the one there was.
// An environment shows its own list, which can only be read.
func (s *Server) updateProvider(c *call) reply {
	p := s.lookup("provider-configurations", c.ids[0])
	if p == nil {
		return notFound("ProviderConfiguration", c.ids[0])
	}
	doc, refusal := s.readDocument(c, providerSchema(), false)
	if refusal != nil {
		return *refusal
	}
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

// setProviderEnvironments keeps both sides of the relationship alike.
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
