package github_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/secret"
)

var (
	shaA = strings.Repeat("a", 40)
	shaB = strings.Repeat("b", 40)
	shaC = strings.Repeat("c", 40)
	sha1 = strings.Repeat("1", 40)
	sha2 = strings.Repeat("2", 40)
	sha3 = strings.Repeat("3", 40)
)

func TestFindPullRequest(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	pulls := []githubtest.Pull{
		{Number: 7},
		{Number: 8, MergedAt: day(1), MergeSHA: shaA},
		{Number: 9, MergedAt: day(3), MergeSHA: shaB, Commits: []string{shaA, shaC}},
		{Number: 10, MergedAt: day(2), MergeSHA: "d", Commits: []string{shaC}},
		{Number: 11, MergedAt: day(4), MergeSHA: "e", Base: "release/1", Commits: []string{shaC}},
		{Number: 12, Commits: []string{shaA, shaC, strings.Repeat("f", 40)}},
		{Number: 20, HeadRef: "one", Head: sha1, Commits: []string{sha1}},
		{Number: 21, HeadRef: "two", Head: sha2, Commits: []string{sha2}},
		{Number: 22, HeadRef: "two", Head: sha2, Base: "release/1", Commits: []string{sha2}},
		{Number: 23, HeadRef: "one", Head: sha3, HeadRepo: "mallory/infra", Commits: []string{sha1}},
		{Number: 24, HeadRef: "one", Head: sha1, HeadRepo: "mallory/other"},
		{Number: 25, HeadRef: "two", Head: shaB, HeadRepo: "eve/infra"},
		{Number: 26, HeadRef: "two", Head: shaC, HeadRepo: "eve/infra", Base: "release/1"},
	}
	workflowRun := func(event, sha, branch, from, pulls string) github.Event {
		return github.Event{Name: "workflow_run", SHA: shaA, Ref: "refs/heads/main", Payload: fmt.Appendf(nil,
			`{"workflow_run":{"event":%q,"head_sha":%q,"head_branch":%q,"head_repository":{"full_name":%q},"pull_requests":[%s]}}`, event,
			sha, branch, from, pulls)}
	}
	named2 := func(n int, sha, repo string) string {
		return fmt.Sprintf(`{"number":%d,"head":{"ref":"one","sha":%q,"repo":{"id":1,"url":"https://api.github.test/repos/acme/infra","name":"infra"}},`+
			`"base":{"ref":"main","sha":%q,"repo":{"id":1,"url":"https://api.github.test/repos/%s","name":"infra"}}}`, n, sha, shaA, repo)
	}
	const named = `{"client_payload":{"pull_request":%s}}`
	for name, test := range map[string]struct {
		event    github.Event
		want     int
		kind     github.Kind
		requests int
	}{
		"pull_request":         {github.Event{Name: "pull_request", Payload: []byte(`{"number":7,"pull_request":{"number":7}}`)}, 7, "", 0},
		"pull_request_target":  {github.Event{Name: "pull_request_target", Payload: []byte(`{"pull_request":{"number":8}}`)}, 8, "", 0},
		"review":               {github.Event{Name: "pull_request_review", Payload: []byte(`{"pull_request":{"number":8}}`)}, 8, "", 0},
		"comment on one":       {github.Event{Name: "issue_comment", Payload: []byte(`{"issue":{"number":9,"pull_request":{"url":"x"}}}`)}, 9, "", 0},
		"comment on number 0":  {github.Event{Name: "issue_comment", Payload: []byte(`{"issue":{"number":0,"pull_request":{"url":"x"}}}`)}, 0, "", 0},
		"comment on an issue":  {github.Event{Name: "issue_comment", Payload: []byte(`{"issue":{"number":9}}`)}, 0, "", 0},
		"schedule":             {github.Event{Name: "schedule", Payload: []byte(`{"schedule":"0 0 * * *"}`)}, 0, "", 0},
		"nothing":              {github.Event{}, 0, "", 0},
		"broken payload":       {github.Event{Name: "pull_request", Payload: []byte(`{`)}, 0, "", 0},
		"number of wrong type": {github.Event{Name: "pull_request", Payload: []byte(`{"pull_request":{"number":"7; rm"}}`)}, 0, "", 0},
		"negative":             {github.Event{Name: "pull_request", Payload: []byte(`{"pull_request":{"number":-7}}`)}, 0, "", 0},
		"merge_group": {
			github.Event{Name: "merge_group", Payload: []byte(`{"merge_group":{"head_ref":"refs/heads/gh-readonly-queue/main/pr-104-` + shaA + `"}}`)},
			104, "", 0,
		},
		"merge_group by ref":            {github.Event{Name: "merge_group", Ref: "refs/heads/gh-readonly-queue/release/1/pr-3-" + shaA}, 3, "", 0},
		"merge_group of another branch": {github.Event{Name: "merge_group", Ref: "refs/heads/pr-3-" + shaA}, 0, "", 0},

		"push of a merge":            {github.Event{Name: "push", SHA: shaA, Ref: "refs/heads/main"}, 8, "", 1},
		"push of a merge, 2 pulls":   {github.Event{Name: "push", SHA: shaB, Ref: "refs/heads/main"}, 9, "", 1},
		"push, the last merged":      {github.Event{Name: "push", SHA: shaC, Ref: "refs/heads/main"}, 9, "", 1},
		"push to another branch":     {github.Event{Name: "push", SHA: shaC, Ref: "refs/heads/release/1"}, 11, "", 1},
		"push to an open one":        {github.Event{Name: "push", SHA: strings.Repeat("f", 40), Ref: "refs/heads/main"}, 0, "", 1},
		"push without pull requests": {github.Event{Name: "push", SHA: strings.Repeat("0", 40), Ref: "refs/heads/main"}, 0, "", 1},
		"push of a tag":              {github.Event{Name: "push", SHA: shaA, Ref: "refs/tags/v1"}, 0, "", 0},
		"push of a strange commit":   {github.Event{Name: "push", SHA: "../../user", Ref: "refs/heads/main"}, 0, "", 0},

		"push to a branch with one":     {github.Event{Name: "push", SHA: sha1, Ref: "refs/heads/one"}, 20, "", 1},
		"push to a branch with several": {github.Event{Name: "push", SHA: sha2, Ref: "refs/heads/two"}, 0, github.Misused, 1},
		"push to a branch of that name": {github.Event{Name: "push", SHA: sha3, Ref: "refs/heads/one"}, 0, "", 1},

		"workflow_run that names one":   {workflowRun("pull_request", sha1, "one", "acme/infra", named2(20, sha1, "Acme/infra")), 20, "", 0},
		"workflow_run of an older head": {workflowRun("pull_request", sha1, "one", "acme/infra", named2(20, sha3, "acme/infra")), 20, "", 0},
		"workflow_run that names several": {
			workflowRun("push", sha1, "one", "acme/infra", named2(20, sha1, "acme/infra")+","+named2(30, sha3, "acme/infra")),
			20, "", 0,
		},
		"workflow_run that names two alike": {
			workflowRun("push", sha1, "one", "acme/infra", named2(20, sha1, "acme/infra")+","+named2(30, sha1, "acme/infra")),
			0, github.Misused, 0,
		},
		"workflow_run that names a fork's":   {workflowRun("push", sha1, "one", "acme/infra", named2(99, sha1, "mallory/infra")), 20, "", 1},
		"workflow_run of a fork":             {workflowRun("pull_request", sha3, "one", "mallory/infra", ""), 23, "", 1},
		"workflow_run of a fork, older head": {workflowRun("pull_request", sha2, "one", "mallory/infra", ""), 23, "", 1},
		"workflow_run of a fork, by head":    {workflowRun("pull_request_target", shaC, "two", "eve/infra", ""), 26, "", 1},
		"workflow_run of a fork, unclear":    {workflowRun("pull_request", sha3, "two", "eve/infra", ""), 0, github.Misused, 1},
		"workflow_run of another fork":       {workflowRun("pull_request", sha3, "one", "zoe/infra", ""), 0, "", 1},
		"workflow_run of a deleted fork":     {workflowRun("pull_request", sha3, "one", "", ""), 0, "", 0},
		"workflow_run without a branch":      {workflowRun("pull_request", sha3, "", "mallory/infra", ""), 0, "", 0},
		"workflow_run of a merge":            {workflowRun("push", shaA, "main", "acme/infra", ""), 8, "", 1},
		"workflow_run on a schedule":         {workflowRun("schedule", shaA, "main", "acme/infra", ""), 0, "", 1},
		"workflow_run of a strange commit":   {workflowRun("push", "../x", "main", "acme/infra", named2(20, sha1, "acme/infra")), 0, "", 0},
		"workflow_run without a payload":     {github.Event{Name: "workflow_run", SHA: shaA, Ref: "refs/heads/main"}, 0, "", 0},

		"dispatch without":   {github.Event{Name: "repository_dispatch", Payload: []byte(`{"client_payload":{"pull_requests":[7]}}`)}, 0, "", 0},
		"dispatch of null":   {github.Event{Name: "repository_dispatch", Payload: fmt.Appendf(nil, named, `null`)}, 0, "", 0},
		"dispatch by number": {github.Event{Name: "repository_dispatch", Payload: fmt.Appendf(nil, named, `7`)}, 7, "", 1},
		"dispatch by text":   {github.Event{Name: "repository_dispatch", Payload: fmt.Appendf(nil, named, `"7"`)}, 7, "", 1},
		"dispatch by object": {github.Event{Name: "repository_dispatch", Payload: fmt.Appendf(nil, named, `{"number":7}`)}, 7, "", 1},
		"dispatch by API address": {
			github.Event{Name: "repository_dispatch", Payload: fmt.Appendf(nil, named, `{"url":"https://api.github.test/repos/acme/infra/pulls/7"}`)},
			7, "", 1,
		},
		"dispatch by address": {
			github.Event{Name: "repository_dispatch", Payload: fmt.Appendf(nil, named, `{"html_url":"https:\/\/github.test\/Acme\/infra\/pull\/7"}`)},
			7, "", 1,
		},
		"dispatch by bare address": {
			github.Event{Name: "repository_dispatch", Payload: fmt.Appendf(nil, named, `"https://GITHUB.test:443/acme/infra/pull/7#issuecomment-1"`)},
			7, "", 1,
		},
		"dispatch of none such":  {github.Event{Name: "repository_dispatch", Payload: fmt.Appendf(nil, named, `99`)}, 0, github.Gone, 1},
		"dispatch of a fraction": {github.Event{Name: "repository_dispatch", Payload: fmt.Appendf(nil, named, `7.5`)}, 0, github.Misused, 0},
		"dispatch of 1":          {github.Event{Name: "repository_dispatch", Payload: fmt.Appendf(nil, named, `1`)}, 0, github.Gone, 1},
		"dispatch of 0":          {github.Event{Name: "repository_dispatch", Payload: fmt.Appendf(nil, named, `0`)}, 0, github.Misused, 0},
		"dispatch to another repo": {
			github.Event{Name: "repository_dispatch", Payload: fmt.Appendf(nil, named, `"https://github.test/acme/other/pull/7"`)},
			0, github.Misused, 0,
		},
		"dispatch to another host": {
			github.Event{Name: "repository_dispatch", Payload: fmt.Appendf(nil, named, `"https://evil.test/acme/infra/pull/7"`)},
			0, github.Misused, 0,
		},
		"dispatch with a password": {
			github.Event{Name: "repository_dispatch", Payload: fmt.Appendf(nil, named, `"https://a:b@github.test/acme/infra/pull/7"`)},
			0, github.Misused, 0,
		},
		"dispatch over http": {
			github.Event{Name: "repository_dispatch", Payload: fmt.Appendf(nil, named, `"http://github.test/acme/infra/pull/7"`)},
			0, github.Misused, 0,
		},
		"dispatch with a long path": {
			github.Event{Name: "repository_dispatch", Payload: fmt.Appendf(nil, named, `"https://github.test/acme/infra/pull/7/../8"`)},
			0, github.Misused, 0,
		},
		"dispatch of an issue": {
			github.Event{Name: "repository_dispatch", Payload: fmt.Appendf(nil, named, `"https://github.test/acme/infra/issues/7"`)},
			0, github.Misused, 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, thread := play(t, githubtest.Options{Pulls: pulls})
			thread.Number = 0
			test.event.ServerURL = s.ServerURL()
			got, err := thread.FindPullRequest(context.Background(), test.event)
			wantKind(t, err, test.kind)
			if got != test.want {
				t.Errorf("number: got %d, want %d", got, test.want)
			}
			if got := len(s.Requests()); got != test.requests {
				t.Errorf("requests: got %d, want %d", got, test.requests)
			}
		})
	}
}

func TestFindPullRequestRefused(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	s.Fail(githubtest.Fault{Operation: githubtest.CommitPulls, Status: 403, Body: `{"message":"Resource not accessible by integration"}`})
	_, err := thread.FindPullRequest(context.Background(), github.Event{Name: "push", SHA: shaA, Ref: "refs/heads/main"})
	wantKind(t, err, github.Forbidden)
	if want := "find the pull request of acme/infra@aaaaaaa: GitHub returned 403: Resource not accessible by integration"; err.Error() != want {
		t.Errorf("error:\ngot  %v\nwant %s", err, want)
	}
	thread.APIURL = "http://api.github.test"
	_, err = thread.FindPullRequest(context.Background(), github.Event{Name: "push", SHA: shaA, Ref: "refs/heads/main"})
	wantKind(t, err, github.Misused)
}

// FuzzFindPullRequest checks that the result for any event file is a number in the event and a head that is a
// commit, or none (docs/faults.md, G15).
func FuzzFindPullRequest(f *testing.F) {
	for _, name := range []string{"pull_request", "merge_group", "repository_dispatch", "issue_comment", ""} {
		f.Add(
			name, "refs/heads/gh-readonly-queue/main/pr-1-"+shaA,
			[]byte(`{"pull_request":{"number":7},"client_payload":{"pull_request":{"url":"https://github.test/acme/infra/pull/7"}}}`),
		)
	}
	f.Add("issue_comment", "", []byte(`{"issue":{"number":9,"pull_request":{}}}`))
	f.Add("repository_dispatch", "", []byte(`{"client_payload":{"pull_request":"%zz"}}`))
	f.Add("pull_request", "", []byte(`{"pull_request":{"number":7,"head":{"sha":"`+shaA+`"}}}`))
	f.Add("repository_dispatch", "", []byte(`{"client_payload":{"pull_request":{"number":7,"head":{"sha":"`+shaA+`"}}}}`))
	f.Add("workflow_run", "refs/heads/main", []byte(`{"workflow_run":{"head_sha":"`+shaA+`","head_branch":"a","head_repository":{"full_name":"b"}}}`))
	f.Fuzz(func(t *testing.T, name, ref string, body []byte) {
		s := githubtest.New(githubtest.Options{})
		thread := github.Thread{HTTP: s.Client(), APIURL: s.APIURL(), Token: secret.New(s.Token()), Repository: "acme/infra", UserAgent: "test"}
		got, err := thread.FindPullRequest(context.Background(), github.Event{Name: name, Ref: ref, SHA: shaA, ServerURL: s.ServerURL(), Payload: body})
		if got < 0 || err != nil && got != 0 {
			t.Errorf("got %d and %v", got, err)
		}
		for _, r := range s.Requests() {
			if r.Operation == "" {
				t.Errorf("unexpected request for %s", r.URL)
			}
		}
		head := github.Event{Name: name, Ref: ref, SHA: shaA, Payload: body}.Head("acme/infra", 7)
		if strings.Trim(head.SHA, "0123456789abcdef") != "" || head.SHA == "" && head != (github.Head{}) || (head.Branch == "") != (head.Repository == "") {
			t.Errorf("got the head %+v", head)
		}
	})
}

func TestShortSHA(t *testing.T) {
	t.Parallel()
	sha1, sha256 := strings.Repeat("a", 40), strings.Repeat("b", 64)
	for commit, want := range map[string]string{
		"main": "main", "": "", sha1: "aaaaaaa", sha256: "bbbbbbb",
		strings.Repeat("g", 40): strings.Repeat("g", 40), sha1[1:]: sha1[1:], sha256 + "b": sha256 + "b", "A" + sha1[1:]: "A" + sha1[1:],
	} {
		if got := github.ShortSHA(commit); got != want {
			t.Errorf("%s: %s, want %s", commit, got, want)
		}
	}
}
