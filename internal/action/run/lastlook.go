package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/scalr"
)

// lastLook reads a waiting run immediately before every request that lets it continue, also before a retry: the last
// poll may be minutes old, and a request whose response was lost may have had an effect.
type lastLook struct {
	command *command
	run     scalr.Run // as of the last read
	// waits returns errMoved or errDone unless two consecutive reads agree that the run still waits for this action.
	waits    func(before, latest scalr.Run) error
	began    time.Time
	refused  error          // Scalr's last refusal of the action, a conflict
	sent     bool           // a request was sent, with or without a response
	failures []gate.Failure // conditions of fail-on that the run meets
}

var (
	errOutdated = errors.New("the response is older than an earlier one")
	errMoved    = errors.New("the run no longer waits as before")
	errDone     = errors.New("the action is not necessary any more")
	errGateHit  = errors.New("the plan does not pass fail-on")
	errUnread   = errors.New("the run cannot be read")
)

func (r *command) lastLook(run scalr.Run, waits func(before, latest scalr.Run) error) *lastLook {
	return &lastLook{command: r, run: run, waits: waits, began: time.Now()}
}

// check is the [scalr.Check] of the action. Its error is one of those above, joined with its cause if there is one, that of a
// run other than the expected one, or Scalr's refusal if that lasts for confirmRetryWindow.
func (l *lastLook) check(ctx context.Context) error {
	r := l.command
	if r.in.FailOn.Any() {
		r.planForGates(ctx, l.run) // it may take a minute, so it is read before the run is read again
	}
	latest, err := r.readVerified(ctx, l.run.ID)
	var unexpected *unexpectedRun
	switch {
	case errors.As(err, &unexpected):
		return err
	case err != nil:
		return errors.Join(errUnread, err)
	case latest.Status.Before(l.run.Status):
		return errOutdated
	}
	before := l.run
	l.run = latest
	r.updateRun(latest)
	switch err := l.waits(before, latest); {
	case err != nil:
		return err
	case l.refused != nil && time.Since(l.began) > confirmRetryWindow: // before that, Scalr's response may be outdated
		return l.refused
	}
	if l.failures = r.evaluateGates(ctx, latest, true); len(l.failures) > 0 {
		return errGateHit
	}
	l.sent = true
	return nil
}

// refuse records that Scalr refused the action with a conflict.
func (l *lastLook) refuse(verb string, conflict error) {
	l.refused = step.Refuse(step.CodeNotWaiting, "Scalr does not allow run %s to be %s while it is %q: %s.", l.run.ID, verb, l.run.Status,
		step.Sentence(conflict))
}

// failed reports whether err is that of a request, and not of the check.
func (l *lastLook) failed(err error) bool {
	var e *scalr.Error
	return l.sent && errors.As(err, &e) && !errors.Is(err, errUnread) && !errors.Is(err, scalr.ErrConflict)
}

// movedAfterFailure reads the run after an error of the request, and reports whether it no longer waits: the response of
// a firewall, for example, does not show whether Scalr received the request.
func (r *command) movedAfterFailure(ctx context.Context, l *lastLook, err error) bool {
	if !l.failed(err) {
		return false
	}
	latest, err := r.readVerified(ctx, l.run.ID)
	if err != nil || latest.Status.Before(l.run.Status) || l.waits(l.run, latest) == nil {
		return false
	}
	l.run = latest
	r.updateRun(latest)
	return true
}

// withRunState adds to the error of a request that the run still waits.
func (r *command) withRunState(l *lastLook, err error) error {
	if !l.failed(err) {
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
