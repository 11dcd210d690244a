package run

import (
	"context"
	"errors"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

const (
	// createGrace is how long a pending request to create a run continues after an interruption: a run whose id is
	// unknown cannot be stopped.
	createGrace = 2 * time.Second
	// findCreatedTime is the time limit for the search for such a run after createGrace.
	findCreatedTime = time.Second
)

// create creates exactly one run, and logs its id as soon as it is known.
func (r *command) create(ctx context.Context, v scalr.Configuration, policy applyPolicy) (scalr.Run, error) {
	if err := context.Cause(ctx); err != nil {
		return scalr.Run{}, err
	}
	r.saveState(state{configuration: v.ID, workspace: r.facts.workspace.ID, onCancel: r.onCancel()})
	creating, cancel := step.WithGrace(ctx, createGrace)
	defer cancel()
	r.requested = r.request(v, policy)
	run, doubtful, err := runs.Create(creating, r.client, r.requested)
	if err != nil && ctx.Err() != nil {
		run, doubtful, err = r.findCreated(ctx, v, err)
	}
	if err != nil {
		return run, err
	}
	r.created, r.mayHaveDuplicate, r.expected = true, doubtful, createdRun(r.requested)
	own := run
	own.EnvironmentID, own.WorkspaceID = "", "" // use the requested ids until the response is verified
	r.recordRun(own)
	r.setRunOutputs()
	r.saveState(state{run: run.ID, onCancel: r.onCancel()})
	if run, err = r.verify(ctx, run); err != nil {
		return run, err
	}
	r.updateRun(run)
	r.logEarlierRuns(ctx, run)
	return run, nil
}

// findCreated searches once for the run of an interrupted creation, so that this step can stop it. If the run is not
// found, the post step searches again.
func (r *command) findCreated(ctx context.Context, v scalr.Configuration, cut error) (scalr.Run, bool, error) {
	var unknown *runs.NotConfirmedError
	if !errors.As(cut, &unknown) {
		return scalr.Run{}, false, cut
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), findCreatedTime)
	defer cancel()
	if run, ok, _ := runs.FindByConfiguration(ctx, r.client, r.facts.workspace.ID, v.ID); ok {
		return run, true, nil
	}
	return scalr.Run{}, true, cut
}

// logEarlierRuns logs the active runs of earlier attempts of this workflow run: they may block the workspace.
func (r *command) logEarlierRuns(ctx context.Context, run scalr.Run) {
	e := r.Job.Event()
	if e.WorkflowRunURL == "" || e.Attempt < 2 {
		return
	}
	list, _ := r.client.ActiveRuns(ctx, run.WorkspaceID)
	for _, old := range list {
		if old.ID != run.ID && old.ConfigurationID != run.ConfigurationID && step.NamesWorkflowRun(old.Message, e.WorkflowRunURL) {
			r.Job.Noticef("Run %s of an earlier attempt is still %s: %s", old.ID, old.Status, r.client.RunURL(run.EnvironmentID, run.WorkspaceID, old.ID))
		}
	}
}

// request returns the request for the run that the inputs describe. If gates are set, the run is created without
// auto-apply, and this step confirms it after the gates pass.
func (r *command) request(v scalr.Configuration, policy applyPolicy) scalr.RunRequest {
	q := scalr.RunRequest{
		WorkspaceID: r.facts.workspace.ID, ConfigurationID: v.ID,
		Dry: r.in.Dry, Destroy: r.in.Destroy, SavePlan: r.in.SavePlan,
		AutoApply: r.in.AutoApply, WorkspaceAutoApply: r.facts.workspace.AutoApply,
		NoRefresh: !r.in.Refresh, RefreshOnly: r.in.RefreshOnly, Targets: r.in.Targets, Replace: r.in.Replace,
		Message: r.message(),
	}
	for _, v := range r.in.Variables {
		q.Variables = append(q.Variables, step.ScalrVariable(v))
	}
	if policy != appliesNever && r.in.FailOn.Any() {
		no := false
		q.AutoApply = &no
	}
	return q
}

// onCancel returns the value of on-cancel for the post step: leave if this step does not wait for the run.
func (r *command) onCancel() inputs.OnCancel {
	if !r.in.Wait {
		return inputs.OnCancelLeave
	}
	return r.in.OnCancel
}
