package job_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/job"
)

// event returns the Event of a payload.
func event(t testing.TB, payload string, env ...string) job.Event {
	t.Helper()
	path := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(path, []byte(payload), 0o600); err != nil {
		t.Fatal(err)
	}
	return job.New(job.Options{Environ: append([]string{"GITHUB_EVENT_PATH=" + path}, env...)}).Event()
}

func TestEvent(t *testing.T) {
	t.Parallel()
	got := event(t, `{"action": "synchronize", "number": 7, "pull_request": {"number": 7, "title": "A title",
		"head": {"sha": "0123abcd", "ref": "topic", "repo": {"full_name": "me/infra"}}, "base": {"repo": {"full_name": "acme/infra"}}}}`,
		"GITHUB_EVENT_NAME=pull_request", "GITHUB_REPOSITORY=acme/infra", "GITHUB_SHA=merge", "GITHUB_REF=refs/pull/7/merge", "GITHUB_REF_NAME=7/merge",
		"GITHUB_ACTOR=me", "GITHUB_RUN_ID=123", "GITHUB_RUN_ATTEMPT=2", "GITHUB_SERVER_URL=https://github.acme.test/",
		"GITHUB_API_URL=https://github.acme.test/api/v3", "GITHUB_GRAPHQL_URL=https://github.acme.test/api/graphql")
	want := job.Event{
		Name: "pull_request", Action: "synchronize", Repository: "acme/infra", SHA: "0123abcd", Ref: "refs/pull/7/merge", RefName: "7/merge", Actor: "me",
		Attempt: 2, WorkflowRunURL: "https://github.acme.test/acme/infra/actions/runs/123/attempts/2",
		ServerURL: "https://github.acme.test", APIURL: "https://github.acme.test/api/v3", GraphQLURL: "https://github.acme.test/api/graphql",
		PullRequest: job.PullRequest{Number: 7, Title: "A title", HeadSHA: "0123abcd", HeadRepo: "me/infra", BaseRepo: "acme/infra", Fork: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEventPayload(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		payload string
		want    job.Event
	}{
		"same repository": {`{"pull_request": {"number": 7, "head": {"repo": {"full_name": "Acme/infra"}}, "base": {"repo": {"full_name": "acme/infra"}}}}`,
			job.Event{PullRequest: job.PullRequest{Number: 7, HeadRepo: "Acme/infra", BaseRepo: "acme/infra"}}},
		"deleted fork": {`{"pull_request": {"number": 7, "head": {"repo": null}, "base": {"repo": {"full_name": "acme/infra"}}}}`,
			job.Event{PullRequest: job.PullRequest{Number: 7, BaseRepo: "acme/infra", Fork: true}}},
		"comment on a pull request": {`{"action": "created", "issue": {"number": 8, "title": "T", "pull_request": {"url": "x"}}, "comment": {}}`,
			job.Event{Action: "created", PullRequest: job.PullRequest{Number: 8, Title: "T"}}},
		"comment on an issue": {`{"issue": {"number": 8}}`, job.Event{}},
		"merge group": {`{"merge_group": {"head_ref": "refs/heads/gh-readonly-queue/release/1.x/pr-104-0123abcdef"}}`,
			job.Event{MergeGroupPullRequest: 104}},
		"merge group, odd": {`{"merge_group": {"head_ref": "refs/heads/pr-104-0123"}}`, job.Event{}},
		"dispatch": {`{"action": "plan", "client_payload": {"pull_request": {"number": 9, "html_url": "https://x.test/9", "url": "https://api.x.test/9"}}}`,
			job.Event{Action: "plan", ClientPayload: job.ClientPayload{PullRequestNumber: 9, PullRequestURL: "https://x.test/9"}}},
		"dispatch, API address": {`{"client_payload": {"pull_request": {"url": "https://api.x.test/9"}}}`,
			job.Event{ClientPayload: job.ClientPayload{PullRequestURL: "https://api.x.test/9"}}},
		"dispatch, no object": {`{"action": "plan", "client_payload": "x"}`, job.Event{Action: "plan"}},
		"push":                {`{"head_commit": {"message": "first\r\nsecond"}}`, job.Event{HeadCommitMessage: "first"}},
		"wrong types": {
			`{"action": 5, "pull_request": {"number": 7, "title": [], "head": {"sha": "abc"}}}`,
			job.Event{SHA: "abc", PullRequest: job.PullRequest{Number: 7, HeadSHA: "abc", Fork: true}},
		},
		"negative":           {`{"pull_request": {"number": -7}, "client_payload": {"pull_request": {"number": -1}}}`, job.Event{}},
		"a number too large": {`{"pull_request": {"number": 1e99}}`, job.Event{}},
		"null":               {`null`, job.Event{}},
		"list":               {`[]`, job.Event{}},
		"empty":              {``, job.Event{}},
		"broken":             {`{`, job.Event{}},
		"25 MiB":             {`{"action": "x"` + strings.Repeat(" ", 25<<20-15) + `}`, job.Event{Action: "x"}},
		"too large":          {`{"action": "x"` + strings.Repeat(" ", 25<<20-14) + `}`, job.Event{}},
		"deep":               {`{"action": ` + strings.Repeat("[", 100_000), job.Event{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := c.want
			want.ServerURL, want.APIURL = "https://github.com", "https://api.github.com"
			if diff := cmp.Diff(want, event(t, c.payload)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEventWithoutAFile(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "/nowhere/event.json", "/"} {
		j, _ := onGitHub(t, "GITHUB_EVENT_PATH="+path, "GITHUB_EVENT_NAME=schedule", "GITHUB_SHA=abc", "GITHUB_ACTOR=dependabot[bot]", "GITHUB_RUN_ID=1")
		got := j.Event()
		if got.Name != "schedule" || got.SHA != "abc" || !got.IsDependabot || got.WorkflowRunURL != "" || got.PullRequest.Number != 0 {
			t.Errorf("%s: got %+v", path, got)
		}
	}
}

// TestEventPayloadIsReadOnce: the payload and the event come from one read, even if the file changes.
func TestEventPayloadIsReadOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(path, []byte(`{"action": "opened"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	j, _ := onGitHub(t, "GITHUB_EVENT_PATH="+path)
	first := string(j.EventPayload())
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if again := string(j.EventPayload()); first != `{"action": "opened"}` || again != first || j.Event().Action != "opened" {
		t.Errorf("got %q, then %q and %+v", first, again, j.Event())
	}
}

func FuzzEvent(f *testing.F) {
	f.Add(`{"action": "opened", "pull_request": {"number": 7, "head": {"sha": "a", "repo": null}}}`)
	f.Add(`{"merge_group": {"head_ref": "refs/heads/gh-readonly-queue/main/pr-104-0123abcdef"}}`)
	f.Add(`{"pull_request": {"number": 99999999999999999999}, "issue": {"pull_request": null}}`)
	f.Add(`{`)
	f.Fuzz(func(t *testing.T, payload string) {
		e := event(t, payload)
		if e.PullRequest.Number < 0 || e.MergeGroupPullRequest < 0 || e.ClientPayload.PullRequestNumber < 0 {
			t.Errorf("got %+v", e)
		}
		if e.PullRequest.Number == 0 && (e.PullRequest.Fork || e.SHA != "") {
			t.Errorf("got %+v without a pull request", e)
		}
	})
}
