package resource

import (
	"context"
	"slices"
	"strings"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// environmentCommand is one execution of the environment action.
type environmentCommand struct {
	companion
	in inputs.Environment
}

// Environment runs the environment action and returns the exit code.
func Environment(ctx context.Context, s *step.Step) int {
	in, notes, err := inputs.LoadEnvironment(s.InputSource())
	s.ShowNotes(notes)
	if slices.ContainsFunc(s.Job.InputNames(), func(name string) bool { return strings.ReplaceAll(name, "_", "-") == "cloud-credentials" }) {
		s.Job.Warnf("%s", step.CloudCredentialsRemoved)
	}
	if err != nil {
		return s.Finish(step.Explain(ctx, err), nil)
	}
	e := &environmentCommand{companion: companion{Step: s, out: s.NewOutputs()}, in: in}
	return e.run(ctx, in.Access, e.execute)
}

func (e *environmentCommand) execute(ctx context.Context) error {
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

// find returns the environment that the inputs name, and whether it exists.
func (e *environmentCommand) find(ctx context.Context) (scalr.Environment, bool, error) {
	if e.in.EnvironmentID != "" {
		return lookup.EnvironmentByID(ctx, e.client, e.in.EnvironmentID)
	}
	return e.client.EnvironmentNamed(ctx, e.in.AccountID, e.in.Name)
}

// missing returns the error for an environment that does not exist.
func (e *environmentCommand) missing(ctx context.Context) error {
	if e.in.EnvironmentID != "" {
		return lookup.MissingEnvironment(ctx, e.client, e.in.EnvironmentID)
	}
	return lookup.MissingEnvironment(ctx, e.client, e.in.Name)
}

// recordEnvironment sets the outputs that identify the environment.
func (e *environmentCommand) recordEnvironment(env scalr.Environment) {
	url := e.client.EnvironmentURL(env.ID)
	e.out.Set("environment-id", env.ID)
	e.out.Set("environment-url", url)
	e.Job.Infof("Environment %q (%s) %s", env.Name, env.ID, url)
}

// setOutputs sets the outputs that describe the environment.
func (e *environmentCommand) setOutputs(env scalr.Environment) error {
	e.out.SetText("name", env.Name)
	e.out.Set("status", env.Status)
	return e.setTags(env.Tags)
}

func (e *environmentCommand) show(ctx context.Context) error {
	env, ok, err := e.find(ctx)
	if err != nil {
		return err
	}
	if !ok {
		return e.missing(ctx)
	}
	e.recordEnvironment(env)
	if env.Tags, err = e.resolveTagNames(ctx, env.Tags); err != nil {
		return err
	}
	e.Job.Infof("Status: %s; tags: %s.", env.Status, quoted(lookup.TagNames(env.Tags)))
	return e.setOutputs(env)
}
