package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/retry"
	"scalr-run-action/internal/scalr"
)

// finalCheck reads a waiting run immediately before every request that lets it continue, also before a retry: the last
// poll may be minutes old, and a request whose response was lost may have had an effect.
type finalCheck struct {
	command *command
	run     scalr.Run // as of the last read
	// waits returns errMoved or errNoNeed unless two consecutive reads agree that the run still waits for the next request.
	waits    func(before, latest scalr.Run) error
	began    time.Time
	refused  error          // Scalr's last refusal of the action, a conflict
	sent     bool           // a request was sent, with or without a response
	failures []gate.Failure // conditions of fail-on that the run meets
}

var (
	errOutdated = errors.New("the response is older than an earlier one")
	errMoved    = errors.New("the run no longer waits as before")
	errNoNeed   = errors.New("the policy check does not need an override")
	errGateHit  = errors.New("the plan does not pass fail-on")
	errUnread   = errors.New("the run cannot be read")
)

func (r *command) finalCheck(run scalr.Run, waits func(before, latest scalr.Run) error) *finalCheck {
	return &finalCheck{command: r, run: run, waits: waits, began: time.Now()}
}

// check is the [scalr.Check] of the action. Its error is one of those above, joined with its cause if there is one, that of a
// run other than the expected one, or Scalr's refusal if that lasts for confirmRetryWindow.
func (c *finalCheck) check(ctx context.Context) error {
	r := c.command
	if r.in.FailOn.Any() {
		r.planForGates(ctx, c.run) // it may take a minute, so it is read before the run is read again
	}
	latest, err := r.readVerified(ctx, c.run.ID)
	var unexpected *unexpectedRun
	switch {
	case errors.As(err, &unexpected):
		return err
	case err != nil:
		return errors.Join(errUnread, err)
	case latest.Status.Before(c.run.Status):
		return errOutdated
	}
	before := c.run
	c.run = latest
	r.updateRun(latest)
	switch err := c.waits(before, latest); {
	case err != nil:
		return err
	case c.refused != nil && time.Since(c.began) > confirmRetryWindow: // before that, Scalr's response may be outdated
		return c.refused
	}
	if c.failures = r.evaluateGates(ctx, latest, true); len(c.failures) > 0 {
		return errGateHit
	}
	c.sent = true
	return nil
}

// untilAccepted repeats a request after each conflict, because the run may not be waiting yet, or no longer be waiting.
// done is the participle of the action. Any other error is that of the request or of check.
func (c *finalCheck) untilAccepted(ctx context.Context, done string, request func() error) error {
	for {
		err := request()
		if !errors.Is(err, scalr.ErrConflict) {
			return err
		}
		c.refused = step.Refuse(step.CodeRunNotWaiting, "Scalr does not allow run %s to be %s while it is %q: %s.", c.run.ID, done, c.run.Status,
			step.Sentence(err))
		if err := retry.Wait(ctx, c.command.Env.Timing.StatusGrace); err != nil {
			return err
		}
	}
}

// leaving returns the status that the run is about to leave if Scalr received the request, or "" if none was sent.
func (c *finalCheck) leaving() scalr.Status {
	if c.sent {
		return c.run.Status
	}
	return ""
}

// failed reports whether err is that of a request, and not of the check.
func (c *finalCheck) failed(err error) bool {
	var e *scalr.Error
	return c.sent && errors.As(err, &e) && !errors.Is(err, errUnread) && !errors.Is(err, scalr.ErrConflict)
}

// movedAfterFailure reads the run after an error of the request, and reports whether it no longer waits: the response of
// a firewall, for example, does not show whether Scalr received the request.
func (r *command) movedAfterFailure(ctx context.Context, c *finalCheck, err error) bool {
	if !c.failed(err) {
		return false
	}
	latest, err := r.readVerified(ctx, c.run.ID)
	if err != nil || latest.Status.Before(c.run.Status) || c.waits(c.run, latest) == nil {
		return false
	}
	c.run = latest
	r.updateRun(latest)
	return true
}

// withRunState adds to the error of a request that the run still waits.
func (r *command) withRunState(c *finalCheck, err error) error {
	if !c.failed(err) {
		return err
	}
	return fmt.Errorf("%w; the run waits and may still be applied: %s", err, r.facts.runURL)
}

// samePlan reports whether two reads of a run show the same plan. A plan that replaced another one was not checked.
func samePlan(a, b scalr.Run) bool { return planID(a) == planID(b) }

func planID(r scalr.Run) string {
	if r.Plan == nil {
		return ""
	}
	return r.Plan.ID
}
