package scalr

import (
	"context"
	"net/url"
)

// EnvironmentFilter narrows a list of environments; zero fields do not.
type EnvironmentFilter struct {
	Name, Query, Tag, PolicyGroup, LatestRunDate, Sort string
}

// Environments lists the environments that the token can see.
func (c *Client) Environments(ctx context.Context, f EnvironmentFilter) ([]Environment, error) {
	query := url.Values{"include": {"tags"}}
	setIf(query, "filter[name]", f.Name)
	setIf(query, "query", f.Query)
	setIf(query, "filter[tag]", f.Tag)
	setIf(query, "filter[policy-group]", f.PolicyGroup)
	setIf(query, "filter[latest-run-date]", f.LatestRunDate)
	setIf(query, "sort", f.Sort)
	var list []Environment
	err := c.pages(ctx, "list environments", []string{"environments"}, "environments", query, starting, func(r resource, d document) bool {
		list = append(list, d.environment(r))
		return true
	})
	return list, err
}
