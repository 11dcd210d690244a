package scalr

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"scalr-run-action/internal/sanitize"
)

// EnvironmentFilter narrows a list of environments; zero fields are ignored. Tag and PolicyGroup are ids. Scalr may
// also return other names than the requested one, so callers must compare them.
type EnvironmentFilter struct {
	AccountID, Name, Query, Tag, PolicyGroup string
	LatestRunDate                            string // between:FROM,TO
	Sort                                     string // attributes separated by commas; a "-" prefix means descending
}

// Environments lists the environments that the token can read, each with id, name, status, account and tags
// (openapi.yml, list_environments).
func (c *Client) Environments(ctx context.Context, f EnvironmentFilter) ([]Environment, error) {
	return c.environments(ctx, f, defaultPolicy)
}

func (c *Client) environments(ctx context.Context, f EnvironmentFilter, p policy) ([]Environment, error) {
	query := url.Values{"include": {"tags"}, "fields[environments]": {"name,status,account,tags"}, "fields[tags]": {"name"}}
	setIf(query, "filter[account]", f.AccountID)
	setIf(query, "filter[name]", literal(f.Name))
	setIf(query, "query", f.Query)
	setIf(query, "filter[tag]", f.Tag)
	setIf(query, "filter[policy-group]", f.PolicyGroup)
	setIf(query, "filter[latest-run-date]", f.LatestRunDate)
	setIf(query, "sort", f.Sort)
	return list(ctx, c, Op{Operation: OpListEnvironments}, []string{"environments"}, query, p,
		func(r resource, d document) Environment { return d.environment(r) })
}

// literal returns a name as a filter value. It returns no filter for a name that Scalr would parse as an operator
// ("in:a,b"): the list is longer then, and callers compare the names anyway.
func literal(name string) string {
	if strings.ContainsAny(name, ":,") {
		return ""
	}
	return name
}

// Environment reads an environment.
func (c *Client) Environment(ctx context.Context, id string) (e Environment, err error) {
	op := OpReadEnvironment.on(id)
	err = c.do(ctx, call{
		op: op, method: http.MethodGet, path: []string{"environments", id}, query: url.Values{"include": {"tags"}}, policy: defaultPolicy,
		read: func(a answer) (err error) {
			if e, err = a.environment(op); err == nil && e.ID != id {
				err = malformed(op, "the response is for another environment: "+e.ID)
			}
			return err
		},
	})
	return e, err
}

// EnvironmentSettings are the settings of an environment to create or update. Zero fields are not sent: an update keeps
// their values, a creation uses Scalr's defaults.
type EnvironmentSettings struct {
	Name                         string
	AccountID                    string // for a creation; current servers derive it from the token
	MaskSensitive, RemoteBackend *bool
	CostEstimation               *bool    // supported by older servers only
	TagIDs, DefaultProviders     []string // ids; DefaultProviders replaces the existing list
}

func (s EnvironmentSettings) document(id string) map[string]any {
	attrs, relations := map[string]any{}, map[string]any{}
	if s.Name != "" {
		attrs["name"] = s.Name
	}
	for name, flag := range map[string]*bool{
		"mask-sensitive-output": s.MaskSensitive, "remote-backend": s.RemoteBackend, "cost-estimation-enabled": s.CostEstimation,
	} {
		if flag != nil {
			attrs[name] = *flag
		}
	}
	if s.AccountID != "" {
		relations["account"] = reference{"accounts", s.AccountID}
	}
	if len(s.TagIDs) > 0 {
		relations["tags"] = references("tags", s.TagIDs)
	}
	if len(s.DefaultProviders) > 0 {
		relations["default-provider-configurations"] = references("provider-configurations", s.DefaultProviders)
	}
	return body("environments", id, attrs, relations)
}

// CreateEnvironment creates an environment and ensures that exactly one has the name. created is false if another
// client has created it meanwhile.
func (c *Client) CreateEnvironment(ctx context.Context, s EnvironmentSettings) (e Environment, created bool, err error) {
	return createNamed(ctx, c,
		func() (Environment, error) {
			e, err := c.postEnvironment(ctx, s)
			if s.AccountID == "" && wantsAccount(err) {
				if s.AccountID, err = c.onlyAccount(ctx, err); err == nil {
					e, err = c.postEnvironment(ctx, s)
				}
			}
			return e, err
		},
		func() (Environment, bool, error) { return c.environmentNamed(ctx, s.AccountID, s.Name, lookupPolicy) })
}

func (c *Client) postEnvironment(ctx context.Context, s EnvironmentSettings) (e Environment, err error) {
	op := OpCreateEnvironment.on(sanitize.Note(s.Name, 255))
	err = c.do(ctx, call{
		op: op, method: http.MethodPost, path: []string{"environments"}, kind: documentType, policy: createPolicy, body: s.document(""),
		read: func(a answer) (err error) { e, err = a.environment(op); return err },
	})
	return e, err
}

// UpdateEnvironment changes the fields that are set in the settings and returns the environment that Scalr reports.
// JSON:API requires the id, although openapi.yml declares it read-only.
func (c *Client) UpdateEnvironment(ctx context.Context, id string, s EnvironmentSettings) (e Environment, err error) {
	op := OpUpdateEnvironment.on(id)
	err = c.do(ctx, call{
		op: op, method: http.MethodPatch, path: []string{"environments", id}, kind: documentType, policy: defaultPolicy, body: s.document(id),
		read: func(a answer) (err error) { e, err = a.environment(op); return err },
	})
	return e, err
}

// DeleteEnvironment deletes an environment and everything in it. Scalr does not ask for confirmation, so check is
// called before every attempt, and its error stops the deletion. A 404 may mean that the environment does not exist or
// that the token may not delete it.
func (c *Client) DeleteEnvironment(ctx context.Context, id string, check Check) error {
	return c.do(ctx, call{op: OpDeleteEnvironment.on(id), method: http.MethodDelete, path: []string{"environments", id}, policy: defaultPolicy, check: check})
}

func (a answer) environment(op Op) (Environment, error) {
	r, doc, err := a.one(op, "environments")
	return doc.environment(r), err
}

func (d document) environment(r resource) Environment {
	a := r.Attributes
	return Environment{
		ID: r.ID, Name: a.name(), Status: a.line("status"), AccountID: r.ref("account"),
		Locked: a.set("locked"), LockReason: a.line("lock-reason"),
		MaskSensitive: a.flag("mask-sensitive-output"), RemoteBackend: a.flag("remote-backend"), CostEstimation: a.flag("cost-estimation-enabled"),
		Tags: d.tags(r), Policies: r.refs("policy-groups"), Providers: r.refs("provider-configurations"),
		DefaultProviders: r.refs("default-provider-configurations"), Permissions: a.granted("permissions"),
	}
}
