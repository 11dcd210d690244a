package github_test

import (
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
)

func TestLastSuccess(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	mine := "acme/infra/.github/workflows/apply.yml@refs/heads/main"
	for name, c := range map[string]struct {
		runs     []githubtest.WorkflowRun
		workflow string
		ref      string
		want     string
	}{
		// b was pushed, but its run was canceled in the queue before d's.
		"a run was skipped": {
			[]githubtest.WorkflowRun{{SHA: sha("a"), StartedAt: day(1)}, {SHA: sha("b"), StartedAt: day(2), Conclusion: "cancelled"}},
			mine, "", "cur db/x lib new/x old/x",
		},
		"none": {[]githubtest.WorkflowRun{{SHA: sha("a"), Conclusion: "failure"}}, mine, "", unknown + "no successful run on main"},
		"a fork's branch of the same name": {[]githubtest.WorkflowRun{{SHA: sha("a")}, {SHA: sha("d"), Event: "pull_request", From: "eve/infra"},
			{SHA: sha("d"), From: "eve/infra"}, {SHA: sha("d"), Event: "pull_request_target"}}, mine, "", "cur db/x lib new/x old/x"},
		"events that anyone can cause": {[]githubtest.WorkflowRun{{SHA: sha("a")}, {SHA: sha("d"), Event: "issue_comment"}, {SHA: sha("d"), Event: "issues"},
			{SHA: sha("d"), Event: "watch"}, {SHA: sha("d"), Event: "fork"}, {SHA: sha("d"), Event: "discussion"}}, mine, "", "cur db/x lib new/x old/x"},
		"another workflow": {[]githubtest.WorkflowRun{{SHA: sha("a")}, {SHA: sha("c"), File: "lint.yml"}}, mine, "", "cur db/x lib new/x old/x"},
		"another branch":   {[]githubtest.WorkflowRun{{SHA: sha("a")}, {SHA: sha("c"), Branch: "topic"}}, mine, "", "cur db/x lib new/x old/x"},
		"an older run was repeated": {
			[]githubtest.WorkflowRun{{SHA: sha("a"), StartedAt: day(3)}, {SHA: sha("d"), StartedAt: day(2)}}, mine, "",
			"cur db/x lib new/x old/x",
		},
		"the last is newer": {
			[]githubtest.WorkflowRun{{SHA: sha("d"), StartedAt: day(2)}, {SHA: sha("c"), StartedAt: day(3)}}, mine, "",
			"cur lib new/x old/x",
		},
		"a workflow of another repository": {[]githubtest.WorkflowRun{{ID: 12, SHA: sha("d"), Conclusion: "failure"}, {SHA: sha("a")}},
			"acme/shared/.github/workflows/x.yml@main", "", "cur db/x lib new/x old/x"},
		"no workflow":    {nil, "", "", "read the workflow run 12 of acme/infra: GitHub returned 404: Not Found"},
		"a pull request": {[]githubtest.WorkflowRun{{SHA: sha("a")}}, mine, "refs/pull/7/merge", unknown + "needs a run on a branch"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := repository()
			for _, r := range c.runs {
				s.Run(r)
			}
			event := push(sha("c"), sha("d"))
			if c.ref != "" {
				event.Ref = c.ref
			}
			change, err := thread(s).FindChange(t.Context(), github.ChangeQuery{
				Event: event, Checkout: sha("d"), Base: github.LastSuccess, Workflow: c.workflow, RunID: "12",
			})
			got := pathsOrReason(change, err)
			if !strings.HasPrefix(got, strings.SplitAfter(c.want, unknown)[0]) || !strings.Contains(got, strings.TrimPrefix(c.want, unknown)) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if objections := s.Objections(); len(objections) > 0 {
				t.Error(objections)
			}
		})
	}
}
