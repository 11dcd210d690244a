package scalr

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/sanitize"
)

// JSON:API documents. Responses are parsed leniently: unknown members are ignored, null is treated as missing, and
// numbers may be strings.

type resource struct {
	Type          string
	ID            string
	Attributes    attributes
	Relationships map[string]relationship
	Links         map[string]string
}

// relationship contains the ids of related resources.
type relationship struct {
	ids    []string
	isList bool   // the ids are in a list
	kind   string // type of the related resource, if there is one and it was reported
}

type reference struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// identifier matches ids that may be used in an address.
var identifier = lazyregexp.New(`^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$`)

// one reads a document with a single resource of the type.
func (a answer) one(op Op, kind string) (resource, document, error) {
	doc, err := a.document()
	switch {
	case err != nil:
		return resource{}, doc, wrapped(op, err)
	case doc.isList || len(doc.data) != 1:
		return resource{}, doc, malformed(op, "the response's data is not a resource")
	}
	return doc.data[0], doc, doc.data[0].check(op, kind)
}

// many reads a document with a list of resources of the type.
func (a answer) many(op Op, kind string) ([]resource, document, error) {
	doc, err := a.document()
	switch {
	case err != nil:
		return nil, doc, wrapped(op, err)
	case !doc.isList:
		return nil, doc, malformed(op, "the response's data is not a list")
	}
	for _, r := range doc.data {
		if err := r.check(op, kind); err != nil {
			return nil, doc, err
		}
	}
	return doc.data, doc, nil
}

func (r resource) check(op Op, kind string) error {
	if r.Type != kind {
		return invalidDocument(op, fmt.Sprintf("the response is of type %q, not %q", sanitize.Note(r.Type, 40), kind))
	}
	if !identifier.MatchString(r.ID) {
		return invalidDocument(op, fmt.Sprintf("the response has the id %q", sanitize.Note(r.ID, 40)))
	}
	return nil
}

// malformed returns the error of a response that violates the protocol; the response is treated as missing.
func malformed(op Op, note string) error { return &Error{Op: op, Note: note} }

// invalidDocument returns the error of a response that is complete but invalid: a broken connection is not the cause,
// and many retries do not help.
func invalidDocument(op Op, note string) error { return &Error{Op: op, Note: note, Invalid: true} }

// related maps names of relationships that affect decisions to the types of their resources.
var related = map[string]string{"workspace": "workspaces", "environment": "environments", "configuration-version": "configuration-versions",
	"plan": "plans", "apply": "applies", "cost-estimate": "cost-estimates", "account": "accounts", "locked-by-run": "runs",
	"agent-pool": "agent-pools", "default-workspace-agent-pool": "agent-pools", "provider-configuration": "provider-configurations"}

// ref returns the id of a to-one relationship, or "". It ignores a resource whose type is not the one that the
// relationship requires.
func (r resource) ref(name string) string {
	to := r.Relationships[name]
	if to.isList || len(to.ids) != 1 || to.kind != "" && related[name] != "" && to.kind != related[name] {
		return ""
	}
	return to.ids[0]
}

// refs returns the ids of a to-many relationship.
func (r resource) refs(name string) []string {
	if to := r.Relationships[name]; to.isList {
		return to.ids
	}
	return nil
}

func (r resource) link(name string) string { return r.Links[name] }

// included returns a resource that was included in the document.
func (d document) included(kind, id string) (resource, bool) {
	r, ok := d.others[reference{kind, id}]
	return r, ok
}

// attributes contains strings, booleans, nil for null, numbers as float64, and all other values as json.RawMessage.
type attributes map[string]any

func (a attributes) text(name string) string {
	s, _ := a[name].(string)
	return s
}

// maxNameLength is the maximum length of a name in bytes: 255 characters of up to four bytes.
const maxNameLength = 1020

// name returns the name of an object unchanged, since names are compared: two names that only look alike are different.
// It is "" if no valid name was reported.
func (a attributes) name() string {
	s := a.text("name")
	if len(s) > maxNameLength {
		return ""
	}
	return s
}

// line returns untrusted text for a single line.
func (a attributes) line(name string) string { return sanitize.Note(a.text(name), 4096) }

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

var wholeText = lazyregexp.New(`^-?[0-9]{1,16}(\.0+)?$`)

func (a attributes) number(name string) *int {
	var f float64
	switch v := a[name].(type) {
	case float64:
		f = v
	case string:
		if !wholeText.MatchString(v) {
			return nil
		}
		f, _ = strconv.ParseFloat(v, 64)
	default:
		return nil
	}
	if f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return nil
	}
	n := int(f)
	return &n
}

// unreadable returns the members that exist but that read cannot parse: their values are unknown, as opposed to not
// reported.
func unreadable[T any](a attributes, read func(name string) *T, names ...string) (list []string) {
	for _, name := range names {
		if a[name] != nil && read(name) == nil {
			list = append(list, name)
		}
	}
	return list
}

func (a attributes) count(name string) int {
	if n := a.number(name); n != nil {
		return *n
	}
	return 0
}

var decimalText = lazyregexp.New(`^-?[0-9]{1,15}(\.[0-9]{1,9})?$`)

// decimal returns an amount of money, or "" if the value is not one.
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

// maxDecoded is the maximum number of bytes of an object that is decoded; decoding needs many times as much memory.
// Valid objects have a few dozen members.
const maxDecoded = 64 << 10

// object reads a member that is an object. It returns nil for any other value, and for an object that contains a member
// twice.
func (a attributes) object(name string) attributes {
	raw, _ := a[name].(json.RawMessage)
	if len(raw) > maxDecoded {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if start, _ := d.Token(); start != json.Delim('{') {
		return nil
	}
	all := attributes{}
	for d.More() {
		token, err := d.Token()
		member, _ := token.(string)
		var value any
		if _, twice := all[member]; err != nil || twice || d.Decode(&value) != nil {
			return nil
		}
		all[member] = value
	}
	return all
}

// body returns the document of a request.
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
