package runs

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"scalr-run-action/internal/scalr"
)

// FindByConfiguration finds the run of a configuration version, if it exists: the workspace's list contains it, and the
// run itself does not report another configuration version. Of several runs it returns the oldest, so that all clients
// find the same one.
func FindByConfiguration(ctx context.Context, c *scalr.Client, workspaceID, configurationID string) (scalr.Run, bool, error) {
	found, err := withConfiguration(ctx, c, workspaceID, configurationID)
	for _, r := range found {
		current, readErr := c.ReadRun(ctx, r.ID, scalr.Once)
		if readErr != nil || current.ConfigurationID == configurationID || current.ConfigurationID == "" {
			return r, true, nil
		}
	}
	return scalr.Run{}, false, err
}

// Blocking finds the run that blocks the given one: the oldest that is neither dry nor final. ok is false if there is
// none or if it is unknown.
func Blocking(ctx context.Context, c *scalr.Client, workspaceID, waiting string) (blocking scalr.Run, ok bool) {
	list, err := c.ActiveRuns(ctx, workspaceID)
	for _, r := range list {
		if !r.Dry && r.ID != waiting && (!ok || !r.CreatedAt.After(blocking.CreatedAt)) {
			blocking, ok = r, true
		}
	}
	return blocking, ok && err == nil
}

// maxKept is the maximum number of runs kept for one configuration version, the oldest ones. The server should never
// return more than one.
const maxKept = 100

// withConfiguration lists the workspace's runs of the configuration version, oldest first, regardless of Scalr's order.
func withConfiguration(ctx context.Context, c *scalr.Client, workspaceID, configurationID string) ([]scalr.Run, error) {
	if workspaceID == "" || configurationID == "" {
		return nil, errors.New("search for a run: its workspace or its configuration version is unknown")
	}
	var found []scalr.Run
	err := c.ListRuns(ctx, workspaceID, scalr.Search, func(r scalr.Run) bool {
		if r.ConfigurationID == configurationID {
			found = append(found, r)
		}
		if len(found) == 2*maxKept {
			found = oldest(found, maxKept)
		}
		return true
	})
	return oldest(found, maxKept), err
}

// oldest sorts the runs by age and returns at most n of them.
func oldest(runs []scalr.Run, n int) []scalr.Run {
	slices.SortStableFunc(runs, func(a, b scalr.Run) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return runs[:min(n, len(runs))]
}
