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

// confirm confirms a waiting run and follows its apply to the end. Before each request it reads the run and evaluates
// the gates. After a conflict it tries again, because the run may not be waiting yet, or no longer be waiting. A run that
// no longer waits as before is followed until it is final or needs a person.
func (r *command) confirm(ctx context.Context, run scalr.Run) (step.Outcome, error) {
	for l := r.lastLook(run, waitsForConfirmation); ; {
		err := r.client.Confirm(ctx, run.ID, r.comment("confirmed"), l.check)
		switch {
		case err == nil:
			return r.confirmed(ctx, l.run)
		case errors.Is(err, errGateHit):
			return r.reject(ctx, l.run, l.failures), nil
		case ctx.Err() != nil:
			return r.waitForEnd(ctx, l.run, l.leaving())
		case errors.Is(err, errMoved), r.movedAfterFailure(ctx, l, err):
			return r.moved(ctx, l)
		case errors.Is(err, errOutdated), errors.Is(err, errUnread):
			return r.waitAndDecide(ctx, l.run, appliesAfterGates)
		case !errors.Is(err, scalr.ErrConflict):
			return step.Outcome{}, r.withRunState(l, err)
		}
		l.refuse("confirmed", err)
		if retry.Wait(ctx, r.Env.Timing.StatusGrace) != nil {
			return r.waitForEnd(ctx, l.run, "")
		}
	}
}

// leaving returns the status that the run is about to leave if Scalr received the request, or "" if none was sent.
func (l *lastLook) leaving() scalr.Status {
	if l.sent {
		return l.run.Status
	}
	return ""
}

// waitsForConfirmation returns an error unless two consecutive reads agree that the run waits for confirmation, in the
// same status and with the same plan. The plan may contain changes that Scalr does not count: see CorrectByPlan.
func waitsForConfirmation(before, latest scalr.Run) error {
	waits := latest.Waiting() || latest.NothingToApply() && before.NothingToApply()
	if latest.Status != before.Status || !samePlan(before, latest) || latest.State() == scalr.Override || step.Contradictory(latest) || !waits {
		return errMoved
	}
	return nil
}

// moved handles a run that does not wait for confirmation any more, possibly because of a request of this step whose
// response was lost.
func (r *command) moved(ctx context.Context, l *lastLook) (step.Outcome, error) {
	if l.sent && !r.in.Wait && l.run.Status.Applying() {
		return step.Outcome{Result: result.Started}, nil
	}
	return r.waitAndDecide(ctx, l.run, appliesAfterGates)
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
