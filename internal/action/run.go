package action

import (
	"context"
	"errors"
	"io"
	"strings"

	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/progress"
	"scalr-run-action/internal/report"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// runStory is what the root action does, and what it has learned so far.
type runStory struct {
	*step
	in       inputs.Run
	client   *scalr.Client
	tell     *progress.Narrator
	follower follow.Follower
	logs     *stageLogs
	out      outputs
	report   report.Report

	ours  bool             // this step created the run
	asked scalr.RunRequest // by this step; of a post step only whose run it is
	// expected tells whether a run is the one that was asked for; nil without any wish.
	expected  func(scalr.Run) *unexpectedRun
	confirms  bool   // a gate has to be passed, and then we confirm
	sweep     bool   // a creation was doubtful: a second run may appear
	directory string // that was sent, relative to the checkout; "" for a ready archive

	planned      *tfplan.Plan // once it was read
	applied      *applied     // the same
	planFileName string       // of its JSON, for later steps
	accepted     acceptance
	stateWarned  bool // it was reported that GITHUB_STATE cannot be written
	stopAccepted bool // Scalr took our wish to stop the run, or there was nothing to stop
}

// Run tells the root action's story and gives the exit code.
func Run(ctx context.Context, s *step) int {
	in, notes, err := inputs.LoadRun(s.source())
	s.note(notes)
	if err != nil {
		return refuseInputs(s, in, explain(ctx, andPath(ctx, s, in, err)))
	}
	r := newRunStory(s, in)
	timed, cancel := s.withTimeout(ctx, in.Timeout)
	defer cancel()
	o, err := r.act(timed)
	if err == nil && o.exit() == 0 && r.report.Run.ID != "" {
		_, err = r.verify(timed, r.report.Run) // no good result for another run
	}
	var wrong *unexpectedRun
	switch {
	case errors.As(err, &wrong) && r.ours:
		o = r.stopWrongRun(timed, wrong)
	case err != nil:
		o = explain(timed, err)
	}
	return r.publish(r.located(advised(o)))
}

// located adds where to look at the run, if something is wrong with it.
func (r *runStory) located(o outcome) outcome {
	if url := r.report.RunURL; o.exit() != 0 && url != "" && !strings.Contains(o.problem, url) {
		o.problem = strings.TrimSpace(o.problem + " " + url)
	}
	return o
}

func newRunStory(s *step, in inputs.Run) *runStory {
	r := &runStory{step: s, in: in, out: s.newOutputs(), logs: &stageLogs{step: s}}
	r.tell = &progress.Narrator{Job: s.job, Foreign: func() io.WriteCloser { return s.job.Foreign() }, Copy: r.logs.writer}
	s.job.Mask(in.Token)
	s.job.Mask(in.GitHubToken)
	all := true
	for _, v := range in.Variables {
		if v.Sensitive {
			all = s.job.Mask(v.Value) && all
		}
	}
	if !all {
		s.job.Warnf("The sensitive variables are too many, or too long, to be redacted in every encoding: log and reports may show some of them in base64 or hex.")
	}
	return r
}

// act does what the mode says.
func (r *runStory) act(ctx context.Context) (outcome, error) {
	if err := r.surroundings(); err != nil {
		return outcome{}, err
	}
	switch r.in.Mode {
	case inputs.ModeRun:
		return r.start(ctx)
	case inputs.ModeCheck:
		return r.check(ctx)
	}
	return r.existing(ctx)
}

// start is the main job. Whatever can be refused without a request is refused
// first; the bundle is packed while Scalr is asked about the workspace.
func (r *runStory) start(ctx context.Context) (outcome, error) {
	listing, err := r.list(ctx)
	if err != nil {
		return outcome{}, err
	}
	if r.client, err = r.step.client(ctx, r.in.Access, r.tell.Retrying); err != nil {
		return outcome{}, err
	}
	bundle := r.pack(ctx, listing)
	defer bundle.close()
	if err := r.prepare(ctx, listing); err != nil {
		return outcome{}, err
	}
	configuration, err := r.deliver(ctx, bundle)
	if err != nil {
		return outcome{}, err
	}
	run, err := r.create(ctx, configuration)
	if err != nil {
		return outcome{}, err
	}
	if !r.in.Wait && ctx.Err() == nil {
		r.sweepLast()
		return outcome{result: "started"}, nil
	}
	return r.see(ctx, run)
}

// see follows a run until it rests and decides what that means.
func (r *runStory) see(ctx context.Context, run scalr.Run) (outcome, error) {
	run, o, done, err := r.untilItRests(ctx, run, "")
	if done || err != nil {
		return o, err
	}
	return r.decide(ctx, run)
}

// untilItRests follows a run until it rests; or until the step is interrupted, which
// is done with the outcome then.
func (r *runStory) untilItRests(ctx context.Context, run scalr.Run, leaving scalr.Status) (rests scalr.Run, o outcome, done bool, err error) {
	ending, err := r.follow(ctx, run, leaving)
	if err != nil || ending.StopCause == nil {
		return ending.Run, outcome{}, false, err
	}
	return ending.Run, r.stopped(ctx, ending), true, nil
}

// decide judges a run that rests: gates first, so that nothing is applied which
// they forbid.
func (r *runStory) decide(ctx context.Context, run scalr.Run) (outcome, error) {
	failures := r.judge(ctx, run, r.confirms)
	if len(failures) > 0 {
		return r.reject(ctx, run, failures), nil
	}
	o := r.outcomeOf(ctx, run)
	switch {
	case r.confirms && (o.result == "needs-confirmation" || o.result == "saved"):
		return r.confirm(ctx, run)
	case r.ours && o.result == "no-changes" && !run.Status.Over():
		r.free(ctx, run)
	}
	switch o.result {
	case "needs-confirmation":
		o.problem = "Run " + run.ID + " waits for somebody to confirm it: " + r.report.RunURL
	case "saved":
		o.problem = "Run " + run.ID + " has saved its plan. A step with `mode: confirm` applies it as it is: " + r.report.RunURL
	}
	return o, nil
}

// free ends a run that has nothing to apply, so that the queue goes on.
func (r *runStory) free(ctx context.Context, run scalr.Run) {
	if _, err := r.client.Stop(ctx, run, r.ending("nothing to apply")); err != nil {
		r.job.Warnf("Run %s has nothing to apply but holds the workspace's queue, and it could not be discarded: %s", run.ID, sentence(err))
	}
}
