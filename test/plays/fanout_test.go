package plays

import (
	"fmt"
	"strings"
	"testing"
)

// tenant returns the configuration of every tenant, with count resources.
func tenant(count int) map[string]string {
	return map[string]string{
		"infra/tenant/main.tf": fmt.Sprintf("resource \"terraform_data\" \"tenant\" { count = %d }\n", count),
	}
}

// TestExampleFanOut checks that every environment with the tag is planned, and no other.
func TestExampleFanOut(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, withTerraformInSoak(t), "jq")
	workspaces := map[string]string{} // id to environment
	for _, name := range []string{"tenant-c", "tenant-a", "tenant-b"} {
		workspaces[s.scalr.AddWorkspace(s.scalr.AddEnvironment(name, "tenant"), "app", nil)] = name
	}
	s.scalr.AddWorkspace(s.scalr.AddEnvironment("internal", "tenants"), "app", nil)
	s.commit("two", tenant(2))
	s.commit("none", tenant(0))

	p := s.run("fan-out.yml", pull(7, "opened", "two", "infra/tenant/main.tf"))
	p.ended("list", "success")
	p.ended("plan", "success success success")
	var titles []string
	for _, job := range p.jobs[1:4] {
		titles = append(titles, job.title)
		if got := job.step("run"); got.outputs["summary"] != "2 to add, 0 to change, 0 to destroy" ||
			!strings.Contains(got.summary, job.title+"/app") {
			t.Errorf("%s: %s, with the summary\n%s", job.title, got.word(), got.summary)
		}
	}
	if got := fmt.Sprint(titles); got != "[tenant-a tenant-b tenant-c]" {
		t.Errorf("got the jobs %s", got)
	}
	for _, run := range s.scalr.Runs() {
		if workspaces[run.Workspace] == "" || !run.Dry || run.Status != "planned_and_finished" {
			t.Errorf("run %s in %q (%s), dry: %v, is %s", run.ID, workspaces[run.Workspace], run.Workspace, run.Dry, run.Status)
		}
		delete(workspaces, run.Workspace)
	}
	if len(workspaces) > 0 {
		t.Errorf("no run in %v", workspaces)
	}
	s.oneComment(0, "tenant-a/app", "tenant-b/app", "tenant-c/app", "6 to add")

	s.run("fan-out.yml", pull(7, "synchronize", "none", "infra/tenant/main.tf")).ended("plan", "success success success")
	s.oneComment(1, "3 workspaces without changes")
}

// oneComment checks that there is one comment with the number of edits, which contains the texts.
func (s *testbed) oneComment(edits int, texts ...string) {
	s.t.Helper()
	comments := s.github.memory.Comments(7)
	if len(comments) != 1 || comments[0].Edits != edits {
		s.t.Fatalf("got %d comments, want one, edited %d times:\n%s", len(comments), edits,
			strings.Join(s.github.bodies(7), "\n---\n"))
	}
	for _, text := range texts {
		if !strings.Contains(comments[0].Body, text) {
			s.t.Errorf("the comment lacks %q:\n%s", text, comments[0].Body)
		}
	}
}

// TestExampleFanOutToNothing checks that the matrix is skipped if no environment has the tag, because GitHub rejects
// an empty matrix.
func TestExampleFanOutToNothing(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, scripted(), "jq")
	s.commit("two", tenant(2))
	p := s.run("fan-out.yml", pull(7, "opened", "two", "infra/tenant/main.tf"))
	p.ended("list", "success")
	p.ended("plan", "skipped")
	if s.writes() > 0 || len(s.scalr.Runs()) > 0 {
		t.Errorf("something was written: %s", s.wrote(0))
	}
}
