package action

import (
	"context"
	"slices"
	"strings"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// environmentStory is what the environment action does.
type environmentStory struct {
	companion
	in inputs.Environment
}

// Environment tells the environment action's story and gives the exit code.
func Environment(ctx context.Context, s *step) int {
	in, notes, err := inputs.LoadEnvironment(s.source())
	s.note(notes)
	if slices.ContainsFunc(s.job.InputNames(), func(name string) bool { return strings.ReplaceAll(name, "_", "-") == "cloud-credentials" }) {
		s.job.Warnf("%s", cloudCredentialsGone)
	}
	if err != nil {
		return s.conclude(explain(ctx, err), nil)
	}
	e := &environmentStory{companion: companion{step: s, out: s.newOutputs()}, in: in}
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
	return e.client.EnvironmentNamed(ctx, e.in.AccountID, e.in.Name)
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
	e.out.set("name", oneLine(env.Name))
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
