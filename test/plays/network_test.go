package plays

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// network is a configuration with the named subnets.
func network(subnets ...string) map[string]string {
	var b strings.Builder
	for _, name := range subnets {
		fmt.Fprintf(&b, "resource \"terraform_data\" %q { input = %q }\n", name, name)
	}
	return map[string]string{"infra/network/main.tf": b.String()}
}

const networkFile = "infra/network/main.tf"

// TestExampleApplyThenPlan applies merged changes without a stored secret, then plans a pull request that destroys
// some resources.
func TestExampleApplyThenPlan(t *testing.T) {
	t.Parallel()
	scenario := withTerraform(t)
	scenario.Config.Identity = scalrsim.Identity{
		Email:    "ci@acme.scalr.io",
		Audience: "scalr-github-actions",
		Claims:   map[string]string{"repository": repository},
	}
	s := newTestbed(t, scenario)
	s.commit("merged", network("a", "b"))
	s.commit("smaller", network("a"))
	s.commit("bigger", network("a", "b", "c"))
	s.applyOnMain()
	s.dryRun()
}

func (s *testbed) applyOnMain() {
	t := s.t
	if p := s.run("apply-on-main.yml", push("merged", "README.md")); p.started {
		t.Error("a change of something else was applied")
	}
	s.reviews["production"] = "failure"
	s.run("apply-on-main.yml", push("merged", networkFile)).ended("apply", "failure")
	if len(s.scalr.Requests()) > 0 {
		t.Errorf("Scalr was asked before anybody approved: %s", s.wrote(0))
	}
	delete(s.reviews, "production")
	secrets := s.secrets
	s.secrets = nil // no token is stored
	job := s.run("apply-on-main.yml", push("merged", networkFile)).ended("apply", "success")
	s.secrets = secrets
	run := job.step("run")
	if run.outputs["summary"] != "2 added, 0 changed, 0 destroyed" {
		t.Errorf("the run: %s", run.word())
	}
	if _, err := url.Parse(job.url); err != nil || job.url == "" || job.url != run.outputs["run-url"] {
		t.Errorf("the deployment's address is %q", job.url)
	}
	if got := strings.Join(s.wrote(0), "\n"); !strings.Contains(got, "assume") {
		t.Errorf("no job signed in: %s", got)
	}
}

func (s *testbed) dryRun() {
	t := s.t
	before := s.writes()
	if s.run("dry-run.yml", pull(7, "opened", "smaller", networkFile).fromFork()).
		ended("plan", "skipped"); s.writes() != before {
		t.Error("the pull request of a fork reached Scalr")
	}
	job := s.run("dry-run.yml", pull(7, "opened", "smaller", networkFile)).ended("plan", "success")
	plan := job.step("plan")
	if plan.outputs["summary"] != "0 to add, 0 to change, 1 to destroy" ||
		!strings.Contains(plan.summary, "1 to destroy") {
		t.Errorf("the plan: %s, with the summary\n%s", plan.word(), plan.summary)
	}
	warning := job.steps[2]
	if got := fmt.Sprint(warning.annotations("warning")); got != "[Ask for a second review 0 to add, 0 to change, 1 "+
		"to destroy]" {
		t.Errorf("got the warnings %s", got)
	}
	job = s.run("dry-run.yml", pull(7, "synchronize", "bigger", networkFile)).ended("plan", "success")
	if got := job.steps[2].outcome; got != "skipped" {
		t.Errorf("a plan that destroys nothing warned: %s", got)
	}
	comments := s.github.memory.Comments(7)
	if len(comments) != 1 || comments[0].Edits != 1 || !strings.Contains(comments[0].Body, "1 to add") {
		t.Errorf("got the comments %v, want one that was brought up to date", comments)
	}
	for _, run := range s.scalr.Runs()[1:] {
		if !run.Dry {
			t.Errorf("run %s could be applied", run.ID)
		}
	}
}

// TestExampleReviewedApply tests each outcome of a review.
func TestExampleReviewedApply(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		review         string // result of the second job without an approval
		apply, discard string
		status         string // of the single run
	}{
		"approved":        {"", "success", "skipped", "applied"},
		"rejected":        {"failure", "failure", "success", "discarded"},
		"review canceled": {"cancelled", "cancelled", "success", "discarded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestbed(t, withTerraform(t))
			s.commit("merged", network("a", "b"))
			s.reviews["production"] = c.review
			p := s.run("reviewed-apply.yml", push("merged", networkFile))
			if got := p.ended("plan", "success").step("run").outputs["result"]; got != "saved" && got != "needs-confirmation" {
				t.Errorf("the plan ended as %s", got)
			}
			p.ended("apply", c.apply)
			p.ended("discard", c.discard)
			runs := s.scalr.Runs()
			if len(runs) != 1 || runs[0].Status != c.status {
				t.Errorf("got the runs %v, want one that was %s", runs, c.status)
			}
		})
	}
}

// acting returns a configuration whose apply executes the command.
func acting(command string) map[string]string {
	return map[string]string{
		networkFile: fmt.Sprintf("resource \"terraform_data\" \"a\" {\n  provisioner \"local-exec\" { command = %q }\n}\n",
			command),
	}
}

// TestExampleReviewedApplyThatFails checks that a failed run is not discarded.
func TestExampleReviewedApplyThatFails(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, withTerraform(t))
	s.commit("merged", acting("exit 1"))
	p := s.run("reviewed-apply.yml", push("merged", networkFile))
	p.ended("apply", "failure")
	p.ended("discard", "success")
	if runs := s.scalr.Runs(); len(runs) != 1 || runs[0].Status != "errored" {
		t.Errorf("got the runs %v", runs)
	}
}

// TestExampleReviewedApplyCanceled checks that a running apply continues, and that the third job reports that it
// cannot discard the run.
func TestExampleReviewedApplyCanceled(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, withTerraform(t))
	s.commit("merged", acting("sleep 5"))
	p := s.runUntil("reviewed-apply.yml", push("merged", networkFile),
		func(_, log string) bool { return strings.Contains(log, "Creating...") })
	p.ended("apply", "cancelled")
	if got := p.ended("discard", "failure").step("run discard"); got.outputs["error-code"] != "run-not-waiting" {
		t.Errorf("the discard: %s", got.word())
	}
	if got := s.scalr.Stops(); len(got) > 0 {
		t.Errorf("the apply was disturbed: %s", got)
	}
	if got := s.settled(); got != "applied" {
		t.Errorf("the run that was being applied ended as %s", got)
	}
}

// settled waits until the last run has ended.
func (s *testbed) settled() string {
	status := ""
	for range 300 {
		runs := s.scalr.Runs()
		if status = runs[len(runs)-1].Status; status == "applied" || status == "errored" || status == "canceled" ||
			status == "discarded" {
			break
		}
		select {
		case <-s.t.Context().Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	return status
}

// TestExampleReviewedApplyOfNothing checks that a plan without changes requests no review, and that no run keeps waiting.
func TestExampleReviewedApplyOfNothing(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, withTerraform(t))
	s.commit("merged", network())
	s.commits[commit("merged")]["infra/network/main.tf"] = "variable \"unused\" { default = 1 }\n"
	p := s.run("reviewed-apply.yml", push("merged", networkFile))
	if got := p.ended("plan", "success").outputs["result"]; got != "no-changes" {
		t.Errorf("the plan ended as %v", got)
	}
	p.ended("apply", "skipped")
	p.ended("discard", "skipped")
}

// TestExampleMergeQueue checks that an approved pull request fails if it destroys something together with earlier
// entries of the queue.
func TestExampleMergeQueue(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, withTerraform(t))
	s.commit("merged", network("a", "b"))
	s.commit("bigger", network("a", "b", "c"))
	s.commit("smaller", network("a"))
	s.run("reviewed-apply.yml", push("merged", networkFile)).ended("apply", "success")

	s.run("merge-queue.yml", pull(7, "opened", "smaller")).ended("plan", "success")
	s.run("merge-queue.yml", queued(7, "bigger")).ended("plan", "success")
	if got := s.github.bodies(7); len(got) != 2 || !strings.Contains(got[0], "1 to destroy") ||
		!strings.Contains(got[1], "1 to add") {
		t.Errorf("got the comments\n%s", strings.Join(got, "\n---\n"))
	}
	run := s.run("merge-queue.yml", queued(7, "smaller")).ended("plan", "failure").step("run")
	if run.outputs["result"] != "rejected" || len(run.annotations("error")) != 1 {
		t.Errorf("the run: %s, %q", run.word(), run.annotations("error"))
	}
	if got := s.github.bodies(7); len(got) != 2 || !strings.Contains(got[1], "1 to destroy") {
		t.Errorf("got the comments\n%s", strings.Join(got, "\n---\n"))
	}
}
