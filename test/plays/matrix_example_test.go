package plays

import (
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// TestExampleMatrix plans the workspaces that a pull request changes, and checks the required job.
func TestExampleMatrix(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, withTerraformInSoak(t), "git", "jq")
	s.scalr.AddWorkspace(scalrsim.StagingID, "network", nil)
	s.scalr.AddWorkspace(scalrsim.StagingID, "database", nil)
	s.scalr.AddWorkspace(scalrsim.EnvironmentID, "database", nil)
	files := func(name, content string) map[string]string {
		all := network("a")
		all["infra/database/main.tf"] = `resource "terraform_data" "database" {}`
		all["infra/modules/tags/main.tf"] = ""
		if name != "" {
			all[name] = content
		}
		return all
	}
	s.commit("main", files("", ""))
	s.commit("module", files("infra/modules/tags/main.tf", "# changed"))
	s.commit("database", files("infra/database/main.tf", `resource "terraform_data" "databases" {}`))
	s.commit("broken", files("infra/database/main.tf", `resource "terraform_data" "database" { input = nothing.at.all }`))
	s.commit("words", files("docs/words with spaces.md", "changed"))

	p := s.run("matrix.yml", pull(7, "opened", "module"))
	p.ended("plan", "success success success success")
	p.ended("all", "success")
	if got := s.github.bodies(7); len(got) != 1 || !strings.Contains(got[0], "4 workspaces") {
		t.Errorf("got %q, want one comment for four workspaces", got)
	}

	p = s.run("matrix.yml", pull(8, "opened", "database"))
	p.ended("plan", "success success")
	p.ended("all", "success")

	p = s.run("matrix.yml", pull(7, "synchronize", "broken"))
	p.ended("plan", "failure failure")
	p.ended("all", "failure")
	got := s.github.bodies(7)
	if len(got) != 1 {
		t.Fatalf("got %d comments, want one", len(got))
	}
	for _, text := range []string{"2 of 2 workspaces failed", "staging/database", "production/database",
		"Reference to undeclared resource"} {
		if !strings.Contains(got[0], text) {
			t.Errorf("the comment lacks %q:\n%s", text, got[0])
		}
	}
}

// TestMatrixRequiresPlans checks that a skipped plan fails the required job unless no workspace has changed.
func TestMatrixRequiresPlans(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, scripted(), "git", "jq")
	s.commit("main", network("a"))
	s.commit("words",
		map[string]string{"README.md": "changed", "infra/network/main.tf": network("a")["infra/network/main.tf"]})
	s.commit("network", network("b"))
	for result, events := range map[string][]event{
		"success": {pull(7, "opened", "words"), pull(7, "opened", "words").fromFork()},
		"failure": {pull(7, "opened", "network").fromFork()},
	} {
		for _, e := range events {
			p := s.run("matrix.yml", e)
			p.ended("plan", "skipped")
			p.ended("all", result)
		}
	}
}
