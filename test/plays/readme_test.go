package plays

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// TestPlayREADME plays what the README shows: its workflow as it stands, and
// every list of steps that uses our action or what came of it, in a job around it.
func TestPlayREADME(t *testing.T) {
	t.Parallel()
	content, err := document("README.md")
	if err != nil {
		t.Fatal(err)
	}
	played := 0
	for i, block := range yamlBlock.FindAllStringSubmatch(string(content), -1) {
		workflow, ok := around(block[1])
		if !ok {
			continue
		}
		played++
		t.Run(fmt.Sprintf("block %d", i+1), func(t *testing.T) {
			t.Parallel()
			playREADME(t, workflow)
		})
	}
	if played < 5 {
		t.Errorf("found only %d blocks to play: does the search still work?", played)
	}
}

// around makes a workflow of a block, if it is one of ours: not one of another
// action, nor of a Scalr with another address.
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
		steps += "- {uses: OWNER/scalr-run-action@v1, id: plan, with: {base-url: '" + theirScalr + "', token: '${{ secrets.SCALR_TOKEN }}', workspace: production/network}}\n"
	}
	steps += block
	return "on: pull_request\npermissions: {contents: read, id-token: write}\njobs:\n  plan:\n    runs-on: ubuntu-latest\n    steps:\n" +
		regexp.MustCompile(`(?m)^(.)`).ReplaceAllString(steps, "      $1"), true
}

func playREADME(t *testing.T, workflow string) {
	scenario := scripted()
	scenario.World.Identity = scalrsim.Identity{Email: "ci@acme.scalr.io", Audience: "scalr-github-actions"}
	scenario.Life.Cost = &scalrsim.Cost{Prior: "100.00", Proposed: "110.00", Delta: "10.00"}
	s := newStage(t, scenario, "jq")
	s.secrets["DB_PASSWORD"] = "readme-password-4711"
	files := network("a")
	files["main.tf"] = `resource "terraform_data" "a" {}`
	s.commit("first", files)
	job := s.playText("README.md", workflow, pull(7, "opened", "first"), nil).ended("plan", "success")
	want := map[bool]string{false: "planned", true: "applied"}[strings.Contains(workflow, "auto-apply: true")]
	if got := job.step("run"); got.outputs["result"] != want {
		t.Errorf("the run: %s, want %s", got.word(), want)
	}
	if strings.Contains(workflow, "comment: true") != (len(s.github.bodies(7)) == 1) {
		t.Errorf("got the comments %q", s.github.bodies(7))
	}
	for _, step := range job.steps {
		if step.what == "script" && !regexp.MustCompile(`^[1-9][0-9]*$`).MatchString(strings.TrimSpace(step.log)) {
			t.Errorf("the script %q printed %q, want how many changes there are", step.title, step.log)
		}
	}
}
