package action

import (
	"context"

	"scalr-run-action/internal/scalr"
)

// find finds the workspace that is meant, if there is one.
func (w *workspaceStory) find(ctx context.Context) (scalr.Workspace, bool, error) {
	if w.in.WorkspaceID != "" {
		return workspaceWithID(ctx, w.client, w.in.WorkspaceID)
	}
	env, ok, err := environmentMeant(ctx, w.client, w.in.Environment)
	if err != nil || !ok {
		return scalr.Workspace{}, false, err
	}
	w.environment = env
	return w.client.WorkspaceNamed(ctx, env.ID, w.in.Name)
}

func workspaceWithID(ctx context.Context, c *scalr.Client, id string) (scalr.Workspace, bool, error) {
	ws, err := c.Workspace(ctx, id)
	if gone(err) {
		return ws, false, nil
	}
	return ws, err == nil, err
}

// missing says what is not there: the environment, or the workspace in it.
func (w *workspaceStory) missing(ctx context.Context) error {
	switch {
	case w.in.WorkspaceID != "":
		return found(codeWorkspaceMissing, "There is no workspace %s that the token can see.", w.in.WorkspaceID)
	case w.environment.ID == "":
		return missingEnvironment(ctx, w.client, w.in.Environment)
	}
	var names []string
	list, _ := w.client.Workspaces(ctx, scalr.WorkspaceFilter{EnvironmentID: w.environment.ID})
	for _, ws := range list {
		names = append(names, ws.Name)
	}
	return found(codeWorkspaceMissing, "The environment %q has no workspace %q that the token can see.%s", w.environment.Name, w.in.Name, didYouMean(w.in.Name, names))
}

// existing finds the workspace and gives out which it is.
func (w *workspaceStory) existing(ctx context.Context) (scalr.Workspace, error) {
	ws, ok, err := w.find(ctx)
	if err != nil {
		return ws, err
	}
	if !ok {
		return ws, w.missing(ctx)
	}
	w.at(ws)
	ws.Tags, err = w.named(ctx, ws.Tags)
	return ws, err
}

// at gives out which workspace it is, as soon as that is known.
func (w *workspaceStory) at(ws scalr.Workspace) {
	url := w.client.WorkspaceURL(ws.EnvironmentID, ws.ID)
	w.out.set("workspace-id", ws.ID)
	w.out.set("workspace-url", url)
	w.out.set("environment-id", ws.EnvironmentID)
	w.out.set("name", oneLine(ws.Name))
	w.job.Infof("Workspace %s %s", title(ws), url)
}
