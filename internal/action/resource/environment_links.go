package resource

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// links looks up the policy groups and provider configurations of the inputs.
func (e *environmentCommand) links(ctx context.Context) (l environmentLinks, err error) {
	if l.policyGroups, err = e.policyGroups(ctx, e.in.PolicyGroups); err != nil {
		return l, err
	}
	if len(e.in.ProviderConfigurations)+len(e.in.DefaultProviderConfigurations) == 0 {
		return l, nil
	}
	if l.allProviders, err = e.client.Providers(ctx); err != nil {
		return l, err
	}
	key := func(p scalr.Provider) (id, name string) { return p.ID, p.Name }
	if l.providers, err = findByIDOrName(l.allProviders, key, e.in.ProviderConfigurations, "provider configuration",
		step.CodeProviderNotFound); err != nil {
		return l, err
	}
	l.defaults, err = findByIDOrName(l.allProviders, key, e.in.DefaultProviderConfigurations, "provider configuration", step.CodeProviderNotFound)
	return l, err
}

// policyGroups finds policy groups by id or name.
func (e *environmentCommand) policyGroups(ctx context.Context, wanted []string) ([]scalr.PolicyGroup, error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	all, err := e.client.PolicyGroups(ctx)
	if err != nil {
		return nil, err
	}
	return findByIDOrName(all, func(g scalr.PolicyGroup) (id, name string) { return g.ID, g.Name }, wanted, "policy group", step.CodePolicyGroupNotFound)
}

// findByIDOrName finds each requested object by id or by exact name.
func findByIDOrName[T any](all []T, key func(T) (id, name string), wanted []string, thing string, code step.Code) ([]T, error) {
	byID, byName := map[string]T{}, map[string][]T{}
	var names []string
	for _, one := range all {
		id, name := key(one)
		byID[id] = one
		byName[name] = append(byName[name], one)
		names = append(names, name)
	}
	picked := make([]T, 0, len(wanted))
	for _, want := range wanted {
		one, ok := byID[want]
		matches := byName[want]
		switch {
		case ok:
			picked = append(picked, one)
		case len(matches) == 1:
			picked = append(picked, matches[0])
		case len(matches) == 0:
			return nil, step.Refuse(code, "%s %q not found, or the token cannot read it.%s", strings.ToUpper(thing[:1])+thing[1:], want,
				lookup.DidYouMean(want, names))
		default:
			return nil, step.Refuse(code, "%d %ss are named %q: use the id.", len(matches), thing, want)
		}
	}
	return picked, nil
}

// linkPolicyGroups links policy groups to the environment, or unlinks them, depending on policy-groups-mode.
func (e *environmentCommand) linkPolicyGroups(ctx context.Context, env scalr.Environment, groups []scalr.PolicyGroup) error {
	policies := setOf(env.Policies)
	for _, g := range groups {
		linked := policies[g.ID]
		switch {
		case e.in.PolicyGroupsMode == inputs.PolicyGroupsAdd && !linked:
			if err := e.client.LinkPolicyGroup(ctx, g.ID, env.ID); err != nil {
				return err
			}
			e.recordChange("Linked policy group %q (%s).", g.Name, g.ID)
		case e.in.PolicyGroupsMode == inputs.PolicyGroupsRemove && linked:
			if err := e.unlinkPolicyGroup(ctx, env, g); err != nil {
				return err
			}
			e.recordChange("Unlinked policy group %q (%s).", g.Name, g.ID)
		}
	}
	return nil
}

func (e *environmentCommand) unlinkPolicyGroup(ctx context.Context, env scalr.Environment, g scalr.PolicyGroup) error {
	err := e.client.UnlinkPolicyGroup(ctx, g.ID, env.ID)
	if lookup.Gone(err) {
		// Either an attempt whose response was lost has unlinked it, or the token may not unlink it. Read the
		// environment again to distinguish them.
		if now, lookErr := e.client.Environment(ctx, env.ID); lookErr == nil && !slices.Contains(now.Policies, g.ID) {
			return nil
		}
	}
	return err
}

// linkProviders links the requested provider configurations and defaults to the environment. Provider configurations
// that are shared with all environments need no link.
func (e *environmentCommand) linkProviders(ctx context.Context, env scalr.Environment, links environmentLinks) error {
	for _, p := range links.providers {
		if isTrue(p.Shared) || isLinked(p, env) {
			continue
		}
		if err := e.client.LinkProvider(ctx, p.ID, env.ID); err != nil {
			return err
		}
		e.recordChange("Linked provider configuration %q (%s).", p.Name, p.ID)
	}
	requested := setOf(providerIDs(links.providers))
	for _, p := range links.defaults {
		if requested[p.ID] || !mustBeLinked(p, env) {
			continue
		}
		if err := e.client.LinkProvider(ctx, p.ID, env.ID); err != nil {
			return notSharedError(p, env, err)
		}
		e.recordChange("Shared provider configuration %q (%s) with the environment, since only a shared one can be a default.", p.Name, p.ID)
	}
	return nil
}

// checkDefaultsStayLinked returns an error if provider-configurations would unlink a current default of the environment
// that the inputs do not replace: a default must be shared with the environment.
func (e *environmentCommand) checkDefaultsStayLinked(env scalr.Environment, links environmentLinks) error {
	if len(links.defaults) > 0 {
		return nil
	}
	defaults := setOf(env.DefaultProviders)
	var omitted []string
	for _, p := range toUnlink(env, links) {
		if defaults[p.ID] {
			omitted = append(omitted, p.Name)
		}
	}
	if len(omitted) == 0 {
		return nil
	}
	return &step.Refusal{Code: step.CodeInputInvalid, Input: "provider-configurations", Problem: fmt.Sprintf(
		"The input provider-configurations omits %s, a default of environment %q (%s), and a default must be shared with the environment. "+
			"Nothing was changed. Add it to provider-configurations, or set default-provider-configurations to the new defaults.",
		quoted(omitted), env.Name, env.ID)}
}

// unlinkProviders unlinks all other provider configurations, if the input is set. It must be called last: until the
// settings are updated, one of them may be a default of the environment. It keeps those that still are in defaults,
// which Scalr reports after the update.
func (e *environmentCommand) unlinkProviders(ctx context.Context, env scalr.Environment, links environmentLinks, defaults []string) error {
	for _, p := range toUnlink(env, links) {
		if slices.Contains(defaults, p.ID) {
			e.Job.Warnf("Provider configuration %q (%s) stays linked to environment %q: it is still one of its defaults.", p.Name, p.ID, env.Name)
			continue
		}
		if err := e.client.UnlinkProvider(ctx, p.ID, env.ID); err != nil {
			return err
		}
		e.recordChange("Unlinked provider configuration %q (%s).", p.Name, p.ID)
	}
	return nil
}

// toUnlink returns the linked provider configurations that the inputs omit, if provider-configurations is set.
func toUnlink(env scalr.Environment, links environmentLinks) (list []scalr.Provider) {
	if len(links.providers) == 0 {
		return nil
	}
	keep := setOf(append(providerIDs(links.providers), providerIDs(links.defaults)...))
	for _, p := range links.allProviders {
		if !keep[p.ID] && !isTrue(p.Shared) && isLinked(p, env) {
			list = append(list, p)
		}
	}
	return list
}

func isTrue(b *bool) bool { return b != nil && *b }

func isLinked(p scalr.Provider, env scalr.Environment) bool {
	return slices.Contains(env.Providers, p.ID) || slices.Contains(p.Environments, env.ID)
}

// mustBeLinked reports whether the provider configuration must be linked to the environment before it can be a
// default.
func mustBeLinked(p scalr.Provider, env scalr.Environment) bool {
	return p.Shared != nil && !*p.Shared && !isLinked(p, env)
}

// notSharedError returns the error for a default provider configuration that this step could not share. It returns err
// unchanged if Scalr did not reject the request.
func notSharedError(p scalr.Provider, env scalr.Environment, err error) error {
	if !errors.Is(err, scalr.ErrLinksUnknown) && !isRejection(err) {
		return err
	}
	return step.Refuse(step.CodeProviderNotShared,
		"Provider configuration %q (%s) is not shared with environment %q (%s), and this step cannot share it: %s.%s",
		p.Name, p.ID, env.Name, env.ID, strings.TrimSuffix(err.Error(), "."), step.MissingPermission(err))
}

// defaultsError returns the error for rejected default provider configurations. If Scalr does not
// report which of them are shared, the likely cause is that one of them is not.
func defaultsError(links environmentLinks, err error) error {
	if len(links.defaults) == 0 || !isRejection(err) || step.InputOfError(err) != "default-provider-configurations" {
		return err
	}
	names := make([]string, 0, len(links.defaults))
	for _, p := range links.defaults {
		names = append(names, p.Name)
	}
	return step.Refuse(step.CodeProviderNotShared, "Scalr rejected the default provider configurations %s: %s.", quoted(names),
		strings.TrimSuffix(err.Error(), "."))
}

// isRejection reports whether Scalr understood a request and rejected it.
func isRejection(err error) bool {
	return errors.Is(err, scalr.ErrForbidden) || errors.Is(err, scalr.ErrNotFound) || errors.Is(err, scalr.ErrConflict) ||
		errors.Is(err, scalr.ErrInvalid)
}

func providerIDs(list []scalr.Provider) []string {
	ids := make([]string, 0, len(list))
	for _, p := range list {
		ids = append(ids, p.ID)
	}
	return ids
}
