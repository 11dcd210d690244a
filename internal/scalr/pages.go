package scalr

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
)

// Limits of a list, regardless of what the server reports about the next page.
const (
	pageSize   = 100 // as in the vendor's own command line
	mostPages  = 1000
	mostListed = mostPages * pageSize // resources
	maxListed  = 12 << 20             // bytes of memory for the kept parts of all pages
)

// pages lists the resources of the kind at the path, page by page, until there are no more or visit ends the listing.
// If the list changes during the listing and a resource is on two pages, visit is called only once for it.
func (c *Client) pages(ctx context.Context, op Op, path []string, kind string, query url.Values, p policy, visit func(resource, document) (more bool)) error {
	_, err := c.wholeList(ctx, op, path, kind, query, p, visit)
	return err
}

// wholeList is like pages and also reports whether the list is complete: the server reports that no page follows, and
// the reported length matches the number of resources.
func (c *Client) wholeList(ctx context.Context, op Op, path []string, kind string, query url.Values, p policy,
	visit func(resource, document) (more bool)) (whole bool, err error) {
	seen := map[string]bool{}
	for page := 1; page <= mostPages; page++ {
		query.Set("page[number]", strconv.Itoa(page))
		query.Set("page[size]", strconv.Itoa(pageSize))
		var rs []resource
		var doc document
		err := c.do(ctx, call{op: op, method: http.MethodGet, path: path, query: query, policy: p,
			read: func(a answer) (err error) { rs, doc, err = a.many(op, kind); return err }})
		if err != nil {
			return false, err
		}
		for _, r := range rs {
			if !seen[r.ID] && !visit(r, doc) {
				return false, nil
			}
			seen[r.ID] = true
		}
		if len(seen) > mostListed {
			return false, &Error{Op: op, Note: fmt.Sprintf("the list has more than %d entries", mostListed), Permanent: true}
		}
		if len(rs) == 0 || !doc.more(page) {
			return doc.endsAt(page, len(seen)), nil
		}
	}
	return false, nil
}

// endsAt reports whether the server's pagination is consistent with this page being the last one and with this total
// number of resources.
func (d document) endsAt(page, resources int) bool {
	atMost := func(reported *int, most int) bool { return reported == nil || 0 <= *reported && *reported <= most }
	return d.next == nil && !d.link && atMost(d.total, resources) && atMost(d.pages, page)
}

// more reports whether another page follows. A server that returns the same page repeatedly does not advance, which
// also ends the list. Lists of identifiers report the next page in their links only.
func (d document) more(page int) bool {
	if d.next != nil {
		return *d.next > page
	}
	return d.link
}

// list collects the results of item for each resource of a list.
func list[T any](ctx context.Context, c *Client, op Op, path []string, query url.Values, p policy, item func(resource, document) T) ([]T, error) {
	var all []T
	size := 0
	err := c.pages(ctx, op, path, path[len(path)-1], query, p, func(r resource, d document) bool {
		one := item(r, d)
		all = append(all, one)
		size += footprint(reflect.ValueOf(one))
		return size <= maxListed
	})
	if err == nil && size > maxListed {
		err = &Error{Op: op, Note: fmt.Sprintf("the list needs more than %d MiB of memory", maxListed>>20), Permanent: true}
	}
	return all, err
}

// footprint estimates the memory in bytes that a value uses, including everything it refers to.
func footprint(v reflect.Value) int {
	n := int(v.Type().Size())
	switch v.Kind() {
	case reflect.String:
		n += v.Len()
	case reflect.Pointer:
		if !v.IsNil() {
			n += footprint(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			n += footprint(v.Index(i))
		}
	case reflect.Map:
		for key, value := range v.Seq2() {
			n += memberOverhead + footprint(key) + footprint(value)
		}
	case reflect.Struct:
		n = 0
		for i := range v.NumField() {
			n += footprint(v.Field(i))
		}
	}
	return n
}
