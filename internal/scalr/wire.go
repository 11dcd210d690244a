package scalr

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The envelopes of JSON:API. Answers are read leniently: members that are not
// known are ignored, null and missing are the same, numbers may be text.

type resource struct {
	Type          string                  `json:"type"`
	ID            string                  `json:"id"`
	Attributes    attributes              `json:"attributes"`
	Relationships map[string]relationship `json:"relationships"`
	Links         map[string]any          `json:"links"`
}

type relationship struct {
	Data json.RawMessage `json:"data"`
}

type reference struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

type document struct {
	Data     json.RawMessage `json:"data"`
	Included []resource      `json:"included"`
	Links    json.RawMessage `json:"links"`
	Meta     struct {
		Pagination struct {
			Next *json.Number `json:"next-page"`
		} `json:"pagination"`
	} `json:"meta"`
}

// identifier is what an id must look like before it is put into an address.
var identifier = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$`)

// one reads a document with a single resource of the type.
func (a answer) one(op, kind string) (resource, document, error) {
	doc, err := a.document(op)
	if err != nil {
		return resource{}, doc, err
	}
	var r resource
	if err := json.Unmarshal(doc.Data, &r); err != nil {
		return r, doc, malformed(op, "the answer's data is not a resource")
	}
	return r, doc, r.check(op, kind)
}

// many reads a document with a list of resources of the type.
func (a answer) many(op, kind string) ([]resource, document, error) {
	doc, err := a.document(op)
	if err != nil {
		return nil, doc, err
	}
	var rs []resource
	if err := json.Unmarshal(doc.Data, &rs); err != nil {
		return nil, doc, malformed(op, "the answer's data is not a list")
	}
	for _, r := range rs {
		if err := r.check(op, kind); err != nil {
			return nil, doc, err
		}
	}
	return rs, doc, nil
}

func (a answer) document(op string) (document, error) {
	var doc document
	if err := json.Unmarshal(a.body, &doc); err != nil {
		return doc, malformed(op, "the answer is not a JSON:API document")
	}
	return doc, nil
}

func (r resource) check(op, kind string) error {
	if r.Type != kind {
		return malformed(op, fmt.Sprintf("the answer is of type %q, not %q", printable(r.Type, 40), kind))
	}
	if !identifier.MatchString(r.ID) {
		return malformed(op, fmt.Sprintf("the answer has the id %q", printable(r.ID, 40)))
	}
	return nil
}

// malformed is an answer that breaks the protocol: as good as none.
func malformed(op, note string) error { return &Error{Op: op, Note: note} }

// ref gives the id of a to-one relationship, or "".
func (r resource) ref(name string) string {
	var to reference
	if json.Unmarshal(r.Relationships[name].Data, &to) != nil || !identifier.MatchString(to.ID) {
		return ""
	}
	return to.ID
}

// refs gives the ids of a to-many relationship.
func (r resource) refs(name string) []string {
	var to []reference
	if json.Unmarshal(r.Relationships[name].Data, &to) != nil {
		return nil
	}
	var ids []string
	for _, t := range to {
		if identifier.MatchString(t.ID) {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

func (r resource) link(name string) string {
	s, _ := r.Links[name].(string)
	return s
}

// included finds a resource that came along with the document.
func (d document) included(kind, id string) (resource, bool) {
	for _, r := range d.Included {
		if r.Type == kind && r.ID == id && id != "" {
			return r, true
		}
	}
	return resource{}, false
}

type attributes map[string]any

func (a *attributes) UnmarshalJSON(b []byte) error {
	m := map[string]any{}
	if err := json.Unmarshal(b, &m); err != nil {
		*a = nil // attributes that are not an object are as good as missing
		return nil
	}
	*a = m
	return nil
}

func (a attributes) text(name string) string {
	s, _ := a[name].(string)
	return s
}

// line is foreign text for one line.
func (a attributes) line(name string) string { return printable(a.text(name), 4096) }

func (a attributes) flag(name string) *bool {
	switch v := a[name].(type) {
	case bool:
		return &v
	case string:
		if b, err := strconv.ParseBool(v); err == nil {
			return &b
		}
	}
	return nil
}

func (a attributes) set(name string) bool {
	b := a.flag(name)
	return b != nil && *b
}

func (a attributes) number(name string) *int {
	var f float64
	switch v := a[name].(type) {
	case float64:
		f = v
	case string:
		parsed, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return nil
		}
		f = parsed
	default:
		return nil
	}
	if f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return nil
	}
	n := int(f)
	return &n
}

func (a attributes) count(name string) int {
	if n := a.number(name); n != nil {
		return *n
	}
	return 0
}

var decimalText = regexp.MustCompile(`^-?[0-9]{1,15}(\.[0-9]{1,9})?$`)

// decimal is an amount of money; "" when it is not one.
func (a attributes) decimal(name string) string {
	var s string
	switch v := a[name].(type) {
	case string:
		s = strings.TrimSpace(v)
	case float64:
		s = strconv.FormatFloat(v, 'f', -1, 64)
	}
	if !decimalText.MatchString(s) {
		return ""
	}
	return s
}

func (a attributes) time(name string) time.Time {
	t, _ := time.Parse(time.RFC3339, a.text(name))
	return t
}

// object reads a member that is an object.
func (a attributes) object(name string) attributes {
	m, _ := a[name].(map[string]any)
	return m
}

// body makes the document of a request.
func body(kind, id string, attrs map[string]any, relations map[string]any) map[string]any {
	data := map[string]any{"type": kind}
	if id != "" {
		data["id"] = id
	}
	if len(attrs) > 0 {
		data["attributes"] = attrs
	}
	if len(relations) > 0 {
		related := map[string]any{}
		for name, to := range relations {
			related[name] = map[string]any{"data": to}
		}
		data["relationships"] = related
	}
	return map[string]any{"data": data}
}

func references(kind string, ids []string) []reference {
	refs := make([]reference, 0, len(ids))
	for _, id := range ids {
		refs = append(refs, reference{kind, id})
	}
	return refs
}
