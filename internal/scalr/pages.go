package scalr

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
)

const (
	pageSize  = 100 // as the vendor's own command line asks
	mostPages = 1000
)

// pages lists the resources of the kind that stand under the path, page by page,
// until there are no more or visit has seen enough. A list may move while it is
// read, so that a resource comes twice: visit sees it once.
func (c *Client) pages(ctx context.Context, op string, path []string, kind string, query url.Values, p policy, visit func(resource, document) (more bool)) error {
	seen := map[string]bool{}
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
			if !seen[r.ID] && !visit(r, doc) {
				return nil
			}
			seen[r.ID] = true
		}
		if len(rs) == 0 || !doc.more(page) {
			return nil
		}
	}
	return nil
}

// more reports whether another page follows. A server that gives the same page
// again and again does not get ahead, which ends the list too. Lists of
// identifiers tell of the next page in their links only.
func (d document) more(page int) bool {
	if next := d.Meta.Pagination.Next; next != nil {
		n, _ := strconv.Atoi(next.String())
		return n > page
	}
	var links struct {
		Next string `json:"next"`
	}
	return json.Unmarshal(d.Links, &links) == nil && links.Next != ""
}
