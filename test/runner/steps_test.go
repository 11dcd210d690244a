package runner_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

func TestDryRun(t *testing.T) {
	t.Parallel()
	s := newStep(t)
	server := scalr(t, named(t, "execute"))
	p := s.at(server).play()
	p.want(t, 0, "result=planned", "has-changes=true", "additions=1", "workspace-id="+scalrsim.WorkspaceID)
	runs := server.Runs()
	if len(runs) != 1 || !runs[0].Dry || runs[0].ID != p.outputs["run-id"] {
		t.Errorf("Scalr has these runs: %+v, want the dry run %s", runs, p.outputs["run-id"])
	}
	if !strings.Contains(p.summary, p.outputs["run-url"]) {
		t.Errorf("the summary has no link to %s:\n%s", p.outputs["run-url"], p.summary)
	}
	if log := s.temporary(p.outputs["plan-log-file"]); !strings.Contains(log, "terraform_data.network") {
		t.Errorf("the log of the plan is %q", log)
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	server := scalr(t, named(t, "execute"))
	apply := []string{"dry-run=false", "auto-apply=true"}
	p := newStep(t, apply...).at(server).play()
	outputs := `{"network":"acme"}`
	if !server.Executes() {
		outputs = p.outputs["terraform-outputs"]
	}
	p.want(t, 0, "result=applied", "terraform-outputs="+outputs)
	p = newStep(t).at(server).play()
	if server.Executes() {
		p.want(t, 0, "result=no-changes", "has-changes=false")
	}
}

// A reviewed plan is confirmed by its id.
func TestReviewedApply(t *testing.T) {
	t.Parallel()
	server := scalr(t, named(t, "execute"))
	p := newStep(t, "dry-run=false", "auto-apply=false").at(server).play()
	p.want(t, 0, "result=needs-confirmation")
	p = newStep(t, "mode=confirm", "run-id="+p.outputs["run-id"]).at(server).set("workspace-id=").play()
	p.want(t, 0, "result=applied")
}

func TestCompanions(t *testing.T) {
	t.Parallel()
	server := scalr(t, scalrsim.Scenario{})
	s := newStep(t, "mode=show", "name=production").at(server)
	s.entry = "/scalr-environment"
	s.play().want(t, 0, "result=done", "environment-id="+scalrsim.EnvironmentID, "name=production")
	s = newStep(t, "mode=show", "environment=production", "name=network").at(server).set("workspace-id=")
	s.entry = "/scalr-workspace"
	s.play().want(t, 0, "result=done", "workspace-id="+scalrsim.WorkspaceID)
}

// After a normal end the post step does nothing and prints nothing.
func TestPostAfterNormalEnd(t *testing.T) {
	t.Parallel()
	server := scalr(t, named(t, "plan-changes"))
	main := newStep(t).at(server)
	p := main.play()
	p.want(t, 0, "result=planned")
	requests := len(server.Requests())
	after := main.post(p).play()
	after.want(t, 0)
	if after.log != "" || len(server.Requests()) != requests {
		t.Errorf("the post step said %q and made %d requests, want none", after.log, len(server.Requests())-requests)
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	server := scalr(t, scalrsim.Scenario{})
	p := newStep(t, "path=nowhere", "dry-run=maybe").at(server).play()
	p.want(t, 2, "result=invalid")
	var annotations []string
	for _, c := range p.step.Commands {
		if c.Name == "error" {
			annotations = append(annotations, c.Data)
		}
	}
	if len(annotations) != 1 || !strings.Contains(annotations[0], "dry-run") {
		t.Errorf("the annotations are %q, want one that names dry-run", annotations)
	}
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests left, want none", n)
	}
}

// post runs the post step of the same action in the same job.
func (s *step) post(main played) *step {
	after := newStep(s.t)
	for name, value := range s.env {
		if strings.HasPrefix(name, "INPUT_") {
			after.env[name] = value
		}
	}
	for name, value := range main.state {
		after.env["STATE_"+name] = value
	}
	after.entry = "/scalr-run-post"
	return after
}

// temporary reads a file of the runner's temporary directory.
func (s *step) temporary(name string) string {
	s.t.Helper()
	b, err := os.ReadFile(filepath.Join(s.dir, "temp", name))
	if err != nil {
		s.t.Error(err)
	}
	return string(b)
}
