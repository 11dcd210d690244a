// Package action is the entry point of the program: Main selects the command by the name of the executable. The
// commands are in action/run (the run action and its post step), action/resource (the environment and workspace
// actions) and action/fleet (the affected and overview actions); shared code is in action/step and action/lookup.
package action

import (
	"context"
	"path"

	"scalr-run-action/internal/action/fleet"
	"scalr-run-action/internal/action/resource"
	"scalr-run-action/internal/action/run"
	"scalr-run-action/internal/action/step"
)

// Env is the environment of a step.
type Env = step.Env

// Main executes the command selected by the base name of env.Args[0] and returns the exit code. It may be called
// several times in one process.
func Main(ctx context.Context, env Env) (code int) {
	s, ctx, end := step.Begin(ctx, env)
	defer end()
	defer s.Recover(&code)
	switch name(env.Args) {
	case "scalr-run-post":
		return run.Post(ctx, s)
	case "scalr-environment":
		return resource.Environment(ctx, s)
	case "scalr-workspace":
		return resource.Workspace(ctx, s)
	case "scalr-overview":
		return fleet.Overview(ctx, s)
	case "scalr-affected":
		return fleet.Affected(ctx, s)
	}
	return run.Main(ctx, s)
}

// name returns the base name of the executable.
func name(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return path.Base(args[0])
}
