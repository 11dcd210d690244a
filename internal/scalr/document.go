package scalr

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"scalr-run-action/internal/jsonstream"
)

// document is what was kept of a JSON:API document.
type document struct {
	data   []resource
	isList bool
	others map[reference]resource // what came along, by type and id
	next   *int                   // the next page, where meta names one; 0 for none
	total  *int                   // how long the list is, where meta says so; -1 for what is not a number
	pages  *int                   // how many pages it has, likewise
	link   bool                   // links name a next page
}

// The bounds on what is kept of a part of a document, and what keeping it costs
// besides its own bytes: without that, a document of nothing but `{}` would cost
// a hundred times its length.
const (
	maxText         = 16 << 10 // bytes of a text
	maxObject       = 1 << 20  // bytes of an attribute that is an object or a list
	maxType         = 64       // bytes of a resource's type
	maxID           = 129      // bytes of an id: one more than an identifier may have
	memberOverhead  = 96       // bytes for a member of an object
	elementOverhead = 256      // bytes for a resource
)

// errTwice is a document that states a member twice: what it means depends on
// who reads it.
var errTwice = errors.New("the answer names a member twice")

// wrapped gives an error of a document's form its operation.
func wrapped(op string, err error) error {
	if errors.Is(err, errTwice) {
		return malformed(op, err.Error())
	}
	return err
}

// document reads the answer as a JSON:API document.
func (a answer) document() (document, error) {
	doc := document{others: map[reference]resource{}}
	seen := false
	err := a.json.Object(func(name string) error {
		switch name {
		case "data":
			if seen {
				return errTwice
			}
			seen = true
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

// readIncluded keeps a resource that data may refer to. Of several with one type
// and id it keeps the first.
func (d *document) readIncluded(r *jsonstream.Reader) error {
	one, err := readResource(r)
	if err != nil || one.Type == "" || !identifier.MatchString(one.ID) {
		return err
	}
	key := reference{one.Type, one.ID}
	if _, ok := d.others[key]; !ok {
		d.others[key] = one
	}
	return nil
}

// readMeta reads where the list goes on.
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

// readCount reads a whole number, which may be text, and leaves nil for null.
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

// members reads an object; any other value counts as an empty one.
func members(r *jsonstream.Reader, each func(name string) error) error {
	if c, err := r.Peek(); err != nil || c != '{' {
		return skip(r, err)
	}
	return r.Object(each)
}

// elements reads a list; any other value counts as an empty one.
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

// readAttribute reads a value as attributes hold it.
func readAttribute(r *jsonstream.Reader, name string) (any, error) {
	c, err := r.Peek()
	switch {
	case err != nil:
		return nil, err
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
		return json.RawMessage(raw), nil // beyond all numbers that mean something
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
		if err != nil || !to.many && to.ids == nil {
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
		if to.many = c == '['; to.many {
			return elements(r, func() error { return to.readReference(r) })
		}
		return to.readReference(r)
	})
	return to, err
}

func (to *relationship) readReference(r *jsonstream.Reader) error {
	return members(r, func(name string) error {
		if name != "id" {
			return nil
		}
		id, _, err := r.Text(maxID)
		if err != nil || !identifier.MatchString(id) {
			return err
		}
		to.ids = append(to.ids, id)
		return r.Keep(32) // a string, and room for the list to grow
	})
}

func readLinks(r *jsonstream.Reader) (map[string]string, error) {
	links := map[string]string{}
	err := members(r, func(name string) error {
		text, ok, err := r.Text(maxText)
		if err != nil || !ok {
			return err
		}
		links[name] = text
		return r.Keep(memberOverhead + len(name))
	})
	return links, err
}

// The policies of a check that are kept, and the messages of each.
const (
	mostPolicies = 1000
	mostMessages = 50
)

// policyResult is the attribute "result" of a policy check.
type policyResult struct {
	counts   attributes
	policies []Policy
}

func readPolicyResult(r *jsonstream.Reader) (result policyResult, err error) {
	result.counts = attributes{}
	err = r.Object(func(name string) error {
		if name == "policies" {
			return elements(r, func() error { return result.readPolicy(r) })
		}
		value, err := readAttribute(r, name)
		if err != nil {
			return err
		}
		if _, twice := result.counts[name]; twice {
			return fmt.Errorf("%w: %.40q", errTwice, name)
		}
		result.counts[name] = value
		return r.Keep(memberOverhead + len(name))
	})
	return result, err
}

func (p *policyResult) readPolicy(r *jsonstream.Reader) error {
	if c, err := r.Peek(); err != nil || c != '{' || len(p.policies) == mostPolicies {
		return skip(r, err)
	}
	var policy Policy
	err := r.Object(func(name string) (err error) {
		switch name {
		case "name":
			policy.Name, err = readWords(r, maxText)
		case "result":
			policy.Result, err = readWords(r, maxText)
		case "messages":
			return elements(r, func() error {
				if c, err := r.Peek(); err != nil || c != '"' || len(policy.Messages) == mostMessages {
					return skip(r, err)
				}
				message, err := readWords(r, maxText)
				policy.Messages = append(policy.Messages, message)
				return err
			})
		}
		return err
	})
	p.policies = append(p.policies, policy)
	if err == nil {
		err = r.Keep(memberOverhead)
	}
	return err
}
