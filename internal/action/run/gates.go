package run

import (
	"context"
	"fmt"
	"strings"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/retry"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/tfplan"
)

// evaluateGates returns the conditions of fail-on that the run meets. Every mode calls it immediately before a run may
// continue, and after the run has ended. confirmed is set if this step confirms the run.
func (r *command) evaluateGates(ctx context.Context, run scalr.Run, confirmed bool) []gate.Failure {
	if !r.in.FailOn.Any() {
		return nil
	}
	return gate.Conditions{
		Changes: r.in.FailOn.Changes, Destroy: r.in.FailOn.Destroy, NeedsConfirmation: r.in.FailOn.NeedsConfirmation,
		Warnings: r.in.FailOn.Warnings, CostIncrease: r.in.FailOn.CostIncrease, MaxCostIncrease: r.in.MaxCostIncrease,
	}.Evaluate(gate.Case{Run: run, Plan: r.planForGates(ctx, run), SeveralUnits: r.severalUnits(), Confirmed: confirmed})
}

// severalUnits reports whether the run may plan several units. It returns true if the workspace is unknown.
func (r *command) severalUnits() bool {
	return r.facts.workspace.RunAll || r.facts.workspace.ID == ""
}

// planForGates reads the plan once, before the deadline of the step if possible. If Scalr does not report the plan of a run
// that may continue, it is unknown: one that was reported earlier may have been replaced.
func (r *command) planForGates(ctx context.Context, run scalr.Run) tfplan.Plan {
	if run.Plan == nil && !run.Status.IsFinal() {
		return tfplan.Plan{}
	}
	reading, cancel := r.ReportingContext(planJSONTime)
	defer cancel()
	if !run.Status.IsFinal() { // the plan of a finished run is read even after an interruption
		defer context.AfterFunc(ctx, cancel)()
	}
	return r.plan(reading, run)
}

// reject fails the step. It discards the run if this step created it and the run is waiting.
func (r *command) reject(ctx context.Context, run scalr.Run, failures []gate.Failure) step.Outcome {
	o := step.Outcome{Result: result.Rejected, Code: step.CodeGateHit}
	for _, f := range failures {
		o.Gates = append(o.Gates, f.String())
	}
	o.Problem = "The plan does not pass `fail-on`: " + strings.Join(o.Gates, "; ") + "."
	switch {
	case run.Status == scalr.StatusApplied:
		o.Problem += " It was applied already: " + r.facts.runURL
		o.Hints = []string{"Review the change in Scalr. " + step.Advice(step.CodeTooLate)}
		return o
	case run.Status.IsFinal():
		return o
	case ctx.Err() != nil:
		return r.interruptedReject(ctx, run, o, failures)
	case !r.created:
		return o
	}
	return r.discard(ctx, run, o, "the plan does not pass fail-on", failures)
}

// rejectFailed handles a run that failed and waits for a person nevertheless: in Scalr, it could still be applied. It discards the
// run if this step created it.
func (r *command) rejectFailed(ctx context.Context, run scalr.Run, o step.Outcome) step.Outcome {
	switch {
	case ctx.Err() != nil:
		return r.interruptedReject(ctx, run, o, nil)
	case !r.created:
		o.Problem += " The run still waits and may be applied: " + r.facts.runURL
		return o
	}
	return r.discard(ctx, run, o, "the run failed", nil)
}

// discard discards a waiting run of this step, and adds the effect to the outcome.
func (r *command) discard(ctx context.Context, run scalr.Run, o step.Outcome, reason string, failures []gate.Failure) step.Outcome {
	stop, err := runs.Stop(ctx, r.client, run, r.stopOptions(reason))
	switch {
	case err != nil && ctx.Err() != nil:
		return r.interruptedReject(ctx, run, o, failures)
	case err != nil:
		o.Problem += " Run " + run.ID + " could not be discarded (" + step.Sentence(err) + "): " + r.facts.runURL
	case stop.ApplyContinues:
		r.updateRun(stop.LastKnown)
		o.Problem += " The run was confirmed before it could be discarded: " + r.facts.runURL
	case stop.AlreadyFinal:
		r.updateRun(stop.LastKnown)
		o.Problem += r.effectOf("discard", stop.LastKnown)
	case stop.Verb != "":
		last := r.awaitEffect(ctx, stop.LastKnown)
		r.updateRun(last)
		o.Problem += r.effectOf(stop.Verb, last)
	}
	return o
}

const (
	// effectTime is the time during which a rejected run is followed after Scalr accepted the request to discard it: Scalr queues
	// the operation, which can take minutes.
	effectTime = 5 * time.Minute
	// effectInterval is the maximum poll interval during effectTime.
	effectInterval = 5 * time.Second
)

// awaitEffect follows a run until an accepted stop takes effect, or until the run is applied nevertheless.
func (r *command) awaitEffect(ctx context.Context, run scalr.Run) scalr.Run {
	ctx, cancel := context.WithTimeout(ctx, effectTime)
	defer cancel()
	for wait := r.Env.Timing.StopInterval; ; wait = min(2*wait, effectInterval) {
		if latest, err := r.client.PollRun(ctx, run.ID); err == nil && !latest.Status.Before(run.Status) {
			run = latest
		}
		if run.Status.IsFinal() || run.Status.Applying() || retry.Wait(ctx, wait) != nil {
			return run
		}
	}
}

// effectOf returns a sentence about the state of a run after Scalr accepted the request to stop it.
func (r *command) effectOf(verb string, last scalr.Run) string {
	switch {
	case last.Status == scalr.StatusDiscarded || last.Status == scalr.StatusCanceled:
		return fmt.Sprintf(" The run was %s; nothing was applied.", last.Status)
	case last.Status == scalr.StatusApplied || last.Status.Applying():
		return " The run was confirmed before it could be discarded: " + r.facts.runURL
	case last.Status.IsFinal():
		return fmt.Sprintf(" The run ended as %s: %s", last.Status, r.facts.runURL)
	}
	return fmt.Sprintf(" Scalr accepted the request to %s the run, but it is still %s and may still be applied: %s", verb, last.Status, r.facts.runURL)
}

// interruptedReject handles an interruption while the gates are evaluated or the run is discarded: it repeats the
// operation in the remaining time.
func (r *command) interruptedReject(ctx context.Context, run scalr.Run, rejected step.Outcome, failures []gate.Failure) step.Outcome {
	ending, _ := r.follow(ctx, run, "")
	if ending.Stop != nil && ending.Stop.AlreadyFinal && ending.Run.Status == scalr.StatusDiscarded { // the request to discard it had been received
		rejected.Problem += " The run was discarded; nothing was applied."
		return rejected
	}
	o := r.outcomeOfStop(ctx, ending)
	for _, f := range failures {
		if !f.Unknown { // an unknown value is not reported: more time might have made it known
			o.Gates = append(o.Gates, f.String())
		}
	}
	return o
}
