package scalr

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

const (
	pageSize  = 100 // as the vendor's own command line asks
	mostPages = 1000
)

// pages lists the resources of the kind that stand under the path, page by page, until there are no more or
// visit has seen enough.
func (c *Client) pages(ctx context.Context, op string, path []string, kind string, query url.Values, p policy, visit func(resource, document) (more bool)) error {
	for page := 1; page <= mostPages; page++ {
		query.Set("page[number]", strconv.Itoa(page))
		query.Set("page[size]", strconv.Itoa(pageSize))
		var rs []resource
		var doc document
		err := c.do(ctx, call{op: op, method: http.MethodGet, path: path, query: query, policy: p,
			read: func(a answer) (err error) { rs, doc, err = a.many(op, kind); return err }})
		if err != nil {
			return err
		}
		for _, r := range rs {
			if !visit(r, doc) {
				return nil
			}
		}
		if len(rs) == 0 || doc.Meta.Pagination.Next == nil {
			return nil
		}
	}
	return nil
}
