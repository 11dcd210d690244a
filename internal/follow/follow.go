// Package follow polls one run until it is finished or waits for a person, prints
// its logs as they grow, and stops it when the context ends.
//
// One poll alone decides little. That a run waits or is finished is confirmed by a
// second poll (classify.go). A log is printed from where the last read ended, within
// a budget (tail.go), until it is complete (finish.go). The poll interval is short
// after progress and grows without it (timing.go).
package follow

import (
	"context"
	"io"
	"sync"
	"time"

	"scalr-run-action/internal/retry"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

// API is what a Follower needs of Scalr; [runs.Stopper] implements it.
type API interface {
	PollRun(ctx context.Context, id string) (scalr.Run, error)
	Log(ctx context.Context, l scalr.Log) (*scalr.LogBody, error)
	Stop(ctx context.Context, last scalr.Run, s runs.StopOptions) (runs.StopResult, error)
}

// Observer receives the progress of a run, in order and from one goroutine.
type Observer interface {
	// Polled receives every poll that is not stale; most of them are the same as the last one.
	Polled(scalr.Run)
	// Log returns where the log of a stage is printed. It is closed once the log
	// is complete, if that is known before Follow returns.
	Log(scalr.Phase) io.WriteCloser
	// Restarted reports that the log was rewritten and is printed again from its start.
	Restarted(scalr.Phase)
	// LogTrouble reports, once for each stage, that reading its log keeps failing.
	LogTrouble(scalr.Phase, error)
}

// Follower follows one run. It can be used again when the run continues; the logs
// then continue where they were.
type Follower struct {
	API      API
	Observer Observer
	// Stopping describes how to stop the run when the context ends; nil does not stop it.
	Stopping *runs.StopOptions
	// ForceStop, once closed, ends the stopping as soon as a request was sent.
	ForceStop <-chan struct{}
	// IgnoreStatus is the status in which Scalr accepted a confirmation or another
	// action. The run does not count as waiting in it, since it is about to leave it.
	IgnoreStatus scalr.Status
	// Throttled returns when Scalr last answered 429; nil, or the zero time, means never.
	Throttled func() time.Time
	Timing    Timing

	tails map[scalr.Log]*tail
	order []scalr.Log
}

// Ending is how following a run ended.
type Ending struct {
	Run scalr.Run // as of the last poll
	// StopCause is the cause of the context's end, if that ended the following.
	StopCause error
	// Stop is the result of stopping the run; nil if it was not stopped.
	Stop    *runs.StopResult
	StopErr error
}

// Follow polls until the run is finished or waits for a person, and returns a nil
// error. It also returns when the context ends, after stopping the run if Stopping
// is set, and with an error when Scalr does not answer before the retries end.
func (f *Follower) Follow(ctx context.Context, run scalr.Run) (Ending, error) {
	if f.tails == nil {
		f.tails = map[scalr.Log]*tail{}
	}
	last, err := f.poll(ctx, run)
	if err == nil {
		f.drain(ctx)
	}
	cause := context.Cause(ctx)
	switch {
	case cause != nil && (last.Status.IsFinal() || effectivelyApplied(last)):
		return Ending{Run: last}, nil // the run finished before the signal
	case cause != nil:
		return f.stop(context.WithoutCancel(ctx), last, cause), nil
	}
	return Ending{Run: last}, err
}

// poll polls until the classifier reports a final or an unknown state.
func (f *Follower) poll(ctx context.Context, run scalr.Run) (scalr.Run, error) {
	seen := classifier{latest: run, furthest: run.Status, ignoreStatus: f.IgnoreStatus, grace: f.Timing.StatusGrace}
	pace := f.Timing.pacer(time.Now())
	ask := func() (scalr.Run, error) { return f.API.PollRun(ctx, run.ID) }
	for answer := ask; ; {
		began := time.Now()
		polled, err := answer()
		if err != nil {
			return seen.latest, err
		}
		before := seen.latest.Status
		state := seen.observe(polled, time.Now())
		answer = ask
		if state == finishing {
			answer = start(ask) // while the ends of the logs are read
		}
		news := nothing
		if state != stale {
			news = f.publish(ctx, seen.latest)
		}
		if seen.latest.Status != before {
			news = transition
		}
		switch state {
		case final:
			return seen.latest, nil
		case unknown:
			return seen.latest, &UnknownStatusError{seen.latest.Status}
		case finishing:
			continue
		}
		interval := f.interval(pace, news, seen.latest)
		if err := retry.Wait(ctx, max(interval-time.Since(began), interval/2)); err != nil {
			return seen.latest, err
		}
	}
}

// interval is the time from the start of one poll to that of the next.
func (f *Follower) interval(p *pacer, n news, run scalr.Run) time.Duration {
	now := time.Now()
	if f.Throttled != nil {
		p.throttle(f.Throttled(), now)
	}
	return p.next(now, n, run.Stage() != scalr.Queued)
}

// start sends a request immediately and returns a function that waits for its response.
func start(ask func() (scalr.Run, error)) func() (scalr.Run, error) {
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

// stop stops the run and polls for a short time to see its final status.
func (f *Follower) stop(ctx context.Context, run scalr.Run, cause error) Ending {
	ending := Ending{Run: run, StopCause: cause}
	if f.Stopping == nil {
		return ending
	}
	ctx, cancel := context.WithTimeout(ctx, f.Timing.StopGrace)
	how, sent := *f.Stopping, make(chan struct{})
	how.OnSent = sync.OnceFunc(func() { close(sent) })
	done := make(chan struct{})
	go func() { defer close(done); f.forceStop(ctx, sent, cancel) }()
	defer func() { cancel(); <-done }()

	result, err := f.API.Stop(ctx, run, how)
	ending.Stop, ending.StopErr, ending.Run = &result, err, result.LastKnown
	if err != nil || result.ApplyContinues {
		return ending
	}
	for !ending.Run.Status.IsFinal() && retry.Wait(ctx, f.Timing.StopInterval) == nil {
		if polled, err := f.API.PollRun(ctx, run.ID); err == nil && !polled.Status.Before(ending.Run.Status) {
			ending.Run = polled
		}
	}
	f.publish(ctx, ending.Run)
	return ending
}

// forceStop ends the stopping at the second signal, but not before a request was sent.
func (f *Follower) forceStop(ctx context.Context, sent <-chan struct{}, cancel func()) {
	for _, c := range []<-chan struct{}{sent, f.ForceStop} {
		select {
		case <-c:
		case <-ctx.Done():
			return
		}
	}
	cancel()
}

// publish passes a poll to the observer: the ends of logs before it, since they
// belong to the stage that has ended, and what grows after it.
func (f *Follower) publish(ctx context.Context, polled scalr.Run) news {
	ended := f.copyLogs(ctx, polled, true)
	f.Observer.Polled(polled)
	return max(ended, f.copyLogs(ctx, polled, false))
}
