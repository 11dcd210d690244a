// Package run implements the run action and its post step. A command records each fact as soon as it is known, and
// reports all recorded facts, regardless of how it ends.
package run

import (
	"context"
	"errors"
	"io"
	"strings"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/progress"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

// command is one run of the run action, and what it has learned so far.
type command struct {
	*step.Step
	in       inputs.Run
	client   *scalr.Client
	narrator *progress.Logger
	follower follow.Follower
	logs     *stageLogs
	out      step.Outputs
	facts    facts

	ours  bool             // this step created the run
	asked scalr.RunRequest // by this step; of a post step only whose run it is
	// expected reports whether a run is the one that was requested; nil accepts any.
	expected func(scalr.Run) *unexpectedRun
	sweep    bool // a creation was doubtful: a second run may appear

	accepted     acceptance
	stateWarned  bool // it was reported that GITHUB_STATE cannot be written
	stopAccepted bool // Scalr accepted the request to stop the run, or there was nothing to stop
}

// Main runs the run action and returns the exit code.
func Main(ctx context.Context, s *step.Step) int {
	in, notes, err := inputs.LoadRun(s.InputSource())
	s.ShowNotes(notes)
	if err != nil {
		return refuseInputs(s, in, step.Explain(ctx, andPath(ctx, s, in, err)))
	}
	r := newCommand(s, in)
	timed, cancel := s.WithTimeout(ctx, in.Timeout)
	defer cancel()
	o, err := r.execute(timed)
	if err == nil && o.ExitCode() == 0 && r.facts.run.ID != "" {
		_, err = r.verify(timed, r.facts.run) // no good result for another run
	}
	var wrong *unexpectedRun
	switch {
	case errors.As(err, &wrong) && r.ours:
		o = r.stopWrongRun(timed, wrong)
	case err != nil:
		o = step.Explain(timed, err)
	}
	return r.publish(r.located(step.WithAdvice(o)))
}

// located adds where to look at the run, if something is wrong with it.
func (r *command) located(o step.Outcome) step.Outcome {
	if url := r.facts.runURL; o.ExitCode() != 0 && url != "" && !strings.Contains(o.Problem, url) {
		o.Problem = strings.TrimSpace(o.Problem + " " + url)
	}
	return o
}

func newCommand(s *step.Step, in inputs.Run) *command {
	r := &command{Step: s, in: in, out: s.NewOutputs(), logs: &stageLogs{step: s}}
	r.narrator = &progress.Logger{Job: s.Job, Untrusted: func() io.WriteCloser { return s.Job.UntrustedWriter() }, Copy: r.logs.writer}
	s.Job.Mask(in.Token)
	s.Job.Mask(in.GitHubToken)
	s.MaskVariables(in.Variables)
	return r
}

// execute does what the mode says.
func (r *command) execute(ctx context.Context) (step.Outcome, error) {
	if err := r.CheckProxyAndCA(); err != nil {
		return step.Outcome{}, err
	}
	switch r.in.Mode {
	case inputs.ModeRun:
		return r.createAndWait(ctx)
	case inputs.ModeCheck:
		return r.check(ctx)
	}
	return r.actOnExisting(ctx)
}

// createAndWait is the main job. Whatever can be refused without a request is refused
// first; the bundle is packed while Scalr is asked about the workspace.
func (r *command) createAndWait(ctx context.Context) (step.Outcome, error) {
	listing, err := r.list(ctx)
	if err != nil {
		return step.Outcome{}, err
	}
	if r.client, err = r.Step.SignIn(ctx, r.in.Access, r.narrator.Retrying); err != nil {
		return step.Outcome{}, err
	}
	bundle := r.pack(ctx, listing)
	defer bundle.close()
	if err := r.prepare(ctx, listing); err != nil {
		return step.Outcome{}, err
	}
	configuration, err := r.deliver(ctx, bundle)
	if err != nil {
		return step.Outcome{}, err
	}
	policy := policyFor(r.in, r.facts.workspace)
	run, err := r.create(ctx, configuration, policy)
	if err != nil {
		return step.Outcome{}, err
	}
	if !r.in.Wait && ctx.Err() == nil {
		r.cancelLastDuplicates()
		return step.Outcome{Result: result.Started}, nil
	}
	return r.waitAndDecide(ctx, run, policy)
}

// waitAndDecide follows a run until it is final or needs a person, and decides what
// that means.
func (r *command) waitAndDecide(ctx context.Context, run scalr.Run, policy applyPolicy) (step.Outcome, error) {
	run, o, done, err := r.waitForRun(ctx, run, "")
	if done || err != nil {
		return o, err
	}
	return r.decide(ctx, run, policy)
}

// waitForRun follows a run until it is final or needs a person, or until the step is
// interrupted, which decides the outcome then.
func (r *command) waitForRun(ctx context.Context, run scalr.Run, leaving scalr.Status) (rests scalr.Run, o step.Outcome, done bool, err error) {
	ending, err := r.follow(ctx, run, leaving)
	if err != nil || ending.StopCause == nil {
		return ending.Run, step.Outcome{}, false, err
	}
	return ending.Run, r.outcomeOfStop(ctx, ending), true, nil
}

// decide judges a run that rests: gates first, so that nothing is applied which
// they forbid.
func (r *command) decide(ctx context.Context, run scalr.Run, policy applyPolicy) (step.Outcome, error) {
	failures := r.judge(ctx, run, policy.stepConfirms())
	if len(failures) > 0 {
		return r.reject(ctx, run, failures), nil
	}
	o := r.outcomeOf(ctx, run)
	switch {
	case policy.stepConfirms() && (o.Result == result.NeedsConfirmation || o.Result == result.Saved):
		return r.confirm(ctx, run)
	case r.ours && o.Result == result.NoChanges && !run.Status.IsFinal():
		r.discardIdleRun(ctx, run)
	}
	switch o.Result {
	case result.NeedsConfirmation:
		o.Problem = "Run " + run.ID + " is waiting for confirmation: " + r.facts.runURL
	case result.Saved:
		o.Problem = "Run " + run.ID + " has saved its plan. A step with `mode: confirm` applies exactly this plan: " + r.facts.runURL
	}
	return o, nil
}

// discardIdleRun ends a run that has nothing to apply, so that the queue goes on.
func (r *command) discardIdleRun(ctx context.Context, run scalr.Run) {
	if _, err := runs.Stop(ctx, r.client, run, r.stopOptions("nothing to apply")); err != nil {
		r.Job.Warnf("Run %s has nothing to apply but blocks the workspace's queue, and could not be discarded: %s", run.ID, step.Sentence(err))
	}
}
