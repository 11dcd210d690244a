package scalr

import (
	"context"
	"errors"
	"net/http/httptrace"
	"time"
)

// Stopping says how to stop a run.
type Stopping struct {
	Comment string
	// Apply allows an apply to be interrupted. Without it an apply is left alone.
	Apply bool
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

// freshLook bounds the look before a stop: the request must be out within a
// second, whatever Scalr does.
const freshLook = 700 * time.Millisecond

// Stop asks Scalr to stop the run: discard what waits, cancel what works
// (openapi.yml: each is refused in the other's statuses). A refusal means that
// the run has moved, so it looks again; a run that was confirmed meanwhile is
// an apply. last is the caller's latest look.
func (c *Client) Stop(ctx context.Context, last Run, s Stopping) (StopResult, error) {
	look, refused := last, map[string]Status{}
	if !last.Dry || !last.Status.Known() {
		look = c.freshOr(ctx, last)
	}
	for {
		switch {
		case look.Status.Over():
			return StopResult{Over: true, LastKnown: look}, nil
		case look.applying() && !s.Apply:
			return StopResult{GoesOn: true, LastKnown: look}, nil
		}
		verb := look.stopVerb(refused)
		if verb == "" {
			return StopResult{LastKnown: look}, &Error{Op: "stop run " + look.ID, HTTPStatus: 409,
				Note: "Scalr refuses both cancel and discard while the run is " + printable(string(look.Status), 80)}
		}
		err := c.act(s.watched(ctx), look.ID, verb, s.Comment, stopping)
		s.out()
		if !errors.Is(err, ErrConflict) {
			return StopResult{Verb: verb, LastKnown: look}, err
		}
		refused[verb] = look.Status
		look = c.freshOr(ctx, look)
	}
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
	if r, err := c.readRun(ctx, last.ID, single); err == nil {
		return r
	}
	return last
}

// stopVerb is what to ask for by the run's status: never again what was refused
// in this very status, and then the other verb, since the tables may differ.
func (r Run) stopVerb(refused map[string]Status) string {
	verbs := []string{"discard", "cancel"}
	switch {
	case r.Status.Known() && meanings[r.Status].cancelable, !r.Status.Known() && !r.planned():
		verbs = []string{"cancel", "discard"}
	case !r.Status.Known() && !r.Dry:
		verbs = verbs[:1] // past the plan, a cancel might interrupt an apply
	}
	for _, v := range verbs {
		if at, tried := refused[v]; !tried || at != r.Status {
			return v
		}
	}
	return ""
}

func (r Run) planned() bool { return r.Plan != nil && r.Plan.Status.Final() }

// applying reports whether to cancel would interrupt an apply; a status that is
// not known is judged by the apply stage.
func (r Run) applying() bool {
	return r.Status.Applying() || !r.Status.Known() && r.Apply != nil && r.Apply.Status.Begun()
}
