package resource

import (
	"context"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// workspaceCommand is one execution of the workspace action.
type workspaceCommand struct {
	companion
	in inputs.Workspace
	// environment is the environment of the workspace. It is empty until the inputs have been resolved.
	environment scalr.Environment
}

// Workspace runs the workspace action and returns the exit code.
func Workspace(ctx context.Context, s *step.Step) int {
	in, notes, err := inputs.LoadWorkspace(s.InputSource())
	s.ShowNotes(notes)
	if err != nil {
		return s.Finish(step.Explain(ctx, err), nil)
	}
	s.MaskVariables(in.Variables)
	w := &workspaceCommand{companion: companion{Step: s, out: s.NewOutputs()}, in: in}
	return w.run(ctx, in.Access, w.execute)
}

func (w *workspaceCommand) execute(ctx context.Context) error {
	switch w.in.Mode {
	case inputs.WorkspaceList:
		return w.list(ctx)
	case inputs.WorkspaceShow:
		return w.show(ctx)
	case inputs.WorkspaceOutputs:
		return w.outputs(ctx)
	case inputs.WorkspaceAbsent:
		return w.absent(ctx)
	}
	return w.present(ctx)
}

func (w *workspaceCommand) show(ctx context.Context) error {
	ws, err := w.findExisting(ctx)
	if err != nil {
		return err
	}
	w.Job.Infof("%s %s, execution mode %s; tags: %s.", ws.Platform, ws.Version, ws.ExecutionMode, quoted(lookup.TagNames(ws.Tags)))
	return w.setTags(ws.Tags)
}

// outputs sets the outputs to the non-sensitive Terraform outputs of the workspace.
func (w *workspaceCommand) outputs(ctx context.Context) error {
	ws, err := w.findExisting(ctx)
	if err != nil {
		return err
	}
	if err := w.setTags(ws.Tags); err != nil {
		return err
	}
	list, err := w.client.Outputs(ctx, ws.ID, false)
	if err != nil {
		return err
	}
	if err := w.SetTerraformOutputs(&w.out, "scalr-"+ws.ID+"-outputs.json", step.OutputsJSON(list, false), false); err != nil {
		return err
	}
	sensitive := 0
	for _, o := range list {
		if o.Sensitive {
			sensitive++
		}
	}
	w.Job.Infof("Outputs: %d; left out since they are sensitive: %d.", len(list)-sensitive, sensitive)
	return nil
}
