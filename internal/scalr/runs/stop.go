package runs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"time"

	"scalr-run-action/internal/retry"
	"scalr-run-action/internal/scalr"
)

// StopOptions describes how to stop a run.
type StopOptions struct {
	Comment string
	// AllowApply permits Stop to interrupt an apply. Without it an apply continues.
	AllowApply bool
	// LongTimeout is for steps that are not being canceled: Stop retries errors for two minutes. Without it Stop
	// returns within five seconds.
	LongTimeout bool
	// Check is called with each state of the run that was read; an error prevents the stop. nil accepts every run.
	Check func(scalr.Run) error
	// OnSent is called when a request to stop was sent or could not be sent. It may be nil, and may be called several
	// times.
	OnSent func()
}

// StopResult is the outcome of stopping a run.
type StopResult struct {
	Verb           string // discard or cancel, if Scalr accepted it
	AlreadyFinal   bool   // the run was final before the first request to stop it
	ApplyContinues bool   // an apply is running and was not interrupted
	LastKnown      scalr.Run
}

const (
	// firstReadTimeout limits the read before a stop: the request must be sent within a second in any case, and leave
	// time for two more within the grace period.
	firstReadTimeout = 500 * time.Millisecond
	// shortTimeout and longTimeout limit Stop; the caller's context may end it earlier.
	shortTimeout = scalr.UrgentTime
	longTimeout  = 2 * time.Minute
	// quickRefusals is the number of refusals after which the run is read again immediately, since its status has just
	// changed. After more refusals, and if both actions were refused in one status, Stop waits before the next read.
	quickRefusals = 3
	shortInterval = 600 * time.Millisecond
	longInterval  = 2 * time.Second
	refusedGrace  = 10 * time.Second // for a request that was executed although a firewall, for example, refused it
)

// Stop stops the run: it discards a run that waits for a person and cancels a running one (openapi.yml: each action is
// refused in the other's statuses). A refusal means that the status has changed, so Stop reads the run again; a run
// that was confirmed meanwhile is being applied. In a status that accepts neither action, Stop repeats the requests
// until one is accepted. last is the state that the caller read last.
func Stop(ctx context.Context, c *scalr.Client, last scalr.Run, s StopOptions) (StopResult, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout())
	defer cancel()
	current, refused := readFirst(ctx, c, last), map[scalr.Operation]scalr.Status{}
	for refusals := 0; ; {
		if err := s.check(current); err != nil {
			return StopResult{LastKnown: current}, err
		}
		switch {
		case current.Status.IsFinal():
			return StopResult{AlreadyFinal: true, LastKnown: current}, nil
		case applying(current) && !s.AllowApply:
			return StopResult{ApplyContinues: true, LastKnown: current}, nil
		}
		action := nextAction(current, refused, s.AllowApply)
		if action == 0 {
			clear(refused)
		} else {
			verb, err := s.send(ctx, c, action, &current)
			switch {
			case errors.Is(err, errStatusChanged) && (current.Status == scalr.StatusDiscarded || current.Status == scalr.StatusCanceled):
				return StopResult{Verb: verb, LastKnown: current}, nil // by a request whose response was lost
			case errors.Is(err, errStatusChanged):
				continue
			case errors.Is(err, scalr.ErrConflict):
				refused[action] = current.Status
				refusals++
			case unattributed(err):
				if latest, ok := s.awaitStopped(ctx, c, current); ok {
					return StopResult{Verb: verb, LastKnown: latest}, nil
				}
				return StopResult{Verb: verb, LastKnown: current}, err
			case err != nil && ctx.Err() != nil && refusals > 0:
				return StopResult{Verb: verb, LastKnown: current}, fmt.Errorf("%w; %w", refusedStop(current), err)
			default:
				return StopResult{Verb: verb, LastKnown: current}, err
			}
		}
		if (action == 0 || refusals > quickRefusals) && retry.Wait(ctx, s.interval()) != nil {
			return StopResult{LastKnown: current}, refusedStop(current)
		}
		var err error
		current, err = readAgain(ctx, c, current, s)
		switch {
		case err != nil && ctx.Err() != nil:
			return StopResult{LastKnown: current}, refusedStop(current)
		case err != nil:
			return StopResult{LastKnown: current}, err
		}
	}
}

// unattributed reports whether a refusal may not be Scalr's: it does not show whether Scalr has executed the request.
func unattributed(err error) bool {
	var e *scalr.Error
	return errors.As(err, &e) && e.Unattributed()
}

// awaitStopped reads the run after a refusal that may not be Scalr's, and reports whether the run is discarded or canceled. Scalr
// executes the request with a delay; a canceled step has time for one read.
func (s StopOptions) awaitStopped(ctx context.Context, c *scalr.Client, current scalr.Run) (scalr.Run, bool) {
	for began := time.Now(); ; {
		current = newerRead(ctx, c, current)
		if current.Status == scalr.StatusDiscarded || current.Status == scalr.StatusCanceled {
			return current, true
		}
		if !s.LongTimeout || time.Since(began) > refusedGrace || retry.Wait(ctx, longInterval) != nil {
			return current, false
		}
	}
}

func refusedStop(current scalr.Run) error {
	return &scalr.Error{Op: scalr.Op{Operation: scalr.OpStopRun, Object: current.ID}, HTTPStatus: http.StatusConflict,
		Note: fmt.Sprintf("Scalr does not allow the run to be stopped while it is %s", current.Status)}
}

func (s StopOptions) check(current scalr.Run) error {
	if s.Check == nil {
		return nil
	}
	return s.Check(current)
}

func (s StopOptions) timeout() time.Duration {
	if s.LongTimeout {
		return longTimeout
	}
	return shortTimeout
}

func (s StopOptions) interval() time.Duration {
	if s.LongTimeout {
		return longInterval
	}
	return shortInterval
}

func (s StopOptions) effort() scalr.Effort {
	if s.LongTimeout {
		return scalr.Normal
	}
	return scalr.Urgent
}

var errStatusChanged = errors.New("the status of the run has changed")

// send requests the action and returns its verb. Before it repeats a request whose response was lost, it reads the run; if its
// status has changed, send updates current and returns errStatusChanged. A canceled step has no time for these reads.
func (s StopOptions) send(ctx context.Context, c *scalr.Client, action scalr.Operation, current *scalr.Run) (verb string, err error) {
	attempts := 0
	changed := func(ctx context.Context) error {
		if attempts++; attempts == 1 || !s.LongTimeout {
			return nil
		}
		if latest := newerRead(ctx, c, *current); latest.Status != current.Status {
			*current = latest
			return errStatusChanged
		}
		return nil
	}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { s.sent() }})
	if action == scalr.OpCancelRun {
		verb, err = "cancel", c.CancelRun(ctx, current.ID, s.Comment, s.effort(), changed)
	} else {
		verb, err = "discard", c.DiscardRun(ctx, current.ID, s.Comment, s.effort(), changed)
	}
	s.sent()
	return verb, err
}

func (s StopOptions) sent() {
	if s.OnSent != nil {
		s.OnSent()
	}
}

// readFirst reads the run with a short timeout; without a response it returns last.
func readFirst(ctx context.Context, c *scalr.Client, last scalr.Run) scalr.Run {
	ctx, cancel := context.WithTimeout(ctx, firstReadTimeout)
	defer cancel()
	return newerRead(ctx, c, last)
}

// readAgain reads the run after a refusal. The run may be applying by now: unless an apply may be interrupted, Stop
// sends no further request while the status is unknown.
func readAgain(ctx context.Context, c *scalr.Client, last scalr.Run, s StopOptions) (scalr.Run, error) {
	r, err := c.ReadRun(ctx, last.ID, s.effort())
	if last.Dry || s.AllowApply {
		return newer(last, r, err), nil
	}
	return newer(last, r, err), err
}

// newerRead makes one attempt to read the run; without a response it returns last.
func newerRead(ctx context.Context, c *scalr.Client, last scalr.Run) scalr.Run {
	r, err := c.ReadRun(ctx, last.ID, scalr.Once)
	return newer(last, r, err)
}

// newer prefers the run that was read later, unless it is certainly older because a replica of the server lags.
func newer(last, later scalr.Run, err error) scalr.Run {
	if err != nil || later.Status.Before(last.Status) {
		return last
	}
	return later
}

// nextAction returns the action to request in the run's status. It does not repeat an action that was refused in the
// same status but returns the other one, since Scalr's rules may differ from this client's. 0 means that both were
// refused.
func nextAction(r scalr.Run, refused map[scalr.Operation]scalr.Status, allowApply bool) scalr.Operation {
	actions := []scalr.Operation{scalr.OpDiscardRun, scalr.OpCancelRun}
	switch {
	case cancelable(r):
		actions = []scalr.Operation{scalr.OpCancelRun, scalr.OpDiscardRun}
	case !r.Dry && !allowApply && planned(r):
		// The run waits for a person, or that is unknown. Scalr cancels only runs in progress, so a cancel would succeed
		// exactly when the run is being applied by now.
		actions = actions[:1]
	}
	for _, a := range actions {
		if status, tried := refused[a]; !tried || status != r.Status {
			return a
		}
	}
	return 0
}

// cancelable reports whether the run is in progress. A run in an unknown status is treated as in progress until its plan
// is finished.
func cancelable(r scalr.Run) bool {
	if !r.Status.Known() {
		return !planned(r)
	}
	return r.Status.Cancelable()
}

// planned reports whether the plan is finished, so that an apply may follow.
func planned(r scalr.Run) bool {
	return r.Plan != nil && r.Plan.Status.Final() || !r.Status.Before(scalr.StatusPlanned) && r.Status.Known()
}

// applying reports whether a cancel would interrupt an apply. In an unknown status the apply's own status decides.
func applying(r scalr.Run) bool {
	return r.Status.Applying() || !r.Status.Known() && r.Applied()
}

// Stopper is a client with the method Stop.
type Stopper struct{ *scalr.Client }

// Stop calls the function [Stop].
func (c Stopper) Stop(ctx context.Context, last scalr.Run, s StopOptions) (StopResult, error) {
	return Stop(ctx, c.Client, last, s)
}
