package action

import (
	"context"
	"strings"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/scalr"
)

// judge gives the conditions of fail-on that the run fails. This is the one place
// where a run is judged; in whichever mode, it is asked before the run may go on.
// confirmed says that this step lets the run go on.
func (r *runStory) judge(run scalr.Run, confirmed bool) []gate.Failure {
	if !r.in.FailOn.Any() {
		return nil
	}
	workspace := r.report.Workspace
	return gate.Conditions{
		Changes: r.in.FailOn.Changes, Destroy: r.in.FailOn.Destroy, NeedsConfirmation: r.in.FailOn.NeedsConfirmation,
		CostIncrease: r.in.FailOn.CostIncrease, MaxCostIncrease: r.in.MaxCostIncrease,
	}.Judge(gate.Case{Run: run, Plan: r.plan(run), SeveralUnits: workspace.RunAll || workspace.ID == "", Confirmed: confirmed})
}

// reject fails the step, and ends the run if it is ours and waits.
func (r *runStory) reject(ctx context.Context, run scalr.Run, failures []gate.Failure) outcome {
	o := outcome{result: "rejected", code: codeGateHit}
	for _, f := range failures {
		o.gates = append(o.gates, f.String())
	}
	o.problem = "The plan does not pass `fail-on`: " + strings.Join(o.gates, "; ") + "."
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
