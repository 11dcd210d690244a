package plays

import (
	"maps"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// TestExampleMonorepo plans the workspaces that pull requests affect: one, several through a shared file, one that
// fails, and none. The pull request that affects one runs only with TESTS=all or SOAK=1.
func TestExampleMonorepo(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, alwaysWithTerraform())
	s.scalr.AddWorkspace(scalrsim.EnvironmentID, "database", nil)
	s.scalr.AddWorkspace(scalrsim.StagingID, "network", nil)
	resource := func(name string) string { return `resource "terraform_data" "` + name + `" {}` }
	main := map[string]string{
		"README.md":                         "# Infra\n",
		"infra/global/tags.txt":             "a",
		"infra/production/network/main.tf":  resource("network"),
		"infra/production/database/main.tf": resource("database"),
		"infra/staging/network/main.tf":     resource("network"),
	}
	s.commit("main", main)
	for name, change := range map[string][2]string{
		"one":    {"infra/production/database/main.tf", resource("databases")},
		"shared": {"infra/global/tags.txt", "b"},
		"broken": {"infra/staging/network/main.tf", `resource "terraform_data" "network" { input = nothing.at.all }`},
		"words":  {"README.md", "# Changed\n"},
	} {
		files := maps.Clone(main)
		files[change[0]] = change[1]
		s.commit(name, files)
	}
	number := 10
	for _, c := range []struct{ head, plan, overview, says string }{
		{"one", "success", "success", "production/database"},
		{"shared", "success success success", "success", "staging/network"},
		{"broken", "failure", "failure", "staging/network"},
		{"words", "skipped", "success", "affect"},
	} {
		if c.head == "one" && !everything() {
			continue
		}
		number++
		s.github.pull(number, "OPEN")
		p := s.run("monorepo.yml", pull(number, "opened", c.head))
		p.ended("affected", "success")
		p.ended("plan", c.plan)
		p.ended("overview", c.overview)
		if got := s.github.bodies(number); c.head != "words" && (len(got) != 1 || !strings.Contains(got[0], c.says)) {
			t.Errorf("%s: got the comments %q, want one that names %s", c.head, got, c.says)
		}
	}
}
