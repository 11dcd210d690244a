package scalrsim

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// resource is a JSON:API resource.
type resource struct {
	kind, id      string
	attributes    object
	relationships object
	links         object
	created       time.Time
}

// add stores a new resource.
func (s *Server) add(kind, id string, attributes, relationships object) *resource {
	r := &resource{kind: kind, id: id, attributes: attributes, relationships: relationships, created: s.now()}
	s.resources = append(s.resources, r)
	return r
}

func (s *Server) remove(r *resource) {
	s.resources = slices.DeleteFunc(s.resources, func(other *resource) bool { return other == r })
}

func (s *Server) kind(kind string) []*resource {
	var found []*resource
	for _, r := range s.resources {
		if r.kind == kind {
			found = append(found, r)
		}
	}
	return found
}

// lookup returns the stored or computed resource with the kind and ID, or nil.
func (s *Server) lookup(kind, id string) *resource {
	switch kind {
	case "runs":
		if r := s.run(id); r != nil {
			return s.runResource(r)
		}
		return nil
	case "configuration-versions":
		if v := s.version(id); v != nil {
			return s.versionResource(v)
		}
		return nil
	case "plans", "applies", "cost-estimates", "policy-checks", "status-transitions":
		return s.partOfRun(kind, id)
	}
	for _, r := range s.resources {
		if r.kind == kind && r.id == id {
			return r
		}
	}
	return nil
}

func identifier(kind, id string) object { return object{"type": kind, "id": id} }

// toOne returns a to-one relationship; an empty ID means null.
func toOne(kind, id string) object {
	if id == "" {
		return object{"data": nil}
	}
	return object{"data": identifier(kind, id)}
}

func toMany(kind string, ids ...string) object {
	data := list{}
	for _, id := range ids {
		data = append(data, identifier(kind, id))
	}
	return object{"data": data}
}

// related returns the kinds and IDs of a relationship.
func (r *resource) related(name string) (identifiers [][2]string) {
	relationship, _ := r.relationships[name].(object)
	var data list
	switch d := relationship["data"].(type) {
	case object:
		data = list{d}
	case list:
		data = d
	}
	for _, item := range data {
		o := item.(object)
		identifiers = append(identifiers, [2]string{o["type"].(string), o["id"].(string)})
	}
	return identifiers
}

func (r *resource) relatedIDs(name string) []string {
	ids := []string{}
	for _, identifier := range r.related(name) {
		ids = append(ids, identifier[1])
	}
	return ids
}

func (r *resource) relatedID(name string) string {
	if ids := r.relatedIDs(name); len(ids) > 0 {
		return ids[0]
	}
	return ""
}

// show returns the resource as JSON, with the fields that the query selects.
func (s *Server) show(r *resource, c *call) object {
	links := object{}
	if r.kind != "policy-checks" && r.kind != "status-transitions" { // without links in openapi.yml
		links["self"] = s.api + BasePath + "/" + r.kind + "/" + r.id
	}
	maps.Copy(links, r.links)
	shown := object{"type": r.kind, "id": r.id, "attributes": r.attributes, "links": links}
	if r.relationships != nil {
		shown["relationships"] = r.relationships
	}
	fields, sparse := c.query["fields["+r.kind+"]"]
	if !sparse {
		return shown
	}
	wanted := strings.Split(fields[0], ",")
	shown["attributes"] = only(r.attributes, wanted)
	shown["relationships"] = only(r.relationships, wanted)
	return shown
}

func only(o object, names []string) object {
	kept := object{}
	for name, v := range o {
		if slices.Contains(names, name) {
			kept[name] = v
		}
	}
	return kept
}

// one returns a document with one resource.
func (s *Server) one(c *call, status int, r *resource) reply {
	doc := object{"data": s.show(r, c)}
	s.include(c, doc, []*resource{r})
	if s.scenario.Config.Null {
		doc["meta"] = nil
	}
	return document(status, doc)
}

// include adds the resources of the query parameter include to the document.
func (s *Server) include(c *call, doc object, primary []*resource) {
	names := splitList(c.query.Get("include"))
	if len(names) == 0 || s.scenario.Config.NoIncluded {
		if s.scenario.Config.Null {
			doc["included"] = nil
		}
		return
	}
	included, seen := list{}, map[string]bool{}
	for _, r := range primary {
		for _, name := range names {
			for _, identifier := range r.related(name) {
				part := s.lookup(identifier[0], identifier[1])
				if part == nil || seen[part.id] {
					continue
				}
				seen[part.id] = true
				included = append(included, s.show(part, c))
			}
		}
	}
	doc["included"] = included
}

func readOf(kind, model string, missing int) func(*Server, *call) reply {
	return func(s *Server, c *call) reply {
		r := s.lookup(kind, c.ids[0])
		if r == nil && missing == 403 {
			return forbidden()
		}
		if r == nil {
			return notFound(model, c.ids[0])
		}
		return s.one(c, 200, r)
	}
}
