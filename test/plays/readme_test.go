package plays

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// TestExampleDocuments runs the YAML in the documents: workflows unchanged, and each list of steps that uses the run
// action or its outputs in a generated job.
func TestExampleDocuments(t *testing.T) {
	t.Parallel()
	ran := map[string]int{}
	for _, pattern := range []string{"README.md", "*/README.md", "docs/*.md"} {
		files, err := filepath.Glob(filepath.Join("..", "..", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			name, _ := filepath.Rel(filepath.Join("..", ".."), file)
			content, err := document(filepath.ToSlash(name))
			if err != nil {
				t.Fatal(err)
			}
			for i, block := range yamlBlock.FindAllStringSubmatch(string(content), -1) {
				workflow, ok := around(block[1])
				if !ok {
					continue
				}
				ran[filepath.ToSlash(name)]++
				t.Run(fmt.Sprintf("%s block %d", name, i+1), func(t *testing.T) {
					t.Parallel()
					playBlock(t, name, workflow)
				})
			}
		}
	}
	if ran["README.md"] != 2 {
		t.Errorf("ran %d workflows of README.md, want the two of the quick start", ran["README.md"])
	}
	for _, file := range []string{"docs/behavior.md", "docs/migrating.md", "docs/monorepos.md", "docs/oidc.md",
		"docs/variables.md"} {
		if ran[file] == 0 {
			t.Errorf("ran no block of %s: does the search still work?", file)
		}
	}
}

// around returns a workflow with the block, if the block uses this project's actions and the usual address of Scalr.
func around(block string) (workflow string, ok bool) {
	block = strings.ReplaceAll(block, "ws-v0abc123", scalrsim.WorkspaceID)
	ours := strings.Contains(block, "OWNER/scalr-run-action@v1") && strings.Contains(block, theirScalr)
	follows := strings.Contains(block, "steps.plan.outputs.")
	switch {
	case strings.Contains(block, "\njobs:\n"):
		return block, ours
	case !strings.HasPrefix(block, "- ") || !ours && !follows:
		return "", false
	}
	steps := "- {uses: actions/checkout@v7, with: {persist-credentials: false}}\n"
	if follows {
		steps += "- {uses: OWNER/scalr-run-action@v1, id: plan, with: {base-url: '" + theirScalr +
			"', token: '${{ secrets.SCALR_TOKEN }}', workspace: production/network}}\n"
	}
	steps += block
	return "on: pull_request\npermissions: {contents: read, id-token: write}\njobs:\n  plan:\n    runs-on: " +
		"ubuntu-latest\n    steps:\n" +
		regexp.MustCompile(`(?m)^(.)`).ReplaceAllString(steps, "      $1"), true
}

func playBlock(t *testing.T, document, workflow string) {
	scenario := scripted()
	scenario.Config.Identity = scalrsim.Identity{Email: "ci@acme.scalr.io", Audience: "scalr-github-actions"}
	scenario.Script.Cost = &scalrsim.Cost{Prior: "100.00", Proposed: "110.00", Delta: "10.00"}
	s := newTestbed(t, scenario, "jq")
	s.secrets["DB_PASSWORD"] = "readme-password-4711"
	files := network("a")
	files["main.tf"] = `resource "terraform_data" "a" {}`
	s.commit("main", files)
	files = maps.Clone(files)
	files["infra/production/network/main.tf"] = `resource "terraform_data" "a" {}`
	s.commit("first", files)
	trigger, name := pull(7, "opened", "first"), "plan"
	if strings.Contains(workflow, "\n  push:\n") {
		trigger, name = push("first", networkFile), "apply"
	}
	job := s.runText(document, workflow, trigger, nil).ended(name, "success")
	want := map[bool]string{false: "planned", true: "applied"}[strings.Contains(workflow, "auto-apply: true")]
	if got := job.step("run"); got.outputs["result"] != want {
		t.Errorf("the run: %s, want %s", got.word(), want)
	}
	comments := strings.Contains(workflow, "comment: true") || strings.Contains(workflow, "scalr-run-action/overview@")
	if comments != (len(s.github.bodies(7)) == 1) {
		t.Errorf("got the comments %q", s.github.bodies(7))
	}
	for _, step := range job.steps {
		if step.what == "script" && !regexp.MustCompile(`^[1-9][0-9]*$`).MatchString(strings.TrimSpace(step.log)) {
			t.Errorf("the script %q printed %q, want how many changes there are", step.title, step.log)
		}
	}
}
