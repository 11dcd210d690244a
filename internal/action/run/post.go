package run

import (
	"context"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/retry"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

const (
	// postTime is the time limit of the post step: GitHub allows a canceled job five minutes in total.
	postTime = 4 * time.Minute
	// lateCreateWindow is how long the post step searches for the run of an interrupted creation: Scalr may still be
	// creating the run, or its lists may be outdated.
	lateCreateWindow = 45 * time.Second
)

// Post stops a run that the main step created and could not stop because it was killed. If the main step ended
// normally, Post does nothing and logs nothing.
func Post(ctx context.Context, s *step.Step) int {
	left := loadState(s.Job)
	if left.finished || left.onCancel == "" || left.onCancel == inputs.OnCancelLeave || left.run == "" && left.configuration == "" {
		return 0
	}
	in, _, err := inputs.LoadRun(s.InputSource())
	if err != nil {
		return s.Finish(step.Explain(ctx, err), nil)
	}
	r := newCommand(s, in)
	r.in.OnCancel = left.onCancel
	timed, cancel := s.WithTimeout(ctx, postTime)
	defer cancel()
	message, err := r.stopLeftover(timed, left)
	if err != nil {
		o := step.Explain(timed, err)
		s.Job.Warnf("The run that the canceled step left behind could not be stopped: %s %s", o.Problem, r.facts.runURL)
		return 0
	}
	if message != "" {
		s.Job.Infof("%s", message)
	}
	return 0
}

// stopLeftover stops the run of a killed step and returns a message for the log.
func (r *command) stopLeftover(ctx context.Context, left state) (message string, err error) {
	if r.client, err = r.Step.SignIn(ctx, r.in.Access, r.logger.Retrying); err != nil {
		return "", err
	}
	r.requested = scalr.RunRequest{WorkspaceID: left.workspace, ConfigurationID: left.configuration}
	r.expected = existingRun{workspace: scalr.Workspace{ID: left.workspace}, configurationID: left.configuration}.check
	run, ok, err := r.findLeftover(ctx, left)
	if err != nil {
		return "", err
	}
	if !ok {
		return "The interrupted request created no run.", nil
	}
	r.recordRun(run)
	if run, err = r.verify(ctx, run); err != nil {
		return "", err
	}
	defer func() { r.warnOfDuplicates(r.cancelDuplicates(ctx, duplicateSearchTime)) }()
	switch {
	case run.Status.IsFinal():
		return "", nil
	case run.State() == scalr.Saved:
		return "Run " + run.ID + " of the canceled step has saved its plan and waits for confirmation: " + r.facts.runURL, nil
	}
	how := r.stopOptions("its job was canceled")
	how.AllowApply, how.Check = r.mayStopApply(), r.checkStop
	stop, err := runs.Stop(ctx, r.client, run, how)
	if err != nil {
		return "", err
	}
	switch {
	case stop.ApplyContinues:
		return "Run " + run.ID + " of the canceled step is being applied and is still running: " + r.facts.runURL, nil
	case stop.AlreadyFinal:
		return "", nil
	}
	return "Run " + run.ID + " of the canceled step: Scalr accepted the request to " + stop.Verb + " it. " + r.facts.runURL, nil
}

// findLeftover finds the run by its id, or by its configuration version if the step was killed before it received the
// id.
func (r *command) findLeftover(ctx context.Context, left state) (scalr.Run, bool, error) {
	if left.run != "" {
		run, err := r.client.PollRun(ctx, left.run)
		return run, err == nil, err
	}
	for began := time.Now(); ; {
		run, ok, err := runs.FindByConfiguration(ctx, r.client, left.workspace, left.configuration)
		if ok || time.Since(began) > lateCreateWindow {
			return run, ok, err
		}
		if err := retry.Wait(ctx, r.Env.Timing.StatusGrace); err != nil {
			return scalr.Run{}, false, err
		}
	}
}
