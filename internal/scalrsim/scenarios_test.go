package scalrsim

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestSetRunScript checks that the script of one workspace does not affect other workspaces.
func TestSetRunScript(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenario{})
		s.SetRunScript(EdgeWorkspaceID, RunScript{Plan: Stage{Fails: "quota exceeded"}})
		failing := s.AddRun(EdgeWorkspaceID, map[string]any{"is-dry": true})
		s.AddRun(WorkspaceID, map[string]any{"is-dry": true})
		time.Sleep(time.Minute)
		for _, r := range s.Runs() {
			want := "planned_and_finished"
			if r.ID == failing {
				want = "errored"
			}
			if r.Status != want {
				t.Errorf("%s is %s, want %s", r.ID, r.Status, want)
			}
		}
	})
}
