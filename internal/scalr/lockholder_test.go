package scalr_test

import (
	"testing"

	"scalr-run-action/internal/scalr"
)

// TestLockHolder checks when the run that has locked a workspace is read.
func TestLockHolder(t *testing.T) {
	t.Parallel()
	const run = `{"data":{"type":"runs","id":"run-1","attributes":{"status":"planning","status-timestamps":{"planning-at":"2026-03-01T12:00:00Z"}}}}`
	for name, c := range map[string]struct {
		w        scalr.Workspace
		answer   string
		status   scalr.Status
		requests int
	}{
		"not locked":         {scalr.Workspace{}, run, "", 0},
		"locked by a person": {scalr.Workspace{Locked: true}, run, "", 0},
		"not reported":       {scalr.Workspace{LockedByRun: "run-1"}, run, "planning", 1},
		"reported":           {scalr.Workspace{LockedByRun: "run-1", LockHolder: scalr.LockHolder{Status: "applying"}}, run, "applying", 0},
		"another run":        {scalr.Workspace{LockedByRun: "run-2"}, run, "", 1},
		"unreadable":         {scalr.Workspace{LockedByRun: "run-1"}, `{"data":null}`, "", 1},
		"without a status":   {scalr.Workspace{LockedByRun: "run-1"}, `{"data":{"type":"runs","id":"run-1"}}`, "", 1},
	} {
		client, requests := respondingWith(t, c.answer)
		got := client.WithLockHolder(t.Context(), c.w)
		if got.LockHolder.Status != c.status || got.LockHolder.Since.IsZero() != (c.status != "planning") || len(*requests) != c.requests {
			t.Errorf("%s: got %+v after %d requests, want %q after %d", name, got.LockHolder, len(*requests), c.status, c.requests)
		}
	}
}
