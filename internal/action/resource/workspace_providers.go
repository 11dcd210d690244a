package resource

import (
	"context"
	"slices"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/scalr"
)

// linkChanges are the changes that replace the links of a workspace by the requested ones.
type linkChanges struct {
	remove  []scalr.ProviderLink
	renames []rename
	add     []scalr.ProviderLink
}

// rename changes the alias of a link.
type rename struct {
	link  scalr.ProviderLink
	alias string
}

// changesOfLinks compares links. A link that differs only in its alias is renamed. The renames are ordered so that no
// two links ever have the same alias; if links swap their aliases, one of them is removed and added again.
func changesOfLinks(have, want []scalr.ProviderLink) (c linkChanges) {
	c.remove = slices.Clone(have)
	for _, link := range want {
		if i := slices.IndexFunc(c.remove, func(h scalr.ProviderLink) bool { return h.ProviderID == link.ProviderID && h.Alias == link.Alias }); i >= 0 {
			c.remove = slices.Delete(c.remove, i, i+1)
			continue
		}
		c.add = append(c.add, link)
	}
	var pending []rename
	c.add = slices.DeleteFunc(c.add, func(link scalr.ProviderLink) bool {
		i := slices.IndexFunc(c.remove, func(h scalr.ProviderLink) bool { return h.ProviderID == link.ProviderID })
		if i < 0 {
			return false
		}
		pending = append(pending, rename{c.remove[i], link.Alias})
		c.remove = slices.Delete(c.remove, i, i+1)
		return true
	})
	for len(pending) > 0 {
		i := slices.IndexFunc(pending, func(r rename) bool {
			return !slices.ContainsFunc(pending, func(other rename) bool { return other.link.ID != r.link.ID && other.link.Alias == r.alias })
		})
		if i >= 0 {
			c.renames = append(c.renames, pending[i])
			pending = slices.Delete(pending, i, i+1)
			continue
		}
		c.remove = append(c.remove, pending[0].link)
		c.add = append(c.add, scalr.ProviderLink{ProviderID: pending[0].link.ProviderID, Alias: pending[0].alias})
		pending = pending[1:]
	}
	return c
}

// reconcileProviderLinks updates the links of the workspace to match the input, if it is set. Links that are
// inherited from the environment are not changed.
func (w *workspaceCommand) reconcileProviderLinks(ctx context.Context, ws scalr.Workspace, l workspaceLinks) error {
	if w.in.ProviderLinks == nil {
		return nil
	}
	have, err := w.client.ProviderLinks(ctx, ws.ID)
	if err != nil {
		return err
	}
	c := changesOfLinks(have, l.links)
	for _, link := range c.remove {
		if err := w.removeProviderLink(ctx, ws, link); err != nil {
			return err
		}
		w.recordChange("Unlinked provider configuration %s%s.", l.provider(link.ProviderID), withAlias(link.Alias))
	}
	for _, r := range c.renames {
		if err := w.client.SetProviderAlias(ctx, r.link.ID, r.alias); err != nil {
			return err
		}
		if r.alias == "" {
			w.recordChange("Removed the alias %q of provider configuration %s.", r.link.Alias, l.provider(r.link.ProviderID))
			continue
		}
		w.recordChange("Set the alias of provider configuration %s to %q (was %q).", l.provider(r.link.ProviderID), r.alias, r.link.Alias)
	}
	for _, link := range c.add {
		if err := w.client.CreateProviderLink(ctx, ws.ID, link); err != nil {
			return err
		}
		w.recordChange("Linked provider configuration %s%s.", l.provider(link.ProviderID), withAlias(link.Alias))
	}
	return nil
}

func (w *workspaceCommand) removeProviderLink(ctx context.Context, ws scalr.Workspace, link scalr.ProviderLink) error {
	err := w.client.DeleteProviderLink(ctx, link.ID)
	if lookup.Gone(err) {
		// Either an attempt whose response was lost has removed it, or the token may not remove it. List the links to
		// distinguish them.
		now, listErr := w.client.ProviderLinks(ctx, ws.ID)
		if listErr == nil && !slices.ContainsFunc(now, func(l scalr.ProviderLink) bool { return l.ID == link.ID }) {
			return nil
		}
	}
	return err
}

// provider formats a provider configuration for messages.
func (l workspaceLinks) provider(id string) string {
	for _, p := range l.providers {
		if p.ID == id && p.Name != "" {
			return quoted([]string{p.Name}) + " (" + id + ")"
		}
	}
	return id
}

func withAlias(alias string) string {
	if alias == "" {
		return ""
	}
	return " with the alias " + quoted([]string{alias})
}
