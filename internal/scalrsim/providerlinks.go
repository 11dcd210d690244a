package scalrsim

import "strings"

// providerLinks is the resource type of links to provider configurations.
const providerLinks = "provider-configuration-links"

func providerLinkSchema() schema {
	return schema{kind: providerLinks, attributes: map[string]string{"alias": "string?<=128"},
		relationships: map[string]string{"provider-configuration": "provider-configurations"}, requiredRelationships: []string{"provider-configuration"}}
}

func providerLinkRoutes() []route {
	include := words("provider-configuration")
	return []route{
		{method: "GET", path: "/workspaces/*/provider-configuration-links", produces: jsonAPI, query: words("sort include" + paging),
			sort: words("name"), include: include, do: (*Server).listProviderLinks},
		{method: "POST", path: "/workspaces/*/provider-configuration-links", consumes: jsonAPI, produces: jsonAPI, do: (*Server).createProviderLink},
		{method: "GET", path: "/provider-configuration-links/*", produces: jsonAPI, do: (*Server).readProviderLink},
		{method: "PATCH", path: "/provider-configuration-links/*", consumes: jsonAPI, produces: jsonAPI, do: (*Server).updateProviderLink},
		{method: "DELETE", path: "/provider-configuration-links/*", do: (*Server).deleteProviderLink},
	}
}

// LinkProvider links a provider configuration to a workspace and returns the ID of the link.
func (s *Server) LinkProvider(workspaceID, providerID, alias string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newProviderLink(workspaceID, providerID, alias).id
}

func (s *Server) newProviderLink(workspaceID, providerID string, alias any) *resource {
	if alias == "" {
		alias = nil
	}
	return s.add(providerLinks, s.id("pcl"), object{"alias": alias, "default": false}, object{
		"workspace": toOne("workspaces", workspaceID), "environment": toOne("", ""), "provider-configuration": toOne("provider-configurations", providerID)})
}

// inheritedLinks returns the links of an environment to its default provider configurations, which its
// workspaces inherit.
func (s *Server) inheritedLinks(environmentID string) []*resource {
	e := s.lookup("environments", environmentID)
	if e == nil {
		return nil
	}
	var links []*resource
	for _, id := range e.relatedIDs("default-provider-configurations") {
		links = append(links, &resource{kind: providerLinks, id: "pcl-" + strings.TrimPrefix(e.id, "env-") + strings.TrimPrefix(id, "pcfg-"),
			attributes: object{"alias": nil, "default": true}, relationships: object{"workspace": toOne("", ""),
				"environment": toOne("environments", e.id), "provider-configuration": toOne("provider-configurations", id)}})
	}
	return links
}

func (s *Server) ownLinks(workspaceID string) []*resource {
	var own []*resource
	for _, link := range s.kind(providerLinks) {
		if link.relatedID("workspace") == workspaceID {
			own = append(own, link)
		}
	}
	return own
}

// providerLink returns a link and whether it is inherited.
func (s *Server) providerLink(id string) (link *resource, inherited bool) {
	for _, e := range s.kind("environments") {
		for _, l := range s.inheritedLinks(e.id) {
			if l.id == id {
				return l, true
			}
		}
	}
	return s.lookup(providerLinks, id), false
}

// listProviderLinks implements list_provider_configuration_links of openapi.yml. It lists all links of runs
// in the workspace, including those of its environment.
func (s *Server) listProviderLinks(c *call) reply {
	w := s.lookup("workspaces", c.ids[0])
	if w == nil {
		return notFound("Workspace", c.ids[0])
	}
	return s.listing(c, append(s.inheritedLinks(w.relatedID("environment")), s.ownLinks(w.id)...))
}

// createProviderLink implements create_provider_configuration_link of openapi.yml.
func (s *Server) createProviderLink(c *call) reply {
	w := s.lookup("workspaces", c.ids[0])
	if w == nil {
		return notFound("Workspace", c.ids[0])
	}
	doc, refusal := s.readDocument(c, providerLinkSchema(), true)
	if refusal == nil {
		refusal = s.checkRelated(doc)
	}
	if refusal != nil {
		return *refusal
	}
	link := s.newProviderLink(w.id, doc.relationships["provider-configuration"][0], doc.attributes["alias"])
	if refusal := s.checkAliasUnique(link, link.attributes["alias"]); refusal != nil {
		s.remove(link)
		return *refusal
	}
	return s.one(c, 201, link)
}

// checkAliasUnique rejects a second provider with the same name and alias, because a configuration cannot use
// both.
func (s *Server) checkAliasUnique(link *resource, alias any) *reply {
	name := func(l *resource) any {
		return s.lookup("provider-configurations", l.relatedID("provider-configuration")).attributes["provider-name"]
	}
	for _, other := range s.ownLinks(link.relatedID("workspace")) {
		if other != link && other.attributes["alias"] == alias && name(other) == name(link) {
			return invalid("Invalid Attribute", "/data/attributes/alias", "Provider with this alias is already linked to the workspace.")
		}
	}
	return nil
}

// readProviderLink implements get_provider_configuration_link of openapi.yml.
func (s *Server) readProviderLink(c *call) reply {
	link, _ := s.providerLink(c.ids[0])
	if link == nil {
		return notFound("ProviderConfigurationLink", c.ids[0])
	}
	return s.one(c, 200, link)
}

// updateProviderLink implements update_provider_configuration_link of openapi.yml. It only updates
// attributes.
func (s *Server) updateProviderLink(c *call) reply {
	link, refusal := s.changeableLink(c)
	if refusal != nil {
		return *refusal
	}
	doc, refusal := s.readDocument(c, providerLinkSchema(), false)
	if refusal != nil {
		return *refusal
	}
	if ids := doc.relationships["provider-configuration"]; len(ids) > 0 && ids[0] != link.relatedID("provider-configuration") {
		s.objectTo(c, "the provider configuration of a link cannot be changed")
	}
	if alias, given := doc.attributes["alias"]; given {
		if refusal := s.checkAliasUnique(link, alias); refusal != nil {
			return *refusal
		}
		link.attributes["alias"] = alias
	}
	return s.one(c, 200, link)
}

// deleteProviderLink implements delete_provider_configuration_workspace_link of openapi.yml.
func (s *Server) deleteProviderLink(c *call) reply {
	link, refusal := s.changeableLink(c)
	if refusal != nil {
		return *refusal
	}
	s.remove(link)
	return empty(204)
}

func (s *Server) changeableLink(c *call) (*resource, *reply) {
	link, inherited := s.providerLink(c.ids[0])
	switch {
	case link == nil:
		r := notFound("ProviderConfigurationLink", c.ids[0])
		return nil, &r
	case inherited:
		s.objectTo(c, "the link %s belongs to an environment", c.ids[0])
		return nil, invalid("Invalid Link", "", "The link belongs to an environment.")
	}
	return link, nil
}
