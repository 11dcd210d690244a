// Package step is what every command shares: the job around it, what may end it,
// sign-in, and how it ends. A command ends in an Outcome; codes.go has the code,
// the exit result and the advice for each failure, and is the only place that
// gives advice.
package step

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/secret"
)

// Env is the environment of a step, besides its memory and the disk.
type Env struct {
	Args    []string // as os.Args; only the name at the front counts
	Environ []string // as os.Environ gives it
	Stdout  io.Writer
	HTTP    *http.Client
	// Signals receives the signals that stop the step: the first one gracefully, the second one immediately.
	Signals <-chan os.Signal
	Timing  follow.Timing // zero means follow.DefaultTiming
	Version string        // ours, for the User-Agent
}

// Step is what all commands share: the job around us and what may end it.
type Step struct {
	Env    Env
	Job    *job.Job
	Redact *secret.Redactor
	stops  *interrupts
	began  time.Time
	// deadline is when the step should be over; zero without a timeout.
	deadline time.Time
}

// Begin sets up a step. Its context ends when the step is interrupted.
func Begin(ctx context.Context, env Env) (*Step, context.Context, func()) {
	if env.Timing == (follow.Timing{}) {
		env.Timing = follow.DefaultTiming
	}
	s := &Step{Env: env, Redact: new(secret.Redactor), began: time.Now()}
	ctx, s.stops = listen(ctx, env.Signals)
	out := newStdout(env.Stdout, ctx)
	s.Job = job.New(job.Options{Environ: env.Environ, Stdout: out, HTTP: env.HTTP, Redact: s.Redact, UserAgent: s.UserAgent(), Broken: s.stops.broken})
	return s, ctx, func() { out.close(); s.stops.close() }
}

// InputSource is where inputs come from, and what of the event decides about secrets.
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
			ForkHead:    e.Head != job.HeadTrusted, // what cannot be shown to be none counts as a fork
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

// Elapsed is the time of the whole step until now.
func (s *Step) Elapsed() time.Duration { return time.Since(s.began) }

// UserAgent says who we are. The service derives from it where a run came from.
func (s *Step) UserAgent() string { return "scalr-run-action/" + s.Env.Version }

// Recover turns a bug in this program into an error that can be reported. A run that exists is left to the post step.
func (s *Step) Recover(code *int) {
	fault := recover()
	if fault == nil {
		return
	}
	o := Outcome{Result: result.Unreachable, Code: CodeInternal, Problem: fmt.Sprintf("a bug in this action: %v", fault)}
	s.Job.Debugf("%s", debug.Stack())
	s.Finish(o, nil)
	*code = 3
}
