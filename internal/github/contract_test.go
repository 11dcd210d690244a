package github_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/openapitest"
)

// operations contains all operations of GitHub's REST API that the action uses. GraphQL has no OpenAPI document.
var operations = []string{
	"GET /repos/{owner}/{repo}/actions/runs/{run_id}",
	"GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs",
	"GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls",
	"GET /repos/{owner}/{repo}/commits/{ref}",
	"GET /repos/{owner}/{repo}/compare/{basehead}",
	"GET /repos/{owner}/{repo}/git/trees/{tree_sha}",
	"GET /repos/{owner}/{repo}/issues/comments/{comment_id}",
	"GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
	"GET /repos/{owner}/{repo}/pulls",
	"GET /repos/{owner}/{repo}/pulls/{pull_number}",
	"GET /user",
	"PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
	"POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
}

var loadDescription = sync.OnceValues(func() (*openapitest.Document, error) {
	return openapitest.Load(os.Getenv("GITHUB_OPENAPI"), func(document map[string]any) {
		document["servers"] = []any{map[string]any{"url": "/"}}
		keepOperations(document)
	})
})

// description is GitHub's OpenAPI document. Its response schemas have no required members, because githubtest
// omits members that the action does not read.
func description(t *testing.T) *openapitest.Document {
	t.Helper()
	if os.Getenv("GITHUB_OPENAPI") == "" {
		t.Skip("GITHUB_OPENAPI names no file. It is generated/api.github.com.json of the npm package @octokit/openapi")
	}
	d, err := loadDescription()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// keepOperations drops the paths that the action does not use, and the components
// that only those refer to: the document has 13 MB.
func keepOperations(document map[string]any) {
	paths := document["paths"].(map[string]any)
	used := map[string]any{}
	for _, operation := range operations {
		_, path, _ := strings.Cut(operation, " ")
		used[path] = paths[path]
		for _, described := range used[path].(map[string]any) {
			if described, ok := described.(map[string]any); ok {
				allowLess(described["responses"])
			}
		}
	}
	document["paths"] = used
	delete(document, "x-webhooks")
	components := document["components"].(map[string]any)
	kept := map[string]any{}
	keepReferenced(used, components, kept)
	document["components"] = kept
}

func keepReferenced(v any, components, kept map[string]any) {
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			keepComponent(ref, components, kept)
		}
		for _, inner := range v {
			keepReferenced(inner, components, kept)
		}
	case []any:
		for _, inner := range v {
			keepReferenced(inner, components, kept)
		}
	}
}

func keepComponent(ref string, components, kept map[string]any) {
	kind, name, ok := strings.Cut(strings.TrimPrefix(ref, "#/components/"), "/")
	if !ok {
		return
	}
	if kept[kind] == nil {
		kept[kind] = map[string]any{}
	}
	of := kept[kind].(map[string]any)
	if of[name] != nil {
		return
	}
	component := components[kind].(map[string]any)[name]
	allowLess(component)
	of[name] = component
	keepReferenced(component, components, kept)
}

// allowLess makes each member of a schema optional. A value may then match several alternatives.
func allowLess(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, list := v["required"].([]any); list {
			delete(v, "required")
		}
		if alternatives, ok := v["oneOf"].([]any); ok {
			delete(v, "oneOf")
			delete(v, "discriminator")
			v["anyOf"] = alternatives
		}
		for _, inner := range v {
			allowLess(inner)
		}
	case []any:
		for _, inner := range v {
			allowLess(inner)
		}
	}
}

// TestContract uses every operation and validates requests and responses against GitHub's OpenAPI document.
func TestContract(t *testing.T) {
	t.Parallel()
	recorder := &openapitest.Recorder{Document: description(t), Concerns: func(r *http.Request) bool { return r.URL.Path != "/graphql" }}
	for name, tour := range map[string]func(*testing.T, *openapitest.Recorder){
		"comments": tourComments, "pull requests": tourPulls, "changes": tourChanges, "workflow runs": tourRuns,
	} {
		t.Run(name, func(t *testing.T) { // one after another: they share the recorder's transport
			synctest.Test(t, func(t *testing.T) { tour(t, recorder) })
		})
	}
	for _, difference := range recorder.Differences() {
		t.Error(difference)
	}
	if seen := slices.Sorted(maps.Keys(recorder.Seen())); !slices.Equal(seen, operations) {
		t.Errorf("operations seen:\n%s\nwant:\n%s", strings.Join(seen, "\n"), strings.Join(operations, "\n"))
	}
	t.Logf("exchanges: %v", recorder.Seen())
}

// recorded returns a thread of pull request 7 whose exchanges are validated.
func recorded(s *githubtest.Server, r *openapitest.Recorder) github.Thread {
	r.Next = s.Client().Transport
	thread := threadOf(s)
	thread.HTTP = &http.Client{Transport: r}
	return thread
}

func tourComments(t *testing.T, r *openapitest.Recorder) {
	for _, mode := range []github.Mode{github.Update, github.New, github.HideAndNew, github.ChangesOnly} {
		s := githubtest.New(githubtest.Options{Token: "ghp_personal", Login: "ada", Pulls: []githubtest.Pull{{Number: 7, Head: shaA}}})
		thread := recorded(s, r)
		for n := range 3 {
			post := of(fmt.Sprint(11+n), fmt.Sprintf("push %d", n))
			post.Head = github.Head{SHA: shaA}
			publish(t, thread, mode, post)
		}
		if _, err := thread.MarkOutdated(t.Context(), failure("20", "The run failed.")); err != nil {
			t.Error(err)
		}
	}
	s := githubtest.New(githubtest.Options{ReadOnly: true})
	if _, err := recorded(s, r).Publish(t.Context(), github.Update, say("refused")); err == nil {
		t.Error("a token that may only read has written")
	}
	s = githubtest.New(githubtest.Options{Token: "ghp_personal", Login: "ada"})
	s.Fail(githubtest.Fault{Operation: githubtest.Viewer, Times: -1, Status: http.StatusForbidden, Body: `{"message":"Forbidden"}`})
	publish(t, recorded(s, r), github.Update, say("first"))
	publish(t, recorded(s, r), github.Update, say("second"))
}

func tourPulls(t *testing.T, r *openapitest.Recorder) {
	pulls := []githubtest.Pull{{Number: 7, Head: shaA, HeadRef: "topic", Commits: []string{shaA}}}
	for _, event := range []github.Event{
		{Name: "push", SHA: shaA, Ref: "refs/heads/topic"},
		{
			Name:    "workflow_run",
			Payload: fmt.Appendf(nil, `{"workflow_run":{"head_sha":%q,"head_branch":"topic","head_repository":{"full_name":"acme/infra"}}}`, shaA),
		},
		{Name: "repository_dispatch", Payload: []byte(`{"client_payload":{"pull_request":{"number":7}}}`)},
	} {
		s := githubtest.New(githubtest.Options{Pulls: pulls})
		thread := recorded(s, r)
		thread.Number = 0
		if n, err := thread.FindPullRequest(t.Context(), event); n != 7 {
			t.Errorf("%s: found pull request %d: %v", event.Name, n, err)
		}
	}
}

func tourChanges(t *testing.T, r *openapitest.Recorder) {
	dispatch := github.Event{Name: "workflow_dispatch", Ref: "refs/heads/main", Payload: []byte(`{}`)}
	for _, q := range []github.ChangeQuery{
		{Event: push(sha("a"), sha("b")), Checkout: sha("b")},
		{Event: push(sha("d"), sha("c")), Checkout: sha("c")},
		{Event: push(sha("a"), sha("3")), Checkout: sha("3")},
		{Event: pullEvent(7, sha("d"), sha("b")), Checkout: sha("e")},
		{Event: dispatch, Checkout: sha("d"), PullRequest: 7},
		{Event: dispatch, Checkout: sha("b"), Base: "release/1"},
	} {
		s := repository()
		if _, err := recorded(s, r).FindChange(t.Context(), q); err != nil {
			t.Error(err)
		}
	}
	s := repository()
	if _, err := recorded(s, r).FindChange(t.Context(), github.ChangeQuery{Event: dispatch, Checkout: sha("c"), Base: "gone"}); err == nil {
		t.Error("a branch that does not exist was compared")
	}
}

func tourRuns(t *testing.T, r *openapitest.Recorder) {
	for _, workflow := range []string{"acme/infra/.github/workflows/apply.yml@refs/heads/main", "acme/shared/.github/workflows/x.yml@main"} {
		s := repository()
		s.Run(githubtest.WorkflowRun{ID: 12, SHA: sha("a"), StartedAt: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)})
		q := github.ChangeQuery{Event: push(sha("c"), sha("d")), Checkout: sha("d"), Base: github.LastSuccess, Workflow: workflow, RunID: "12"}
		if _, err := recorded(s, r).FindChange(t.Context(), q); err != nil {
			t.Error(err)
		}
	}
}

// The validation must reject invalid requests.
func TestContractObjects(t *testing.T) {
	t.Parallel()
	document := description(t)
	for name, c := range map[string]struct{ method, path, sent, got, want string }{
		"as described":        {"POST", "/repos/acme/infra/issues/7/comments", `{"body":"x"}`, `{"id":1,"body":"x"}`, ""},
		"unknown operation":   {"POST", "/repos/acme/infra/issues/7/remarks", `{"body":"x"}`, `{}`, "unknown operation"},
		"no body":             {"POST", "/repos/acme/infra/issues/7/comments", `{}`, `{}`, `property "body" is missing`},
		"a wrong type":        {"POST", "/repos/acme/infra/issues/7/comments", `{"body":7}`, `{}`, "request: /body"},
		"an unknown query":    {"GET", "/repos/acme/infra/issues/7/comments?per-page=100", "", `[]`, "query parameter per-page"},
		"an unknown response": {"GET", "/user", "", `{"name":"Ada","nick":"a"}`, "response 200: /: doesn't match any schema"},
		"type of a response":  {"GET", "/repos/acme/infra/issues/comments/1", "", `{"id":"one"}`, "response 200: /id"},
		"a query's bad form":  {"GET", "/repos/acme/infra/pulls?state=merged", "", `[]`, "request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status := map[string]int{"GET": 200, "POST": 201}[c.method]
			r := &openapitest.Recorder{Document: document, Next: fixed{status, c.got}}
			req, err := http.NewRequestWithContext(context.Background(), c.method, "https://api.github.test"+c.path, strings.NewReader(c.sent))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			if _, err := r.RoundTrip(req); err != nil {
				t.Fatal(err)
			}
			got := strings.Join(r.Differences(), "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// fixed returns the same response to every request.
type fixed struct {
	status int
	body   string
}

func (f fixed) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &http.Response{StatusCode: f.status, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, Request: r}
	w.Body = http.NoBody
	if f.body != "" {
		w.Body = body{strings.NewReader(f.body)}
	}
	return w, nil
}

type body struct{ *strings.Reader }

func (body) Close() error { return nil }
