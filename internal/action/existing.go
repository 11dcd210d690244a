package action

import (
	"context"
	"errors"
	"fmt"

	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// existing is the story of the modes that act on a run which is there already.
func (r *runStory) existing(ctx context.Context) (outcome, error) {
	var err error
	if r.client, err = r.step.client(ctx, r.in.Access, r.tell.Retrying); err != nil {
		return outcome{}, err
	}
	run, err := r.client.Run(ctx, r.in.RunID)
	if errors.Is(err, scalr.ErrNotFound) || errors.Is(err, scalr.ErrForbidden) {
		return outcome{}, found(codeRunMissing, "There is no run %s, or the token cannot see it. %s.", r.in.RunID, sentence(err))
	}
	if err != nil {
		return outcome{}, err
	}
	if err := r.expectExisting(ctx, run); err != nil {
		return outcome{}, err
	}
	if run, err = r.verify(ctx, run); err != nil {
		return outcome{}, fmt.Errorf("%w Nothing was changed.", err)
	}
	if w, err := r.client.Workspace(ctx, run.WorkspaceID); err == nil {
		r.at(w)
		run.EnvironmentID = w.EnvironmentID
	}
	r.out.set("workspace-id", run.WorkspaceID)
	r.out.set("environment-id", run.EnvironmentID)
	r.out.set("configuration-version-id", run.ConfigurationID)
	r.known(run)
	switch r.in.Mode {
	case inputs.ModeConfirm:
		return r.confirmExisting(ctx, run)
	case inputs.ModeOverride:
		return r.override(ctx, run)
	case inputs.ModeDiscard:
		return r.end(ctx, run, "discarded")
	case inputs.ModeCancel:
		return r.end(ctx, run, "canceled")
	}
	return r.see(ctx, run)
}

// confirmExisting waits until the run rests, judges it by the gates, and applies
// it as it was reviewed.
func (r *runStory) confirmExisting(ctx context.Context, run scalr.Run) (outcome, error) {
	if run.Dry {
		return outcome{}, found(codeNotWaiting, "Run %s is a dry run: it changes nothing, and there is nothing to confirm.", run.ID)
	}
	if !run.Waiting() && !run.Status.Applying() && !run.Status.Over() {
		ending, err := r.follow(ctx, run, "")
		if err != nil {
			return outcome{}, err
		}
		if ending.Told != nil {
			return r.stopped(ctx, ending), nil
		}
		run = ending.Run
	}
	if run.Status.Applying() {
		return r.ended(ctx, run, "")
	}
	r.confirms = true
	if failures := r.judge(run, true); len(failures) > 0 && !run.Status.Over() {
		return r.reject(ctx, run, failures), nil
	}
	if run.Stage() == scalr.Override || !run.Waiting() {
		return ofRun(run), nil
	}
	return r.confirm(ctx, run)
}

// override lets a run go on past its soft policy failures.
func (r *runStory) override(ctx context.Context, run scalr.Run) (outcome, error) {
	r.confirms = run.AutoApply // then the override is all that stands before the apply
	if failures := r.judge(run, r.confirms); len(failures) > 0 && run.Stage() == scalr.Override {
		return r.reject(ctx, run, failures), nil
	}
	r.confirms = false
	overridden := 0
	for _, p := range run.Policies {
		if p.Status != "soft_failed" {
			continue
		}
		if err := r.client.Override(ctx, p.ID); err != nil && !errors.Is(err, scalr.ErrConflict) {
			return outcome{}, err
		}
		overridden++
		r.accepted = acceptance{"override", run.Status}
	}
	switch {
	case run.Status.Over():
		return ofRun(run), nil
	case overridden == 0 && run.Stage() == scalr.Override:
		return outcome{}, found(codeNotWaiting, "Run %s waits for an override, but Scalr tells of no policy check that can be overridden.", run.ID)
	case overridden == 0 && !r.in.Wait:
		return outcome{}, found(codeNotWaiting, "No policy check of run %s waits for an override.", run.ID)
	case overridden == 0:
		r.job.Noticef("No policy check of run %s waits for an override.", run.ID)
	default:
		r.job.Infof("Overrode %d policy checks of run %s", overridden, run.ID)
	}
	switch {
	case !r.in.Wait:
		return outcome{result: "overridden"}, nil
	case overridden == 0:
		return r.ended(ctx, run, "")
	}
	return r.ended(ctx, run, run.Status)
}

// end discards or cancels a run; one that is over already needs nothing.
func (r *runStory) end(ctx context.Context, run scalr.Run, result string) (outcome, error) {
	done := outcome{result: result, asked: true}
	if !run.Status.Over() {
		if result == "discarded" && run.Stage() == scalr.Working {
			return outcome{}, found(codeNotWaiting, "Run %s is %s: only a run that waits can be discarded. `mode: cancel` stops one that works.", run.ID, run.Status)
		}
		how := scalr.Stopping{Comment: r.comment(result), Apply: result == "canceled", Patient: true, Check: r.mayStop}
		stop, err := r.client.Stop(ctx, run, how)
		if err != nil {
			return outcome{}, err
		}
		r.seen(stop.LastKnown)
		if stop.GoesOn {
			return outcome{}, found(codeNotWaiting, "Run %s is being applied: it cannot be discarded any more.", run.ID)
		}
		run = stop.LastKnown
		if !r.in.Wait {
			return done, nil
		}
		r.accepted = acceptance{stop.Verb, run.Status}
		ending, err := r.untilOver(ctx, run)
		if err != nil {
			return outcome{}, err
		}
		if run = ending.Run; !run.Status.Over() {
			return r.stopped(ctx, ending), nil
		}
	}
	if run.Status == "applied" {
		return outcome{result: result, asked: true, code: codeTooLate, problem: "Run " + run.ID + " was applied already: " + r.report.RunURL}, nil
	}
	return done, nil
}

// untilOver follows a run that was asked to end.
func (r *runStory) untilOver(ctx context.Context, run scalr.Run) (follow.Ending, error) {
	ending := follow.Ending{Run: run}
	for !ending.Run.Status.Over() && ending.Told == nil {
		var err error
		if ending, err = r.follow(ctx, ending.Run, ending.Run.Status); err != nil {
			return ending, err
		}
	}
	return ending, nil
}
