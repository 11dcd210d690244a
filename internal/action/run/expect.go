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

// unexpectedRun is a run that is not the one that the step was asked to create
// or to act on.
type unexpectedRun struct {
	code    step.Code
	run     scalr.Run // as the answer that shows it reports the run
	problem string
	// unreported: the answer leaves out what must be known.
	unreported bool
}

func (e *unexpectedRun) Error() string { return e.problem }

// ErrorCode is the stable word for it.
func (e *unexpectedRun) ErrorCode() step.Code { return e.code }

// unchangedBy adds to what is wrong with a run that nothing was done to it.
func unchangedBy(err error) error {
	var unexpected *unexpectedRun
	if !errors.As(err, &unexpected) {
		return err
	}
	e := *unexpected
	e.problem += " Nothing was changed."
	return &e
}

// verifyAgain is for how long a run is read again whose first answer left
// something out. Meanwhile the run may continue.
const verifyAgain = 30 * time.Second

// verify compares a run as just read with what is expected of it. What an
// answer leaves out is read again, and then counts as different.
func (r *command) verify(ctx context.Context, run scalr.Run) (scalr.Run, error) {
	if r.expected == nil {
		return run, nil
	}
	unexpected := r.expected(run)
	if unexpected != nil && unexpected.unreported {
		ctx, cancel := context.WithTimeout(ctx, verifyAgain)
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

// mayStop allows to stop the run that is expected, and no other.
func (r *command) mayStop(run scalr.Run) error {
	if r.expected == nil {
		return nil
	}
	if unexpected := r.expected(run); unexpected != nil {
		return unexpected
	}
	return nil
}

// verifyingAPI is the API for a follower that must not follow a run which is
// not, or not any more, the expected one.
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

// look reads the run, which exists, and verifies it.
func (r *command) look(ctx context.Context, id string) (scalr.Run, error) {
	return verifyingAPI{runs.Stopper{Client: r.client}, r}.PollRun(ctx, id)
}

// existingRun is what the inputs say about the run of run-id.
type existingRun struct {
	workspace       scalr.Workspace // without an id: any
	configurationID string          // "": any
	mode            inputs.Mode
	destroy         bool
}

// expectExisting finds the workspace that the run must be of, if one is given.
func (r *command) expectExisting(ctx context.Context, run scalr.Run) error {
	want := existingRun{configurationID: r.in.ExpectedConfigurationID, mode: r.in.Mode, destroy: r.in.Destroy}
	if r.in.WorkspaceID != "" || r.in.Workspace != "" {
		w, err := r.findWorkspace(ctx)
		var f *step.Refusal
		if errors.As(err, &f) && (f.Code == step.CodeWorkspaceMissing || f.Code == step.CodeEnvironmentGone) {
			return step.Refuse(step.CodeWrongWorkspace, "Run %s does not belong to the given workspace. %s Nothing was changed.", run.ID, f.Problem)
		}
		if err != nil {
			return err
		}
		want.workspace = w
	}
	r.expected = want.check
	return nil
}

// check compares the run with the inputs; nil if it is the one that is meant.
func (want existingRun) check(run scalr.Run) *unexpectedRun {
	switch id := want.configurationID; {
	case want.workspace.ID != "" && run.WorkspaceID != want.workspace.ID:
		return &unexpectedRun{step.CodeWrongWorkspace, run, fmt.Sprintf("Run %s belongs to %s, not to workspace %s.",
			run.ID, orUnreported("workspace", run.WorkspaceID), lookup.Title(want.workspace)), run.WorkspaceID == ""}
	case id != "" && run.ConfigurationID != id:
		return &unexpectedRun{step.CodeWrongConfig, run, fmt.Sprintf("Run %s belongs to %s, not to configuration version %s.",
			run.ID, orUnreported("configuration version", run.ConfigurationID), id), run.ConfigurationID == ""}
	}
	return want.checkDestroy(run)
}

// checkDestroy lets a destroy run continue only for a job that knows
// that it is one. A dry run changes nothing, and an override alone applies
// nothing unless the run applies by itself.
func (want existingRun) checkDestroy(run scalr.Run) *unexpectedRun {
	is := run.Settings
	if !want.mode.LetsRunGoOn() || isTrue(is.Dry) {
		return nil
	}
	applies := want.mode == inputs.ModeConfirm || !isFalse(is.AutoApply)
	refused := func(format string) *unexpectedRun {
		return &unexpectedRun{step.CodeNotExpected, run, fmt.Sprintf(format, run.ID), is.Destroy == nil}
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
