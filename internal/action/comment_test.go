package action_test

import (
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/scalrsim"
)

const (
	oldHead = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	newHead = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// onPull returns a step of a workflow run on pull request 7, whose head commit was head when the workflow run
// started.
func onPull(t *testing.T, hub *githubtest.Server, s scalrsim.Scenario, run, head string, inputs ...string) *stepTest {
	t.Helper()
	r := newStepTest(t, s,
		append([]string{"workspace-id=", "workspace=production/network", "comment=true", "github-token=" + hub.Token()},
			inputs...)...).onGitHub(hub)
	r.event("pull_request", map[string]any{
		"number": 7,
		"pull_request": map[string]any{
			"number": 7,
			"head":   map[string]any{"sha": head, "repo": map[string]any{"full_name": "acme/infra"}},
			"base":   map[string]any{"repo": map[string]any{"full_name": "acme/infra"}},
		},
	})
	r.env["GITHUB_RUN_ID"], r.env["GITHUB_REF"] = run, "refs/pull/7/merge"
	return r
}

func newHub(head string) *githubtest.Server {
	return githubtest.New(githubtest.Options{
		Token: "ghs_canary5d1e7c90ab42",
		Pulls: []githubtest.Pull{{Number: 7, Head: head}},
	})
}

// checkGitHub checks that GitHub received only valid requests and that all faults occurred.
func checkGitHub(t *testing.T, hub *githubtest.Server) {
	t.Helper()
	for _, o := range hub.Objections() {
		t.Errorf("invalid requests to GitHub: %s", o)
	}
	for _, f := range hub.Unused() {
		t.Errorf("never used: %+v", f)
	}
}

// TestCommentOfNewerRunIsKept (G29) runs two concurrent steps on one pull request. The older one ends last and must not
// replace the comment of the newer one.
func TestCommentOfNewerRunIsKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pushed bool // the newer run is for another commit
		says   string
	}{
		"same commit": {
			says: "::notice::No comment was written: workflow run 12 (attempt 1), which is newer than workflow run 11 " +
				"(attempt 1), has written https://",
		},
		"push": {
			pushed: true,
			says: "::notice::No comment was written: workflow run 12 (attempt 1), which is newer than workflow run 11 " +
				"(attempt 1), has written https://",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hub := newHub(oldHead)
			older, newer := onPull(t, hub, slowly(t, "plan-changes"), "11", oldHead),
				onPull(t, hub, scenario(t, "no-changes"), "12", oldHead)
			if c.pushed {
				newer = onPull(t, hub, scenario(t, "no-changes"), "12", newHead)
			}
			b := newResult(t)
			older.during = func(*stepResult) {
				time.Sleep(5 * time.Second)
				if c.pushed {
					hub.Push(7, newHead)
				}
				b.server = scalrsim.New(newer.scenario)
				newer.step(b)
			}
			a := older.play().want(0, "result=planned", "comment-url=").logContains(c.says)
			b.read()
			b.want(0, "result=no-changes")
			if url := b.outputs["comment-url"]; url == "" || a.took <= b.took {
				t.Errorf("comment %q after %v, and the older run took %v", url, b.took, a.took)
			}
			comments := hub.Written(7)
			if len(comments) != 1 || !strings.Contains(comments[0].Body, "no changes") || comments[0].Edits != 0 {
				t.Errorf("comments: %+v", comments)
			}
			checkGitHub(t, hub)
		})
	}
}

// TestCommentAfterNewPush (G30) checks that nothing is written after a push during the step, in any mode, even if no
// newer run has written a comment.
func TestCommentAfterNewPush(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"update", "new", "hide-and-new", "changes-only"} {
		for name, fault := range map[string]githubtest.Fault{
			"before":                   {},
			"during request to GitHub": {Operation: githubtest.ListComments, Delay: 10 * time.Second},
		} {
			t.Run(mode+" "+name, func(t *testing.T) {
				t.Parallel()
				hub := newHub(oldHead)
				r := onPull(t, hub, scenario(t, "plan-changes"), "11", oldHead, "comment="+mode)
				r.during = func(*stepResult) { time.Sleep(time.Second); hub.Push(7, newHead) }
				if fault.Operation != "" {
					hub.Fail(fault)
					r.during = func(*stepResult) {
						for hub.Count(githubtest.ListComments) == 0 {
							time.Sleep(time.Second)
						}
						hub.Push(7, newHead)
					}
				}
				r.play().want(0, "result=planned", "comment-url=").
					logContains("::notice::No comment was written: the head of the pull request is now commit bbbbbbb, this run is for " +
						"commit aaaaaaa.")
				if n := len(hub.Written(7)); n != 0 {
					t.Errorf("%d comments", n)
				}
				checkGitHub(t, hub)
			})
		}
	}
}

// TestRerunOfOlderWorkflowRun (G31) checks another attempt of an older workflow run, with the same head commit.
func TestRerunOfOlderWorkflowRun(t *testing.T) {
	t.Parallel()
	for name, head := range map[string]string{"on its old head": oldHead, "on the present head": newHead} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hub := newHub(newHead)
			onPull(t, hub, scenario(t, "no-changes"), "12", newHead).play().want(0, "result=no-changes")
			r := onPull(t, hub, scenario(t, "plan-changes"), "11", head)
			r.env["GITHUB_RUN_ATTEMPT"] = "2"
			r.later = time.Hour
			r.play().want(0, "result=planned", "comment-url=").logContains("::notice::No comment was written: ")
			if c := hub.Written(7); len(c) != 1 || !strings.Contains(c[0].Body, "no changes") {
				t.Errorf("comments: %+v", c)
			}
		})
	}
}

// TestHiddenDataInComment checks that the comment contains the data for the next run.
func TestHiddenDataInComment(t *testing.T) {
	t.Parallel()
	hub := newHub(oldHead)
	r := onPull(t, hub, scenario(t, "plan-changes"), "9007199254740993", oldHead, "comment-tag=eu")
	r.env["GITHUB_RUN_ATTEMPT"] = "3"
	r.play().want(0, "result=planned")
	lines := strings.Split(hub.Written(7)[0].Body, "\n")
	if want := "<!-- scalr-run-action " + scalrsim.WorkspaceID + "/eu -->"; lines[0] != want {
		t.Errorf("the first line is %q, want %q", lines[0], want)
	}
	if want := " run=9007199254740993 attempt=3 head=" + oldHead +
		" workspace=production/network -->"; !strings.HasSuffix(lines[1], want) {
		t.Errorf("the second line is %q, want %q at its end", lines[1], want)
	}
}

// TestCommentOnPullRequestOfBranch checks that runs for push and workflow_run events comment on the open pull
// request of the branch.
func TestCommentOnPullRequestOfBranch(t *testing.T) {
	t.Parallel()
	ended := map[string]any{
		"event":           "pull_request",
		"head_sha":        newHead,
		"head_branch":     "topic",
		"head_repository": map[string]any{"full_name": "acme/infra"},
	}
	for name, c := range map[string]struct {
		event   string
		ref     string
		sha     string
		payload map[string]any
		says    string
		url     bool
	}{
		"push": {event: "push", ref: "refs/heads/topic", sha: newHead, url: true},
		"push of an older head": {
			event: "push",
			ref:   "refs/heads/topic",
			sha:   oldHead,
			says:  "the head of the pull request is now commit bbbbbbb",
		},
		"push to other branch": {event: "push", ref: "refs/heads/other", sha: newHead, says: "does not belong to a pull request"},
		"workflow_run": {
			event:   "workflow_run",
			ref:     "refs/heads/main",
			sha:     oldHead,
			payload: map[string]any{"workflow_run": ended},
			url:     true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hub := githubtest.New(githubtest.Options{
				Token: "ghs_canary5d1e7c90ab42",
				Pulls: []githubtest.Pull{{Number: 7, Head: newHead, Commits: []string{oldHead, newHead}}},
			})
			r := onPull(t, hub, scenario(t, "plan-changes"), "11", newHead)
			r.event(c.event, c.payload)
			r.env["GITHUB_REF"], r.env["GITHUB_SHA"] = c.ref, c.sha
			p := r.play().want(0, "result=planned").logContains(c.says)
			if got := p.outputs["comment-url"] != ""; got != c.url || got != (len(hub.Comments(7)) == 1) {
				t.Errorf("comment-url %q, %d comments\n%s", p.outputs["comment-url"], len(hub.Comments(7)), p.log)
			}
			checkGitHub(t, hub)
		})
	}
}
