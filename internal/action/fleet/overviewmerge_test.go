package fleet

import (
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// TestMergeTargets checks which targets are the same workspace, and what is known of it afterward.
func TestMergeTargets(t *testing.T) {
	t.Parallel()
	type target = inputs.OverviewWorkspace
	run := func(id, workspace string, after time.Duration) *scalr.ListedRun {
		return &scalr.ListedRun{Run: scalr.Run{ID: id, WorkspaceID: workspace, EnvironmentID: "env-1", CreatedAt: time.Unix(0, 0).Add(after)},
			Workspace: scalr.Workspace{Name: "a", Environment: "e1"}}
	}
	for name, c := range map[string]struct {
		all  []*searchTarget
		want string // id, name, environment, run, and "absent" or "unsure" of each workspace
	}{
		"another workspace": {
			[]*searchTarget{{OverviewWorkspace: target{Name: "a", Environment: "e1"}}, {OverviewWorkspace: target{Name: "b", Environment: "e1"}}},
			" a e1; b e1",
		},
		"another environment": {
			[]*searchTarget{{OverviewWorkspace: target{Name: "a", Environment: "e1"}}, {OverviewWorkspace: target{Name: "a", Environment: "e2"}}},
			" a e1; a e2",
		},
		"the names of an id": {
			[]*searchTarget{{OverviewWorkspace: target{ID: "ws-1"}},
				{OverviewWorkspace: target{ID: "ws-1", Name: "a", EnvironmentID: "env-1", Environment: "e1", Because: "x.tf"}, absent: true}},
			"ws-1 a e1 x.tf absent",
		},
		"ids differ": {
			[]*searchTarget{{OverviewWorkspace: target{ID: "ws-1", Name: "a", Environment: "e1"}},
				{OverviewWorkspace: target{ID: "ws-2", Name: "a", Environment: "e1"}}},
			"ws-1 a e1;ws-2 a e1",
		},
		"ids of the environments differ": {
			[]*searchTarget{{OverviewWorkspace: target{Name: "a", EnvironmentID: "env-1", Environment: "e1"}},
				{OverviewWorkspace: target{Name: "a", EnvironmentID: "env-2", Environment: "e1"}}},
			" a e1; a e1",
		},
		"two names of one id": {
			[]*searchTarget{{OverviewWorkspace: target{Name: "a", Environment: "e1"}}, {OverviewWorkspace: target{Name: "a", Environment: "env-1"}},
				{OverviewWorkspace: target{ID: "ws-2"}}, {OverviewWorkspace: target{ID: "ws-1", Name: "a", EnvironmentID: "env-1", Environment: "e1"}}},
			"ws-1 a e1;ws-2  ",
		},
		"the run of an id": {
			[]*searchTarget{{OverviewWorkspace: target{Name: "a", Environment: "e1"}, absent: true},
				{OverviewWorkspace: target{ID: "ws-1"}, run: run("run-1", "ws-1", 0), unsure: true}},
			"ws-1 a e1 run-1 unsure",
		},
		"the newer run": {
			[]*searchTarget{{OverviewWorkspace: target{ID: "ws-1"}, run: run("run-1", "ws-1", 0), unsure: true},
				{OverviewWorkspace: target{Name: "a", Environment: "e1"}, run: run("run-2", "ws-1", time.Second)}},
			"ws-1 a e1 run-2",
		},
		"the older run": {
			[]*searchTarget{{OverviewWorkspace: target{ID: "ws-1"}, run: run("run-2", "ws-1", time.Second), unsure: true},
				{OverviewWorkspace: target{Name: "a", Environment: "e1"}, run: run("run-1", "ws-1", 0)}},
			"ws-1 a e1 run-2 unsure",
		},
		"the same run": {
			[]*searchTarget{{OverviewWorkspace: target{ID: "ws-1"}, run: run("run-1", "ws-1", 0), unsure: true},
				{OverviewWorkspace: target{Name: "a", Environment: "e1"}, run: run("run-1", "ws-1", 0)}},
			"ws-1 a e1 run-1",
		},
	} {
		var got []string
		for _, w := range mergeTargets(slices.Clone(c.all)) {
			text := w.ID + " " + w.Name + " " + w.Environment
			if w.Because != "" {
				text += " " + w.Because
			}
			if w.run != nil {
				text += " " + w.run.ID
			}
			if w.absent {
				text += " absent"
			}
			if w.unsure {
				text += " unsure"
			}
			got = append(got, text)
		}
		if text := strings.Join(got, ";"); text != c.want {
			t.Errorf("%s: got %q, want %q", name, text, c.want)
		}
	}
}
