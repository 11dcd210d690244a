package resource

import (
	"context"
	"slices"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/scalr"
)

// environmentLinks are the objects that the inputs name.
type environmentLinks struct {
	policyGroups        []scalr.PolicyGroup
	providers, defaults []scalr.Provider
	allProviders        []scalr.Provider // all provider configurations, if the inputs name any
}

// present creates the environment, or updates it to match the inputs. It looks up all objects that the inputs name
// before the first write.
func (e *environmentCommand) present(ctx context.Context) error {
	links, err := e.links(ctx)
	if err != nil {
		return err
	}
	env, err := e.findOrCreate(ctx, links)
	if err != nil {
		return err
	}
	e.recordEnvironment(env)
	if e.in.AccountID != "" && env.AccountID != "" && env.AccountID != e.in.AccountID {
		e.Job.Warnf("account-id has no effect: the environment belongs to account %s.", env.AccountID)
	}
	if env, err = e.reconcile(ctx, env, links); err != nil {
		return err
	}
	e.reportUnchanged()
	return e.setOutputs(env)
}

// findOrCreate finds the environment by its current name, or by the new name if an earlier step has renamed it.
func (e *environmentCommand) findOrCreate(ctx context.Context, links environmentLinks) (scalr.Environment, error) {
	env, ok, err := e.find(ctx)
	switch {
	case ok || err != nil:
		return env, err
	case e.in.EnvironmentID != "":
		return env, e.missing(ctx)
	case e.in.RenameTo == "":
		return e.create(ctx, e.in.Name, links)
	}
	if env, ok, err = e.client.EnvironmentNamed(ctx, e.in.AccountID, e.in.RenameTo); ok || err != nil {
		return env, err
	}
	return e.create(ctx, e.in.RenameTo, links)
}

func (e *environmentCommand) create(ctx context.Context, name string, links environmentLinks) (scalr.Environment, error) {
	tags, err := e.tagsForCreation(ctx, e.in.Tags)
	if err != nil {
		return scalr.Environment{}, err
	}
	s := scalr.EnvironmentSettings{Name: name, AccountID: e.in.AccountID, MaskSensitive: e.in.MaskSensitiveOutput, RemoteBackend: e.in.RemoteBackend,
		CostEstimation: e.in.CostEstimationEnabled, TagIDs: tagIDs(tags)}
	unlinked := func(p scalr.Provider) bool { return mustBeLinked(p, scalr.Environment{}) }
	if len(links.providers) == 0 && !slices.ContainsFunc(links.defaults, unlinked) {
		s.DefaultProviders = providerIDs(links.defaults) // otherwise they must be linked first
	}
	env, created, err := e.client.CreateEnvironment(ctx, s)
	if err != nil {
		if name == e.in.RenameTo && step.InputOfError(err) == "name" {
			err = step.ForInput(err, "rename-to")
		}
		return env, defaultsError(links, err)
	}
	if created {
		e.created = true
		e.recordChange("Created environment %q; its tags: %s.", env.Name, quoted(lookup.TagNames(tags)))
	}
	env.Tags = withNames(tagIDs(env.Tags), tags, env.Tags)
	return env, nil
}

// reconcile updates everything that differs from the inputs.
func (e *environmentCommand) reconcile(ctx context.Context, env scalr.Environment, links environmentLinks) (scalr.Environment, error) {
	if err := e.checkDefaultsStayLinked(env, links); err != nil {
		return env, err
	}
	tags, err := e.reconcileTags(ctx, scalr.EnvironmentKind, env.ID, env.Tags, e.in.Tags)
	if err != nil {
		return env, err
	}
	if err := e.linkPolicyGroups(ctx, env, links.policyGroups); err != nil {
		return env, err
	}
	if err := e.linkProviders(ctx, env, links); err != nil {
		return env, err
	}
	linked := env
	if env, err = e.set(ctx, env, links); err == nil {
		err = e.unlinkProviders(ctx, linked, links, env.DefaultProviders)
	}
	env.Tags = tags
	return env, err
}

// set updates the attributes of the environment in one request.
func (e *environmentCommand) set(ctx context.Context, env scalr.Environment, links environmentLinks) (scalr.Environment, error) {
	before, ask := e.compare(env, links)
	e.warnUnsupported(before)
	if have, want := env.RemoteBackend, e.in.RemoteBackend; have != nil && want != nil && *have != *want {
		e.Job.Warnf("Environment %q keeps remote-backend: %t: Scalr sets remote-backend only when it creates an environment. "+
			"To use another value, create a new environment or remove the input.", env.Name, *have)
	}
	if len(before.changes) == 0 {
		return env, nil
	}
	after, err := e.client.UpdateEnvironment(ctx, env.ID, ask)
	if err != nil {
		return env, defaultsError(links, err)
	}
	left, _ := e.compare(after, links)
	e.reportSettings(before, left)
	return after, nil
}

// compare returns the differences and the settings to request. remote-backend can be set only on creation.
func (e *environmentCommand) compare(env scalr.Environment, links environmentLinks) (settings, scalr.EnvironmentSettings) {
	var s settings
	if env.RemoteBackend == nil && e.in.RemoteBackend != nil {
		s.unsupported = append(s.unsupported, "remote-backend")
	}
	ask := scalr.EnvironmentSettings{
		Name:             s.text("name", env.Name, e.in.RenameTo),
		MaskSensitive:    s.flag("mask-sensitive-output", env.MaskSensitive, e.in.MaskSensitiveOutput),
		CostEstimation:   s.flag("cost-estimation-enabled", env.CostEstimation, e.in.CostEstimationEnabled),
		DefaultProviders: s.ids("default-provider-configurations", env.DefaultProviders, providerIDs(links.defaults)),
	}
	return s, ask
}
