package resource

import (
	"context"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/scalr"
)

// find returns the workspace that the inputs name, and whether it exists.
func (w *workspaceCommand) find(ctx context.Context) (scalr.Workspace, bool, error) {
	if w.in.WorkspaceID != "" {
		return workspaceWithID(ctx, w.client, w.in.WorkspaceID)
	}
	env, ok, err := lookup.Environment(ctx, w.client, w.in.Environment)
	if err != nil || !ok {
		return scalr.Workspace{}, false, err
	}
	w.environment = env
	return w.client.WorkspaceNamed(ctx, env.ID, w.in.Name)
}

func workspaceWithID(ctx context.Context, c *scalr.Client, id string) (scalr.Workspace, bool, error) {
	ws, err := c.Workspace(ctx, id)
	if lookup.Gone(err) {
		return ws, false, nil
	}
	return ws, err == nil, err
}

// missing returns the error for an environment or a workspace that does not exist.
func (w *workspaceCommand) missing(ctx context.Context) error {
	switch {
	case w.in.WorkspaceID != "":
		return step.Refuse(step.CodeWorkspaceNotFound, "Workspace %s not found, or the token cannot read it.", w.in.WorkspaceID)
	case w.environment.ID == "":
		return lookup.MissingEnvironment(ctx, w.client, w.in.Environment)
	}
	var names []string
	list, _ := w.client.Workspaces(ctx, scalr.WorkspaceFilter{EnvironmentID: w.environment.ID})
	for _, ws := range list {
		names = append(names, ws.Name)
	}
	return step.Refuse(step.CodeWorkspaceNotFound, "Environment %q has no workspace %q that the token can read.%s", w.environment.Name,
		w.in.Name, lookup.DidYouMean(w.in.Name, names))
}

// findExisting finds the workspace and sets the outputs that identify it.
func (w *workspaceCommand) findExisting(ctx context.Context) (scalr.Workspace, error) {
	ws, ok, err := w.find(ctx)
	if err != nil {
		return ws, err
	}
	if !ok {
		return ws, w.missing(ctx)
	}
	w.recordWorkspace(ws)
	ws.Tags, err = w.resolveTagNames(ctx, ws.Tags)
	return ws, err
}

// recordWorkspace sets the outputs that identify the workspace.
func (w *workspaceCommand) recordWorkspace(ws scalr.Workspace) {
	url := w.client.WorkspaceURL(ws.EnvironmentID, ws.ID)
	w.out.Set("workspace-id", ws.ID)
	w.out.Set("workspace-url", url)
	w.out.Set("environment-id", ws.EnvironmentID)
	w.out.SetText("name", ws.Name)
	w.Job.Infof("Workspace %s %s", lookup.Title(ws), url)
}
