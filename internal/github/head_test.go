package github_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
)

// TestPostForOldHead checks that nothing is written for a commit that is not the head of the pull request.
func TestPostForOldHead(t *testing.T) {
	t.Parallel()
	pullEvent := func(number int, head string) string {
		return fmt.Sprintf(`{"pull_request":{"number":%d,"head":{"sha":"%s"}}}`, number, head)
	}
	runEvent := func(head, repository string) string {
		return fmt.Sprintf(`{"workflow_run":{"head_sha":"%s","head_branch":"topic","head_repository":{"full_name":"%s"}}}`, head, repository)
	}
	for name, test := range map[string]struct {
		event, sha, ref string
		payload         string // in which A and B are commits
		headRepo        string // of the pull request, whose head is B
		superseded      bool
		requests        int // for the pull request
	}{
		"pull_request, head":        {"pull_request", shaC, "refs/pull/7/merge", pullEvent(7, "B"), "", false, 1},
		"pull_request, older":       {"pull_request", shaC, "refs/pull/7/merge", pullEvent(7, "A"), "", true, 1},
		"pull_request_target":       {"pull_request_target", shaC, "refs/heads/main", pullEvent(7, "A"), "", true, 1},
		"review":                    {"pull_request_review", "", "", pullEvent(7, "A"), "", true, 1},
		"of a fork that is deleted": {"pull_request", "", "", `{"pull_request":{"number":7,"head":{"sha":"A","repo":null}}}`, "deleted", true, 1},
		"another pull request":      {"pull_request", shaA, "refs/pull/8/merge", pullEvent(8, "A"), "", false, 0},
		"a head of another form":    {"pull_request", "", "", pullEvent(7, "../A"), "", false, 0},
		"no payload":                {"pull_request", shaC, "refs/pull/7/merge", ``, "", false, 0},

		"push to its branch":           {"push", shaA, "refs/heads/topic", ``, "", true, 1},
		"push to its branch, head":     {"push", shaB, "refs/heads/topic", ``, "", false, 1},
		"push to another branch":       {"push", shaA, "refs/heads/main", ``, "", false, 1},
		"push to the same name":        {"push", shaA, "refs/heads/topic", ``, "mallory/infra", false, 1},
		"push of a tag":                {"push", shaA, "refs/tags/topic", ``, "", false, 0},
		"workflow_dispatch":            {"workflow_dispatch", shaA, "refs/heads/topic", ``, "", true, 1},
		"workflow_dispatch on main":    {"workflow_dispatch", shaA, "refs/heads/main", ``, "", false, 1},
		"comment on it":                {"issue_comment", shaA, "refs/heads/main", `{"issue":{"number":7,"pull_request":{}}}`, "", false, 1},
		"merge_group":                  {"merge_group", shaA, "refs/heads/gh-readonly-queue/main/pr-7-" + shaB, ``, "", false, 1},
		"workflow_run":                 {"workflow_run", shaC, "refs/heads/main", runEvent("A", "acme/infra"), "", true, 1},
		"workflow_run, head":           {"workflow_run", shaC, "refs/heads/main", runEvent("B", "acme/Infra"), "", false, 1},
		"workflow_run of a fork":       {"workflow_run", shaC, "", runEvent("A", "octocat/infra"), "octocat/infra", true, 1},
		"workflow_run of another fork": {"workflow_run", shaC, "", runEvent("A", "mallory/infra"), "octocat/infra", false, 1},
		"workflow_run, no repository": {"workflow_run", shaC, "",
			`{"workflow_run":{"head_sha":"A","head_branch":"topic","head_repository":null}}`, "", false, 0},
		"dispatch": {
			"repository_dispatch", shaC, "refs/heads/main",
			`{"client_payload":{"pull_request":{"number":7,"head":{"sha":"A"}}}}`, "", true, 1,
		},
		"dispatch of a number": {"repository_dispatch", shaC, "refs/heads/topic", `{"client_payload":{"pull_request":7}}`, "", false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, thread := play(t, githubtest.Options{Pulls: []githubtest.Pull{{Number: 7, Head: shaB, HeadRepo: test.headRepo}}})
			payload := strings.NewReplacer("A", shaA, "B", shaB).Replace(test.payload)
			event := github.Event{Name: test.event, SHA: test.sha, Ref: test.ref, Payload: []byte(payload)}
			kind := map[bool]github.Kind{true: github.Superseded}[test.superseded]
			for i, mode := range []github.Mode{github.Update, github.New, github.HideAndNew, github.ChangesOnly} {
				post := of(itoa(int64(10+i)), string(mode))
				post.Head = event.Head("acme/infra", 7)
				before, requests := countWrites(s), s.Count(githubtest.GetPull)
				_, err := thread.Publish(context.Background(), mode, post)
				wantKind(t, err, kind)
				if wrote := countWrites(s) > before; wrote == test.superseded {
					t.Errorf("%s: wrote %t", mode, wrote)
				}
				if got := s.Count(githubtest.GetPull) - requests; got != test.requests {
					t.Errorf("%s: %d requests for the pull request, want %d", mode, got, test.requests)
				}
			}
		})
	}
}

// TestUnreadableHead checks that nothing is written if the head of the pull request cannot be read.
func TestUnreadableHead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault githubtest.Fault
		kind  github.Kind
		want  string
	}{
		"no permission": {
			githubtest.Fault{Status: 403, Body: `{"message":"Resource not accessible by integration"}`},
			github.Forbidden,
			"read the head of acme/infra#7: GitHub returned 403: Resource not accessible by integration",
		},
		"no head": {githubtest.Fault{Status: 200, Body: `{"number":7}`}, github.Rejected, "read the head of acme/infra#7: GitHub's response has no head"},
		"not a commit": {
			githubtest.Fault{Status: 200, Body: `{"number":7,"head":{"sha":"` + strings.ToUpper(shaA) + `"}}`},
			github.Rejected, "read the head of acme/infra#7: GitHub's response has no head",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, thread := play(t, githubtest.Options{})
			test.fault.Operation = githubtest.GetPull
			s.Fail(test.fault)
			post := of("11", "a")
			post.Head = github.Head{SHA: shaA}
			_, err := thread.Publish(context.Background(), github.Update, post)
			wantKind(t, err, test.kind)
			if err == nil || err.Error() != test.want {
				t.Errorf("error:\ngot  %v\nwant %s", err, test.want)
			}
			wantComments(t, s, "")
		})
	}
}
