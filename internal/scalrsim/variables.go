package scalrsim

import (
	"slices"
	"strings"
)

func variableSchema() schema {
	return schema{kind: "vars",
		attributes: map[string]string{"key": "string<=128", "category": "terraform|shell|env", "value": "string?<=65535", "hcl": "bool",
			"sensitive": "bool", "final": "bool", "description": "string?<=512"},
		required:      []string{"key", "category"},
		relationships: map[string]string{"workspace": "workspaces", "environment": "environments"},
	}
}

func variableRoutes() []route {
	write, include := words("force include"), words("updated-by")
	return []route{
		{method: "GET", path: "/vars", produces: jsonAPI,
			query: words("filter[environment] filter[workspace] filter[category] filter[key] filter[var] filter[account] include sort" + paging),
			sort:  words("key updated-at"), include: include, do: (*Server).listVariables},
		{method: "POST", path: "/vars", consumes: jsonAPI, produces: jsonAPI, query: write, include: include, do: (*Server).createVariable},
		{method: "GET", path: "/vars/*", produces: jsonAPI, query: words("include fields"), include: include, do: readOf("vars", "Variable", 404)},
		{method: "PATCH", path: "/vars/*", consumes: jsonAPI, produces: jsonAPI, query: write, include: include, do: (*Server).updateVariable},
		{method: "DELETE", path: "/vars/*", do: (*Server).deleteVariable},
	}
}

// AddVariable adds a variable to a workspace or environment and returns its ID. The attributes are those of
// Variable of openapi.yml.
func (s *Server) AddVariable(scopeID string, attributes map[string]any) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind := "environments"
	if strings.HasPrefix(scopeID, "ws-") {
		kind = "workspaces"
	}
	return s.newVariable(attributes, map[string][]string{strings.TrimSuffix(kind, "s"): {scopeID}}).id
}

// newVariable stores a variable. A sensitive value is write-only.
func (s *Server) newVariable(attributes object, related map[string][]string) *resource {
	v := s.add("vars", s.id("var"), object{"value": "", "hcl": false, "sensitive": false, "final": false, "description": nil,
		"updated-at": nil, "updated-by-email": nil}, object{"account": toOne("accounts", AccountID), "updated-by": toOne("users", botID)})
	for _, scope := range []string{"workspace", "environment"} {
		v.relationships[scope] = toOne("", "")
		if ids := related[scope]; len(ids) > 0 {
			v.relationships[scope] = toOne(scope+"s", ids[0])
		}
	}
	writeVariable(v, attributes)
	return v
}

func writeVariable(v *resource, attributes object) {
	for name, value := range attributes {
		v.attributes[name] = value
	}
	if v.attributes["category"] != "terraform" {
		v.attributes["hcl"] = false // accepted and ignored for other categories
	}
	if v.attributes["sensitive"] == true {
		v.attributes["value"] = nil
	}
}

// listVariables implements get_variables of openapi.yml. A filter by workspace matches the variables of the
// workspace and, if it includes null, variables without a workspace.
func (s *Server) listVariables(c *call) reply {
	for _, id := range strings.Split(strings.TrimPrefix(c.query.Get("filter[workspace]"), "in:"), ",") {
		if id != "" && id != "null" && s.lookup("workspaces", id) == nil {
			return notFound("Workspace", id)
		}
	}
	return listOf("vars")(s, c)
}

// inScope reports whether a variable matches the filter by its workspace or environment.
func inScope(v *resource, scope, value string) bool {
	id := v.relatedID(scope)
	if id == "" {
		id = "null"
	}
	return oneOf(id, value)
}

// createVariable implements create_variable of openapi.yml.
func (s *Server) createVariable(c *call) reply {
	doc, refusal := s.readDocument(c, variableSchema(), true)
	if refusal == nil {
		refusal = s.checkRelated(doc)
	}
	if refusal == nil && doc.attributes["key"] == "" {
		refusal = invalid("Invalid Attribute", "/data/attributes/key", "Key cannot be empty.")
	}
	if refusal == nil {
		refusal = s.checkKeyUnique(doc)
	}
	if refusal != nil {
		return *refusal
	}
	return s.one(c, 201, s.newVariable(doc.attributes, doc.relationships))
}

// checkKeyUnique rejects the key of another variable of the same scope and category.
func (s *Server) checkKeyUnique(doc input) *reply {
	for _, v := range s.kind("vars") {
		same := v.attributes["key"] == doc.attributes["key"] &&
			(v.attributes["category"] == "terraform") == (doc.attributes["category"] == "terraform")
		for _, scope := range []string{"workspace", "environment"} {
			same = same && slices.Equal(v.relatedIDs(scope), append([]string{}, doc.relationships[scope]...))
		}
		if same {
			return invalid("Invalid Attribute", "/data/attributes/key", "Variable with this key already exists in the scope.")
		}
	}
	return nil
}

// updateVariable implements update_variable of openapi.yml. The category cannot be changed, and a sensitive
// variable stays sensitive; Scalr's own clients replace the variable.
func (s *Server) updateVariable(c *call) reply {
	v := s.lookup("vars", c.ids[0])
	if v == nil {
		return notFound("Variable", c.ids[0])
	}
	doc, refusal := s.readDocument(c, variableSchema(), false)
	if refusal != nil {
		return *refusal
	}
	for name, detail := range map[string]string{"category": "Category cannot be changed.", "sensitive": "A sensitive variable stays sensitive."} {
		value, given := doc.attributes[name]
		if given && value != v.attributes[name] && (name == "category" || value == false) {
			s.objectTo(c, "attribute %s: %s", name, detail)
			return *invalid("Invalid Attribute", "/data/attributes/"+name, detail)
		}
	}
	writeVariable(v, doc.attributes)
	v.attributes["updated-at"], v.attributes["updated-by-email"] = stamp(s.now()), botEmail
	return s.one(c, 200, v)
}

// deleteVariable implements delete_variable of openapi.yml.
func (s *Server) deleteVariable(c *call) reply {
	v := s.lookup("vars", c.ids[0])
	if v == nil {
		return notFound("Variable", c.ids[0])
	}
	s.remove(v)
	return empty(204)
}
