package action

import (
	"context"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// workspaceStory is what the workspace action does.
type workspaceStory struct {
	companion
	in inputs.Workspace
	// environment that the workspace is in or shall be created in, once it was
	// found by the inputs; its id is empty before.
	environment scalr.Environment
}

// Workspace tells the workspace action's story and gives the exit code.
func Workspace(ctx context.Context, s *step) int {
	in, notes, err := inputs.LoadWorkspace(s.source())
	s.note(notes)
	if err != nil {
		return s.conclude(explain(ctx, err), nil)
	}
	w := &workspaceStory{companion: companion{step: s, out: s.newOutputs()}, in: in}
	return w.attend(ctx, in.Access, w.act)
}

func (w *workspaceStory) act(ctx context.Context) error {
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

func (w *workspaceStory) show(ctx context.Context) error {
	ws, err := w.existing(ctx)
	if err != nil {
		return err
	}
	w.job.Infof("%s %s, execution mode %s; tags: %s.", ws.Platform, ws.Version, ws.ExecutionMode, quoted(tagNames(ws.Tags)))
	return w.setTags(ws.Tags)
}

// outputs hands on Terraform's outputs, but no sensitive one.
func (w *workspaceStory) outputs(ctx context.Context) error {
	ws, err := w.existing(ctx)
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
	if err := w.setLarge("terraform-outputs", outputsJSON(list, false)); err != nil {
		return err
	}
	sensitive := 0
	for _, o := range list {
		if o.Sensitive {
			sensitive++
		}
	}
	w.job.Infof("Outputs: %d; left out since they are sensitive: %d.", len(list)-sensitive, sensitive)
	return nil
}
