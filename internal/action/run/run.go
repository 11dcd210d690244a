// Package run implements the run action and its post step. A command records each fact as soon as it is known, and
// reports all recorded facts, regardless of the outcome.
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

// command is one execution of the run action.
type command struct {
	*step.Step
	in       inputs.Run
	client   *scalr.Client
	logger   *progress.Logger
	follower follow.Follower
	logs     *stageLogs
	out      step.Outputs
	facts    facts

	created   bool             // this step created the run
	requested scalr.RunRequest // the request for this step's run; in the post step, only the ids
	// expected returns the difference between a run and the expected run. A nil function accepts any run.
	expected         func(scalr.Run) *unexpectedRun
	mayHaveDuplicate bool  // a request to create the run may have been repeated, so there may be a duplicate
	duplicatesErr    error // why the last search for duplicates was not completed

	accepted     acceptance
	stateWarned  bool // a warning about GITHUB_STATE was logged
	stopAccepted bool // Scalr accepted the request to stop the run, or there was nothing to stop
}

// Main runs the run action and returns the exit code.
func Main(ctx context.Context, s *step.Step) int {
	in, notes, err := inputs.LoadRun(s.InputSource())
	s.ShowNotes(notes)
	if err != nil {
		return reportInvalidInputs(s, in, step.Explain(ctx, withPathProblem(ctx, s, in, err)))
	}
	r := newCommand(s, in)
	timed, cancel := s.WithTimeout(ctx, in.Timeout)
	defer cancel()
	o, err := r.execute(timed)
	if err == nil && (o.ExitCode() == 0 || o.Code == step.CodeRunErrored) && r.facts.run.ID != "" {
		_, err = r.verify(timed, r.facts.run) // the result of an unexpected run must not be reported as that of the requested one
	}
	var wrong *unexpectedRun
	switch {
	case errors.As(err, &wrong) && r.created:
		o = r.stopWrongRun(timed, wrong)
	case err != nil:
		o = step.Explain(timed, err)
	}
	return r.publish(r.withRunURL(step.WithAdvice(o)))
}

// withRunURL appends the URL of the run to the problem of a failed step.
func (r *command) withRunURL(o step.Outcome) step.Outcome {
	if url := r.facts.runURL; o.ExitCode() != 0 && url != "" && !strings.Contains(o.Problem, url) {
		o.Problem = strings.TrimSpace(o.Problem + " See " + url)
	}
	return o
}

func newCommand(s *step.Step, in inputs.Run) *command {
	r := &command{Step: s, in: in, out: s.NewOutputs(), logs: &stageLogs{step: s}}
	r.logger = &progress.Logger{Job: s.Job, Untrusted: func() io.WriteCloser { return s.Job.UntrustedWriter() }, Copy: r.logs.writer}
	s.Job.MaskToken(in.Token)
	s.Job.MaskToken(in.GitHubToken)
	s.MaskVariables(in.Variables)
	return r
}

// execute executes the mode.
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

// createAndWait implements the mode run. The archive is packed while the workspace is read.
func (r *command) createAndWait(ctx context.Context) (step.Outcome, error) {
	listing, err := r.list(ctx)
	if err != nil {
		return step.Outcome{}, err
	}
	if r.client, err = r.Step.SignIn(ctx, r.in.Access, r.logger.Retrying); err != nil {
		return step.Outcome{}, err
	}
	archive := r.pack(ctx, listing)
	defer archive.close()
	if err := r.prepare(ctx, listing); err != nil {
		return step.Outcome{}, err
	}
	configuration, err := r.uploadConfiguration(ctx, archive)
	if err != nil {
		return step.Outcome{}, err
	}
	policy := policyFor(r.in, r.facts.workspace)
	run, err := r.create(ctx, configuration, policy)
	if err != nil {
		return step.Outcome{}, err
	}
	if !r.in.Wait && ctx.Err() == nil {
		r.cancelLastDuplicates(r.mayHaveDuplicate)
		return step.Outcome{Result: result.Started}, nil
	}
	return r.waitAndDecide(ctx, run, policy)
}

// waitAndDecide follows a run until it is final or needs a person, and then calls decide.
func (r *command) waitAndDecide(ctx context.Context, run scalr.Run, policy applyPolicy) (step.Outcome, error) {
	run, o, done, err := r.waitForRun(ctx, run, "")
	if done || err != nil {
		return o, err
	}
	return r.decide(ctx, run, policy)
}

// waitForRun follows a run until it is final or needs a person. If the step is interrupted, waitForRun returns the
// outcome and sets done.
func (r *command) waitForRun(ctx context.Context, run scalr.Run, leaving scalr.Status) (last scalr.Run, o step.Outcome, done bool, err error) {
	ending, err := r.follow(ctx, run, leaving)
	if err != nil || ending.StopCause == nil {
		return ending.Run, step.Outcome{}, false, err
	}
	return ending.Run, r.outcomeOfStop(ctx, ending), true, nil
}

// decide evaluates the gates for a run that is final or waiting, and confirms or discards it as the policy requires.
func (r *command) decide(ctx context.Context, run scalr.Run, policy applyPolicy) (step.Outcome, error) {
	failures := r.evaluateGates(ctx, run, policy.stepConfirms())
	if len(failures) > 0 {
		return r.reject(ctx, run, failures), nil
	}
	o := r.outcomeOf(ctx, run)
	switch {
	case (run.Waiting() || run.NothingToApply()) && step.Contradictory(run):
		return r.rejectFailed(ctx, run, o), nil
	case policy.stepConfirms() && (o.Result == result.NeedsConfirmation || o.Result == result.Saved):
		return r.confirm(ctx, run)
	case r.created && o.Result == result.NoChanges && !run.Status.IsFinal():
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

// discardIdleRun discards a run that has nothing to apply, because it would block the workspace's queue.
func (r *command) discardIdleRun(ctx context.Context, run scalr.Run) {
	if _, err := runs.Stop(ctx, r.client, run, r.stopOptions(step.IdleReason)); err != nil {
		r.Job.Warnf("Run %s has nothing to apply but blocks the workspace's queue, and could not be discarded: %s", run.ID, step.Sentence(err))
	}
}
