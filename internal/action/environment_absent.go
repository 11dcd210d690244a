package action

import (
	"context"
	"fmt"

	"scalr-run-action/internal/scalr"
)

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
	if len(list) == 0 {
		return nil
	}
	var names []string
	for _, w := range list {
		names = append(names, w.Name)
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
