package runs_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// R08: of several runs the oldest is used, regardless of the order of the list.
func TestFindReturnsOldestRun(t *testing.T) {
	t.Parallel()
	for _, oldest := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := scalrtest.New(t, scalrsim.Scenario{Config: scalrsim.Config{OldestRun: oldest}, Script: scalrtest.LongPlan()})
			first := r.MustStartRun(true)
			time.Sleep(10 * time.Second)
			if err := scalrtest.CreateAnother(t.Context(), r, first); err != nil {
				t.Fatal(err)
			}
			got, ok, err := runs.FindByConfiguration(t.Context(), r.Client, first.WorkspaceID, first.ConfigurationID)
			if !ok || err != nil || got.ID != first.ID {
				t.Errorf("oldest first %v: got %s, want %s", oldest, got.ID, first.ID)
			}
		})
	}
}

func TestBlockingRunIsOldestRealRun(t *testing.T) {
	t.Parallel()
	for _, oldest := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := scalrtest.New(t, scalrsim.Scenario{Config: scalrsim.Config{OldestRun: oldest}, Script: scalrtest.LongPlan()})
			var created []scalr.Run
			for _, dry := range []bool{true, false, false, true, false} {
				time.Sleep(time.Second)
				created = append(created, r.MustStartRun(dry))
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

// A run is found only if the run itself does not report another configuration version, regardless of the list.
func TestFindReadsRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault scalrsim.Fault
		found bool
	}{
		"same configuration version":       {scalrtest.Edit(readRun, 1, "nothing", ""), true},
		"other configuration version":      {scalrtest.Edit(readRun, 1, `"id":"cv-`, `"id":"cv-other-`), false},
		"unreported configuration version": {scalrtest.Edit(readRun, 1, `"configuration-version"`, `"was-once"`), true},
		"unreadable run":                   {scalrtest.Status(readRun, 500, 1), true},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := scalrtest.New(t, scalrsim.Scenario{Script: scalrtest.LongPlan()})
			run := r.MustStartRun(true)
			r.Sim.AddFault(c.fault)
			got, found, err := runs.FindByConfiguration(t.Context(), r.Client, run.WorkspaceID, run.ConfigurationID)
			if found != c.found || found != (got.ID == run.ID) || err != nil {
				t.Errorf("%s: got %q, %v, %v; want found %v", name, got.ID, found, err, c.found)
			}
		})
	}
}

// Without a workspace or a configuration version the search returns an error: after "not found" the caller would create
// another run.
func TestFindNeedsWorkspaceAndConfiguration(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := scalrtest.New(t, scalrsim.Scenario{Script: scalrtest.LongPlan()})
		run := r.MustStartRun(true)
		for _, search := range [][2]string{{"", run.ConfigurationID}, {run.WorkspaceID, ""}, {"", ""}} {
			got, found, err := runs.FindByConfiguration(t.Context(), r.Client, search[0], search[1])
			if err == nil || !strings.Contains(err.Error(), "unknown") || found {
				t.Errorf("%q: got %q, %v, %v; want an error", search, got.ID, found, err)
			}
		}
	})
}

// The blocking run is unknown if the list cannot be read.
func TestBlockingRunWithoutList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := scalrtest.New(t, scalrsim.Scenario{Script: scalrtest.LongPlan()})
		r.MustStartRun(false)
		r.Sim.AddFault(scalrtest.Status("GET /runs", 403, -1))
		if got, ok := runs.Blocking(t.Context(), r.Client, scalrsim.WorkspaceID, "run-x"); ok {
			t.Errorf("got %s", got.ID)
		}
	})
}
