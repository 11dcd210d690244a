package action

import (
	"context"
	"errors"
	"slices"
	"time"

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
		return outcome{}, unchangedBy(err)
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

// confirmExisting waits until the run waits for a person, judges it by the gates,
// and applies it as it was reviewed. A run that somebody else has applied is judged
// as well.
func (r *runStory) confirmExisting(ctx context.Context, run scalr.Run) (outcome, error) {
	if run.Dry {
		return outcome{}, found(codeNotWaiting, "Run %s is a dry run: it changes nothing, and there is nothing to confirm.", run.ID)
	}
	r.confirms = true
	if run.Waiting() && run.Stage() != scalr.Override && !r.in.FailOn.Any() {
		return r.confirm(ctx, run)
	}
	return r.see(ctx, run)
}

// override lets a run go on past its soft policy failures, once it waits for that
// and passes the gates. If the run then waits for a person, that is judged, too.
func (r *runStory) override(ctx context.Context, run scalr.Run) (outcome, error) {
	run, o, done, err := r.untilItRests(ctx, run, "")
	if done || err != nil {
		return o, err
	}
	if run.Stage() == scalr.Override && r.in.FailOn.Any() {
		r.planToJudge(ctx, run) // ahead, since it may take a while
		look, err := r.look(ctx, run.ID)
		switch {
		case err != nil && ctx.Err() != nil:
			return r.ended(ctx, run, "")
		case err != nil:
			return outcome{}, err
		}
		run = look
	}
	if run.Stage() != scalr.Override {
		return r.nothingToOverride(ctx, run)
	}
	if failures := r.judge(ctx, run, true); len(failures) > 0 {
		return r.reject(ctx, run, failures), nil
	}
	overridden := run.Status
	switch run, err = r.overrideChecks(ctx, run); {
	case err != nil && ctx.Err() != nil:
		return r.ended(ctx, run, overridden)
	case err != nil:
		return outcome{}, err
	case !r.in.Wait && !run.Status.Over():
		return outcome{result: "overridden"}, nil
	}
	if run, o, done, err = r.untilItRests(ctx, run, overridden); done || err != nil {
		return o, err
	}
	return r.decide(ctx, run)
}

// nothingToOverride goes on with a run that does not wait for an override.
func (r *runStory) nothingToOverride(ctx context.Context, run scalr.Run) (outcome, error) {
	switch {
	case run.Status.Over():
		return r.decide(ctx, run)
	case !r.in.Wait:
		return outcome{}, found(codeNotWaiting, "No policy check of run %s waits for an override.", run.ID)
	}
	r.job.Noticef("No policy check of run %s waits for an override.", run.ID)
	return r.see(ctx, run)
}

// overrideChecks overrides each policy check that failed softly. A conflict means
// that somebody else was faster, which the run shows, or that Scalr does not allow
// it. It returns the run as last seen.
func (r *runStory) overrideChecks(ctx context.Context, run scalr.Run) (scalr.Run, error) {
	if !overridable(run) {
		return run, found(codeNotWaiting, "Run %s waits for an override, but Scalr reports no policy check that can be overridden.", run.ID)
	}
	for began := time.Now(); ; {
		refused := r.overrideEach(ctx, run)
		if !errors.Is(refused, scalr.ErrConflict) {
			return run, refused
		}
		look, err := r.look(ctx, run.ID)
		switch {
		case err != nil:
			return run, err
		case !look.Status.Before(run.Status):
			run = look
		}
		switch {
		case run.Stage() != scalr.Override || !overridable(run):
			r.job.Infof("Run %s was overridden or ended meanwhile", run.ID)
			return run, nil
		case time.Since(began) > notYet: // until then, what Scalr shows may be old
			return run, found(codeNotWaiting, "Scalr does not let run %s be overridden while it is %q: %s.", run.ID, run.Status, sentence(refused))
		}
		if err := pause(ctx, r.env.Pace.Again); err != nil {
			return run, err
		}
	}
}

// overridable reports whether a policy check of the run failed softly and was not
// overridden yet.
func overridable(run scalr.Run) bool { return slices.ContainsFunc(run.Policies, failedSoftly) }

func failedSoftly(p scalr.PolicyCheck) bool { return p.Status == "soft_failed" }

// overrideEach posts the overrides, and returns a conflict only after all of them.
func (r *runStory) overrideEach(ctx context.Context, run scalr.Run) (conflict error) {
	overridden := 0
	for _, p := range run.Policies {
		if !failedSoftly(p) {
			continue
		}
		switch err := r.client.Override(ctx, p.ID); {
		case errors.Is(err, scalr.ErrConflict):
			conflict = err
		case err != nil:
			return err
		default:
			overridden++
			r.accepted = acceptance{"override", run.Status}
		}
	}
	if overridden > 0 {
		r.job.Infof("Overrode %d policy checks of run %s", overridden, run.ID)
	}
	return conflict
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
	for !ending.Run.Status.Over() && ending.StopCause == nil {
		var err error
		if ending, err = r.follow(ctx, ending.Run, ending.Run.Status); err != nil {
			return ending, err
		}
	}
	return ending, nil
}
