package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

// unexpectedRun is the error for a run that differs from the one that the step created or was given.
type unexpectedRun struct {
	code    step.Code
	run     scalr.Run // the response that shows the difference
	problem string
	// unreported is set if the only difference is a missing value in the response.
	unreported bool
}

func (e *unexpectedRun) Error() string { return e.problem }

// ErrorCode returns the value of the output error-code.
func (e *unexpectedRun) ErrorCode() step.Code { return e.code }

// withRunUnchanged adds to the error that the step did not change the run.
func withRunUnchanged(err error) error {
	var unexpected *unexpectedRun
	if !errors.As(err, &unexpected) {
		return err
	}
	e := *unexpected
	e.problem += " Nothing was changed."
	return &e
}

// verifyWindow is the time during which a run with an incomplete response is read again. The run may continue
// meanwhile.
const verifyWindow = 30 * time.Second

// verify compares a run with the expected one. If the response lacks a value, verify reads the run again; a value
// that is still missing counts as different.
func (r *command) verify(ctx context.Context, run scalr.Run) (scalr.Run, error) {
	if r.expected == nil {
		return run, nil
	}
	unexpected := r.expected(run)
	if unexpected != nil && unexpected.unreported {
		ctx, cancel := context.WithTimeout(ctx, verifyWindow)
		defer cancel()
		if again, err := r.client.PollRun(ctx, run.ID); err == nil {
			run, unexpected = again, r.expected(again)
		}
	}
	if unexpected != nil {
		return run, unexpected
	}
	return run, nil
}

// checkStop returns an error unless the run is the expected one.
func (r *command) checkStop(run scalr.Run) error {
	if r.expected == nil {
		return nil
	}
	if unexpected := r.expected(run); unexpected != nil {
		return unexpected
	}
	return nil
}

// verifyingAPI wraps the API of a follower. PollRun fails if the response differs from the expected run.
type verifyingAPI struct {
	follow.API
	command *command
}

// PollRun reads the run and verifies it.
func (v verifyingAPI) PollRun(ctx context.Context, id string) (scalr.Run, error) {
	run, err := v.API.PollRun(ctx, id)
	if err != nil {
		return run, err
	}
	return v.command.verify(ctx, run)
}

// readVerified reads the existing run and verifies it.
func (r *command) readVerified(ctx context.Context, id string) (scalr.Run, error) {
	return verifyingAPI{runs.Stopper{Client: r.client}, r}.PollRun(ctx, id)
}

// existingRun describes the run of run-id according to the inputs.
type existingRun struct {
	workspace       scalr.Workspace // any workspace if the id is empty
	configurationID string          // any configuration version if empty
	mode            inputs.Mode
	destroy         bool
}

// expectExisting sets the expected properties of the run. It finds the workspace if an input names one.
func (r *command) expectExisting(ctx context.Context, run scalr.Run) error {
	want := existingRun{configurationID: r.in.ExpectedConfigurationID, mode: r.in.Mode, destroy: r.in.Destroy}
	if r.in.WorkspaceID != "" || r.in.Workspace != "" {
		w, err := r.findWorkspace(ctx)
		var f *step.Refusal
		if errors.As(err, &f) && (f.Code == step.CodeWorkspaceNotFound || f.Code == step.CodeEnvironmentNotFound) {
			return step.Refuse(step.CodeWrongWorkspace, "Run %s could not be matched with the given workspace. %s Nothing was changed.", run.ID, f.Problem)
		}
		if err != nil {
			return err
		}
		want.workspace = w
	}
	r.expected = want.check
	return nil
}

// check returns the difference between the run and the inputs, or nil if there is none.
func (want existingRun) check(run scalr.Run) *unexpectedRun {
	switch id := want.configurationID; {
	case want.workspace.ID != "" && run.WorkspaceID != want.workspace.ID:
		return &unexpectedRun{step.CodeWrongWorkspace, run, fmt.Sprintf("Run %s belongs to %s, not to workspace %s.",
			run.ID, orUnreported("workspace", run.WorkspaceID), lookup.Title(want.workspace)), run.WorkspaceID == ""}
	case id != "" && run.ConfigurationID != id:
		return &unexpectedRun{step.CodeWrongConfiguration, run, fmt.Sprintf("Run %s belongs to %s, not to configuration version %s.",
			run.ID, orUnreported("configuration version", run.ConfigurationID), id), run.ConfigurationID == ""}
	}
	return want.checkDestroy(run)
}

// checkDestroy returns an error if a destroy run would continue without `destroy: true`, or the reverse. It ignores
// dry runs, which change nothing, and overrides, which apply nothing unless the run has auto-apply.
func (want existingRun) checkDestroy(run scalr.Run) *unexpectedRun {
	is := run.Settings
	if !want.mode.ContinuesRun() || isTrue(is.Dry) {
		return nil
	}
	applies := want.mode == inputs.ModeConfirm || !isFalse(is.AutoApply)
	refused := func(format string) *unexpectedRun {
		return &unexpectedRun{step.CodeRunNotExpected, run, fmt.Sprintf(format, run.ID), is.Destroy == nil}
	}
	switch {
	case is.Destroy == nil && (applies || want.destroy):
		return refused("Scalr does not report whether run %s is a destroy run.")
	case isTrue(is.Destroy) && applies && !want.destroy:
		return refused("Run %s destroys everything in its workspace, and `destroy: true` is not set.")
	case isFalse(is.Destroy) && want.destroy:
		return refused("`destroy: true` is set, but run %s is not a destroy run.")
	}
	return nil
}

func isTrue(b *bool) bool { return b != nil && *b }

func isFalse(b *bool) bool { return b != nil && !*b }

func orUnreported(thing, id string) string {
	if id == "" {
		return "a " + thing + " that Scalr does not report"
	}
	return thing + " " + id
}
