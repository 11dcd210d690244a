package plays

import (
	"fmt"
	"strings"
	"testing"
)

// app is the configuration of a preview. Commits only differ in the release.
func app(release string) map[string]string {
	return map[string]string{"README.md": "# Infra\n", "infra/app/main.tf": fmt.Sprintf(`
variable "name" { type = string }
resource "terraform_data" "app" { input = %q }
output "url" { value = "https://${var.name}.preview.acme.example" }
output "release" { value = terraform_data.app.output }
output "note" { value = "`+"```"+`\n@everyone $(touch pwned)" }
output "password" {
  value     = "preview-password-4711"
  sensitive = true
}
`, release)}
}

// TestExamplePreviews tests previews from the opening of a pull request to its end, and the cleanup after a canceled job.
func TestExamplePreviews(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, withTerraform(t), "jq")
	aws := s.scalr.AddProviderConfiguration("aws-preview", "aws")
	s.scalr.SetAttribute(aws, "is-shared", false) // each preview's environment shares it
	for _, name := range []string{"main", "first", "second", "third"} {
		s.commit(name, app(name))
	}
	s.pullOpened()
	s.pushedAgain()
	s.nothingNew()
	s.pullClosed()
	s.sweeps()
	if strings.Contains(s.github.everything(), "preview-password-4711") {
		t.Error("a sensitive output stands in a comment")
	}
}

func (s *testbed) pullOpened() {
	t := s.t
	s.github.pull(7, "OPEN")
	p := s.run("preview.yml", pull(7, "opened", "first", "infra/app/main.tf"))
	job := p.ended("preview", "success")
	if got := job.step("run"); got.outputs["result"] != "applied" ||
		got.outputs["summary"] != "1 added, 0 changed, 0 destroyed" {
		t.Errorf("the run: %s", got.word())
	}
	environment, _ := s.find("environments", "preview-7")
	workspace, ok := s.find("workspaces", "app")
	if !ok || workspace.related["environment"][0] != environment.id ||
		fmt.Sprint(workspace.tags, environment.tags) != "[preview] [preview]" {
		t.Errorf("got the environment %v with the workspace %v", environment, workspace)
	}
	if workspace.attributes["environment-type"] != "development" ||
		len(environment.related["default-provider-configurations"]) != 1 {
		t.Errorf("got the environment %v with the workspace %v", environment, workspace)
	}
	s.previewComment(job, "first", 0)
}

// previewComment checks that there is one comment with the state of the preview.
func (s *testbed) previewComment(job *jobRecord, release string, edits int) {
	s.t.Helper()
	comments := s.github.memory.Comments(7)
	if len(comments) != 1 {
		s.t.Fatalf("got %d comments, want one", len(comments))
	}
	want := "<!-- preview -->\nThe preview is up: " + job.step("run").outputs["run-url"] +
		"\n\n```json\n" + `{"note":"` + "```" + `\n@everyone $(touch pwned)","release":"` + release +
		`","url":"https://pr-7.preview.acme.example"}` + "\n```"
	if c := comments[0]; c.Body != want || c.Edits != edits || c.Login != "github-actions[bot]" {
		s.t.Errorf("got the comment, edited %d times by %s,\n%s\nwant, %d times,\n%s", c.Edits, c.Login, c.Body, edits, want)
	}
}

// pushedAgain checks that `present` changes nothing if nothing differs.
func (s *testbed) pushedAgain() {
	p := s.run("preview.yml", pull(7, "synchronize", "second", "infra/app/main.tf"))
	job := p.ended("preview", "success")
	for _, name := range []string{"environment", "workspace"} {
		if got := job.step(name); got.wrote != "" || got.outputs["changed"] != "false" || got.outputs["created"] != "false" {
			s.t.Errorf("the %s was written to again: %s", name, got.wrote)
		}
	}
	if got := job.step("run"); got.outputs["summary"] != "0 added, 1 changed, 0 destroyed" {
		s.t.Errorf("the run: %s", got.word())
	}
	s.previewComment(job, "second", 1)
}

// nothingNew checks that the comment shows the outputs after a run without changes.
func (s *testbed) nothingNew() {
	p := s.run("preview.yml", pull(7, "reopened", "second", "infra/app/main.tf"))
	job := p.ended("preview", "success")
	if got := job.step("run"); got.outputs["result"] != "no-changes" {
		s.t.Errorf("the run: %s", got.word())
	}
	s.previewComment(job, "second", 2)
}

func (s *testbed) pullClosed() {
	s.github.pull(7, "MERGED")
	if made := s.run("preview.yml", pull(7, "closed", "second", "infra/app/main.tf")); made.started {
		s.t.Error("a preview was made for a pull request that was closed")
	}
	p := s.run("preview-end.yml", pull(7, "closed", "second"))
	job := p.ended("end", "success")
	if got := job.step("run"); got.outputs["result"] != "applied" ||
		got.outputs["summary"] != "0 added, 0 changed, 1 destroyed" {
		s.t.Errorf("the destroy run: %s", got.word())
	}
	s.gone("preview-7")
	if opened := s.run("preview.yml", pull(8, "opened", "first")); opened.started {
		s.t.Error("a preview was made for a pull request that does not touch it")
	}

	again := s.run("preview-end.yml", pull(7, "closed", "second"))
	job = again.ended("end", "success")
	for _, step := range job.steps {
		if step.wrote != "" {
			s.t.Errorf("%s wrote although everything was gone: %s", step.title, step.wrote)
		}
	}
	if got := job.step("OWNER/scalr-run-action@v1").outcome; got != "skipped" {
		s.t.Errorf("the destroy run was %s without a workspace", got)
	}
	if want := "preview-7"; p.group != want || again.group != want {
		s.t.Errorf("the groups are %q and %q, want that of preview.yml, %q", p.group, again.group, want)
	}
}

func (s *testbed) gone(environment string) {
	s.t.Helper()
	if got, ok := s.find("environments", environment); ok {
		s.t.Errorf("%s is still there: %v", environment, got)
	}
	if got, ok := s.find("workspaces", "app"); ok {
		s.t.Errorf("the workspace of %s is still there: %v", environment, got)
	}
}

// sweeps runs the nightly workflow with a preview whose end was canceled, one with an open pull request, and two
// environments without a pull request number in the name or without the tag.
func (s *testbed) sweeps() {
	t := s.t
	s.run("preview.yml", pull(8, "opened", "third", "infra/app/main.tf")).ended("preview", "success")
	s.github.pull(8, "CLOSED")
	cut := s.runUntil("preview-end.yml", pull(8, "closed", "third"), func(step, log string) bool {
		return step == "OWNER/scalr-run-action@v1" && strings.Contains(log, "/runs/run-")
	})
	job := cut.ended("end", "cancelled")
	if got := job.step("run"); got.code != 130 || got.outputs["result"] != "interrupted" {
		t.Errorf("the canceled run: exit %d, %s", got.code, got.word())
	}
	if _, ok := s.find("environments", "preview-8"); !ok {
		t.Fatal("the canceled job left nothing behind")
	}
	kept := []string{
		s.scalr.AddEnvironment("preview-9", "preview"),
		s.scalr.AddEnvironment("preview-docs", "preview"),
		s.scalr.AddEnvironment("preview-10"),
	}
	s.github.pull(9, "OPEN")
	s.github.pull(10, "CLOSED")

	p := s.run("preview-sweep.yml", schedule())
	p.ended("find", "success")
	if job := p.ended("end", "success"); job.title != "preview-8" {
		t.Errorf("swept %s, want preview-8", job.title)
	}
	s.gone("preview-8")
	for _, name := range []string{"preview-9", "preview-docs", "preview-10"} {
		if got, ok := s.find("environments", name); !ok || !contains(toList(kept), got.id) {
			t.Errorf("%s was swept away", name)
		}
	}
	before := s.writes()
	s.run("preview-sweep.yml", schedule()).ended("end", "skipped")
	if s.writes() != before {
		t.Errorf("the second sweep wrote: %s", s.wrote(before))
	}
}
