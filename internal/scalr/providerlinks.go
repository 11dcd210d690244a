package scalr

import (
	"context"
	"net/http"
	"net/url"
)

// ProviderLink links a provider configuration to a workspace.
type ProviderLink struct {
	ID         string
	ProviderID string
	Alias      string // provider alias in the configuration; may be empty
}

// ProviderLinks lists the workspace's own links. Scalr also lists links inherited from the environment, which cannot be
// changed in the workspace (openapi.yml, delete_provider_configuration_workspace_link); they are omitted.
func (c *Client) ProviderLinks(ctx context.Context, workspaceID string) ([]ProviderLink, error) {
	all, err := list(ctx, c, OpListProviderLinks.on(workspaceID), linksPath(workspaceID), url.Values{}, defaultPolicy,
		func(r resource, _ document) *ProviderLink {
			if r.ref("workspace") != workspaceID {
				return nil
			}
			link := r.providerLink()
			return &link
		})
	var own []ProviderLink
	for _, link := range all {
		if link != nil {
			own = append(own, *link)
		}
	}
	return own, err
}

func (r resource) providerLink() ProviderLink {
	return ProviderLink{ID: r.ID, ProviderID: r.ref("provider-configuration"), Alias: r.Attributes.text("alias")}
}

func linksPath(workspaceID string) []string {
	return []string{"workspaces", workspaceID, "provider-configuration-links"}
}

// CreateProviderLink links a provider configuration to a workspace, exactly once.
func (c *Client) CreateProviderLink(ctx context.Context, workspaceID string, link ProviderLink) error {
	_, _, err := createNamed(ctx, c,
		func() (ProviderLink, error) { return link, c.postProviderLink(ctx, workspaceID, link) },
		func() (ProviderLink, bool, error) {
			links, err := c.ProviderLinks(ctx, workspaceID)
			for _, l := range links {
				if l.ProviderID == link.ProviderID && l.Alias == link.Alias {
					return l, true, nil
				}
			}
			return link, false, err
		})
	return err
}

func (c *Client) postProviderLink(ctx context.Context, workspaceID string, link ProviderLink) error {
	attrs := map[string]any{}
	if link.Alias != "" {
		attrs["alias"] = link.Alias
	}
	return c.do(ctx, call{
		op: OpCreateProviderLink.on(link.ProviderID + " to workspace " + workspaceID), method: http.MethodPost, path: linksPath(workspaceID),
		kind: documentType, policy: createPolicy,
		body: body("provider-configuration-links", "", attrs,
			map[string]any{"provider-configuration": reference{"provider-configurations", link.ProviderID}}),
	})
}

// SetProviderAlias changes the alias of a link; an empty alias removes it.
func (c *Client) SetProviderAlias(ctx context.Context, linkID, alias string) error {
	return c.do(ctx, call{
		op: OpUpdateProviderLink.on(linkID), method: http.MethodPatch, path: []string{"provider-configuration-links", linkID},
		kind: documentType, policy: defaultPolicy, body: body("provider-configuration-links", linkID, map[string]any{"alias": orNull(alias)}, nil),
	})
}

// DeleteProviderLink deletes a link. A 404 may mean that the link no longer exists.
func (c *Client) DeleteProviderLink(ctx context.Context, linkID string) error {
	return c.do(ctx, call{op: OpDeleteProviderLink.on(linkID), method: http.MethodDelete,
		path: []string{"provider-configuration-links", linkID}, policy: defaultPolicy})
}
