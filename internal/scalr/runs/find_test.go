package runs_test

import (
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// R08: of several runs the oldest is adopted, in whichever order they are listed.
func TestFindReturnsTheOldestRun(t *testing.T) {
	t.Parallel()
	for _, oldest := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := scalrtest.New(t, scalrsim.Scenario{Config: scalrsim.Config{OldestRun: oldest}, Script: longLife()})
			first := r.MustStart(true)
			time.Sleep(10 * time.Second)
			if err := scalrtest.CreateAnother(t.Context(), r, first); err != nil {
				t.Fatal(err)
			}
			if got, ok, err := runs.FindByConfiguration(t.Context(), r.Client, first.WorkspaceID, first.ConfigurationID); !ok || err != nil || got.ID != first.ID {
				t.Errorf("oldest first %v: got %s, want %s", oldest, got.ID, first.ID)
			}
		})
	}
}

func TestBlockingRunIsTheOldestRealRun(t *testing.T) {
	t.Parallel()
	for _, oldest := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := scalrtest.New(t, scalrsim.Scenario{Config: scalrsim.Config{OldestRun: oldest}, Script: longLife()})
			var created []scalr.Run
			for _, dry := range []bool{true, false, false, true, false} {
				time.Sleep(time.Second)
				created = append(created, r.MustStart(dry))
			}
			if got, ok := runs.Blocking(t.Context(), r.Client, scalrsim.WorkspaceID, created[4].ID); !ok || got.ID != created[1].ID {
				t.Errorf("got %s, %v; want %s", got.ID, ok, created[1].ID)
			}
			if got, ok := runs.Blocking(t.Context(), r.Client, scalrsim.EdgeWorkspaceID, "run-x"); ok {
				t.Errorf("got %s in an empty workspace", got.ID)
			}
		})
	}
}
