package resource

import (
	"context"
	"fmt"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/scalr"
)

// reconcileVariables creates or updates the variables of the inputs in the workspace. Other variables are not
// changed.
func (w *workspaceCommand) reconcileVariables(ctx context.Context, ws scalr.Workspace) error {
	if len(w.in.Variables) == 0 {
		return nil
	}
	list, err := w.client.WorkspaceVariables(ctx, ws.ID)
	if err != nil {
		return err
	}
	stored := map[string]scalr.WorkspaceVariable{}
	for _, v := range list {
		stored[describeVariable(v.Variable)] = v
	}
	for _, v := range w.in.Variables {
		wanted := step.ScalrVariable(v)
		if have, ok := stored[describeVariable(wanted)]; ok {
			err = w.updateVariable(ctx, have, wanted)
		} else {
			err = w.createVariable(ctx, ws, wanted)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// describeVariable formats a variable for messages. The result is unique in a workspace, because key and category
// are.
func describeVariable(v scalr.Variable) string {
	if v.Shell {
		return fmt.Sprintf("environment variable %q", v.Key)
	}
	return fmt.Sprintf("Terraform variable %q", v.Key)
}

// createVariable creates a variable. If Scalr stored it differently, or another client created it, it is updated.
func (w *workspaceCommand) createVariable(ctx context.Context, ws scalr.Workspace, wanted scalr.Variable) error {
	stored, created, err := w.client.CreateVariable(ctx, ws.ID, wanted)
	if err != nil {
		return err
	}
	if created {
		kind := ""
		if stored.Sensitive {
			kind = "sensitive "
		}
		w.recordChange("Created %s%s.", kind, describeVariable(wanted))
		if stored.Sensitive == wanted.Sensitive && (stored.Sensitive || stored.Variable == wanted) {
			return nil
		}
	}
	return w.updateVariable(ctx, stored, wanted)
}

// updateVariable updates a variable if it differs. Scalr does not report sensitive values, so a sensitive variable is
// always written.
func (w *workspaceCommand) updateVariable(ctx context.Context, stored scalr.WorkspaceVariable, wanted scalr.Variable) error {
	if !stored.Sensitive && stored.Variable == wanted {
		return nil
	}
	plain := stored.Sensitive && !wanted.Sensitive
	wanted.Sensitive = wanted.Sensitive || stored.Sensitive
	after, err := w.client.UpdateVariable(ctx, stored.ID, wanted)
	if err != nil {
		return err
	}
	name := describeVariable(wanted)
	switch {
	case wanted.Sensitive && !after.Sensitive:
		w.changed = true
		w.Job.Warnf("Scalr did not store %s as sensitive: everyone who can read the workspace's variables can read its value.", name)
	case plain:
		w.recordChange("Wrote sensitive %s: Scalr does not report the stored value, so it cannot be compared.", name)
		w.Job.Warnf("Scalr keeps %s sensitive, although the inputs set it as plain text. To store it as plain text, delete it in Scalr first.", name)
	case stored.Sensitive:
		w.recordChange("Wrote sensitive %s: Scalr does not report the stored value, so it cannot be compared.", name)
	case wanted.Sensitive:
		w.recordChange("Wrote %s as sensitive.", name)
	case after.Variable != wanted:
		w.Job.Warnf("Scalr did not change %s as requested.", name)
	default:
		w.recordChange("Changed %s.", name)
	}
	return nil
}
