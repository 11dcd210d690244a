package job_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/job"
)

// The payloads are excerpts of GitHub's examples (Webhook events and payloads).
func TestHead(t *testing.T) {
	t.Parallel()
	const (
		ours   = `{"full_name": "acme/infra"}`
		fork   = `{"full_name": "mallory/infra"}`
		noRepo = `null`
	)
	pull := func(head string) string {
		return `{"pull_request": {"number": 7, "head": {"sha": "abc", "repo": ` + head + `}, "base": {"repo": ` + ours + `}}, "repository": ` + ours + `}`
	}
	run := func(event, head string) string {
		return `{"action": "completed", "workflow_run": {"event": "` + event + `", "head_branch": "main",` +
			` "head_repository": ` + head + `, "repository": ` + ours + `, "pull_requests": []}}`
	}
	for name, c := range map[string]struct {
		event, payload string
		want           job.Head
	}{
		"target, same repository":        {"pull_request_target", pull(ours), job.HeadTrusted},
		"target, a fork":                 {"pull_request_target", pull(fork), job.HeadFork},
		"target, a deleted fork":         {"pull_request_target", pull(noRepo), job.HeadFork},
		"target, the first pull request": {"pull_request_target", strings.Replace(pull(ours), `"number": 7`, `"number": 1`, 1), job.HeadTrusted},
		"target, no number":              {"pull_request_target", strings.Replace(pull(ours), `"number": 7`, `"number": 0`, 1), job.HeadUnknown},
		"comment on the first issue":     {"issue_comment", `{"issue": {"number": 1}}`, job.HeadTrusted},
		"comment, no number":             {"issue_comment", `{"issue": {"number": 0}}`, job.HeadUnknown},
		"target, no payload":             {"pull_request_target", ``, job.HeadUnknown},
		"target, cut":                    {"pull_request_target", pull(ours)[:60], job.HeadUnknown},
		"comment on a pull request": {
			"issue_comment",
			`{"issue": {"number": 7, "pull_request": {"url": "https://api.github.com/repos/acme/infra/pulls/7"}}, "comment": {"body": "/plan"}}`,
			job.HeadUnknown,
		},
		"comment, odd": {
			"issue_comment",
			`{"issue": {"number": 7, "pull_request": "https://api.github.com/repos/acme/infra/pulls/7"}}`,
			job.HeadUnknown,
		},
		"comment, empty":                {"issue_comment", `{"issue": {"number": 7, "pull_request": {}}}`, job.HeadUnknown},
		"comment on an issue":           {"issue_comment", `{"issue": {"number": 7, "title": "pull_request"}}`, job.HeadTrusted},
		"comment, no payload":           {"issue_comment", ``, job.HeadUnknown},
		"run of a push":                 {"workflow_run", run("push", ours), job.HeadTrusted},
		"run of a push, different case": {"workflow_run", run("push", `{"full_name": "Acme/Infra"}`), job.HeadTrusted},
		"run of our pull request":       {"workflow_run", run("pull_request", ours), job.HeadTrusted},
		"run of a fork's pull request":  {"workflow_run", run("pull_request", fork), job.HeadFork},
		"run of a fork's push":          {"workflow_run", run("push", fork), job.HeadFork},
		"run of a deleted fork":         {"workflow_run", run("pull_request", noRepo), job.HeadFork},
		"run of a target":               {"workflow_run", run("pull_request_target", ours), job.HeadUnknown},
		"run of a comment":              {"workflow_run", run("issue_comment", ours), job.HeadUnknown},
		"run of a run":                  {"workflow_run", run("workflow_run", ours), job.HeadUnknown},
		"run of something new":          {"workflow_run", run("pull_request_future", ours), job.HeadUnknown},
		"run, no payload":               {"workflow_run", `{}`, job.HeadUnknown},
		"suite of a branch":             {"check_suite", `{"check_suite": {"head_branch": "main", "head_sha": "abc", "pull_requests": []}}`, job.HeadTrusted},
		"suite of a fork":               {"check_suite", `{"check_suite": {"head_branch": null, "head_sha": "abc", "pull_requests": []}}`, job.HeadFork},
		"suite, no payload":             {"check_suite", ``, job.HeadUnknown},
		"check of a branch":             {"check_run", `{"check_run": {"head_sha": "abc", "check_suite": {"head_branch": "topic"}}}`, job.HeadTrusted},
		"check of a fork":               {"check_run", `{"check_run": {"head_sha": "abc", "check_suite": {"head_branch": null}}}`, job.HeadFork},
		"check, no suite":               {"check_run", `{"check_run": {}}`, job.HeadUnknown},
		"status of a branch":            {"status", `{"sha": "abc", "branches": [{"name": "main"}]}`, job.HeadTrusted},
		"status of no branch":           {"status", `{"sha": "abc", "branches": []}`, job.HeadUnknown},
		"dispatch":                      {"repository_dispatch", `{"action": "plan", "client_payload": {"pull_request": {"number": 7}}}`, job.HeadTrusted},
		"dispatch to this repository": {
			"repository_dispatch",
			`{"client_payload": {"pull_request": {"number": 7, "head": {"repo": ` + ours + `}}}}`, job.HeadTrusted,
		},
		"dispatch of a fork": {"repository_dispatch", `{"client_payload": {"pull_request": {"number": 7, "head": {"repo": ` + fork + `}}}}`, job.HeadFork},
		"dispatch of a deleted fork": {
			"repository_dispatch", `{"client_payload": {"pull_request": {"number": 7, "head": {"label": "evil:patch-1", "repo": null}}}}`, job.HeadFork,
		},
		"dispatch, empty repository": {"repository_dispatch", `{"client_payload": {"pull_request": {"number": 7, "head": {"repo": {}}}}}`, job.HeadFork},
		"dispatch, only the commit":  {"repository_dispatch", `{"client_payload": {"pull_request": {"number": 7, "head": {"sha": "abc"}}}}`, job.HeadFork},
		"dispatch, no head":          {"repository_dispatch", `{"client_payload": {"pull_request": {"number": 7, "head": null}}}`, job.HeadTrusted},
		// These have no secrets, according to GitHub's documentation.
		"pull request of a fork":   {"pull_request", pull(fork), job.HeadTrusted},
		"review in a fork":         {"pull_request_review", pull(fork), job.HeadTrusted},
		"review comment in a fork": {"pull_request_review_comment", pull(fork), job.HeadTrusted},
		"push":                     {"push", `{"ref": "refs/heads/main"}`, job.HeadTrusted},
		"comment in a discussion":  {"discussion_comment", `{"discussion": {"number": 7}}`, job.HeadTrusted},
		"dispatched by hand":       {"workflow_dispatch", `{"inputs": {"pr": "7"}}`, job.HeadTrusted},
		"payload of another event": {"push", run("pull_request", fork), job.HeadTrusted},
		"no event, as outside CI":  {"", ``, job.HeadTrusted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := event(t, c.payload, "GITHUB_EVENT_NAME="+c.event, "GITHUB_REPOSITORY=acme/infra").Head; got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
	for _, name := range []string{"deployment", "deployment_status"} {
		for ref, want := range map[string]job.Head{
			"refs/heads/main": job.HeadTrusted, "refs/tags/v1": job.HeadTrusted,
			"": job.HeadUnknown, "refs/pull/7/merge": job.HeadUnknown, "main": job.HeadUnknown,
		} {
			got := event(t, `{"deployment": {"ref": "abc"}}`, "GITHUB_EVENT_NAME="+name, "GITHUB_REPOSITORY=acme/infra", "GITHUB_REF="+ref).Head
			if got != want {
				t.Errorf("%s of %q: got %d, want %d", name, ref, got, want)
			}
		}
	}
	if got := event(t, run("push", `{}`), "GITHUB_EVENT_NAME=workflow_run").Head; got != job.HeadUnknown {
		t.Errorf("without a repository: got %d", got)
	}
}
