package scalr

import (
	"context"
	"net/http"
	"net/url"

	"scalr-run-action/internal/sanitize"
)

// Kind is a type of resource that may have tags.
type Kind string

// Kinds of resources that may have tags.
const (
	EnvironmentKind Kind = "environments"
	WorkspaceKind   Kind = "workspaces"
)

// Tags lists the account's tags. If name is not empty, it lists the tags with that name, and possibly others
// (openapi.yml, list_tags).
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
	return createNamed(ctx, c,
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

// TagIDs lists all tags of a resource; those included in the resource itself may be incomplete (openapi.yml,
// list_environment_tags).
func (c *Client) TagIDs(ctx context.Context, kind Kind, id string) ([]string, error) {
	return list(ctx, c, OpListResourceTags.on(id), tagPath(kind, id), url.Values{}, defaultPolicy, func(r resource, _ document) string { return r.ID })
}

// AddTags adds tags to a resource. It ignores tags that the resource already has.
func (c *Client) AddTags(ctx context.Context, kind Kind, id string, tagIDs []string) error {
	return c.writeTags(ctx, OpAddTags.on(id), http.MethodPost, kind, id, tagIDs)
}

// ReplaceTags replaces all tags of a resource; an empty list removes them all.
func (c *Client) ReplaceTags(ctx context.Context, kind Kind, id string, tagIDs []string) error {
	return c.writeTags(ctx, OpReplaceTags.on(id), http.MethodPatch, kind, id, tagIDs)
}

// RemoveTags removes tags from a resource.
func (c *Client) RemoveTags(ctx context.Context, kind Kind, id string, tagIDs []string) error {
	return c.writeTags(ctx, OpRemoveTags.on(id), http.MethodDelete, kind, id, tagIDs)
}

// writeTags changes the tags of a resource. The request may be retried, since all three operations are idempotent.
func (c *Client) writeTags(ctx context.Context, op Op, method string, kind Kind, id string, tagIDs []string) error {
	return c.do(ctx, call{op: op, method: method, path: tagPath(kind, id), kind: documentType, policy: defaultPolicy,
		body: map[string]any{"data": references("tags", tagIDs)}})
}

func tagPath(kind Kind, id string) []string {
	return []string{string(kind), id, "relationships", "tags"}
}
