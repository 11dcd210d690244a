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

// maxChanges is the number of times that a list may change while it is read.
const maxChanges = 20

// pages lists the resources of the kind at the path, page by page, until there are no more or visit ends the listing.
// If the list changes during the listing and a resource is on two pages, visit is called only once for it.
func (c *Client) pages(ctx context.Context, op Op, path []string, kind string, query url.Values, p policy, visit func(resource, document) (more bool)) error {
	_, err := c.wholeList(ctx, op, path, kind, query, p, visit)
	return err
}

// wholeList is like pages and also reports whether the list is complete: the server reports that no page follows, and
// the reported length matches the number of resources.
//
// If a resource is deleted between the requests for two pages, another one moves from the second page to the first and
// is missing from both responses. The length of the list does not show this if another resource was created. Therefore
// the previous page is read again after each page. If it contains new resources or is empty, or if the length of the list
// has changed, the listing continues with the previous page.
func (c *Client) wholeList(ctx context.Context, op Op, path []string, kind string, query url.Values, p policy,
	visit func(resource, document) (more bool)) (whole bool, err error) {
	l := listing{client: c, op: op, path: path, kind: kind, query: query, policy: p, visit: visit, seen: map[string]bool{}}
	changes := 0
	for page := 1; page <= mostPages; page++ {
		now, err := l.read(ctx, page)
		if err != nil || l.ended {
			return false, err
		}
		if page > 1 && l.canShift() {
			before, err := l.read(ctx, page-1)
			if err != nil || l.ended {
				return false, err
			}
			if before.added > 0 || before.resources == 0 || !sameCount(before.total, now.total) {
				if changes++; changes > maxChanges {
					return false, &Error{Op: op, Note: "the list keeps changing while its pages are read"}
				}
				page -= 2 // continues with the previous page
				continue
			}
		}
		if len(l.seen) > mostListed {
			return false, &Error{Op: op, Note: fmt.Sprintf("the list has more than %d entries", mostListed), Permanent: true}
		}
		if now.resources == 0 || !now.more(page) {
			return now.endsAt(page, len(l.seen)), nil
		}
	}
	return false, nil
}

// listing is the state of a list that is read page by page.
type listing struct {
	client *Client
	op     Op
	path   []string
	kind   string
	query  url.Values
	policy policy
	visit  func(resource, document) (more bool)
	seen   map[string]bool
	ended  bool // by visit
}

// listPage is one page of a list.
type listPage struct {
	document
	resources int
	added     int // resources that were on no page before
}

// read reads a page and visits its new resources.
func (l *listing) read(ctx context.Context, page int) (listPage, error) {
	l.query.Set("page[number]", strconv.Itoa(page))
	l.query.Set("page[size]", strconv.Itoa(pageSize))
	var rs []resource
	var doc document
	err := l.client.do(ctx, call{op: l.op, method: http.MethodGet, path: l.path, query: l.query, policy: l.policy,
		read: func(a answer) (err error) { rs, doc, err = a.many(l.op, l.kind); return err }})
	if err != nil {
		return listPage{}, err
	}
	known := len(l.seen)
	for _, r := range rs {
		if !l.seen[r.ID] && !l.visit(r, doc) {
			l.ended = true
			break
		}
		l.seen[r.ID] = true
	}
	return listPage{document: doc, resources: len(rs), added: len(l.seen) - known}, nil
}

// canShift reports whether resources can move to an earlier page. Runs cannot: Scalr lists the newest first, and its API
// cannot delete a run.
func (l *listing) canShift() bool { return l.kind != "runs" }

// sameCount reports whether two counts are equal. An unknown count is equal to any other.
func sameCount(a, b *int) bool { return a == nil || b == nil || *a == *b }

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
