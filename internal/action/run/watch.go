package run

import (
	"context"
	"fmt"
	"sync"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

// follow watches the run until it is final or needs a person, and logs its progress.
// leaving is the status that was just acted upon, if any.
func (r *command) follow(ctx context.Context, run scalr.Run, leaving scalr.Status) (follow.Ending, error) {
	r.narrator.BlockingRun = func() (scalr.Run, bool) { return runs.Blocking(ctx, r.client, run.WorkspaceID, run.ID) }
	r.narrator.Agents = func() (scalr.AgentPool, bool) { return r.client.AgentPoolOf(ctx, run.WorkspaceID) }
	f := &r.follower // the same one again, so that no log is shown twice
	early := r.readPlanEarly(ctx)
	f.API, f.Observer, f.ForceStop, f.IgnoreStatus, f.Timing = r.api(), early, r.Forced(), leaving, r.Env.Timing
	f.Throttled = r.client.Throttled
	if at, ok := r.InterruptedAt(); ok { // a creation in flight has used up a part
		f.Timing.StopGrace = max(r.Env.Timing.StopGrace-time.Since(at), time.Second)
	}
	if r.in.OnCancel != inputs.OnCancelLeave {
		how := r.stopping("")
		f.Stopping = &how
	}
	ending, err := f.Follow(ctx, run)
	r.narrator.Close()
	r.updateRun(ending.Run)
	r.readResults(ctx, ending, early)
	if err != nil {
		err = fmt.Errorf("%w; the run may still be running: %s", err, r.facts.runURL)
	}
	return ending, err
}

// readResults reads what is reported of a run that is final or waits, while it looks
// for duplicate runs.
func (r *command) readResults(ctx context.Context, e follow.Ending, early *earlyPlan) {
	var reads sync.WaitGroup
	defer reads.Wait()
	reads.Go(r.cancelLastDuplicates)
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

// stopping describes how to stop a run, with a comment that names the reason.
func (r *command) stopping(why string) runs.StopOptions {
	return runs.StopOptions{Comment: r.comment(why), AllowApply: r.in.OnCancel == inputs.OnCancelStopApply}
}

// longStopOptions returns options for stopping a run with time for retries.
func (r *command) longStopOptions(why string) runs.StopOptions {
	how := r.stopping(why)
	how.LongTimeout = true
	return how
}

// ending returns the options to stop a run of this step that has served its purpose: an apply that a person has
// started meanwhile is never interrupted.
func (r *command) ending(why string) runs.StopOptions {
	return runs.StopOptions{Comment: r.comment(why), LongTimeout: true}
}

// comment is the comment that Scalr stores with an action of this step.
func (r *command) comment(why string) string {
	e := r.Job.Event()
	text := "by scalr-run-action"
	if why != "" {
		text = why + ", " + text
	}
	if e.Actor != "" {
		text += " for " + e.Actor
	}
	if e.WorkflowRunURL != "" {
		text += " " + e.WorkflowRunURL
	}
	return text
}

// api is the client, which verifies every look, and looks for second runs now
// and then after a creation whose answer was lost.
func (r *command) api() follow.API {
	if !r.sweep {
		return verifyingAPI{runs.Stopper{Client: r.client}, r}
	}
	return verifyingAPI{&duplicateGuard{Stopper: runs.Stopper{Client: r.client}, command: r, began: time.Now()}, r}
}

// duplicateGuard looks for runs that came true late.
type duplicateGuard struct {
	runs.Stopper
	command     *command
	began, last time.Time
}

const (
	sweepFor   = 2 * time.Minute // longer than a creation may take to come true
	sweepEvery = 10 * time.Second
	sweepTime  = 2 * time.Second // for one sweep
)

// PollRun sweeps from time to time before it looks.
func (s *duplicateGuard) PollRun(ctx context.Context, id string) (scalr.Run, error) {
	if now := time.Now(); now.Sub(s.began) < sweepFor && now.Sub(s.last) >= sweepEvery {
		s.last = now
		s.command.cancelDuplicates(ctx)
	}
	return s.Stopper.PollRun(ctx, id)
}

// ourRun names the run that this step created by what was requested, whatever
// answers say: other runs of the same configuration version are stopped.
func (r *command) ourRun() scalr.Run {
	return scalr.Run{ID: r.facts.run.ID, WorkspaceID: r.asked.WorkspaceID, ConfigurationID: r.asked.ConfigurationID}
}

// cancelDuplicates stops runs of our configuration version that are not the one we follow.
func (r *command) cancelDuplicates(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	swept, _ := runs.CancelDuplicates(ctx, r.client, r.ourRun(), r.comment("a duplicate run of this configuration version"))
	for _, id := range swept {
		r.Job.Warnf("Duplicate run %s of the same configuration version was stopped.", id)
	}
}

// cancelLastDuplicates sweeps before the step goes on or ends. Where the creation was sure,
// one list shows whether there is a duplicate: the service, or a gateway
// before it, may carry out a creation twice.
func (r *command) cancelLastDuplicates() {
	if !r.ours {
		return
	}
	ctx, cancel := r.ReportingContext(sweepTime)
	defer cancel()
	if r.sweep || runs.HasDuplicate(ctx, r.client, r.ourRun()) {
		r.cancelDuplicates(ctx)
	}
}

// outcomeOfStop describes the run after the step was interrupted. A run that
// was quicker is judged by how it ended.
func (r *command) outcomeOfStop(ctx context.Context, e follow.Ending) step.Outcome {
	if e.Stop != nil && e.StopErr == nil && e.Stop.AlreadyFinal {
		if failures := r.judge(ctx, e.Run, false); len(failures) > 0 {
			return r.reject(ctx, e.Run, failures)
		}
		return r.outcomeOf(ctx, e.Run)
	}
	o, _ := step.OutcomeOfEnd(ctx)
	r.stopAccepted = e.Stop != nil && e.StopErr == nil
	last := e.Run
	if e.Stop != nil {
		last = e.Stop.LastKnown // before the stop had its effect
	}
	o.Problem += " " + r.accepted.withoutEffect(last) + r.describeStop(e)
	return o
}

// acceptance is the latest action on the run that Scalr accepted.
type acceptance struct {
	verb string       // confirm, override, discard or cancel; "" for none
	in   scalr.Status // the status of the run then
}

// withoutEffect says that an accepted action had no effect, if the run is still in
// the same status.
func (a acceptance) withoutEffect(run scalr.Run) string {
	if a.verb == "" || run.Status != a.in {
		return ""
	}
	return fmt.Sprintf("Scalr accepted to %s run %s, but the run was still %q. ", a.verb, run.ID, run.Status)
}

// describeStop is what happened to the run, in a sentence.
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
		return where + "has ended as " + string(e.Run.Status) + ": this step has stopped it."
	}
	return "Scalr has accepted to " + e.Stop.Verb + " run " + e.Run.ID + ": " + r.facts.runURL
}
