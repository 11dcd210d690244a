package run

import (
	"context"
	"errors"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/retry"
	"scalr-run-action/internal/scalr"
)

// confirmRetryWindow is the time during which a rejected confirmation or override is retried: the run may only be
// passing through the status in which it seems to wait.
const confirmRetryWindow = 30 * time.Second

// confirm confirms a waiting run and follows its apply to the end. Immediately before, it reads the run and evaluates
// the gates, since the last poll may be minutes old. After a conflict it reads the run again, because the run may not
// be waiting yet, or no longer be waiting. A run that no longer waits as before is followed until it is final or needs
// a person.
func (r *command) confirm(ctx context.Context, run scalr.Run) (step.Outcome, error) {
	var refused error
	for began := time.Now(); ; {
		latest, err := r.readVerified(ctx, run.ID)
		switch {
		case err != nil && ctx.Err() != nil:
			return r.waitForEnd(ctx, run, "")
		case err != nil:
			return step.Outcome{}, err
		case latest.Status.Before(run.Status): // from a server that lags behind
			return r.waitAndDecide(ctx, run, appliesAfterGates)
		case !stillWaits(run, latest):
			return r.waitAndDecide(ctx, latest, appliesAfterGates)
		case refused != nil && time.Since(began) > confirmRetryWindow:
			return step.Outcome{}, step.Refuse(step.CodeNotWaiting, "Scalr does not allow run %s to be confirmed while it is %q: %s.", run.ID,
				latest.Status, step.Sentence(refused))
		}
		run = latest
		r.updateRun(run)
		if failures := r.evaluateGates(ctx, run, true); len(failures) > 0 {
			return r.reject(ctx, run, failures), nil
		}
		refused = r.client.Confirm(ctx, run.ID, r.comment("confirmed"))
		switch {
		case refused == nil:
			return r.confirmed(ctx, run)
		case ctx.Err() != nil:
			// Scalr may have received the request, so the run is read and stopped according to its status.
			return r.waitForEnd(ctx, run, run.Status)
		case !errors.Is(refused, scalr.ErrConflict):
			return step.Outcome{}, refused
		}
		if retry.Wait(ctx, r.Env.Timing.StatusGrace) != nil {
			return r.waitForEnd(ctx, run, "")
		}
	}
}

// stillWaits reports whether two consecutive reads agree that the run waits for confirmation in the same status. Its
// plan may contain changes that Scalr does not count: see CorrectByPlan.
func stillWaits(before, latest scalr.Run) bool {
	return latest.Status == before.Status && latest.State() != scalr.Override &&
		(latest.Waiting() || latest.NothingToApply() && before.NothingToApply())
}

// confirmed follows a run whose confirmation Scalr accepted.
func (r *command) confirmed(ctx context.Context, run scalr.Run) (step.Outcome, error) {
	r.Job.Infof("Confirmed run %s", run.ID)
	r.accepted = acceptance{"confirm", run.Status}
	if !r.in.Wait {
		return step.Outcome{Result: result.Started}, nil
	}
	return r.waitForEnd(ctx, run, run.Status)
}

// waitForEnd follows a run that was confirmed or overridden, and returns how it ended.
func (r *command) waitForEnd(ctx context.Context, run scalr.Run, leaving scalr.Status) (step.Outcome, error) {
	run, o, done, err := r.waitForRun(ctx, run, leaving)
	if done || err != nil {
		return o, err
	}
	return r.outcomeOf(ctx, run), nil
}
