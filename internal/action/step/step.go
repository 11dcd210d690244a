// Package step contains the parts that all commands share: the GitHub job, interruption, sign-in and reporting the
// outcome. Each command returns an Outcome. The error codes are in codes.go; advices.go has the result and the advice
// for each of them.
package step

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/secret"
)

// Env is the environment of a step.
type Env struct {
	Args    []string // like os.Args; only the first element is used
	Environ []string // like os.Environ
	Stdout  io.Writer
	HTTP    *http.Client
	// Signals receives the signals that stop the step: the first one gracefully, the second one immediately.
	Signals <-chan os.Signal
	Timing  follow.Timing // the zero value means follow.DefaultTiming
	Version string        // version of this action, for the User-Agent
}

// Step is the state that all commands share.
type Step struct {
	Env    Env
	Job    *job.Job
	Redact *secret.Redactor
	stops  *interrupts
	began  time.Time
	// deadline is the time at which the timeout ends the step; zero without a timeout.
	deadline time.Time
	// unblock ends the wait for a stalled reader of the log.
	unblock func()
}

// Begin sets up a step. The returned context ends when the step is interrupted. The returned function releases the
// step's resources.
func Begin(ctx context.Context, env Env) (*Step, context.Context, func()) {
	if env.Timing == (follow.Timing{}) {
		env.Timing = follow.DefaultTiming
	}
	s := &Step{Env: env, Redact: new(secret.Redactor), began: time.Now()}
	ctx, s.stops = listen(ctx, env.Signals)
	unblocked := make(chan struct{})
	s.unblock = sync.OnceFunc(func() { close(unblocked) })
	context.AfterFunc(ctx, s.unblock)
	out := newStdout(env.Stdout, unblocked)
	s.Job = job.New(job.Options{Environ: env.Environ, Stdout: out, HTTP: env.HTTP, Redact: s.Redact, UserAgent: s.UserAgent(), Broken: s.stops.broken})
	return s, ctx, func() { out.close(); s.stops.close() }
}

// InputSource returns the source of the inputs, with the properties of the event that decide whether secrets are
// available.
func (s *Step) InputSource() inputs.Source {
	e := s.Job.Event()
	return inputs.Source{
		Get:   s.Job.Input,
		Env:   s.Job.Env,
		Given: s.Job.InputNames(),
		Origin: inputs.Origin{
			OnGitHub:    s.Job.OnGitHub(),
			Fork:        e.PullRequest.Fork,
			Event:       e.Name,
			ForkHead:    e.Head != job.HeadTrusted, // an unknown head is treated like that of a fork
			HeadUnknown: e.Head == job.HeadUnknown,
			Dependabot:  e.IsDependabot,
			HasIDToken:  s.Job.Env("ACTIONS_ID_TOKEN_REQUEST_URL") != "",
		},
	}
}

// ShowNotes logs the notes about the inputs.
func (s *Step) ShowNotes(notes inputs.Notes) {
	for _, n := range notes {
		if n.Warning {
			s.Job.Warnf("%s", n.Text)
		} else {
			s.Job.Noticef("%s", n.Text)
		}
	}
}

// Elapsed returns the time since the step began.
func (s *Step) Elapsed() time.Duration { return time.Since(s.began) }

// UserAgent returns the User-Agent header. Scalr derives the source of a run from it.
func (s *Step) UserAgent() string { return "scalr-run-action/" + s.Env.Version }

// Recover reports a panic as an internal error and sets the exit code. The post step stops a run that was created
// before the panic.
func (s *Step) Recover(code *int) {
	fault := recover()
	if fault == nil {
		return
	}
	o := Outcome{Result: result.Unreachable, Code: CodeInternalError, Problem: fmt.Sprintf("a bug in this action: %v", fault)}
	s.Job.Debugf("%s", debug.Stack())
	*code = s.Finish(o, nil)
}
