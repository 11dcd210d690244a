package run

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/retry"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

// follow polls the run until it is final or needs a person, and logs its progress. leaving is the status in which the
// run was confirmed or overridden, or "".
func (r *command) follow(ctx context.Context, run scalr.Run, leaving scalr.Status) (follow.Ending, error) {
	r.logger.BlockingRun = func() (scalr.Run, bool) { return runs.Blocking(ctx, r.client, run.WorkspaceID, run.ID) }
	r.logger.Agents = func() (scalr.AgentPool, bool) { return r.client.AgentPoolOf(ctx, run.WorkspaceID) }
	f := &r.follower // reused, so that no log is shown twice
	reading, stopReading := context.WithCancel(ctx)
	defer stopReading()
	early := r.readPlanEarly(reading)
	f.API, f.Observer, f.ForceStop, f.IgnoreStatus, f.Timing = r.api(), early, r.Forced(), leaving, r.Env.Timing
	f.Throttled, f.AwaitWarnings, f.Created = r.client.Throttled, r.in.FailOn.Warnings, r.created
	r.logger.Note = r.accepted.waiting
	if at, ok := r.InterruptedAt(); ok { // a pending creation has used part of the grace period
		f.Timing.StopGrace = max(r.Env.Timing.StopGrace-time.Since(at), time.Second)
	}
	if r.in.OnCancel != inputs.OnCancelLeave {
		how := r.stopOptions("")
		how.AllowApply, how.LongTimeout = r.mayStopApply(), false
		f.Stopping = &how
	}
	ending, err := f.Follow(ctx, run)
	r.logger.Close()
	r.updateRun(ending.Run)
	var wrong *unexpectedRun
	if errors.As(err, &wrong) { // it is stopped first
		stopReading()
		r.recordEarlyPlan(early, ending.Run)
	} else {
		r.readResults(ctx, ending, early)
	}
	if err != nil {
		err = fmt.Errorf("%w; the run may still be running: %s", err, r.facts.runURL)
	}
	return ending, err
}

// readResults reads the results of a run that is final or waits, and concurrently searches for duplicate runs.
func (r *command) readResults(ctx context.Context, e follow.Ending, early *earlyPlan) {
	var reads sync.WaitGroup
	defer reads.Wait()
	reads.Go(func() { r.cancelLastDuplicates(r.mayHaveDuplicate) })
	if e.StopCause == nil && e.Run.Status == scalr.StatusApplied && r.in.TerraformOutputs != inputs.TerraformOutputsNone {
		reads.Go(r.readOutputs)
	}
	r.recordEarlyPlan(early, e.Run)
	if e.StopCause == nil && e.Run.Plan != nil && e.Run.Plan.Status.Final() {
		ctx, cancel := context.WithTimeout(ctx, planJSONTime)
		defer cancel()
		r.plan(ctx, e.Run)
	}
}

// stopOptions returns the options to stop a run of this step, with time for retries. They do not allow interrupting
// an apply, because a person may have started it.
func (r *command) stopOptions(reason string) runs.StopOptions {
	return runs.StopOptions{Comment: r.actionComment(reason), LongTimeout: true}
}

// mayStopApply reports whether an interruption of the step may interrupt an apply.
func (r *command) mayStopApply() bool { return r.in.OnCancel == inputs.OnCancelStopApply }

// actionComment returns the comment that Scalr stores with an action of this step. The reason may be empty.
func (r *command) actionComment(reason string) string {
	e := r.Job.Event()
	text := "by scalr-run-action"
	if reason != "" {
		text = reason + ", " + text
	}
	if e.Actor != "" {
		text += " for " + e.Actor
	}
	if e.WorkflowRunURL != "" {
		text += " " + e.WorkflowRunURL
	}
	return text
}

// api returns the API for the follower. It verifies each poll, and regularly searches for duplicate runs if the
// response to the creation was lost.
func (r *command) api() follow.API {
	if !r.mayHaveDuplicate {
		return verifyingAPI{runs.Stopper{Client: r.client}, r}
	}
	return verifyingAPI{&duplicateGuard{Stopper: runs.Stopper{Client: r.client}, command: r, began: time.Now()}, r}
}

// duplicateGuard wraps a client and cancels duplicate runs that Scalr creates late.
type duplicateGuard struct {
	runs.Stopper
	command     *command
	began, last time.Time
}

const (
	duplicateWindow     = 2 * time.Minute // longer than Scalr may take to create a run
	duplicateInterval   = 10 * time.Second
	duplicateSearchTime = 2 * time.Second // time limit of one search
	lastSearchTime      = 4 * time.Second // of the last search and its retry, after a confirmed creation
	// doubtfulSearchTime is the time limit of the last search if there may be a duplicate, including retries.
	doubtfulSearchTime = 10 * time.Second
)

// PollRun polls a run. At most every duplicateInterval, it first cancels duplicate runs.
func (s *duplicateGuard) PollRun(ctx context.Context, id string) (scalr.Run, error) {
	if now := time.Now(); now.Sub(s.began) < duplicateWindow && now.Sub(s.last) >= duplicateInterval {
		s.last = now
		_ = s.command.cancelDuplicates(ctx, duplicateSearchTime) // the last search reports errors
	}
	return s.Stopper.PollRun(ctx, id)
}

// ourRun identifies the run of this step by the ids of the request, not by those of responses, because other runs of
// the same configuration version are stopped.
func (r *command) ourRun() scalr.Run {
	return scalr.Run{ID: r.facts.run.ID, WorkspaceID: r.requested.WorkspaceID, ConfigurationID: r.requested.ConfigurationID}
}

// cancelDuplicates stops other runs of this step's configuration version.
func (r *command) cancelDuplicates(ctx context.Context, most time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	stopped, err := runs.CancelDuplicates(ctx, r.client, r.ourRun(), r.actionComment("a duplicate run of this configuration version"))
	for _, id := range stopped {
		r.Job.Warnf("Duplicate run %s of the same configuration version was stopped.", id)
	}
	return err
}

// cancelLastDuplicates cancels duplicate runs before the step continues or ends. It lists the runs even if the
// creation was confirmed: Scalr, or a gateway in front of it, may have executed the request twice. If there is reason to
// doubt the creation, it searches longer. An interrupted step has no time for retries.
func (r *command) cancelLastDuplicates(doubtful bool) {
	if !r.created {
		return
	}
	most := lastSearchTime
	if doubtful {
		most = doubtfulSearchTime
	}
	if _, interrupted := r.InterruptedAt(); interrupted {
		most = duplicateSearchTime
	}
	ctx, cancel := r.ReportingContext(most)
	defer cancel()
	has, err := doubtful, error(nil)
	if !has {
		_, err = retry.Do(ctx, retryRead(2, most-duplicateSearchTime), func() (err error) {
			ctx, cancel := context.WithTimeout(ctx, duplicateSearchTime)
			defer cancel()
			has, err = runs.HasDuplicate(ctx, r.client, r.ourRun())
			return err
		})
	}
	if has {
		err = r.cancelDuplicates(ctx, most)
	}
	r.duplicatesErr = err
}

// warnOfDuplicates logs that a duplicate run may be active, if the search for it failed.
func (r *command) warnOfDuplicates(err error) {
	if err != nil {
		r.Job.Warnf("Run %s may have an active duplicate, because the check for duplicates was not completed (%s). Check the runs of the workspace: %s",
			r.facts.run.ID, step.Sentence(err), r.client.WorkspaceURL(r.facts.run.EnvironmentID, r.facts.run.WorkspaceID))
	}
}

// waiting returns a note for the log that the run has not left the status in which Scalr accepted the action, and "" otherwise.
func (a acceptance) waiting(run scalr.Run) string {
	if a.verb == "" || run.Status != a.in {
		return ""
	}
	return "; Scalr has accepted the request to " + a.verb + " it"
}

// outcomeOfStop returns the outcome of an interrupted step. If the run had already finished, it returns the outcome
// of the run.
func (r *command) outcomeOfStop(ctx context.Context, e follow.Ending) step.Outcome {
	if e.Stop != nil && e.StopErr == nil && e.Stop.AlreadyFinal {
		if failures := r.evaluateGates(ctx, e.Run, false); len(failures) > 0 {
			return r.reject(ctx, e.Run, failures)
		}
		return r.outcomeOf(ctx, e.Run)
	}
	o, _ := step.OutcomeOfEnd(ctx)
	r.stopAccepted = e.Stop != nil && e.StopErr == nil
	last := e.Run
	if e.Stop != nil {
		last = e.Stop.LastKnown // state before the stop took effect
	}
	o.Problem += " " + r.accepted.withoutEffect(last) + r.describeStop(e)
	var failed *scalr.Error
	if o.Result == result.TimedOut && errors.As(e.StopErr, &failed) && failed.Network != scalr.NoTrouble {
		o.Hints = []string{step.Advice(step.CodeUnreachable)} // a longer timeout would not help
	}
	return o
}

// acceptance is the latest action on the run that Scalr accepted.
type acceptance struct {
	verb string       // confirm, override, discard or cancel; "" for none
	in   scalr.Status // status of the run at that time
}

// withoutEffect returns a sentence that the accepted action had no effect if the status of the run is unchanged, and
// "" otherwise.
func (a acceptance) withoutEffect(run scalr.Run) string {
	if a.verb == "" || run.Status != a.in {
		return ""
	}
	return fmt.Sprintf("Scalr accepted the request to %s run %s, but the run was still %q. ", a.verb, run.ID, run.Status)
}

// describeStop returns a sentence about the state of the run after an interruption.
func (r *command) describeStop(e follow.Ending) string {
	where := "Run " + e.Run.ID + " "
	switch {
	case e.Stop == nil:
		return where + "was not canceled and is still running: " + r.facts.runURL
	case e.StopErr != nil:
		return where + "could not be stopped (" + step.Sentence(e.StopErr) + ")." + step.MissingPermission(e.StopErr) + " It may still run: " + r.facts.runURL
	case e.Stop.ApplyContinues:
		return where + "is being applied and is still running; only on-cancel: stop-apply interrupts an apply: " + r.facts.runURL
	case e.Run.Status == scalr.StatusApplied:
		return where + "was applied before it could be stopped: " + r.facts.runURL
	case e.Run.Status.IsFinal():
		return where + "was stopped by this step; its final status is " + string(e.Run.Status) + "."
	}
	return "Scalr accepted the request to " + e.Stop.Verb + " run " + e.Run.ID + ", which may still be running: " + r.facts.runURL
}
