// Package follow polls one run until it is finished or waits for a person, prints its logs as they grow, and
// stops it when the context ends.
//
// A single poll does not decide the state of a run: a second one confirms that the run waits or is finished
// (classify.go), and an unexpected response is followed by more polls (failures.go). Each read of a log prints
// what is new, within a budget (tail.go), until the log is complete (finish.go). The poll interval is short after
// progress and grows without it (timing.go).
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

// API is the part of the Scalr API that a Follower uses; [runs.Stopper] implements it.
type API interface {
	PollRun(ctx context.Context, id string) (scalr.Run, error)
	Log(ctx context.Context, l scalr.Log, quiet time.Duration) (*scalr.LogBody, error)
	Stop(ctx context.Context, last scalr.Run, s runs.StopOptions) (runs.StopResult, error)
}

// Observer receives the progress of a run, in order and from one goroutine.
type Observer interface {
	// Polled receives every poll that is not stale, also if it equals the previous one.
	Polled(scalr.Run)
	// Log returns the writer for the log of a stage. It is closed once the log is complete, if that happens
	// before Follow returns.
	Log(scalr.Phase) io.WriteCloser
	// Restarted reports that Scalr rewrote the log, or replaced the plan, and that it is printed again from its start.
	Restarted(scalr.Phase)
	// LogTrouble reports, at most once per stage, that reads of its log keep failing.
	LogTrouble(scalr.Phase, error)
	// PollTrouble reports, once per period of failed polls, that a poll failed and that the run is polled again.
	PollTrouble(error)
}

// Follower follows one run. Follow may be called again when the run continues; the logs then continue where
// they ended.
type Follower struct {
	API      API
	Observer Observer
	// Stopping describes how to stop the run when the context ends; nil does not stop it.
	Stopping *runs.StopOptions
	// ForceStop, once closed, makes Follow return as soon as the request to stop the run is answered, at most 1 s after it was sent.
	ForceStop <-chan struct{}
	// IgnoreStatus is the status in which Scalr accepted a confirmation or another action. The run does not
	// count as waiting in this status, because it is about to leave it.
	IgnoreStatus scalr.Status
	// Created sets that this step created the run, so that it exists: an unexpected response to the first poll is tolerated like
	// one to a later poll.
	Created bool
	// AwaitWarnings sets that the log of the plan is complete only after Timing.LogGrace without new bytes: Terraform prints
	// warnings after its closing message.
	AwaitWarnings bool
	// Throttled returns the time of Scalr's last 429 response; a nil function and the zero time mean never.
	Throttled func() time.Time
	Timing    Timing

	polled bool   // a poll succeeded: the run exists, and the token can read it
	planID string // id of the plan whose log is printed
	plans  int    // plans that another one replaced
	tails  map[scalr.Log]*tail
	order  []scalr.Log
}

// Ending describes why Follow returned.
type Ending struct {
	Run scalr.Run // as of the last poll
	// StopCause is the cause of the canceled context; nil if Follow returned for another reason.
	StopCause error
	// Stop is the result of stopping the run; nil if it was not stopped.
	Stop    *runs.StopResult
	StopErr error
}

// Follow polls until the run is finished or waits for a person, and returns a nil error. It also returns a
// nil error when the context ends, after stopping the run if Stopping is set. It returns an error when Scalr
// does not respond before the retries end, and when a poll after Timing.PollGrace still has an unexpected
// response.
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
	case cause != nil && (last.Status.IsFinal() || applyEnded(last)):
		return Ending{Run: last}, nil // the run finished before the signal
	case cause != nil:
		return f.stop(context.WithoutCancel(ctx), last, cause), nil
	}
	return Ending{Run: last}, err
}

// poll polls until the state is final or unknown.
func (f *Follower) poll(ctx context.Context, run scalr.Run) (scalr.Run, error) {
	c := classifier{latest: run, furthest: run.Status, ignoreStatus: f.IgnoreStatus, grace: f.Timing.StatusGrace}
	pace := f.Timing.pacer(time.Now())
	failed := failures{tolerated: f.polled || f.Created || f.IgnoreStatus != ""}
	pollRun := func() (scalr.Run, error) { return f.API.PollRun(ctx, run.ID) }
	for poll := pollRun; ; {
		began := time.Now()
		polled, err := poll()
		poll = pollRun
		if err != nil {
			if err := f.waitAfterFailure(ctx, &failed, f.interval(pace, noNews, c.latest), err); err != nil {
				return c.latest, err
			}
			continue
		}
		f.polled, failed = true, failures{tolerated: true}
		before := c.latest.Status
		state := c.observe(polled, time.Now())
		if state == finishing {
			poll = start(pollRun) // concurrently with reading the ends of the logs
		}
		news := noNews
		if state != stale {
			news = f.publish(ctx, c.latest)
		}
		if c.latest.Status != before {
			news = transition
		}
		switch state {
		case final:
			return c.latest, nil
		case unknown:
			return c.latest, &UnknownStatusError{c.latest.Status}
		case finishing:
			continue
		}
		interval := f.interval(pace, news, c.latest)
		if err := retry.Wait(ctx, max(interval-time.Since(began), interval/2)); err != nil {
			return c.latest, err
		}
	}
}

// interval returns the time from the start of one poll to the start of the next.
func (f *Follower) interval(p *pacer, n news, run scalr.Run) time.Duration {
	now := time.Now()
	if f.Throttled != nil {
		p.throttle(f.Throttled(), now)
	}
	return p.next(now, n, run.State() != scalr.Queued)
}

// start calls f in a new goroutine and returns a function that waits for its result.
func start(f func() (scalr.Run, error)) func() (scalr.Run, error) {
	type result struct {
		run scalr.Run
		err error
	}
	results := make(chan result, 1)
	go func() {
		run, err := f()
		results <- result{run, err}
	}()
	return func() (scalr.Run, error) {
		r := <-results
		return r.run, r.err
	}
}

// stop stops the run and polls until its status is final, at most for Timing.StopGrace.
func (f *Follower) stop(ctx context.Context, run scalr.Run, cause error) Ending {
	ending := Ending{Run: run, StopCause: cause}
	if f.Stopping == nil {
		return ending
	}
	ctx, cancel := context.WithTimeout(ctx, f.Timing.StopGrace)
	options, sent, answered := *f.Stopping, make(chan struct{}), make(chan struct{})
	options.OnSent = sync.OnceFunc(func() { close(sent) })
	done := make(chan struct{})
	go func() { defer close(done); f.forceStop(ctx, sent, answered, cancel) }()
	defer func() { cancel(); <-done }()

	result, err := f.API.Stop(ctx, run, options)
	close(answered)
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

// answerTime is how long a request to stop the run may remain unanswered before a second signal ends it.
const answerTime = time.Second

// forceStop calls cancel once ForceStop is closed and a request to stop the run was answered, or was sent answerTime ago.
func (f *Follower) forceStop(ctx context.Context, sent, answered <-chan struct{}, cancel func()) {
	select {
	case <-sent:
	case <-ctx.Done():
		return
	}
	// The end of the context resets an HTTP/2 stream, so a gateway would drop a request that it has not passed on.
	expired := time.NewTimer(answerTime)
	defer expired.Stop()
	select {
	case <-answered:
	case <-expired.C:
	case <-ctx.Done():
		return
	}
	select {
	case <-f.ForceStop:
		cancel()
	case <-ctx.Done():
	}
}

// publish passes a poll to the observer. It first prints the logs of ended stages, which belong to the
// previous status, and finally those of active stages.
func (f *Follower) publish(ctx context.Context, polled scalr.Run) news {
	f.detectOtherPlan(polled)
	ended := f.copyLogs(ctx, polled, true)
	f.Observer.Polled(polled)
	return max(ended, f.copyLogs(ctx, polled, false))
}
