package action_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/scalrsim"
)

// TestGitHubFaults (G07-G20) checks that errors of GitHub never change the result, that the comment is written once,
// and that comments of other users are not changed.
func TestGitHubFaults(t *testing.T) {
	t.Parallel()
	type hub = githubtest.Server
	for name, c := range map[string]struct {
		options  githubtest.Options
		faults   []githubtest.Fault
		before   func(*hub)
		setUp    func(*stepTest)
		says     string
		comments int // number of the action's comments at the end
		url      bool
	}{
		"G07 long plan":           {comments: 1, url: true, setUp: func(r *stepTest) { manyChanges(&r.scenario) }},
		"G08 no write permission": {options: githubtest.Options{ReadOnly: true}, says: "pull-requests: write"},
		"G09 short rate limit": {
			faults:   []githubtest.Fault{githubtest.SecondaryLimit(githubtest.CreateComment, 5*time.Second)},
			comments: 1,
			url:      true,
		},
		"G09 long rate limit": {
			faults: []githubtest.Fault{githubtest.SecondaryLimit(githubtest.CreateComment, time.Hour)},
			says:   "::warning::The comment",
		},
		"G10 lost response": {
			faults:   []githubtest.Fault{{Operation: githubtest.CreateComment, Phase: githubtest.After, Reset: true}},
			comments: 1,
			url:      true,
		},
		"G11 body too long": {
			faults: []githubtest.Fault{{
				Operation: githubtest.CreateComment,
				Status:    422,
				Body: `{"message":"Validation Failed","errors":[{"code":"custom","field":"body","message":"body is too ` +
					`long"}]}`,
			}},
			comments: 1,
			url:      true,
		},
		"G12 locked":                 {before: func(h *hub) { h.Lock(7) }, says: "because issue is locked. The conversation is locked."},
		"G12 missing pull request":   {setUp: func(r *stepTest) { r.set("pr-number=99") }, says: "::warning::The comment"},
		"G13 comment on page 3":      {before: fillTwoPages, comments: 1, url: true},
		"G14 marker of another user": {before: foreignMarker, comments: 1, url: true},
		"G15 no event file": {
			setUp: func(r *stepTest) { r.set("pr-number="); r.env["GITHUB_EVENT_PATH"] = "/proc/nowhere" },
			says:  "No comment was written",
		},
		"G15 truncated event": {
			setUp: func(r *stepTest) {
				r.set("pr-number=")
				r.event("pull_request", nil)
				write(r.t, r.env["GITHUB_EVENT_PATH"], "{")
			},
			says: "",
		},
		"G15 huge event": {setUp: hugeEvent, says: ""},
		"G16 push": {
			options: githubtest.Options{Pulls: []githubtest.Pull{}},
			setUp:   func(r *stepTest) { r.set("pr-number=") },
			says:    "No comment was written",
		},
		"G17 GitHub Enterprise": {options: githubtest.Options{Enterprise: true}, comments: 1, url: true},
		"G17 GitHub Enterprise, without GITHUB_GRAPHQL_URL": {
			options:  githubtest.Options{Enterprise: true},
			setUp:    func(r *stepTest) { delete(r.env, "GITHUB_GRAPHQL_URL") },
			comments: 1, url: true,
		},
		"G19 plain http": {
			setUp: func(r *stepTest) { r.env["GITHUB_API_URL"] = "http://api.github.test" },
			says:  "::warning::",
		},
		"G20 no token": {setUp: func(r *stepTest) { r.set("github-token=") }, says: "github-token is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.options.Token = "ghs_canary5d1e7c90ab42"
			h := githubtest.New(c.options)
			for _, f := range c.faults {
				h.Fail(f)
			}
			if c.before != nil {
				c.before(h)
			}
			r := newStepTest(t, scenario(t, "plan-changes"), "comment=true", "pr-number=7", "github-token="+h.Token()).
				onGitHub(h)
			if c.setUp != nil {
				c.setUp(r)
			}
			p := r.play().want(0, "result=planned").logContains(c.says)
			if got := len(h.Written(7)); got != c.comments {
				t.Errorf("%d comments are from the action, want %d\n%s", got, c.comments, p.log)
			}
			if (p.outputs["comment-url"] != "") != c.url {
				t.Errorf("comment-url is %q", p.outputs["comment-url"])
			}
			for _, o := range h.Objections() {
				t.Errorf("invalid requests to GitHub: %s", o)
			}
			for _, f := range h.Unused() {
				t.Errorf("never used: %+v", f)
			}
		})
	}
}

// fillTwoPages fills two pages of comments before that of the action.
func fillTwoPages(h *githubtest.Server) {
	for i := range 230 {
		h.Say(7, "octocat", fmt.Sprintf("comment %d", i))
	}
}

// foreignMarker adds a comment of another user that contains the marker of the action.
func foreignMarker(h *githubtest.Server) {
	h.Say(7, "mallory", github.Marker("scalr-run-action", scalrsim.WorkspaceID, "")+"\napproved")
}

func hugeEvent(r *stepTest) {
	r.set("pr-number=")
	r.event("pull_request", map[string]any{})
	if err := os.Truncate(r.env["GITHUB_EVENT_PATH"], 100<<20); err != nil {
		r.t.Fatal(err)
	}
}

// TestTwoWorkspacesOnePullRequest (G18) checks that each workspace has its own comment.
func TestTwoWorkspacesOnePullRequest(t *testing.T) {
	t.Parallel()
	hub := githubtest.New(githubtest.Options{})
	for i, workspace := range []string{scalrsim.WorkspaceID, scalrsim.EdgeWorkspaceID, scalrsim.WorkspaceID} {
		r := newStepTest(t, scenario(t, "plan-changes"), "workspace-id="+workspace, "comment=true", "pr-number=7",
			"github-token="+hub.Token()).onGitHub(hub)
		r.later = time.Duration(i) * time.Hour
		r.play().want(0, "result=planned")
	}
	if n := len(hub.Comments(7)); n != 2 {
		t.Errorf("%d comments, want 2", n)
	}
}
