// Package follow watches one run until it rests, copying its logs as they grow,
// and stops it when told to.
//
// Four things are judged by what was seen before, not by one look. A run rests
// when a pause or an end is seen twice (judge.go). A log is told from where the
// last look left it, for a bounded price (tail.go), until nothing more comes of
// it (finish.go). The next look comes sooner when something moved (pace.go).
package follow

import (
	"context"
	"io"
	"sync"
	"time"

	"scalr-run-action/internal/scalr"
)

// API is what following needs of Scalr; *scalr.Client has it.
type API interface {
	Look(ctx context.Context, id string) (scalr.Run, error)
	Log(ctx context.Context, l scalr.Log) (*scalr.LogBody, error)
	Stop(ctx context.Context, last scalr.Run, s scalr.Stopping) (scalr.StopResult, error)
}

// Observer receives what the follower sees, in order and from one goroutine.
type Observer interface {
	// Look is every answer that is not older than one before; most say nothing new.
	Look(scalr.Run)
	// Log is where the log of a stage goes. It is closed when no more will come,
	// if that is known before the following ends.
	Log(scalr.Phase) io.WriteCloser
	// Restarted says that the log was rewritten and is told again from its start.
	Restarted(scalr.Phase)
	// LogTrouble says, once for each stage, that its log cannot be had just now.
	LogTrouble(scalr.Phase, error)
}

// Follower follows one run. It may be used again when the run goes on: then its
// logs go on where they were.
type Follower struct {
	API      API
	Observer Observer
	// Stopping says how to stop the run when the context ends; nil leaves it alone.
	Stopping *scalr.Stopping
	// Hurry, when it is closed, ends the stopping as soon as a request is out.
	Hurry <-chan struct{}
	// Leaving is the status in which Scalr accepted an action of the caller. The run
	// has still to leave it, so that it is not taken for waiting in it.
	Leaving scalr.Status
	// Throttled tells when Scalr last answered 429; nil, or the zero time, means never.
	Throttled func() time.Time
	Pace      Pace

	tails map[scalr.Log]*tail
	order []scalr.Log
}

// Ending is how the following ended.
type Ending struct {
	Run scalr.Run // as last seen
	// StopCause is why the context ended, when that is what ended the following.
	StopCause error
	// Stop says what the wish to stop came to; nil when the run was left alone.
	Stop    *scalr.StopResult
	StopErr error
}

// Follow watches until the run rests of its own accord, and then returns with a
// nil error. It returns as well when the context ends, after stopping the run as
// it was told, and when Scalr gives no answer for too long.
func (f *Follower) Follow(ctx context.Context, run scalr.Run) (Ending, error) {
	if f.tails == nil {
		f.tails = map[scalr.Log]*tail{}
	}
	last, err := f.watch(ctx, run)
	if err == nil {
		f.drain(ctx)
	}
	told := context.Cause(ctx)
	switch {
	case told != nil && (last.Status.Over() || appliedInAllButName(last)):
		return Ending{Run: last}, nil // it was quicker than the signal
	case told != nil:
		return f.stop(context.WithoutCancel(ctx), last, told), nil
	}
	return Ending{Run: last}, err
}

// watch looks until a rest is believed.
func (f *Follower) watch(ctx context.Context, run scalr.Run) (scalr.Run, error) {
	judge := judge{latest: run, furthest: run.Status, leaving: f.Leaving, again: f.Pace.Again}
	pace := f.Pace.pacer(time.Now())
	ask := func() (scalr.Run, error) { return f.API.Look(ctx, run.ID) }
	for answer := ask; ; {
		began := time.Now()
		look, err := answer()
		if err != nil {
			return judge.latest, err
		}
		before := judge.latest.Status
		opinion := judge.consider(look, time.Now())
		answer = ask
		if opinion == ending {
			answer = ahead(ask) // while the ends of the logs are read
		}
		news := nothing
		if opinion != stale {
			news = f.tell(ctx, judge.latest)
		}
		if judge.latest.Status != before {
			news = transition
		}
		switch opinion {
		case rested:
			return judge.latest, nil
		case stuck:
			return judge.latest, &UnknownStatusError{judge.latest.Status}
		case ending:
			continue
		}
		interval := f.interval(pace, news, judge.latest)
		if err := pause(ctx, max(interval-time.Since(began), interval/2)); err != nil {
			return judge.latest, err
		}
	}
}

// interval is the time from the start of one look to that of the next.
func (f *Follower) interval(p *pacer, n news, run scalr.Run) time.Duration {
	now := time.Now()
	if f.Throttled != nil {
		p.throttle(f.Throttled(), now)
	}
	return p.next(now, n, run.Stage() != scalr.Queued)
}

// ahead asks at once, and gives the answer when it is called.
func ahead(ask func() (scalr.Run, error)) func() (scalr.Run, error) {
	type answer struct {
		run scalr.Run
		err error
	}
	answers := make(chan answer, 1)
	go func() {
		run, err := ask()
		answers <- answer{run, err}
	}()
	return func() (scalr.Run, error) {
		a := <-answers
		return a.run, a.err
	}
}

// stop asks for the run to be stopped and watches, shortly, how it ends.
func (f *Follower) stop(ctx context.Context, run scalr.Run, told error) Ending {
	ending := Ending{Run: run, StopCause: told}
	if f.Stopping == nil {
		return ending
	}
	ctx, cancel := context.WithTimeout(ctx, f.Pace.Grace)
	how, out := *f.Stopping, make(chan struct{})
	how.Out = sync.OnceFunc(func() { close(out) })
	over := make(chan struct{})
	go func() { defer close(over); f.hurry(ctx, out, cancel) }()
	defer func() { cancel(); <-over }()

	result, err := f.API.Stop(ctx, run, how)
	ending.Stop, ending.StopErr, ending.Run = &result, err, result.LastKnown
	if err != nil || result.GoesOn {
		return ending
	}
	for !ending.Run.Status.Over() && pause(ctx, f.Pace.Stopping) == nil {
		if look, err := f.API.Look(ctx, run.ID); err == nil && !look.Status.Before(ending.Run.Status) {
			ending.Run = look
		}
	}
	f.tell(ctx, ending.Run)
	return ending
}

// hurry ends the stopping at the second signal, but not before a request is out.
func (f *Follower) hurry(ctx context.Context, out <-chan struct{}, cancel func()) {
	for _, c := range []<-chan struct{}{out, f.Hurry} {
		select {
		case <-c:
		case <-ctx.Done():
			return
		}
	}
	cancel()
}

// tell tells a look: the ends of logs before it, since they belong to the stage
// that is over, and what grows after it.
func (f *Follower) tell(ctx context.Context, look scalr.Run) news {
	ended := f.copyLogs(ctx, look, true)
	f.Observer.Look(look)
	return max(ended, f.copyLogs(ctx, look, false))
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
