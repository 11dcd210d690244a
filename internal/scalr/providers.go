package scalr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
)

// Provider is a provider configuration: credentials that workspaces may use.
type Provider struct {
	ID, Name     string
	Shared       *bool    // whether every environment may use it, without a link; nil means unknown
	Environments []string // ids of those that are linked to it
	reported     bool     // whether the server reported which are linked
	required     map[string]any
}

// ErrLinksUnknown is a provider configuration whose environments the
// server does not report: the list can only be replaced as a whole, so
// that a change would undo the links that are not known.
var ErrLinksUnknown = errors.New("which environments are linked to it is not reported by Scalr, and a change could remove those links")

// Providers lists the provider configurations that the token can see.
func (c *Client) Providers(ctx context.Context) ([]Provider, error) {
	query := url.Values{"fields[provider-configurations]": {"name,is-shared,environments"}}
	return list(ctx, c, Op{Operation: OpListProviders}, []string{"provider-configurations"}, query, defaultPolicy,
		func(r resource, _ document) Provider { return r.provider() })
}

func (r resource) provider() Provider {
	return Provider{ID: r.ID, Name: r.Attributes.name(), Shared: r.Attributes.flag("is-shared"),
		Environments: r.refs("environments"), reported: r.Relationships["environments"].many, required: r.Attributes.required()}
}

// required are the attributes that openapi.yml, ProviderConfiguration requires in
// every document, as they were read. One that was not reported, or is longer than
// a name is kept here, is left out: a request without it may be refused, but one
// with a part of it would rename something.
func (a attributes) required() map[string]any {
	values := map[string]any{}
	for _, name := range []string{"name", "provider-name"} {
		if s := a.text(name); s != "" && len(s) <= longestName {
			values[name] = s
		}
	}
	return values
}

// LinkProvider lets the workspaces of an environment use a provider
// configuration. The list that an environment shows can only be read
// (openapi.yml, Environment); the provider configuration's own list is replaced
// as a whole, so it is read right before.
func (c *Client) LinkProvider(ctx context.Context, id, environmentID string) error {
	return c.relink(ctx, id, func(linked []string) []string {
		if slices.Contains(linked, environmentID) {
			return linked
		}
		return append(linked, environmentID)
	})
}

// UnlinkProvider ends the link.
func (c *Client) UnlinkProvider(ctx context.Context, id, environmentID string) error {
	return c.relink(ctx, id, func(linked []string) []string {
		return slices.DeleteFunc(linked, func(e string) bool { return e == environmentID })
	})
}

func (c *Client) relink(ctx context.Context, id string, change func(linked []string) []string) error {
	p, err := c.provider(ctx, id)
	if err != nil {
		return err
	}
	if !p.reported {
		return fmt.Errorf("%s: %w", OpUpdateProvider.on(id), ErrLinksUnknown)
	}
	before := slices.Clone(p.Environments)
	after := change(p.Environments)
	if slices.Equal(before, after) {
		return nil
	}
	links := map[string]any{"environments": references("environments", after)}
	return c.do(ctx, call{op: OpUpdateProvider.on(id), method: http.MethodPatch, path: []string{"provider-configurations", id},
		kind: documentType, policy: defaultPolicy, body: body("provider-configurations", id, p.required, links)})
}

func (c *Client) provider(ctx context.Context, id string) (p Provider, err error) {
	op := OpReadProvider.on(id)
	err = c.do(ctx, call{
		op: op, method: http.MethodGet, path: []string{"provider-configurations", id}, policy: defaultPolicy,
		read: func(a answer) error {
			r, _, err := a.one(op, "provider-configurations")
			p = r.provider()
			return err
		},
	})
	return p, err
}
