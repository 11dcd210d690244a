// Package action is what the step does, told in order.
//
// Main picks the story by the name that the program was called by: the run
// action, the two companions, or the post step. A story collects what it learns
// in its own struct, ends in an outcome, and publishes whatever was learned by
// then. Advice to the user is given in advice.go and nowhere else.
package action

import (
	"context"
	"io"
	"net/http"
	"os"
	"path"

	"scalr-run-action/internal/follow"
)

// Env is all that the step touches outside its own memory and the disk.
type Env struct {
	Args    []string // as os.Args; only the name at the front counts
	Environ []string // as os.Environ gives it
	Stdout  io.Writer
	HTTP    *http.Client
	// Signals brings what asks the step to stop. The first one stops it in good
	// order, the second one at once.
	Signals <-chan os.Signal
	Pace    follow.Pace // zero means follow.DefaultPace
	Version string      // ours, for the User-Agent
}

// Main tells the story that the program's name asks for and gives the exit code
// of the contract. It may be called several times in one process.
func Main(ctx context.Context, env Env) (code int) {
	s, ctx, end := begin(ctx, env)
	defer end()
	defer s.recover(&code)
	switch name(env.Args) {
	case "scalr-run-post":
		return s.post(ctx)
	case "scalr-environment":
		return s.environment(ctx)
	case "scalr-workspace":
		return s.workspace(ctx)
	}
	return s.run(ctx)
}

func name(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return path.Base(args[0])
}
