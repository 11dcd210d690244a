package scalrsim

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestSetLife: runs of one workspace go another way than the others.
func TestSetLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenario{})
		s.SetLife(EdgeWorkspaceID, RunScript{Plan: Stage{Fails: "quota exceeded"}})
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
