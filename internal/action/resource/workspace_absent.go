package resource

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/scalr"
)

// absent deletes the workspace. It is an error if the workspace manages resources or has an active run.
func (w *workspaceCommand) absent(ctx context.Context) error {
	ws, ok, err := w.find(ctx)
	if err != nil {
		return err
	}
	switch {
	case !ok && w.in.WorkspaceID == "" && w.environment.ID == "":
		w.Job.Warnf("%v Workspace %q was not found either: nothing to delete.", w.missing(ctx), w.in.Name)
		return nil
	case !ok:
		w.Job.Infof("Workspace %q not found, or the token cannot read it: nothing to delete.", cmp.Or(w.in.WorkspaceID, w.environment.Name+"/"+w.in.Name))
		return nil
	}
	w.recordWorkspace(ws)
	attempts, byOther := 0, false
	err = w.client.DeleteWorkspace(ctx, ws.ID, func(ctx context.Context) error {
		if err := w.checkUnused(ctx, ws); err != nil {
			return err
		}
		if attempts++; attempts == 1 { // not again for each attempt
			w.Job.Infof("Checked right before the deletion: workspace %s manages no resources, is not locked, and all its runs have finished.",
				lookup.Title(ws))
		}
		return nil
	})
	if lookup.Gone(err) {
		// Either another client has deleted it, or the token may not delete it. Read it again to distinguish them.
		if _, there, lookErr := workspaceWithID(ctx, w.client, ws.ID); lookErr == nil && !there {
			byOther = attempts == 0 || attempts == 1 && refusedDeletion(err)
			err = nil
		}
	}
	switch {
	case errors.Is(err, scalr.ErrConflict):
		return inUse(ws, step.Sentence(err))
	case err != nil:
		return err
	case byOther:
		w.Job.Infof("Workspace %s was already deleted by another client: nothing to delete.", lookup.Title(ws))
		return nil
	}
	w.recordChange("Deleted workspace %s.", lookup.Title(ws))
	return nil
}

// checkUnused returns an error if the workspace manages resources, has an active run or is locked by a person. If
// Scalr does not report whether it manages resources, that is an error too. Runs are read first, so that the
// resources of a run that finishes in between are counted.
func (w *workspaceCommand) checkUnused(ctx context.Context, ws scalr.Workspace) error {
	runs, err := w.client.RunsInProgress(ctx, ws.ID)
	if err != nil {
		return err
	}
	if len(runs) > 0 {
		return inUse(ws, "it has runs that have not finished: "+describeRuns(runs))
	}
	now, err := w.client.Workspace(ctx, ws.ID)
	switch {
	case err != nil:
		return err
	case now.Name != ws.Name || now.EnvironmentID != ws.EnvironmentID:
		return inUse(ws, fmt.Sprintf("it was renamed or moved to %s while this step ran", lookup.Title(now)))
	case now.HasResources == nil:
		return inUse(now, "Scalr does not report whether it manages resources")
	case *now.HasResources:
		return inUse(now, "it manages resources, which would remain without a state")
	case now.Locked && now.LockedByRun == "":
		return inUse(now, fmt.Sprintf("it is locked%s%s", lookup.By(now.LockedBy), step.Because(now.LockReason)))
	case now.LockedByRun != "":
		return w.checkLockHolder(ctx, now)
	}
	return nil
}

// checkLockHolder returns an error unless the run that holds the lock has finished.
func (w *workspaceCommand) checkLockHolder(ctx context.Context, ws scalr.Workspace) error {
	run, err := w.client.Run(ctx, ws.LockedByRun)
	switch {
	case lookup.Gone(err):
		return inUse(ws, fmt.Sprintf("it is locked by run %s, which the token cannot read", ws.LockedByRun))
	case err != nil:
		return err
	case !run.Status.IsFinal():
		return inUse(ws, "it is locked by a run that has not finished: "+describeRuns([]scalr.Run{run}))
	}
	return nil
}

func describeRuns(runs []scalr.Run) string {
	var list []string
	for _, r := range runs[:min(len(runs), lookup.MaxNamed)] {
		list = append(list, fmt.Sprintf("%s (%.40q)", r.ID, r.Status))
	}
	if more := len(runs) - len(list); more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(list, ", ")
}

func inUse(ws scalr.Workspace, why string) error {
	protection := ""
	if ws.DeletionProtection != nil && *ws.DeletionProtection {
		protection = " It is protected against deletion."
	}
	return step.Refuse(step.CodeInUse, "Workspace %s cannot be deleted: %s.%s", lookup.Title(ws), strings.TrimSuffix(why, "."), protection)
}
