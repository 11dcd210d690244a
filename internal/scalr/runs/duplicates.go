package runs

import (
	"context"
	"errors"
	"fmt"

	"scalr-run-action/internal/scalr"
)

// newest is the number of a workspace's latest runs that [HasDuplicate] searches.
const newest = 100

// CancelDuplicates stops every run of the configuration version except keep, since a creation whose response was lost may
// take effect late. It returns the ids of the runs that it stopped. It does not stop a run that is being applied and
// returns an error for it. It ignores runs that are not reported to be in the same workspace.
func CancelDuplicates(ctx context.Context, c *scalr.Client, keep scalr.Run, comment string) ([]string, error) {
	found, err := withConfiguration(ctx, c, keep.WorkspaceID, keep.ConfigurationID)
	var stopped []string
	for _, r := range found {
		if r.ID == keep.ID || r.WorkspaceID != keep.WorkspaceID || r.Status.IsFinal() {
			continue
		}
		stop, stopErr := Stop(ctx, c, r, StopOptions{Comment: comment, Check: sameOrigin(keep)})
		switch {
		case stopErr != nil:
			err = errors.Join(err, stopErr)
		case stop.ApplyContinues:
			err = errors.Join(err, fmt.Errorf("run %s of the same configuration version is being applied", r.ID))
		case stop.Verb != "":
			stopped = append(stopped, r.ID)
		}
	}
	return stopped, err
}

// sameOrigin returns a check that refuses a run whose workspace or configuration version differs from that of keep, even
// if the list reported the same ones.
func sameOrigin(keep scalr.Run) func(scalr.Run) error {
	return func(current scalr.Run) error {
		if current.WorkspaceID == keep.WorkspaceID && current.ConfigurationID == keep.ConfigurationID {
			return nil
		}
		return fmt.Errorf("run %s is not of configuration version %s in workspace %s", current.ID, keep.ConfigurationID, keep.WorkspaceID)
	}
}

// HasDuplicate reports whether another run of the configuration version is not final, among the newest runs of the
// workspace. It makes a single attempt.
func HasDuplicate(ctx context.Context, c *scalr.Client, run scalr.Run) (has bool, err error) {
	read := 0
	err = c.ListRuns(ctx, run.WorkspaceID, scalr.Once, func(r scalr.Run) bool {
		has = has || r.ConfigurationID == run.ConfigurationID && r.ID != run.ID && !r.Status.IsFinal()
		read++
		return !has && read < newest
	})
	return has && run.ConfigurationID != "", err
}
