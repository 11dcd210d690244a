package action

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
	"scalr-run-action/internal/secret"
)

// Env is all that the step touches outside its own memory and the disk.
type environ struct {
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

// step is what all stories share: the job around us and what may end it.
type step struct {
	env    environ
	job    *job.Job
	redact *secret.Redactor
	stops  *interrupts
	began  time.Time
	// deadline is when the step should be over; zero without a timeout.
	deadline time.Time
}

// begin sets up a step. Its context ends when somebody asks the step to stop.
func begin(ctx context.Context, env environ) (*step, context.Context, func()) {
	if env.Pace == (follow.Pace{}) {
		env.Pace = follow.DefaultPace
	}
	s := &step{env: env, redact: new(secret.Redactor), began: time.Now()}
	ctx, s.stops = listen(ctx, env.Signals)
	out := newStdout(env.Stdout, ctx)
	s.job = job.New(job.Options{Environ: env.Environ, Stdout: out, HTTP: env.HTTP, Redact: s.redact, UserAgent: s.userAgent(), Broken: s.stops.broken})
	return s, ctx, func() { out.close(); s.stops.close() }
}

// source is where inputs come from, and what of the event decides about secrets.
func (s *step) source() inputs.Source {
	e := s.job.Event()
	return inputs.Source{
		Get:   s.job.Input,
		Env:   s.job.Env,
		Given: s.job.InputNames(),
		Origin: inputs.Origin{
			OnGitHub:    s.job.OnGitHub(),
			Fork:        e.PullRequest.Fork,
			Event:       e.Name,
			ForkHead:    e.Head != job.HeadTrusted, // what cannot be shown to be none counts as a fork
			HeadUnknown: e.Head == job.HeadUnknown,
			Dependabot:  e.IsDependabot,
			HasIDToken:  s.job.Env("ACTIONS_ID_TOKEN_REQUEST_URL") != "",
		},
	}
}

// note tells the remarks about the inputs.
func (s *step) note(notes inputs.Notes) {
	for _, n := range notes {
		if n.Warning {
			s.job.Warnf("%s", n.Text)
		} else {
			s.job.Noticef("%s", n.Text)
		}
	}
}

// elapsed is the time of the whole step until now.
func (s *step) elapsed() time.Duration { return time.Since(s.began) }

// userAgent says who we are. The service derives from it where a run came from.
func (s *step) userAgent() string { return "scalr-run-action/" + s.env.Version }

// recover turns a fault of ours into an error that can be reported. A run that
// exists is left to the post step.
func (s *step) recover(code *int) {
	fault := recover()
	if fault == nil {
		return
	}
	o := outcome{result: "unreachable", code: codeInternal, problem: fmt.Sprintf("a fault of this action: %v", fault)}
	s.job.Debugf("%s", debug.Stack())
	s.conclude(o, nil)
	*code = 3
}
