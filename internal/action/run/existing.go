package run

import (
	"context"
	"errors"
	"slices"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/units"
)

// actOnExisting implements the modes that act on an existing run.
func (r *command) actOnExisting(ctx context.Context) (step.Outcome, error) {
	var err error
	if r.client, err = r.Step.SignIn(ctx, r.in.Access, r.logger.Retrying); err != nil {
		return step.Outcome{}, err
	}
	run, err := r.client.Run(ctx, r.in.RunID)
	if errors.Is(err, scalr.ErrNotFound) || errors.Is(err, scalr.ErrForbidden) {
		return step.Outcome{}, step.Refuse(step.CodeRunNotFound, "Run %s not found, or the token cannot read it. %s.", r.in.RunID,
			step.Sentence(err))
	}
	if err != nil {
		return step.Outcome{}, err
	}
	if err := r.expectExisting(ctx, run); err != nil {
		return step.Outcome{}, err
	}
	if run, err = r.verify(ctx, run); err != nil {
		return step.Outcome{}, withRunUnchanged(err)
	}
	if w, err := r.client.Workspace(ctx, run.WorkspaceID); err == nil {
		r.recordWorkspace(w)
	}
	run = r.recordRun(run)
	r.out.Set("workspace-id", run.WorkspaceID)
	r.out.Set("environment-id", run.EnvironmentID)
	r.out.Set("configuration-version-id", run.ConfigurationID)
	r.setRunOutputs()
	switch r.in.Mode {
	case inputs.ModeConfirm:
		return r.confirmExisting(ctx, run)
	case inputs.ModeOverride:
		return r.override(ctx, run)
	case inputs.ModeDiscard:
		return r.stopExisting(ctx, run, result.Discarded)
	case inputs.ModeCancel:
		return r.stopExisting(ctx, run, result.Canceled)
	}
	return r.waitAndDecide(ctx, run, appliesByOthers)
}

// confirmExisting waits until the run needs a person, evaluates the gates and confirms the run. The gates are also
// evaluated for a run that another person has applied. Only a saved plan certainly waits: runs pass through the other
// statuses in which a run may wait.
func (r *command) confirmExisting(ctx context.Context, run scalr.Run) (step.Outcome, error) {
	if run.Dry {
		return step.Outcome{}, step.Refuse(step.CodeRunNotWaiting, "Run %s is a dry run: it changes nothing, and there is nothing to confirm.",
			run.ID)
	}
	if run.State() == scalr.Saved && !step.Contradictory(run) && !r.in.FailOn.Any() {
		return r.confirm(ctx, run)
	}
	return r.waitAndDecide(ctx, run, appliesAfterGates)
}

// override overrides the failed soft-mandatory policies of a run after the gates pass. If the run then waits for confirmation,
// the gates are evaluated again.
func (r *command) override(ctx context.Context, run scalr.Run) (step.Outcome, error) {
	run, o, done, err := r.waitForRun(ctx, run, "")
	switch {
	case done || err != nil:
		return o, err
	case run.State() != scalr.Override:
		return r.nothingToOverride(ctx, run)
	case step.Contradictory(run):
		return r.rejectFailed(ctx, run, r.outcomeOf(ctx, run)), nil
	case !slices.ContainsFunc(run.Policies, softFailed):
		return step.Outcome{}, step.Refuse(step.CodeRunNotWaiting, "Run %s waits for an override, but Scalr reports no policy check that can be overridden.",
			run.ID)
	}
	c := r.finalCheck(run, nil)
	err = c.untilAccepted(ctx, "overridden", func() error { return r.overrideEach(ctx, c) })
	switch {
	case err == nil:
		return r.afterOverride(ctx, c.run, run.Status)
	case errors.Is(err, errGateHit):
		return r.reject(ctx, c.run, c.failures), nil
	case ctx.Err() != nil:
		return r.waitForEnd(ctx, c.run, c.leaving())
	case errors.Is(err, errMoved) && !c.sent && c.run.State() != scalr.Override:
		return r.nothingToOverride(ctx, c.run)
	case c.sent && errors.Is(err, errMoved), r.movedAfterFailure(ctx, c, err):
		r.Job.Infof("Run %s was already overridden or has finished", run.ID)
		return r.afterOverride(ctx, c.run, run.Status)
	case errors.Is(err, errMoved), errors.Is(err, errOutdated), errors.Is(err, errUnread):
		return r.override(ctx, c.run)
	}
	return step.Outcome{}, r.withRunState(c, err)
}

// afterOverride follows a run that was overridden in the status.
func (r *command) afterOverride(ctx context.Context, run scalr.Run, in scalr.Status) (step.Outcome, error) {
	if !r.in.Wait && !run.Status.IsFinal() {
		return step.Outcome{Result: result.Overridden}, nil
	}
	run, o, done, err := r.waitForRun(ctx, run, in)
	if done || err != nil {
		return o, err
	}
	return r.decide(ctx, run, appliesByOthers)
}

// nothingToOverride handles a run that does not wait for an override.
func (r *command) nothingToOverride(ctx context.Context, run scalr.Run) (step.Outcome, error) {
	switch {
	case run.Status.IsFinal():
		return r.decide(ctx, run, appliesByOthers)
	case !r.in.Wait:
		return step.Outcome{}, step.Refuse(step.CodeRunNotWaiting, "No policy check of run %s waits for an override.", run.ID)
	}
	r.Job.Noticef("No policy check of run %s waits for an override.", run.ID)
	return r.waitAndDecide(ctx, run, appliesByOthers)
}

func softFailed(p scalr.PolicyCheck) bool { return p.Status == scalr.TaskSoftFailed }

// overrideEach overrides each failed soft-mandatory policy. After a conflict, it continues with the others and returns the
// conflict: either another person has overridden the policy, which the run then shows, or Scalr does not allow it.
func (r *command) overrideEach(ctx context.Context, c *finalCheck) (conflict error) {
	overridden := 0
	defer func() { r.logOverridden(c.run, overridden) }()
	for _, p := range slices.Clone(c.run.Policies) {
		if !softFailed(p) {
			continue
		}
		c.waits = func(before, latest scalr.Run) error { return waitsForOverride(before, latest, p.ID) }
		switch err := r.client.Override(ctx, p.ID, c.check); {
		case err == nil:
			overridden++
			r.accepted = acceptance{"override", c.run.Status}
		case errors.Is(err, scalr.ErrConflict):
			conflict = err
		case !errors.Is(err, errNoNeed):
			return err
		}
	}
	return conflict
}

// waitsForOverride returns an error unless the run waits for an override of the policy check, of the same plan.
func waitsForOverride(before, latest scalr.Run, check string) error {
	switch {
	case latest.State() != scalr.Override || !samePlan(before, latest) || step.Contradictory(latest):
		return errMoved
	case !slices.ContainsFunc(latest.Policies, func(p scalr.PolicyCheck) bool { return p.ID == check && softFailed(p) }):
		return errNoNeed
	}
	return nil
}

func (r *command) logOverridden(run scalr.Run, checks int) {
	if checks > 0 {
		r.Job.Infof("Overrode %s of run %s", units.Count(checks, "policy check", "policy checks"), run.ID)
	}
}

// stopExisting discards or cancels a run. A run that has finished is left unchanged.
func (r *command) stopExisting(ctx context.Context, run scalr.Run, wanted result.Result) (step.Outcome, error) {
	done, before := step.Outcome{Result: wanted, Requested: true}, run
	if !run.Status.IsFinal() {
		if wanted == result.Discarded && run.State() == scalr.Working {
			return step.Outcome{}, step.Refuse(step.CodeRunNotWaiting,
				"Run %s is %s: only a run that waits for a person can be discarded. Use `mode: cancel` to stop a running one.", run.ID, run.Status)
		}
		how := r.stopOptions(string(wanted))
		how.AllowApply, how.Check = wanted == result.Canceled, r.checkStop
		stop, err := runs.Stop(ctx, r.client, run, how)
		if err != nil {
			return step.Outcome{}, err
		}
		r.updateRun(stop.LastKnown)
		if stop.ApplyContinues {
			return step.Outcome{}, step.Refuse(step.CodeRunNotWaiting, "Run %s is being applied: it can no longer be discarded.", run.ID)
		}
		run = stop.LastKnown
		if !r.in.Wait {
			return done, nil
		}
		r.accepted = acceptance{stop.Verb, run.Status}
		ending, err := r.waitUntilFinal(ctx, run)
		if err != nil {
			return step.Outcome{}, err
		}
		if run = ending.Run; !run.Status.IsFinal() {
			return r.outcomeOfStop(ctx, ending), nil
		}
	}
	switch {
	case run.Status == scalr.StatusApplied:
		done.Code, done.Problem = step.CodeTooLate, "Run "+run.ID+" was applied already: "+r.facts.runURL
	case run.State() == scalr.Failed && run.Applied() && !before.Applied():
		done.Code = step.CodeTooLate
		done.Problem = "Run " + run.ID + " was confirmed before it could be stopped, and its apply failed: " + r.facts.runURL
	}
	return done, nil
}

// waitUntilFinal follows a run that is being stopped until it is final.
func (r *command) waitUntilFinal(ctx context.Context, run scalr.Run) (follow.Ending, error) {
	ending := follow.Ending{Run: run}
	for !ending.Run.Status.IsFinal() && ending.StopCause == nil {
		var err error
		if ending, err = r.follow(ctx, ending.Run, ending.Run.Status); err != nil {
			return ending, err
		}
	}
	return ending, nil
}
