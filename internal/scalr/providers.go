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
	Shared       *bool    // whether every environment may use it without a link; nil means unknown
	Environments []string // ids of the linked environments
	reported     bool     // whether the server listed the linked environments
	required     map[string]any
}

// ErrLinksUnknown means that the server does not report the linked environments of a provider configuration. The list
// can only be replaced as a whole, so a change would remove the unreported links.
var ErrLinksUnknown = errors.New("which environments are linked to it is not reported by Scalr, and a change could remove those links")

// Providers lists the provider configurations that the token can read.
func (c *Client) Providers(ctx context.Context) ([]Provider, error) {
	query := url.Values{"fields[provider-configurations]": {"name,is-shared,environments"}}
	return list(ctx, c, Op{Operation: OpListProviders}, []string{"provider-configurations"}, query, defaultPolicy,
		func(r resource, _ document) Provider { return r.provider() })
}

func (r resource) provider() Provider {
	return Provider{ID: r.ID, Name: r.Attributes.name(), Shared: r.Attributes.flag("is-shared"),
		Environments: r.refs("environments"), reported: r.Relationships["environments"].isList, required: r.Attributes.required()}
}

// required returns the attributes that openapi.yml, ProviderConfiguration requires in every document, unchanged. It
// omits an attribute that was not reported or is longer than the limit for names: Scalr may refuse a request without
// it, but a truncated value would rename the object.
func (a attributes) required() map[string]any {
	values := map[string]any{}
	for _, name := range []string{"name", "provider-name"} {
		if s := a.text(name); s != "" && len(s) <= maxNameLength {
			values[name] = s
		}
	}
	return values
}

// LinkProvider lets the workspaces of an environment use a provider configuration. The list in the environment is
// read-only (openapi.yml, Environment), and the provider configuration's own list is replaced as a whole, so
// LinkProvider reads it immediately before.
func (c *Client) LinkProvider(ctx context.Context, id, environmentID string) error {
	return c.relink(ctx, id, func(linked []string) []string {
		if slices.Contains(linked, environmentID) {
			return linked
		}
		return append(linked, environmentID)
	})
}

// UnlinkProvider removes the link.
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
