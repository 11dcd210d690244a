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

// confirmRetryWindow is for how long a run that refuses to be confirmed or overridden is taken for one that
// only passes through the status in which it seems to wait.
const confirmRetryWindow = 30 * time.Second

// confirm agrees to the apply of a run that waits for it, and follows the apply
// to its end. The run is read and judged right before, since what was known of it
// may be minutes old. A conflict means not yet, or not any more: the run is read again.
func (r *command) confirm(ctx context.Context, run scalr.Run) (step.Outcome, error) {
	var refused error
	for began := time.Now(); ; {
		look, err := r.look(ctx, run.ID)
		switch {
		case err != nil && ctx.Err() != nil:
			return r.waitForEnd(ctx, run, "")
		case err != nil:
			return step.Outcome{}, err
		case look.Status.Applying(), look.Status.IsFinal():
			return r.waitAndDecide(ctx, look, appliesAfterGates)
		case refused != nil && look.Status == run.Status && look.Waiting() && time.Since(began) > confirmRetryWindow:
			return step.Outcome{}, step.Refuse(step.CodeNotWaiting, "Scalr does not allow run %s to be confirmed while it is %q: %s.", run.ID,
				look.Status, step.Sentence(refused))
		case !look.Status.Before(run.Status):
			run = look
		}
		if failures := r.judge(ctx, run, true); len(failures) > 0 {
			return r.reject(ctx, run, failures), nil
		}
		refused = r.client.Confirm(ctx, run.ID, r.comment("confirmed"))
		switch {
		case refused == nil:
			return r.confirmed(ctx, run)
		case ctx.Err() != nil:
			// It may or may not have arrived: the run is looked at and stopped by its state.
			return r.waitForEnd(ctx, run, run.Status)
		case !errors.Is(refused, scalr.ErrConflict):
			return step.Outcome{}, refused
		}
		if retry.Wait(ctx, r.Env.Timing.StatusGrace) != nil {
			return r.waitForEnd(ctx, run, "")
		}
	}
}

// confirmed goes on with a run whose confirmation Scalr accepted.
func (r *command) confirmed(ctx context.Context, run scalr.Run) (step.Outcome, error) {
	r.Job.Infof("Confirmed run %s", run.ID)
	r.accepted = acceptance{"confirm", run.Status}
	if !r.in.Wait {
		return step.Outcome{Result: result.Started}, nil
	}
	return r.waitForEnd(ctx, run, run.Status)
}

// waitForEnd follows a run that was sent on, and says how it ended; nothing is
// decided about it any more.
func (r *command) waitForEnd(ctx context.Context, run scalr.Run, leaving scalr.Status) (step.Outcome, error) {
	run, o, done, err := r.waitForRun(ctx, run, leaving)
	if done || err != nil {
		return o, err
	}
	return r.outcomeOf(ctx, run), nil
}
