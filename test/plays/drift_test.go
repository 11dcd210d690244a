package plays

import (
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// TestExampleDrift simulates five days: no drift, drift, the same drift, no drift, drift again. Terraform's built-in
// resources cannot drift, so the simulator generates the refresh-only plans, which contain drift and no resource
// changes.
func TestExampleDrift(t *testing.T) {
	t.Parallel()
	drifted := []scalrsim.Change{{Address: "terraform_data.a", Action: "update"}}
	s := newTestbed(t, scripted(), "jq")
	s.commit("main", network("a"))
	for i, morning := range []struct {
		changes []scalrsim.Change
		issues  string
	}{
		{changes: []scalrsim.Change{}},
		{changes: drifted, issues: "#1 Drift in production/network [drift] open true, 0 comments"},
		{changes: drifted, issues: "#1 Drift in production/network [drift] open true, 0 comments"},
		{changes: []scalrsim.Change{}, issues: "#1 Drift in production/network [drift] open false, 1 comments"},
		{
			changes: drifted,
			issues: "#1 Drift in production/network [drift] open false, 1 comments; #2 Drift in production/network " +
				"[drift] open true, 0 comments",
		},
	} {
		s.noObjections()
		scenario := scripted()
		scenario.Script.Plan.Changes = morning.changes
		s.open(scenario)
		job := s.run("drift.yml", schedule()).ended("drift", "success")
		if got := s.github.issueList(); got != morning.issues {
			t.Errorf("morning %d: got the issues %q, want %q", i, got, morning.issues)
		}
		run := s.scalr.Runs()[0]
		if run.Attributes["refresh-only"] != true || !run.Dry {
			t.Errorf("morning %d: the run was no look for drift: %v", i, run.Attributes)
		}
		if url := job.step("drift").outputs["run-url"]; morning.issues != "" &&
			!strings.Contains(s.github.everything(), url) {
			t.Errorf("morning %d: the issue does not name %s", i, url)
		}
	}
}

// TestExampleDriftUnknown checks that a failed check for drift neither opens nor closes the issue.
func TestExampleDriftUnknown(t *testing.T) {
	t.Parallel()
	scenario := scripted()
	scenario.Script.Plan.Fails = "No credentials"
	s := newTestbed(t, scenario, "jq")
	s.commit("main", network("a"))
	s.run("drift.yml", schedule()).ended("drift", "failure")
	if got := s.github.wrote(0); len(got) > 0 {
		t.Errorf("something was written on GitHub: %s", got)
	}
}

// issueList lists the issues.
func (g *github) issueList() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []string
	for _, i := range g.issues {
		all = append(all, fmt.Sprintf("#%d %s %v open %v, %d comments", i.number, i.title, i.labels, i.open, len(i.comments)))
	}
	return strings.Join(all, "; ")
}
