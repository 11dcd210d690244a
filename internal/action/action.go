// Package action is what the step does, told in order.
//
// Main picks the story by the name that the program was called by: the run
// action, the two companions, or the post step. A story collects what it learns
// in its own struct, ends in an outcome, and publishes whatever was learned by
// then. Advice to the user is given in advice.go and nowhere else.
package action

import (
	"context"
	"path"
)

// Env is all that the step touches outside its own memory and the disk.
type Env = environ

// Main tells the story that the program's name asks for and gives the exit code
// of the contract. It may be called several times in one process.
func Main(ctx context.Context, env Env) (code int) {
	s, ctx, end := begin(ctx, env)
	defer end()
	defer s.recover(&code)
	switch name(env.Args) {
	case "scalr-run-post":
		return Post(ctx, s)
	case "scalr-environment":
		return Environment(ctx, s)
	case "scalr-workspace":
		return Workspace(ctx, s)
	}
	return Run(ctx, s)
}

func name(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return path.Base(args[0])
}
