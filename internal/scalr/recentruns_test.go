package scalr_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// TestRunsPage reads two pages of an environment's runs, with all parts of each run.
func TestRunsPage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		world scalrsim.Config
		whole bool
		name  string
	}{
		"all included":     {scalrsim.Config{}, true, "network"},
		"nothing included": {scalrsim.Config{NoIncluded: true}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := scalrtest.New(t, scalrsim.Scenario{Config: c.world, Script: scalrsim.RunScript{
					Policies: []scalrsim.Policy{{Name: "tags", Result: "passed"}}}})
				staging := r.Sim.AddWorkspace(scalrsim.StagingID, "network", nil)
				r.Sim.AddRun(staging, map[string]any{"is-dry": true, "message": "elsewhere"})
				for i := range 130 {
					r.Sim.AddRun(scalrsim.WorkspaceID, map[string]any{"is-dry": true, "message": fmt.Sprint("run ", i)})
					time.Sleep(time.Second)
				}
				time.Sleep(time.Minute)
				scope := scalr.RunScope{EnvironmentID: scalrsim.EnvironmentID}
				first, err := r.RunsPage(t.Context(), scope, 1)
				if err != nil || len(first.Runs) != 100 || first.Last || first.Runs[0].Message != "run 129" {
					t.Fatalf("the first page has %d runs, last: %v, %v", len(first.Runs), first.Last, err)
				}
				second, err := r.RunsPage(t.Context(), scope, 2)
				if err != nil || len(second.Runs) != 30 || !second.Last {
					t.Fatalf("the second page has %d runs, last: %v, %v", len(second.Runs), second.Last, err)
				}
				for _, run := range append(first.Runs, second.Runs...) {
					if run.Whole != c.whole || run.Workspace.Name != c.name || run.WorkspaceID != scalrsim.WorkspaceID ||
						run.EnvironmentID != scalrsim.EnvironmentID {
						t.Fatalf("got %+v", run)
					}
				}
			})
		})
	}
}

// TestRunsPageTooLarge: if a response exceeds the size limit, the page is requested again without the parts of the
// runs.
func TestRunsPageTooLarge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		words := strings.Repeat("The subnet needs an owner. ", 600)
		var messages []string
		for i := range 20 {
			messages = append(messages, fmt.Sprint(i, words))
		}
		policies := []scalrsim.Policy{{Name: "tags", Result: "advisory_failed", Messages: messages}}
		r := scalrtest.New(t, scalrsim.Scenario{Script: scalrsim.RunScript{Policies: policies}})
		for range 80 {
			r.Sim.AddRun(scalrsim.WorkspaceID, map[string]any{"is-dry": true})
		}
		time.Sleep(time.Minute)
		page, err := r.RunsPage(t.Context(), scalr.RunScope{WorkspaceID: scalrsim.WorkspaceID}, 1)
		if err != nil || len(page.Runs) != 80 || page.Runs[0].Whole || page.Runs[0].Workspace.Name != "network" ||
			page.Runs[0].Status != "planned_and_finished" {
			t.Fatalf("got %d runs, %v", len(page.Runs), err)
		}
		if n := len(r.Received(http.MethodGet + " /runs")); n != 2 {
			t.Errorf("%d requests, want 2", n)
		}
	})
}
