package scalr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"time"
)

// StopOptions says how to stop a run.
type StopOptions struct {
	Comment string
	// AllowApply allows an apply to be interrupted. Without it an apply is left alone.
	AllowApply bool
	// LongTimeout is for a step that nobody has asked to end: trouble is waited out,
	// as long as at the start. Without it all is over in five seconds.
	LongTimeout bool
	// Check refuses to stop a run, by any look at it; nil accepts every run.
	Check func(Run) error
	// OnSent is told when a request to stop is on the wire, or could not get there;
	// it may be nil, and may be told several times.
	OnSent func()
}

// StopResult says what became of the wish to stop a run.
type StopResult struct {
	Verb           string // discard or cancel, when Scalr accepted it
	AlreadyFinal   bool   // the run had ended before anything was asked
	ApplyContinues bool   // an apply is under way and was left alone
	LastKnown      Run
}

const (
	// freshLook bounds the look before a stop: the request must be out within a
	// second, whatever Scalr does, and leave time for two more within the grace.
	freshLook = 500 * time.Millisecond
	// hastyStop and patientStop bound the wish to stop a run; the caller's
	// context may end it before.
	hastyStop   = 5 * time.Second
	patientStop = 2 * time.Minute
	// quickStops are the refusals after which the next look comes at once: the run
	// has just moved. After more of them, and where both verbs were refused in one
	// status, it is given time to move.
	quickStops   = 3
	hastyAgain   = 600 * time.Millisecond
	patientAgain = 2 * time.Second
)

// Stop asks Scalr to stop the run: discard what waits, cancel what works
// (openapi.yml: each is refused in the other's statuses). A refusal means that
// the run has moved, so it looks again; a run that was confirmed meanwhile is
// an apply. A run that passes through a status which takes neither is asked
// again until it takes one. last is the caller's latest look.
func (c *Client) Stop(ctx context.Context, last Run, s StopOptions) (StopResult, error) {
	ctx, cancel := context.WithTimeout(ctx, s.most())
	defer cancel()
	look, refused := c.freshOr(ctx, last), map[Operation]Status{}
	for refusals := 0; ; {
		if err := s.check(look); err != nil {
			return StopResult{LastKnown: look}, err
		}
		switch {
		case look.Status.IsFinal():
			return StopResult{AlreadyFinal: true, LastKnown: look}, nil
		case look.applying() && !s.AllowApply:
			return StopResult{ApplyContinues: true, LastKnown: look}, nil
		}
		action := look.stopAction(refused, s.AllowApply)
		if action == 0 {
			clear(refused)
		} else {
			err := c.act(s.watched(ctx), action, look.ID, s.Comment, s.policy())
			s.out()
			if !errors.Is(err, ErrConflict) {
				return StopResult{Verb: verbs[action], LastKnown: look}, err
			}
			refused[action] = look.Status
			refusals++
		}
		if (action == 0 || refusals > quickStops) && pause(ctx, s.again()) != nil {
			return StopResult{LastKnown: look}, refusedStop(look)
		}
		var err error
		look, err = c.lookAgain(ctx, look, s)
		switch {
		case err != nil && ctx.Err() != nil:
			return StopResult{LastKnown: look}, refusedStop(look)
		case err != nil:
			return StopResult{LastKnown: look}, err
		}
	}
}

func refusedStop(look Run) error {
	return &Error{Op: OpStopRun.on(look.ID), HTTPStatus: http.StatusConflict,
		Note: fmt.Sprintf("Scalr does not let the run be stopped while it is %s", look.Status)}
}

func (s StopOptions) check(look Run) error {
	if s.Check == nil {
		return nil
	}
	return s.Check(look)
}

func (s StopOptions) most() time.Duration {
	if s.LongTimeout {
		return patientStop
	}
	return hastyStop
}

func (s StopOptions) again() time.Duration {
	if s.LongTimeout {
		return patientAgain
	}
	return hastyAgain
}

func (s StopOptions) policy() policy {
	if s.LongTimeout {
		return defaultPolicy
	}
	return stopPolicy
}

func (s StopOptions) out() {
	if s.OnSent != nil {
		s.OnSent()
	}
}

func (s StopOptions) watched(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { s.out() }})
}

// freshOr looks at the run, shortly; without an answer the last look must do.
func (c *Client) freshOr(ctx context.Context, last Run) Run {
	ctx, cancel := context.WithTimeout(ctx, freshLook)
	defer cancel()
	r, err := c.readRun(ctx, last.ID, noRetry)
	return last.unless(r, err)
}

// lookAgain looks after a refusal. The run has moved, perhaps into an apply:
// unless that may be interrupted, nothing more is asked for blindly.
func (c *Client) lookAgain(ctx context.Context, last Run, s StopOptions) (Run, error) {
	p := stopPollPolicy
	if s.LongTimeout {
		p = defaultPolicy
	}
	r, err := c.readRun(ctx, last.ID, p)
	if last.Dry || s.AllowApply {
		return last.unless(r, err), nil
	}
	return last.unless(r, err), err
}

// unless prefers the later look; one that is surely older comes from a copy of
// the server that lags.
func (r Run) unless(later Run, err error) Run {
	if err != nil || later.Status.Before(r.Status) {
		return r
	}
	return later
}

// stopAction is what to ask for by the run's status: never again what was refused
// in this very status, and then the other action, since the tables may differ.
// 0 means that both were refused.
func (r Run) stopAction(refused map[Operation]Status, apply bool) Operation {
	actions := []Operation{OpDiscardRun, OpCancelRun}
	switch {
	case r.cancelable():
		actions = []Operation{OpCancelRun, OpDiscardRun}
	case !r.Dry && !apply && r.planned():
		// It waits for a person, or nobody knows. Scalr cancels only what works,
		// so that a cancel would succeed just when the run is an apply by now.
		actions = actions[:1]
	}
	for _, a := range actions {
		if at, tried := refused[a]; !tried || at != r.Status {
			return a
		}
	}
	return 0
}

// cancelable reports whether the run is at work; one in a status that is not
// known is, before its plan is done.
func (r Run) cancelable() bool {
	if !r.Status.Known() {
		return !r.planned()
	}
	return meanings[r.Status].cancelable
}

// planned reports whether the plan is done, so that an apply may come next.
func (r Run) planned() bool {
	return r.Plan != nil && r.Plan.Status.Final() || !r.Status.Before(StatusPlanned) && r.Status.Known()
}

// applying reports whether to cancel would interrupt an apply; a status that is
// not known is judged by the apply stage.
func (r Run) applying() bool {
	return r.Status.Applying() || !r.Status.Known() && r.Applied()
}
