package action

import (
	"context"
	"errors"
	"strings"

	"scalr-run-action/internal/scalr"
)

// absent deletes the workspace, unless there is something that only it knows of.
func (w *workspaceStory) absent(ctx context.Context) error {
	ws, ok, err := w.find(ctx)
	if err != nil {
		return err
	}
	if !ok {
		w.job.Infof("There is no workspace %q that the token can see: nothing to delete.", w.in.Name+w.in.WorkspaceID)
		return nil
	}
	w.at(ws)
	if ws.HasResources {
		return inUse(ws, "it manages resources, which would be left behind without a state")
	}
	err = w.client.DeleteWorkspace(ctx, ws.ID)
	if gone(err) {
		// Gone meanwhile, or not allowed: a look tells.
		if _, there, lookErr := workspaceWithID(ctx, w.client, ws.ID); lookErr == nil && !there {
			err = nil
		}
	}
	if errors.Is(err, scalr.ErrConflict) {
		return inUse(ws, sentence(err))
	}
	if err != nil {
		return err
	}
	w.did("Deleted workspace %s.", title(ws))
	return nil
}

func inUse(ws scalr.Workspace, why string) error {
	protection := ""
	if ws.DeletionProtection != nil && *ws.DeletionProtection {
		protection = " It is protected against deletion."
	}
	return found(codeInUse, "Workspace %s cannot be deleted: %s.%s", title(ws), strings.TrimSuffix(why, "."), protection)
}
