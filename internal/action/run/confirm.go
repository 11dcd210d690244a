package run

import (
	"context"
	"errors"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
)

// confirmRetryWindow is the time during which a rejected confirmation or override is retried: the run may only be
// passing through the status in which it seems to wait.
const confirmRetryWindow = 30 * time.Second

// confirm confirms a waiting run and follows its apply to the end. Before each request it reads the run and evaluates
// the gates. A run that no longer waits as before is followed until it is final or needs a person.
func (r *command) confirm(ctx context.Context, run scalr.Run) (step.Outcome, error) {
	c := r.finalCheck(run, waitsForConfirmation)
	err := c.untilAccepted(ctx, "confirmed", func() error { return r.client.Confirm(ctx, run.ID, r.actionComment("confirmed"), c.check) })
	switch {
	case err == nil:
		return r.confirmed(ctx, c.run)
	case errors.Is(err, errGateHit):
		return r.reject(ctx, c.run, c.failures), nil
	case ctx.Err() != nil:
		return r.waitForEnd(ctx, c.run, c.leaving())
	case errors.Is(err, errMoved), r.movedAfterFailure(ctx, c, err):
		return r.moved(ctx, c)
	case errors.Is(err, errOutdated), errors.Is(err, errUnread):
		return r.waitAndDecide(ctx, c.run, appliesAfterGates)
	}
	return step.Outcome{}, r.withRunState(c, err)
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
func (r *command) moved(ctx context.Context, c *finalCheck) (step.Outcome, error) {
	if c.sent && !r.in.Wait && c.run.Status.Applying() {
		return step.Outcome{Result: result.Started}, nil
	}
	return r.waitAndDecide(ctx, c.run, appliesAfterGates)
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

// waitForEnd follows a run that was confirmed or overridden in the status leaving, and returns how it ended. It evaluates the
// gates again, because the plan may not be the confirmed one, and does not confirm the run again.
func (r *command) waitForEnd(ctx context.Context, run scalr.Run, leaving scalr.Status) (step.Outcome, error) {
	run, o, done, err := r.waitForRun(ctx, run, leaving)
	if done || err != nil {
		return o, err
	}
	return r.decide(ctx, run, appliesByOthers)
}
