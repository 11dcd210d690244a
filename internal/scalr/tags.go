package scalr

import (
	"context"
	"net/http"
	"net/url"

	"scalr-run-action/internal/sanitize"
)

// Kind is a type of resource that carries tags.
type Kind string

// The kinds that carry tags.
const (
	EnvironmentKind Kind = "environments"
	WorkspaceKind   Kind = "workspaces"
)

// Tags lists the account's tags; those with the name, and perhaps more, if it is
// not empty (openapi.yml, list_tags).
func (c *Client) Tags(ctx context.Context, name string) ([]Tag, error) {
	return c.tagsNamed(ctx, name, defaultPolicy)
}

func (c *Client) tagsNamed(ctx context.Context, name string, p policy) ([]Tag, error) {
	query := url.Values{}
	setIf(query, "filter[name]", literal(name))
	return list(ctx, c, Op{Operation: OpListTags}, []string{"tags"}, query, p, func(r resource, _ document) Tag {
		return Tag{ID: r.ID, Name: r.Attributes.name()}
	})
}

// EnsureTag returns the tag with exactly the name, and creates it if there is none (openapi.yml, create_tag: names are
// unique in the account).
func (c *Client) EnsureTag(ctx context.Context, name string) (t Tag, created bool, err error) {
	if t, ok, err := c.tagNamed(ctx, name, defaultPolicy); ok || err != nil {
		return t, false, err
	}
	return createNamed(ctx,
		func() (Tag, error) { return c.postTag(ctx, name) },
		func() (Tag, bool, error) { return c.tagNamed(ctx, name, lookupPolicy) })
}

func (c *Client) postTag(ctx context.Context, name string) (t Tag, err error) {
	op := OpCreateTag.on(sanitize.Note(name, 255))
	err = c.do(ctx, call{
		op: op, method: http.MethodPost, path: []string{"tags"}, kind: documentType, policy: createPolicy,
		body: body("tags", "", map[string]any{"name": name}, nil),
		read: func(a answer) error {
			r, _, err := a.one(op, "tags")
			t = Tag{ID: r.ID, Name: r.Attributes.name()}
			return err
		},
	})
	return t, err
}

// TagIDs lists the tags that a resource carries, all of them: what is included in the resource itself may be less
// (openapi.yml, list_environment_tags).
func (c *Client) TagIDs(ctx context.Context, kind Kind, id string) ([]string, error) {
	return list(ctx, c, OpListResourceTags.on(id), tagPath(kind, id), url.Values{}, defaultPolicy, func(r resource, _ document) string { return r.ID })
}

// AddTags adds tags to a resource. Those it has already do no harm.
func (c *Client) AddTags(ctx context.Context, kind Kind, id string, tagIDs []string) error {
	return c.writeTags(ctx, OpAddTags.on(id), http.MethodPost, kind, id, tagIDs)
}

// ReplaceTags lets a resource have these tags and no others; none clears them.
func (c *Client) ReplaceTags(ctx context.Context, kind Kind, id string, tagIDs []string) error {
	return c.writeTags(ctx, OpReplaceTags.on(id), http.MethodPatch, kind, id, tagIDs)
}

// RemoveTags takes tags from a resource.
func (c *Client) RemoveTags(ctx context.Context, kind Kind, id string, tagIDs []string) error {
	return c.writeTags(ctx, OpRemoveTags.on(id), http.MethodDelete, kind, id, tagIDs)
}

// writeTags may be repeated: each of the three has the same effect twice as once.
func (c *Client) writeTags(ctx context.Context, op Op, method string, kind Kind, id string, tagIDs []string) error {
	return c.do(ctx, call{op: op, method: method, path: tagPath(kind, id), kind: documentType, policy: defaultPolicy,
		body: map[string]any{"data": references("tags", tagIDs)}})
}

func tagPath(kind Kind, id string) []string {
	return []string{string(kind), id, "relationships", "tags"}
}
