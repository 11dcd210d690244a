package run

import (
	"context"
	"fmt"
	"strings"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/retry"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

// createdRun returns a function that compares a run with the request.
func createdRun(q scalr.RunRequest) func(scalr.Run) *unexpectedRun {
	return func(run scalr.Run) *unexpectedRun {
		differences := q.Differences(run)
		if len(differences) == 0 {
			return nil
		}
		unreported := true
		var words []string
		for _, d := range differences {
			unreported = unreported && d.Unreported
			words = append(words, difference(d))
		}
		return &unexpectedRun{step.CodeWrongRun, run,
			fmt.Sprintf("Run %s is not the run that was requested: %s.", run.ID, strings.Join(words, "; ")), unreported}
	}
}

// difference describes a difference by the name of the input, or by that of the attribute if no input sets it.
func difference(d scalr.Difference) string {
	name, ok := step.InputOf(d.Member)
	if !ok || d.Member == "configuration-version" {
		name = strings.ReplaceAll(d.Member, "configuration-version", "configuration version")
	}
	if d.Unreported {
		return fmt.Sprintf("%s is not reported by Scalr (requested: %s)", name, d.Want)
	}
	return fmt.Sprintf("%s is %s (requested: %s)", name, d.Got, d.Want)
}

// stopWrongRun stops a run of this step that differs from the request, even during its apply and regardless of
// on-cancel.
func (r *command) stopWrongRun(ctx context.Context, wrong *unexpectedRun) step.Outcome {
	r.updateRun(wrong.run)
	r.saveState(state{onCancel: inputs.OnCancelStopApply}) // if this step is killed, the post step stops the run in the same way
	how := r.stopOptions("not the run that was requested")
	how.AllowApply = true
	stop, err := runs.Stop(ctx, r.client, wrong.run, how)
	if err != nil && ctx.Err() != nil {
		// A signal or the timeout ended ctx: repeat the request in the remaining time.
		var cancel context.CancelFunc
		ctx, cancel = r.ReportingContext(r.Env.Timing.StopGrace)
		defer cancel()
		how.LongTimeout = false
		stop, err = runs.Stop(ctx, r.client, wrong.run, how)
	}
	last := stop.LastKnown
	if err == nil && stop.Verb != "" {
		last = r.awaitStop(ctx, last)
	}
	r.updateRun(last)
	r.cancelLastDuplicates(true) // the server may have created the requested run, too
	r.stopAccepted = err == nil
	return step.WithAdvice(step.Outcome{Result: result.Refused, Code: step.CodeWrongRun,
		Problem: wrong.problem + " " + r.stopOutcome(stop, last, err)})
}

// awaitStop waits until the run is final after Scalr accepted the request to stop it, for at most the grace period for stops.
func (r *command) awaitStop(ctx context.Context, run scalr.Run) scalr.Run {
	ctx, cancel := context.WithTimeout(ctx, r.Env.Timing.StopGrace)
	defer cancel()
	for !run.Status.IsFinal() && retry.Wait(ctx, r.Env.Timing.StopInterval) == nil {
		if latest, err := r.client.PollRun(ctx, run.ID); err == nil && !latest.Status.Before(run.Status) {
			run = latest
		}
	}
	return run
}

// stopOutcome returns a sentence about the state of an unexpected run.
func (r *command) stopOutcome(stop runs.StopResult, last scalr.Run, err error) string {
	switch {
	case err != nil:
		return fmt.Sprintf("It could not be stopped (%s).%s It is still %s and may still be applied: %s",
			step.Sentence(err), step.MissingPermission(err), last.Status, r.facts.runURL)
	case last.Status == scalr.StatusApplied:
		return "It was applied before it could be stopped: " + r.facts.runURL
	case stop.AlreadyFinal:
		return fmt.Sprintf("It ended as %s: %s", last.Status, r.facts.runURL)
	case last.Status.IsFinal():
		return fmt.Sprintf("It was stopped and ended as %s: %s", last.Status, r.facts.runURL)
	}
	return fmt.Sprintf("Scalr accepted the request to %s it, but it is still %s and may still be applied: %s", stop.Verb, last.Status, r.facts.runURL)
}
