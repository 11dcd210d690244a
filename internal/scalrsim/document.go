package scalrsim

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// schema describes the writable attributes and relationships of a resource type.
type schema struct {
	kind                  string
	attributes            map[string]string // form of each attribute; see [fits]
	required              []string          // attributes that are required to create a resource
	relationships         map[string]string // type of each relationship, with the prefix [] for to-many relationships
	requiredRelationships []string
}

// input is the validated content of a request document.
type input struct {
	attributes    object
	relationships map[string][]string // ids
}

// readDocument validates a request document against a schema. It records objections to content that no
// correct client sends, and returns the response if it rejects the request.
func (s *Server) readDocument(c *call, k schema, create bool) (input, *reply) {
	data, ok := c.doc["data"].(object)
	if !ok {
		s.objectTo(c, "no data object")
		return input{}, invalid("Invalid Document", "/data", "This field is required.")
	}
	s.unknownMembers(c, "", c.doc, "data")
	s.unknownMembers(c, "data.", data, "id", "type", "attributes", "relationships")
	if data["type"] != k.kind {
		s.objectTo(c, "the type is %v, not %s", data["type"], k.kind)
		return input{}, invalid("Invalid Document", "/data/type", "Expected "+k.kind+".")
	}
	if id, given := data["id"]; given && (create || id != c.ids[0]) {
		s.objectTo(c, "the document's id is %v", id)
	}
	attributes, refusal := s.readAttributes(c, k, data, create)
	if refusal != nil {
		return input{}, refusal
	}
	relationships, refusal := s.readRelationships(c, k, data, create)
	return input{attributes, relationships}, refusal
}

func invalid(title, pointer, detail string) *reply {
	r := problem(422, title, pointer, detail)
	return &r
}

func (s *Server) unknownMembers(c *call, prefix string, o object, known ...string) {
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(known, name) {
			s.objectTo(c, "unknown member %s%s", prefix, name)
		}
	}
}

func (s *Server) readAttributes(c *call, k schema, data object, create bool) (object, *reply) {
	attributes, _ := data["attributes"].(object)
	accepted := object{}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		form, known := k.attributes[name]
		if !known {
			s.objectTo(c, "attribute %s of %s cannot be written", name, k.kind)
			continue
		}
		if why := fits(attributes[name], form); why != "" {
			s.objectTo(c, "attribute %s: %s", name, why)
			return nil, invalid("Invalid Attribute", "/data/attributes/"+name, why)
		}
		accepted[name] = attributes[name]
	}
	for _, name := range k.required {
		if create && accepted[name] == nil {
			s.objectTo(c, "attribute %s is missing", name)
			return nil, invalid("Invalid Attribute", "/data/attributes/"+name, "This field is required.")
		}
	}
	return accepted, nil
}

// fits returns the reason why a value does not have the form, or "". A form is bool, int, string, strings,
// object, objects or alternatives such as "a|b". The suffix "?" allows null, and "<=n" limits the length.
func fits(v any, form string) (why string) {
	form, limit, limited := strings.Cut(form, "<=")
	base, nullable := strings.CutSuffix(form, "?")
	if v == nil {
		if nullable {
			return ""
		}
		return "This field may not be null."
	}
	if text, ok := v.(string); ok && limited {
		if most, _ := strconv.Atoi(limit); utf8.RuneCountInString(text) > most {
			return fmt.Sprintf("Ensure this field has no more than %d characters.", most)
		}
	}
	if !hasForm(v, base) {
		return fmt.Sprintf("Not a valid value, expected %s.", base)
	}
	return ""
}

func hasForm(v any, form string) bool {
	switch v := v.(type) {
	case bool:
		return form == "bool"
	case float64:
		return form == "int" && v == float64(int64(v)) || slices.Contains(strings.Split(form, "|"), itoa(int64(v)))
	case string:
		return form == "string" || slices.Contains(strings.Split(form, "|"), v)
	case object:
		return form == "object"
	case list:
		return allHaveForm(v, form)
	}
	return false
}

func allHaveForm(values list, form string) bool {
	one, ok := strings.CutSuffix(form, "s")
	for _, v := range values {
		ok = ok && hasForm(v, one)
	}
	return ok
}

func (s *Server) readRelationships(c *call, k schema, data object, create bool) (map[string][]string, *reply) {
	relationships, _ := data["relationships"].(object)
	accepted := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(relationships)) {
		kind, known := k.relationships[name]
		if !known {
			s.objectTo(c, "relationship %s of %s cannot be written", name, k.kind)
			continue
		}
		relationship, _ := relationships[name].(object)
		ids, why := linkage(relationship["data"], kind)
		if why != "" {
			s.objectTo(c, "relationship %s: %s", name, why)
			return nil, invalid("Invalid Relationship", "/data/relationships/"+name, why)
		}
		accepted[name] = ids
	}
	for _, name := range k.requiredRelationships {
		if create && len(accepted[name]) == 0 {
			s.objectTo(c, "relationship %s is missing", name)
			return nil, invalid("Invalid Relationship", "/data/relationships/"+name, "This field is required.")
		}
	}
	return accepted, nil
}

// linkage parses resource identifiers of the type. The prefix "[]" of the type denotes a list.
func linkage(v any, kind string) (ids []string, why string) {
	kind, many := strings.CutPrefix(kind, "[]")
	if !many {
		if v == nil {
			return []string{}, ""
		}
		one, ok := v.(object)
		if !ok {
			return nil, "Expected one identifier of " + kind + "."
		}
		v = list{one}
	}
	items, ok := v.(list)
	if !ok {
		return nil, "Expected " + kind + "."
	}
	ids = []string{}
	for _, item := range items {
		o, _ := item.(object)
		id, _ := o["id"].(string)
		if o["type"] != kind || id == "" || len(o) != 2 {
			return nil, "Expected identifiers of " + kind + "."
		}
		ids = append(ids, id)
	}
	return ids, ""
}
