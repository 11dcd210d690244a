package plays

import (
	"strings"
	"testing"

	"scalr-run-action/internal/scalr/scalrtest"
)

// TestPlayMatrix plays a dry run in four workspaces, and the one check that stands
// for all of them.
func TestPlayMatrix(t *testing.T) {
	t.Parallel()
	s := newStage(t, real())
	s.scalr.AddWorkspace(scalrtest.StagingID, "network", nil)
	s.scalr.AddWorkspace(scalrtest.StagingID, "database", nil)
	s.scalr.AddWorkspace(scalrtest.EnvironmentID, "database", nil)
	files := network("a")
	files["infra/database/main.tf"] = `resource "terraform_data" "database" {}`
	s.commit("first", files)
	broken := network("a")
	broken["infra/database/main.tf"] = `resource "terraform_data" "database" { input = nothing.at.all }`
	s.commit("broken", broken)

	p := s.play("matrix.yml", pull(7, "opened", "first", "infra/database/main.tf"))
	p.ended("plan", "success success success success")
	p.ended("all", "success")
	if got := s.github.bodies(7); len(got) != 4 {
		t.Errorf("got %d comments, want one for each workspace", len(got))
	}

	p = s.play("matrix.yml", pull(7, "synchronize", "broken", "infra/database/main.tf"))
	p.ended("plan", "success failure success failure")
	p.ended("all", "failure")
	errored := 0
	for _, body := range s.github.bodies(7) {
		if strings.Contains(body, "/database`") && strings.Contains(body, "Reference to undeclared resource") {
			errored++
		}
	}
	if got := s.github.bodies(7); len(got) != 4 || errored != 2 {
		t.Errorf("%d comments tell the error, in\n%s", errored, strings.Join(got, "\n---\n"))
	}

	p = s.play("matrix.yml", pull(8, "opened", "broken", "infra/database/main.tf").fromFork())
	p.ended("plan", "skipped")
	p.ended("all", "success")
}
