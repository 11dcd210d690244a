package run

import (
	"context"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
)

// outcomeOf returns the outcome of a run that is final or waiting, according to its status and its plan.
func (r *command) outcomeOf(ctx context.Context, run scalr.Run) step.Outcome {
	o := step.OutcomeOfRun(run)
	switch o.Result {
	case result.NoChanges, result.Planned, result.NeedsConfirmation:
		plan := r.planForGates(ctx, run)
		return step.CorrectByPlan(o, run, plan, gate.EffectsOf(run, plan, r.severalUnits()).Changes)
	}
	return o
}
