package action

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// environmentStory is what the environment action does.
type environmentStory struct {
	companion
	in inputs.Environment
}

// environment tells the environment action's story and gives the exit code.
func (s *step) environment(ctx context.Context) int {
	in, notes, err := inputs.LoadEnvironment(s.source())
	s.note(notes)
	if slices.ContainsFunc(s.job.InputNames(), func(name string) bool { return strings.ReplaceAll(name, "_", "-") == "cloud-credentials" }) {
		s.job.Warnf("%s", cloudCredentialsGone)
	}
	if err != nil {
		return s.conclude(ctx, explain(ctx, err), nil)
	}
	e := &environmentStory{companion: companion{step: s, out: outputs{job: s.job}}, in: in}
	return e.attend(ctx, in.Access, e.act)
}

func (e *environmentStory) act(ctx context.Context) error {
	switch e.in.Mode {
	case inputs.EnvironmentList:
		return e.list(ctx)
	case inputs.EnvironmentShow:
		return e.show(ctx)
	case inputs.EnvironmentAbsent:
		return e.absent(ctx)
	}
	return e.present(ctx)
}

// find finds the environment that is meant, if there is one.
func (e *environmentStory) find(ctx context.Context) (scalr.Environment, bool, error) {
	if e.in.EnvironmentID != "" {
		return environmentWithID(ctx, e.client, e.in.EnvironmentID)
	}
	return environmentNamed(ctx, e.client, e.in.AccountID, e.in.Name)
}

// missing says that it is not there.
func (e *environmentStory) missing(ctx context.Context) error {
	if e.in.EnvironmentID != "" {
		return missingEnvironment(ctx, e.client, e.in.EnvironmentID)
	}
	return missingEnvironment(ctx, e.client, e.in.Name)
}

// at gives out which environment it is, as soon as that is known.
func (e *environmentStory) at(env scalr.Environment) {
	url := e.client.EnvironmentURL(env.ID)
	e.out.set("environment-id", env.ID)
	e.out.set("environment-url", url)
	e.job.Infof("Environment %q (%s) %s", env.Name, env.ID, url)
}

// tell gives out what the environment is like.
func (e *environmentStory) tell(env scalr.Environment) error {
	e.out.set("name", env.Name)
	e.out.set("status", env.Status)
	return e.setTags(env.Tags)
}

func (e *environmentStory) show(ctx context.Context) error {
	env, ok, err := e.find(ctx)
	if err != nil {
		return err
	}
	if !ok {
		return e.missing(ctx)
	}
	e.at(env)
	if env.Tags, err = e.named(ctx, env.Tags); err != nil {
		return err
	}
	e.job.Infof("Status: %s; tags: %s.", env.Status, quoted(tagNames(env.Tags)))
	return e.tell(env)
}

// listedEnvironment is an element of the output environments.
type listedEnvironment struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Status string   `json:"status"`
	Tags   []string `json:"tags"`
}

func (e *environmentStory) list(ctx context.Context) error {
	environments, err := e.filtered(ctx)
	if err != nil {
		return err
	}
	end := e.job.Group(fmt.Sprintf("Environments: %d", len(environments)))
	list := make([]listedEnvironment, 0, len(environments))
	for _, env := range environments {
		tags, err := e.named(ctx, env.Tags)
		if err != nil {
			return err
		}
		list = append(list, listedEnvironment{env.ID, env.Name, env.Status, tagNames(tags)})
		e.job.Infof("%q (%s) %s; tags: %s", env.Name, env.ID, env.Status, quoted(tagNames(tags)))
	}
	end()
	e.out.set("count", strconv.Itoa(len(list)))
	return e.setJSON("environments", list)
}

// filtered lists by the filters, of which the service wants ids.
func (e *environmentStory) filtered(ctx context.Context) ([]scalr.Environment, error) {
	f := scalr.EnvironmentFilter{AccountID: e.in.AccountID, Query: e.in.Filter.Query, LatestRunDate: e.in.Filter.LatestRunDate, Sort: e.in.Filter.Sort}
	tag, some, err := e.tagFilter(ctx, e.in.Filter.Tag)
	if err != nil || !some {
		return nil, err
	}
	f.Tag = tag
	if e.in.Filter.PolicyGroup != "" {
		groups, err := e.policyGroups(ctx, []string{e.in.Filter.PolicyGroup})
		if err != nil {
			return nil, err
		}
		f.PolicyGroup = groups[0].ID
	}
	return e.client.Environments(ctx, f)
}

// absent deletes the environment, unless that would take workspaces with it.
func (e *environmentStory) absent(ctx context.Context) error {
	env, ok, err := e.find(ctx)
	if err != nil {
		return err
	}
	if !ok {
		e.job.Infof("There is no environment %q that the token can see: nothing to delete.", e.in.Name+e.in.EnvironmentID)
		return nil
	}
	e.at(env)
	if err := e.empty(ctx, env); err != nil {
		return err
	}
	err = e.client.DeleteEnvironment(ctx, env.ID)
	if gone(err) {
		// Gone meanwhile, or not allowed: a look tells.
		if _, there, lookErr := environmentWithID(ctx, e.client, env.ID); lookErr == nil && !there {
			err = nil
		}
	}
	if err != nil {
		return err
	}
	e.did("Deleted environment %q (%s).", env.Name, env.ID)
	return nil
}

// empty refuses an environment that has workspaces.
func (e *environmentStory) empty(ctx context.Context, env scalr.Environment) error {
	list, err := e.client.Workspaces(ctx, scalr.WorkspaceFilter{EnvironmentID: env.ID})
	if err != nil {
		return err
	}
	var names []string
	for _, w := range list {
		if w.EnvironmentID == env.ID {
			names = append(names, w.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return found(codeInUse, "Environment %q (%s) cannot be deleted while it has workspaces. It has %d: %s.", env.Name, env.ID, len(names), few(names))
}

// mostNamed is how many names are told where there may be many.
const mostNamed = 10

func few(names []string) string {
	if len(names) <= mostNamed {
		return quoted(names)
	}
	return fmt.Sprintf("%s and %d more", quoted(names[:mostNamed]), len(names)-mostNamed)
}
