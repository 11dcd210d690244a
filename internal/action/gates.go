package action

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"scalr-run-action/internal/report"
	"scalr-run-action/internal/scalr"
)

// gates are the lines of fail-on that the run hits, in words. A run that failed
// or was stopped is judged by that alone.
func (r *runStory) gates(run scalr.Run) []string {
	if !r.in.FailOn.Any() || run.Stage() == scalr.Failed || run.Stage() == scalr.Stopped {
		return nil
	}
	facts := report.Report{Run: run, Plan: r.plan(run)}.Facts()
	var hit []string
	if r.in.FailOn.Changes && !surelyNot(facts.HasChanges) {
		hit = append(hit, unlessTold(facts.HasChanges, "changes: the plan changes something"))
	}
	if r.in.FailOn.Destroy && !surelyNot(facts.HasDestroys) && !surelyNot(facts.HasChanges) {
		hit = append(hit, unlessTold(facts.HasDestroys, "destroy: the plan destroys or replaces something"))
	}
	if r.in.FailOn.NeedsConfirmation && run.Waiting() && !r.confirms {
		hit = append(hit, "needs-confirmation: the run waits for a person")
	}
	if r.in.FailOn.CostIncrease {
		hit = append(hit, r.costGate(facts)...)
	}
	return hit
}

// surelyNot: what nobody can tell does not pass a gate.
func surelyNot(b *bool) bool { return b != nil && !*b }

// unlessTold adds to a gate's words that it was hit for want of knowledge.
func unlessTold(b *bool, words string) string {
	if b == nil {
		return words[:strings.Index(words, ":")] + ": Scalr does not tell, and what is not known does not pass"
	}
	return words
}

// costGate judges the estimate. Without one, nothing is applied by us; where
// nothing would be, that it cannot be judged is a warning.
func (r *runStory) costGate(facts report.Facts) []string {
	if facts.CostDelta != "" {
		// Not the two decimals that people are shown.
		if delta, ok := costIncrease(facts.ExactCostDelta, r.in.MaxCostIncrease); ok {
			return []string{fmt.Sprintf("cost-increase: %s USD a month more, of at most %g", delta, r.in.MaxCostIncrease)}
		}
		return nil
	}
	switch {
	case surelyNot(facts.HasChanges):
		return nil
	case r.confirms:
		return []string{"cost-increase: Scalr gives no cost estimate for this run, and what is not known does not pass"}
	}
	r.job.Warnf("fail-on: cost-increase could not be judged: Scalr gives no cost estimate for this run.")
	return nil
}

func truth(b *bool) bool { return b != nil && *b }

func costIncrease(delta string, most float64) (string, bool) {
	d, err := strconv.ParseFloat(delta, 64)
	return delta, err == nil && d > most
}

// reject fails the step, and ends the run if it is ours and waits.
func (r *runStory) reject(ctx context.Context, run scalr.Run, gates []string) outcome {
	o := outcome{result: "rejected", code: codeGateHit, gates: gates, problem: "The plan hits a gate of fail-on: " + gates[0]}
	for _, g := range gates[1:] {
		o.problem += "; " + g
	}
	o.problem += "."
	if run.Status == "applied" {
		o.problem += " It was applied already: " + r.report.RunURL
	}
	if !r.ours || run.Status.Over() {
		return o
	}
	result, err := r.client.Stop(ctx, run, r.ending("a gate of fail-on was hit"))
	switch {
	case err != nil && ctx.Err() != nil:
		return r.interruptedReject(ctx, run, o)
	case err != nil:
		o.problem += " Run " + run.ID + " could not be discarded (" + sentence(err) + "): " + r.report.RunURL
	case result.GoesOn:
		o.problem += " Somebody has confirmed the run meanwhile: " + r.report.RunURL
	case result.Verb != "":
		o.problem += " The run was discarded; nothing was applied."
		if look, err := r.client.Run(ctx, run.ID); err == nil {
			r.seen(look)
		}
	}
	return o
}

// interruptedReject: the step was told to end while it discarded the run. What
// it has begun it does once more, in the time that is left.
func (r *runStory) interruptedReject(ctx context.Context, run scalr.Run, rejected outcome) outcome {
	ending, _ := r.follow(ctx, run, "")
	if ending.Stop != nil && ending.Stop.Over && ending.Run.Status == "discarded" { // it had arrived
		rejected.problem += " The run was discarded; nothing was applied."
		return rejected
	}
	o := r.stopped(ctx, ending)
	o.gates = rejected.gates
	return o
}
