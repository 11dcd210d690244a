package action_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/scalrsim"
)

// earlyFailures are failures that occur before the workspace is known.
var earlyFailures = map[string]struct {
	setUp func(*stepTest)
	code  int
	word  string // error code or result
	says  string // expected in the note
}{
	"token rejected": {
		setUp: withFaults(scalrsim.Fault{Op: "* /**", Times: -1, Action: scalrsim.Status, Status: 401}),
		code:  3,
		word:  "token-rejected",
		says:  "401",
	},
	"workspace not found": {
		setUp: withFaults(scalrsim.Fault{Op: "GET /workspaces", Times: -1, Action: scalrsim.Garbage, Body: `{"data":[]}`}),
		code:  3,
		word:  "workspace-not-found",
		says:  "no workspace",
	},
	"unreachable": {
		setUp: func(r *stepTest) {
			hosted := r.http
			r.http = func(s *scalrsim.Server) http.RoundTripper { return unreachable{hosted(s)} }
		},
		code: 3,
		word: "no-usable-answer",
		says: "acme.scalr.test",
	},
	"input invalid": {
		setUp: func(r *stepTest) { r.set("timeout=never", "dry-run=perhaps") },
		code:  2,
		word:  "input-invalid",
		says:  "problems with the inputs: dry-run, timeout.",
	},
	"token missing": {setUp: func(r *stepTest) { r.set("token=") }, code: 2, word: "input-invalid", says: "token"},
	"path missing":  {setUp: func(r *stepTest) { r.set("path=nowhere") }, code: 2, word: "path-missing", says: "nowhere"},
	"no Terraform files": {
		setUp: func(r *stepTest) { os.Remove(r.checkout + "/main.tf") },
		code:  2,
		word:  "nothing-to-send",
		says:  "nothing to upload",
	},
	"proxy invalid": {
		setUp: func(r *stepTest) { r.env["HTTPS_PROXY"] = "::" },
		code:  2,
		word:  "proxy-invalid",
		says:  "HTTPS_PROXY",
	},
	"interrupted": {
		setUp: func(r *stepTest) {
			r.scenario = with(r.scenario,
				scalrsim.Fault{
					Op:     "GET /workspaces",
					Action: scalrsim.Status,
					Status: 503,
					Header: http.Header{"Retry-After": {"60"}},
				})
			r.during = signalAt(os.Interrupt, 5*time.Second)
		},
		code: 130,
		word: "interrupted",
	},
	"timed out": {
		setUp: func(r *stepTest) {
			r.set("timeout=5s")
			r.scenario = with(r.scenario,
				scalrsim.Fault{
					Op:     "GET /workspaces",
					Action: scalrsim.Status,
					Status: 503,
					Header: http.Header{"Retry-After": {"60"}},
				})
		},
		code: 5,
		word: "timed-out",
		says: "timeout",
	},
	"check": {
		setUp: func(r *stepTest) {
			r.set("mode=check")
			withFaults(scalrsim.Fault{Op: "* /**", Times: -1, Action: scalrsim.Status, Status: 401})(r)
		},
		code: 3,
		word: "token-rejected",
		says: "401",
	},
	"confirm": {
		setUp: func(r *stepTest) {
			r.set("mode=confirm", "run-id=run-v0abc123")
			withFaults(scalrsim.Fault{Op: "* /**", Times: -1, Action: scalrsim.Status, Status: 401})(r)
		},
		code: 3,
		word: "token-rejected",
		says: "401",
	},
}

func withFaults(faults ...scalrsim.Fault) func(*stepTest) {
	return func(r *stepTest) { r.scenario = with(r.scenario, faults...) }
}

// unreachable is a transport that fails for all hosts except GitHub.
type unreachable struct{ next http.RoundTripper }

func (u unreachable) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Host, "api.github") {
		return u.next.RoundTrip(r)
	}
	return nil, fmt.Errorf("dial tcp: lookup %s: connection refused", r.URL.Host)
}

// TestFailureMarksCommentOutdated (G32) checks that a step that fails before it finds its workspace marks the report of
// the previous run as outdated. A new report replaces the mark.
func TestFailureMarksCommentOutdated(t *testing.T) {
	t.Parallel()
	for name, c := range earlyFailures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hub := newHub(oldHead)
			before := onPull(t, hub, scenario(t, "no-changes"), "11", oldHead).play().want(0, "result=no-changes")
			report := hub.Written(7)[0].Body
			hub.Push(7, newHead)
			r := onPull(t, hub, scenario(t, "plan-changes"), "12", newHead)
			r.later = time.Hour
			r.anyFault = true
			c.setUp(r)
			p := r.play().want(c.code)
			if got := p.outputs["error-code"]; got != c.word && p.outputs["result"] != c.word {
				t.Errorf("error-code %q, want %q\n%s", got, c.word, p.log)
			}
			comments := hub.Written(7)
			if len(comments) != 1 || comments[0].Edits != 1 {
				t.Fatalf("comments: %+v\n%s", comments, p.log)
			}
			lines := strings.Split(comments[0].Body, "\n")
			top := strings.Join(lines[2:9], "\n")
			for _, want := range []string{
				"> [!WARNING]\n> **The report below is outdated.**",
				"[workflow run](https://github.com/acme/infra/actions/runs/12/attempts/1)",
				c.word,
				c.says,
				newHead[:7],
			} {
				if !strings.Contains(top, want) {
					t.Errorf("the start does not contain %q:\n%s", want, top)
				}
			}
			if _, visible, _ := strings.Cut(report, "-->\n#"); !strings.HasSuffix(comments[0].Body, visible) {
				t.Errorf("the report is gone:\n%s", comments[0].Body)
			}
			p.logContains("is marked as outdated: " + before.outputs["comment-url"])

			again := onPull(t, hub, scenario(t, "plan-changes"), "13", newHead)
			again.later = 2 * time.Hour
			again.play().want(0, "result=planned")
			if c := hub.Written(7); len(c) != 1 || strings.Contains(c[0].Body, "outdated") {
				t.Errorf("after a new report: %+v", c)
			}
			checkGitHub(t, hub)
		})
	}
}

// TestFailureWithoutOutdatingComment (G33) lists the failures that do not change comments.
func TestFailureWithoutOutdatingComment(t *testing.T) {
	t.Parallel()
	rejected := withFaults(scalrsim.Fault{Op: "* /**", Times: -1, Action: scalrsim.Status, Status: 401})
	for name, c := range map[string]struct {
		setUp func(*stepTest)
		hub   func(*githubtest.Server)
		says  string
		not   string
	}{
		"comment disabled":  {setUp: func(r *stepTest) { r.set("comment=false") }, not: "outdated"},
		"other workspace":   {setUp: func(r *stepTest) { r.set("workspace=production/other") }, not: "outdated"},
		"other tag":         {setUp: func(r *stepTest) { r.set("comment-tag=eu") }, not: "outdated"},
		"invalid tag":       {setUp: func(r *stepTest) { r.set("comment-tag=<eu>") }, not: "outdated"},
		"invalid pr-number": {setUp: func(r *stepTest) { r.set("pr-number=seven") }, not: "outdated"},
		"invalid mode":      {setUp: func(r *stepTest) { r.set("comment=always") }, not: "outdated"},
		"no GitHub token":   {setUp: func(r *stepTest) { r.set("github-token=") }, not: "outdated"},
		"no pull request":   {setUp: func(r *stepTest) { r.event("schedule", nil) }, not: "outdated"},
		"older workflow run": {
			setUp: func(r *stepTest) { r.env["GITHUB_RUN_ID"] = "10" },
			says: "::notice::The comment of an earlier run was not marked as outdated: workflow run 11 (attempt 1), which " +
				"is newer",
		},
		"older head": {
			hub: func(h *githubtest.Server) { h.Push(7, newHead) },
			says: "::notice::The comment of an earlier run was not marked as outdated: the head of the pull request is now " +
				"commit bbbbbbb",
		},
		"token without access": {
			hub: func(h *githubtest.Server) {
				h.Fail(githubtest.Fault{Operation: githubtest.ListComments, Status: 401, Body: `{"message":"Bad credentials"}`})
			},
			says: "::warning::The comment of an earlier run could not be marked as outdated: ",
		},
		"read-only token": {
			hub: func(h *githubtest.Server) {
				h.Fail(githubtest.Fault{
					Operation: githubtest.EditComment,
					Status:    403,
					Body:      `{"message":"Resource not accessible by integration"}`,
				})
			},
			says: "pull-requests: write",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hub := newHub(oldHead)
			onPull(t, hub, scenario(t, "no-changes"), "11", oldHead).play().want(0, "result=no-changes")
			before := hub.Written(7)[0]
			if c.hub != nil {
				c.hub(hub)
			}
			r := onPull(t, hub, scenario(t, "plan-changes"), "12", oldHead)
			r.later, r.anyFault = time.Hour, true
			rejected(r)
			if c.setUp != nil {
				c.setUp(r)
			}
			p := r.play().logContains(c.says)
			if p.code == 0 || c.not != "" && strings.Contains(p.log, c.not) {
				t.Errorf("exit %d\n%s", p.code, p.log)
			}
			if got := hub.Written(7); len(got) != 1 || got[0].Body != before.Body {
				t.Errorf("comments: %+v", got)
			}
			checkGitHub(t, hub)
		})
	}
	// No comment is created.
	hub := newHub(oldHead)
	r := onPull(t, hub, scenario(t, "plan-changes"), "12", oldHead)
	r.anyFault = true
	rejected(r)
	r.play().want(3, "error-code=token-rejected", "comment-url=")
	if got := hub.Written(7); len(got) != 0 {
		t.Errorf("comments: %+v", got)
	}
}

// TestRunOfAnotherWorkspaceKeepsComment checks that a run-id of another workspace does not mark the report of the given
// workspace as outdated.
func TestRunOfAnotherWorkspaceKeepsComment(t *testing.T) {
	t.Parallel()
	hub := newHub(oldHead)
	onPull(t, hub, scenario(t, "no-changes"), "11", oldHead, "workspace=production/network-edge").play().
		want(0, "result=no-changes")
	before := hub.Written(7)[0].Body
	create := newStepTest(t, scenario(t, "waits-for-approval"), "dry-run=false")
	confirm := onPull(t, hub, create.scenario, "12", oldHead, "mode=confirm", "workspace=production/network-edge")
	a, b := newResult(t), newResult(t)
	create.then(a, func() {
		a.read()
		b.server = a.server
		confirm.set("run-id=" + a.outputs["run-id"])
		confirm.step(b)
	})
	b.read()
	b.want(3, "error-code=wrong-workspace")
	if got := hub.Written(7); len(got) != 1 || got[0].Body != before {
		t.Errorf("comments: %+v", got)
	}
}
