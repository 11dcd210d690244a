package scalr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"time"
)

// Stopping says how to stop a run.
type Stopping struct {
	Comment string
	// Apply allows an apply to be interrupted. Without it an apply is left alone.
	Apply bool
	// Patient is for a step that nobody has asked to end: trouble is waited out,
	// as long as at the start. Without it all is over in five seconds.
	Patient bool
	// Check refuses to stop a run, by any look at it; nil accepts every run.
	Check func(Run) error
	// Out is told when a request to stop is on the wire, or could not get there;
	// it may be nil, and may be told several times.
	Out func()
}

// StopResult says what became of the wish to stop a run.
type StopResult struct {
	Verb      string // discard or cancel, when Scalr accepted it
	Over      bool   // the run had ended before anything was asked
	GoesOn    bool   // an apply is under way and was left alone
	LastKnown Run
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
func (c *Client) Stop(ctx context.Context, last Run, s Stopping) (StopResult, error) {
	ctx, cancel := context.WithTimeout(ctx, s.most())
	defer cancel()
	look, refused := c.freshOr(ctx, last), map[string]Status{}
	for refusals := 0; ; {
		if err := s.check(look); err != nil {
			return StopResult{LastKnown: look}, err
		}
		switch {
		case look.Status.Over():
			return StopResult{Over: true, LastKnown: look}, nil
		case look.applying() && !s.Apply:
			return StopResult{GoesOn: true, LastKnown: look}, nil
		}
		verb := look.stopVerb(refused, s.Apply)
		if verb == "" {
			clear(refused)
		} else {
			err := c.act(s.watched(ctx), look.ID, verb, s.Comment, s.policy())
			s.out()
			if !errors.Is(err, ErrConflict) {
				return StopResult{Verb: verb, LastKnown: look}, err
			}
			refused[verb] = look.Status
			refusals++
		}
		if (verb == "" || refusals > quickStops) && pause(ctx, s.again()) != nil {
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
	return &Error{Op: "stop run " + look.ID, HTTPStatus: http.StatusConflict,
		Note: fmt.Sprintf("Scalr does not let the run be stopped while it is %s", look.Status)}
}

func (s Stopping) check(look Run) error {
	if s.Check == nil {
		return nil
	}
	return s.Check(look)
}

func (s Stopping) most() time.Duration {
	if s.Patient {
		return patientStop
	}
	return hastyStop
}

func (s Stopping) again() time.Duration {
	if s.Patient {
		return patientAgain
	}
	return hastyAgain
}

func (s Stopping) policy() policy {
	if s.Patient {
		return starting
	}
	return stopping
}

func (s Stopping) out() {
	if s.Out != nil {
		s.Out()
	}
}

func (s Stopping) watched(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { s.out() }})
}

// freshOr looks at the run, shortly; without an answer the last look must do.
func (c *Client) freshOr(ctx context.Context, last Run) Run {
	ctx, cancel := context.WithTimeout(ctx, freshLook)
	defer cancel()
	r, err := c.readRun(ctx, last.ID, single)
	return last.unless(r, err)
}

// lookAgain looks after a refusal. The run has moved, perhaps into an apply:
// unless that may be interrupted, nothing more is asked for blindly.
func (c *Client) lookAgain(ctx context.Context, last Run, s Stopping) (Run, error) {
	p := lookingAgain
	if s.Patient {
		p = starting
	}
	r, err := c.readRun(ctx, last.ID, p)
	if last.Dry || s.Apply {
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

// stopVerb is what to ask for by the run's status: never again what was refused
// in this very status, and then the other verb, since the tables may differ.
func (r Run) stopVerb(refused map[string]Status, apply bool) string {
	verbs := []string{"discard", "cancel"}
	switch {
	case r.cancelable():
		verbs = []string{"cancel", "discard"}
	case !r.Dry && !apply && r.planned():
		// It waits for a person, or nobody knows. Scalr cancels only what works,
		// so that a cancel would succeed just when the run is an apply by now.
		verbs = verbs[:1]
	}
	for _, v := range verbs {
		if at, tried := refused[v]; !tried || at != r.Status {
			return v
		}
	}
	return ""
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
