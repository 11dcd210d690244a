package scalrsim

import (
	"regexp"
	"slices"
)

func tagSchema() schema {
	return schema{kind: "tags", attributes: map[string]string{"name": "string<=255"}, required: []string{"name"},
		relationships: map[string]string{"account": "accounts"}}
}

func (s *Server) newTag(name string) *resource {
	return s.add("tags", s.id("tag"), object{"name": name}, object{"account": toOne("accounts", AccountID)})
}

// tagByName sets the tags of the resource. It creates tags that do not exist.
func (s *Server) tagByName(r *resource, names []string) {
	var ids []string
	for _, name := range names {
		i := slices.IndexFunc(s.kind("tags"), func(t *resource) bool { return t.attributes["name"] == name })
		if i < 0 {
			ids = append(ids, s.newTag(name).id)
			continue
		}
		ids = append(ids, s.kind("tags")[i].id)
	}
	r.relationships["tags"] = toMany("tags", ids...)
}

// tagName matches the characters that Scalr is known to accept. The rule is not published; Scalr's own
// clients expect that "! / nope" and blank names are rejected.
var tagName = regexp.MustCompile(`^[A-Za-z0-9_.:-]*$`)

func (s *Server) checkTagName(name string, self *resource) *reply {
	if !tagName.MatchString(name) {
		return invalid("Invalid Attribute", "/data/attributes/name", "Enter a valid tag name.")
	}
	return s.checkNameUnique(name, s.kind("tags"), self)
}

// createTag implements create_tag of openapi.yml.
func (s *Server) createTag(c *call) reply {
	doc, refusal := s.readDocument(c, tagSchema(), true)
	if refusal == nil {
		refusal = s.checkTagName(doc.attributes["name"].(string), nil)
	}
	if refusal != nil {
		return *refusal
	}
	return s.one(c, 201, s.newTag(doc.attributes["name"].(string)))
}

// updateTag implements update_tag of openapi.yml.
func (s *Server) updateTag(c *call) reply {
	t := s.lookup("tags", c.ids[0])
	if t == nil {
		return notFound("AccountTag", c.ids[0])
	}
	doc, refusal := s.readDocument(c, tagSchema(), false)
	if refusal != nil {
		return *refusal
	}
	if name, given := doc.attributes["name"].(string); given {
		if refusal := s.checkTagName(name, t); refusal != nil {
			return *refusal
		}
		t.attributes["name"] = name
	}
	return s.one(c, 200, t)
}

// deleteTag implements delete_tag of openapi.yml.
func (s *Server) deleteTag(c *call) reply {
	t := s.lookup("tags", c.ids[0])
	if t == nil {
		return notFound("AccountTag", c.ids[0])
	}
	s.remove(t)
	for _, r := range s.resources {
		if _, tagged := r.relationships["tags"]; tagged {
			r.relationships["tags"] = toMany("tags", removeIDs(r.relatedIDs("tags"), []string{t.id})...)
		}
	}
	return empty(204)
}

// tagsOf implements list_environment_tags and list_workspace_tags of openapi.yml.
func tagsOf(kind string) func(*Server, *call) reply {
	return func(s *Server, c *call) reply {
		r := s.lookup(kind, c.ids[0])
		if r == nil {
			return forbidden()
		}
		ids := r.relatedIDs("tags")
		page, size := pageOf(c.query)
		from := min((page-1)*size, len(ids))
		pages := max((len(ids)+size-1)/size, 1)
		doc := toMany("tags", ids[from:min(from+size, len(ids))]...)
		doc["links"] = s.pageLinks(c, page, size, pages)
		doc["meta"] = object{"pagination": pagination(page, pages, len(ids))}
		return document(200, doc)
	}
}

func addIDs(had, given []string) []string {
	for _, id := range given {
		if !slices.Contains(had, id) {
			had = append(had, id)
		}
	}
	return had
}

func replaceIDs(_, given []string) []string { return addIDs(nil, given) }

func removeIDs(had, given []string) []string {
	return slices.DeleteFunc(had, func(id string) bool { return slices.Contains(given, id) })
}

// changeTags implements add_environment_tags, replace_environment_tags and delete_environment_tags of
// openapi.yml, and the same for workspaces.
func changeTags(kind string, change func(had, given []string) []string) func(*Server, *call) reply {
	return func(s *Server, c *call) reply {
		r := s.lookup(kind, c.ids[0])
		if r == nil {
			return forbidden()
		}
		given, refusal := s.readLinkage(c, "tags")
		if refusal != nil {
			return *refusal
		}
		for _, id := range given {
			if s.lookup("tags", id) == nil {
				return problem(422, "Validation Error", "", "Tag with ID '"+id+"' not found or user unauthorized.")
			}
		}
		if c.method == "DELETE" {
			for _, id := range given {
				if !slices.Contains(r.relatedIDs("tags"), id) {
					return notFound("AccountTag", id) // expected by the tests of Scalr's clients
				}
			}
		}
		r.relationships["tags"] = toMany("tags", change(r.relatedIDs("tags"), given)...)
		return empty(204)
	}
}

// readLinkage reads a body of resource identifiers.
func (s *Server) readLinkage(c *call, kind string) ([]string, *reply) {
	s.unknownMembers(c, "", c.doc, "data")
	ids, why := linkage(c.doc["data"], "[]"+kind)
	if why != "" {
		s.objectTo(c, "data: %s", why)
		return nil, invalid("Invalid Document", "/data", why)
	}
	return ids, nil
}

// linkPolicyGroup implements create_policy_group_environments and update_policy_group_environments of
// openapi.yml.
func linkPolicyGroup(replace bool) func(*Server, *call) reply {
	return func(s *Server, c *call) reply {
		group := s.lookup("policy-groups", c.ids[0])
		if group == nil {
			return notFound("PolicyGroup", c.ids[0])
		}
		given, refusal := s.readLinkage(c, "environments")
		if refusal != nil {
			return *refusal
		}
		for _, id := range given {
			if s.lookup("environments", id) == nil {
				return notFound("Environment", id)
			}
		}
		if !replace {
			given = addIDs(group.relatedIDs("environments"), given)
		}
		s.setPolicyEnvironments(group, given)
		return empty(204)
	}
}

// unlinkPolicyGroup implements delete_policy_group_environments of openapi.yml.
func (s *Server) unlinkPolicyGroup(c *call) reply {
	group := s.lookup("policy-groups", c.ids[0])
	if group == nil {
		return notFound("PolicyGroup", c.ids[0])
	}
	linked := group.relatedIDs("environments")
	if !slices.Contains(linked, c.ids[1]) {
		return notFound("Environment", c.ids[1])
	}
	s.setPolicyEnvironments(group, removeIDs(linked, []string{c.ids[1]}))
	return empty(204)
}

// setPolicyEnvironments updates both sides of the relationship.
func (s *Server) setPolicyEnvironments(group *resource, ids []string) {
	group.relationships["environments"] = toMany("environments", ids...)
	for _, e := range s.kind("environments") {
		groups := removeIDs(e.relatedIDs("policy-groups"), []string{group.id})
		if slices.Contains(ids, e.id) {
			groups = append(groups, group.id)
		}
		e.relationships["policy-groups"] = toMany("policy-groups", groups...)
	}
}
