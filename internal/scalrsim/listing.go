package scalrsim

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// listOf returns a handler that lists the stored resources of a kind that match the filters.
func listOf(kind string) func(*Server, *call) reply {
	return func(s *Server, c *call) reply {
		if id := c.query.Get("filter[account]"); id != "" && s.lookup("accounts", id) == nil {
			return notFound("Account", id)
		}
		found := s.kind(kind)
		for name, values := range c.query {
			if values[0] == "" || !(name == "query" || strings.HasPrefix(name, "filter[")) {
				continue
			}
			found = slices.DeleteFunc(found, func(r *resource) bool { return !s.passes(r, name, values[0]) })
		}
		s.sortBy(found, c.query.Get("sort"))
		return s.listing(c, found)
	}
}

// listing returns one page of the resources.
func (s *Server) listing(c *call, all []*resource) reply {
	page, size := pageOf(c.query)
	pages := max((len(all)+size-1)/size, 1)
	from := min((page-1)*size, len(all))
	shown := all[from:min(from+size, len(all))]
	data := list{}
	for _, r := range shown {
		data = append(data, s.show(r, c))
	}
	doc := object{"data": data, "links": s.pageLinks(c, page, size, pages)}
	s.include(c, doc, shown)
	doc["meta"] = object{"pagination": pagination(page, pages, len(all))}
	return document(200, doc)
}

// pagination returns the object Pagination of openapi.yml.
func pagination(page, pages, total int) object {
	p := object{"current-page": page, "next-page": nil, "prev-page": nil, "total-count": total, "total-pages": pages}
	if page < pages {
		p["next-page"] = page + 1
	}
	if page > 1 {
		p["prev-page"] = page - 1
	}
	return p
}

// pageOf returns the requested page and page size; the default size is 20, the maximum 100.
func pageOf(q url.Values) (page, size int) {
	page, _ = strconv.Atoi(q.Get("page[number]"))
	size, _ = strconv.Atoi(q.Get("page[size]"))
	if size <= 0 {
		size = 20
	}
	return max(page, 1), min(size, 100)
}

func (s *Server) pageLinks(c *call, page, size, pages int) object {
	link := func(n int) string {
		q := url.Values{}
		for name, values := range c.query {
			q[name] = values
		}
		q.Set("page[number]", strconv.Itoa(n))
		q.Set("page[size]", strconv.Itoa(size))
		return s.api + BasePath + c.path + "?" + q.Encode()
	}
	links := object{"self": link(page), "first": link(1), "last": link(pages)}
	if s.scenario.Config.Null {
		links["next"], links["prev"] = nil, nil
	}
	if page < pages {
		links["next"] = link(page + 1)
	}
	if page > 1 {
		links["prev"] = link(page - 1)
	}
	return links
}

// passes reports whether a stored resource matches one filter.
func (s *Server) passes(r *resource, name, value string) bool {
	switch {
	case r.kind == "vars" && name == "filter[workspace]":
		return inScope(r, "workspace", value)
	case r.kind == "vars" && name == "filter[environment]":
		return inScope(r, "environment", value)
	case name == "filter[var]" || name == "filter[agent-pool]" && r.kind == "agent-pools":
		return oneOf(r.id, value)
	case name == "filter[agent-pool]":
		return oneOf(r.relatedID("agent-pool"), value)
	}
	switch name {
	case "query":
		return strings.Contains(r.id+" "+fmt.Sprint(r.attributes["name"]), value)
	case "filter[name]":
		return nameMatches(fmt.Sprint(r.attributes["name"]), value)
	case "filter[environment][name]":
		environment := s.lookup("environments", r.relatedID("environment"))
		return environment != nil && nameMatches(fmt.Sprint(environment.attributes["name"]), value)
	case "filter[tag]":
		if r.kind == "tags" {
			return oneOf(r.id, value)
		}
		return slices.ContainsFunc(r.relatedIDs("tags"), func(id string) bool { return oneOf(id, value) })
	case "filter[policy-group]":
		return oneOf(r.id, value) || anyOf(r.relatedIDs("policy-groups"), value)
	case "filter[environment]":
		return oneOf(r.id, value) || anyOf(r.relatedIDs("environment"), value) || anyOf(r.relatedIDs("environments"), value)
	case "filter[workspace]", "filter[provider-configuration]", "filter[service-account]":
		return oneOf(r.id, value)
	case "filter[latest-run-date]":
		return s.ranBetween(r.id, value)
	case "filter[account]", "filter[resource-type]":
		return true
	}
	attribute := strings.TrimSuffix(strings.TrimPrefix(name, "filter["), "]")
	return oneOf(fmt.Sprint(r.attributes[attribute]), value)
}

// nameMatches reports whether a name matches a filter. Like Scalr, it may also match longer names.
func nameMatches(name, value string) bool {
	if text, ok := strings.CutPrefix(value, "like:"); ok {
		return strings.Contains(name, text)
	}
	if text, ok := strings.CutPrefix(value, "in:"); ok {
		return slices.Contains(strings.Split(text, ","), name)
	}
	return strings.HasPrefix(name, value)
}

func oneOf(value, filter string) bool {
	return slices.Contains(strings.Split(strings.TrimPrefix(filter, "in:"), ","), value)
}

func anyOf(values []string, filter string) bool {
	return slices.ContainsFunc(values, func(v string) bool { return oneOf(v, filter) })
}

// ranBetween parses "between:from,to" and compares it with the time of the environment's last run.
func (s *Server) ranBetween(environment, value string) bool {
	from, to, _ := strings.Cut(strings.TrimPrefix(value, "between:"), ",")
	last := ""
	for _, r := range s.runs {
		if w := s.lookup("workspaces", r.workspace); w != nil && w.relatedID("environment") == environment {
			last = stamp(r.created)
		}
	}
	return last != "" && last >= from && last <= to
}

func (s *Server) sortBy(found []*resource, order string) {
	for _, key := range slices.Backward(splitList(order)) {
		name, descending := strings.CutPrefix(key, "-")
		slices.SortStableFunc(found, func(a, b *resource) int {
			order := cmp.Compare(sortKey(a, name), sortKey(b, name))
			if descending {
				return -order
			}
			return order
		})
	}
}

func sortKey(r *resource, name string) string {
	if id := r.relatedID(name); id != "" {
		return id
	}
	return fmt.Sprint(r.attributes[name])
}
