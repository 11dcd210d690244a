package scalr

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"scalr-run-action/internal/jsonstream"
)

// document contains the parts kept of a JSON:API document.
type document struct {
	data   []resource
	isList bool
	others map[reference]resource // included resources by type and id
	next   *int                   // number of the next page as reported in meta; 0 for none
	total  *int                   // length of the list as reported in meta; -1 if it is not a number
	pages  *int                   // number of pages, likewise
	link   bool                   // links contain a next page
}

// Limits for the parts of a document that are kept, and the memory overhead of keeping them: without counting the
// overhead, a document that consists of `{}` only would need a hundred times its length.
const (
	maxText         = 16 << 10 // bytes of a text
	maxValue        = 4 << 16  // bytes of a variable's value, which has up to 65535 characters
	maxObject       = 1 << 20  // bytes of an attribute that is an object or a list
	maxType         = 64       // bytes of a resource's type
	maxID           = 129      // bytes of an id: one more than a valid id has
	memberOverhead  = 96       // bytes for a member of an object
	elementOverhead = 256      // bytes for a resource
)

// errTwice means that a document contains a member or a resource twice: parsers differ in which one they use.
var errTwice = errors.New("the response contains a member twice")

// structural are the names of members that define a document's structure. Members of attributes and relationships have
// arbitrary names and are checked separately.
var structural = []string{"data", "included", "links", "meta", "pagination", "next", "next-page", "total-count", "total-pages",
	"type", "id", "attributes", "relationships", "name", "result", "messages", "policies"}

// decisive are the types of resources that must not appear twice with different content in one document. For other
// types, such as users, any of the copies is used.
var decisive = []string{"plans", "applies", "cost-estimates", "policy-checks", "runs", "workspaces", "environments"}

// wrapped adds the operation to an error about the form of a document.
func wrapped(op Op, err error) error {
	if errors.Is(err, errTwice) {
		return invalidDocument(op, err.Error())
	}
	return err
}

// document reads the response as a JSON:API document.
func (a answer) document() (document, error) {
	doc := document{others: map[reference]resource{}}
	err := object(a.json, func(name string) error {
		switch name {
		case "data":
			return doc.readData(a.json)
		case "included":
			return elements(a.json, func() error { return doc.readIncluded(a.json) })
		case "links":
			return members(a.json, func(name string) error {
				if name != "next" {
					return nil
				}
				next, _, err := a.json.Text(maxText)
				doc.link = next != ""
				return err
			})
		case "meta":
			return doc.readMeta(a.json)
		case "errors":
			return a.problems()
		}
		return nil
	})
	return doc, err
}

func (d *document) readData(r *jsonstream.Reader) error {
	c, err := r.Peek()
	switch {
	case err != nil:
		return err
	case c == '{':
		one, err := readResource(r)
		d.data = []resource{one}
		return err
	}
	d.isList = c == '['
	return elements(r, func() error {
		one, err := readResource(r)
		d.data = append(d.data, one)
		return err
	})
}

// readIncluded keeps a resource that data may refer to. Of several with the same type and id it keeps the first, unless
// they contradict each other.
func (d *document) readIncluded(r *jsonstream.Reader) error {
	one, err := readResource(r)
	if err != nil || one.Type == "" || !identifier.MatchString(one.ID) {
		return err
	}
	key := reference{one.Type, one.ID}
	switch first, twice := d.others[key]; {
	case !twice:
		d.others[key] = one
	case slices.Contains(decisive, one.Type) && !reflect.DeepEqual(first, one):
		return fmt.Errorf("%w: %s in included", errTwice, one.ID)
	}
	return nil
}

// readMeta reads the pagination of a list.
func (d *document) readMeta(r *jsonstream.Reader) error {
	return members(r, func(name string) error {
		if name != "pagination" {
			return nil
		}
		return members(r, func(name string) error {
			switch name {
			case "next-page":
				return readCount(r, &d.next, 0)
			case "total-count":
				return readCount(r, &d.total, -1)
			case "total-pages":
				return readCount(r, &d.pages, -1)
			}
			return nil
		})
	})
}

// readCount reads a whole number, which may be a string, and leaves nil for null.
func readCount(r *jsonstream.Reader, to **int, otherwise int) error {
	raw, err := r.Raw(20)
	if err != nil || string(raw) == "null" {
		return err
	}
	n, err := strconv.Atoi(strings.Trim(string(raw), `"`))
	if err != nil {
		n = otherwise
	}
	*to = &n
	return nil
}

// members reads an object; any other value is treated as an empty object.
func members(r *jsonstream.Reader, each func(name string) error) error {
	if c, err := r.Peek(); err != nil || c != '{' {
		return skip(r, err)
	}
	return object(r, each)
}

// object reads an object in which no structural member may occur twice.
func object(r *jsonstream.Reader, each func(name string) error) error {
	var seen []string
	return r.Object(func(name string) error {
		if slices.Contains(structural, name) {
			if slices.Contains(seen, name) {
				return fmt.Errorf("%w: %q", errTwice, name)
			}
			seen = append(seen, name)
		}
		return each(name)
	})
}

// elements reads a list; any other value is treated as an empty list.
func elements(r *jsonstream.Reader, each func() error) error {
	if c, err := r.Peek(); err != nil || c != '[' {
		return skip(r, err)
	}
	return r.Array(each)
}

func skip(r *jsonstream.Reader, err error) error {
	if err != nil {
		return err
	}
	return r.Skip()
}

func readResource(r *jsonstream.Reader) (one resource, err error) {
	if err := r.Keep(elementOverhead); err != nil {
		return one, err
	}
	err = members(r, func(name string) (err error) {
		switch name {
		case "type":
			one.Type, _, err = r.Text(maxType)
		case "id":
			one.ID, _, err = r.Text(maxID)
		case "attributes":
			one.Attributes, err = readAttributes(r)
		case "relationships":
			one.Relationships, err = readRelationships(r)
		case "links":
			one.Links, err = readLinks(r)
		}
		return err
	})
	return one, err
}

func readAttributes(r *jsonstream.Reader) (attributes, error) {
	var all attributes
	err := members(r, func(name string) error {
		value, err := readAttribute(r, name)
		if err != nil {
			return err
		}
		if _, twice := all[name]; twice {
			return fmt.Errorf("%w: %.40q", errTwice, name)
		}
		if all == nil {
			all = attributes{}
		}
		all[name] = value
		return r.Keep(memberOverhead + len(name))
	})
	return all, err
}

// readAttribute reads the value of an attribute as one of the types listed at attributes.
func readAttribute(r *jsonstream.Reader, name string) (any, error) {
	c, err := r.Peek()
	switch {
	case err != nil:
		return nil, err
	case c == '"' && name == "value":
		text, _, err := r.Text(maxValue)
		return text, err
	case c == '"':
		text, _, err := r.Text(maxText)
		return text, err
	case c == '{' && name == "result":
		return readPolicyResult(r)
	}
	raw, err := r.Raw(maxObject)
	if err != nil {
		return nil, err
	}
	switch c {
	case 'n':
		return nil, nil
	case 't', 'f':
		return c == 't', nil
	case '{', '[':
		return raw, nil
	}
	number, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return json.RawMessage(raw), nil // longer than any valid number
	}
	return number, nil
}

func readRelationships(r *jsonstream.Reader) (map[string]relationship, error) {
	var all map[string]relationship
	err := members(r, func(name string) error {
		if _, twice := all[name]; twice {
			return fmt.Errorf("%w: %.40q", errTwice, name)
		}
		to, err := readRelationship(r)
		if err != nil {
			return err
		}
		if all == nil {
			all = map[string]relationship{}
		}
		all[name] = to
		return r.Keep(memberOverhead + len(name))
	})
	return all, err
}

func readRelationship(r *jsonstream.Reader) (to relationship, err error) {
	err = members(r, func(name string) error {
		if name != "data" {
			return nil
		}
		c, err := r.Peek()
		if err != nil {
			return err
		}
		if to.isList = c == '['; to.isList {
			return elements(r, func() error { return to.readReference(r) })
		}
		return to.readReference(r)
	})
	return to, err
}

func (to *relationship) readReference(r *jsonstream.Reader) error {
	return members(r, func(name string) (err error) {
		switch {
		case name == "type" && !to.isList:
			to.kind, _, err = r.Text(maxType)
			return err
		case name != "id":
			return nil
		}
		id, _, err := r.Text(maxID)
		if err != nil || !identifier.MatchString(id) {
			return err
		}
		to.ids = append(to.ids, id)
		return r.Keep(32) // counts a string and the growth of the list
	})
}

func readLinks(r *jsonstream.Reader) (map[string]string, error) {
	links := map[string]string{}
	err := members(r, func(name string) error {
		text, ok, err := r.Text(maxText)
		if err != nil || !ok {
			return err
		}
		if _, twice := links[name]; twice {
			return fmt.Errorf("%w: %.40q", errTwice, name)
		}
		links[name] = text
		return r.Keep(memberOverhead + len(name))
	})
	return links, err
}
