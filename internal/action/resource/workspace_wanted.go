package resource

import (
	"context"
	"slices"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/scalr"
)

// workspaceLinks are the objects that the inputs name.
type workspaceLinks struct {
	agentPoolID *string // nil for unchanged, "" for none
	agentPools  []scalr.AgentPool
	links       []scalr.ProviderLink // set if the input is set
	providers   []scalr.Provider
}

// resolveLinks looks up the objects that the inputs name.
func (w *workspaceCommand) resolveLinks(ctx context.Context) (l workspaceLinks, err error) {
	if l.agentPoolID = w.in.AgentPool; l.agentPoolID != nil && *l.agentPoolID != "" {
		if l.agentPools, err = w.client.AgentPools(ctx); err != nil {
			return l, err
		}
		key := func(p scalr.AgentPool) (id, name string) { return p.ID, p.Name }
		pools, err := findByIDOrName(l.agentPools, key, []string{*w.in.AgentPool}, "agent pool", step.CodeAgentPoolNotFound)
		if err != nil {
			return l, err
		}
		l.agentPoolID = &pools[0].ID
	}
	if len(w.in.ProviderLinks) == 0 {
		return l, nil
	}
	if l.providers, err = w.client.Providers(ctx); err != nil {
		return l, err
	}
	var names []string
	for _, link := range w.in.ProviderLinks {
		names = append(names, link.Provider)
	}
	key := func(p scalr.Provider) (id, name string) { return p.ID, p.Name }
	picked, err := findByIDOrName(l.providers, key, names, "provider configuration", step.CodeProviderNotFound)
	for i, p := range picked {
		link := scalr.ProviderLink{ProviderID: p.ID, Alias: w.in.ProviderLinks[i].Alias}
		if !slices.Contains(l.links, link) { // the input may name it both by name and by id
			l.links = append(l.links, link)
		}
	}
	return l, err
}

// agentPool formats an agent pool for messages.
func (l workspaceLinks) agentPool(id string) string {
	for _, p := range l.agentPools {
		if p.ID == id && p.Name != "" {
			return p.Name
		}
	}
	return id
}
