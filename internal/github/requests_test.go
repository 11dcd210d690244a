package github

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// TestAttemptsToCompare: a comparison and a list of files are requested at most three times if GitHub fails.
func TestAttemptsToCompare(t *testing.T) {
	t.Parallel()
	const head = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	for name, c := range map[string]struct {
		request func(*testing.T, *session) error
		want    string
	}{
		"comparison": {
			func(t *testing.T, s *session) error { _, err := s.compare(t.Context(), "main", head); return err },
			"compare main and bbbbbbb of acme/infra: GitHub returned 500: no",
		},
		"files": {
			func(t *testing.T, s *session) error { _, err := s.files(t.Context(), head); return err },
			"list the files of acme/infra@bbbbbbb: GitHub returned 500: no",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				answers := &scripted{responses: [][2]string{{"GET ", `500{"message":"no"}`}}}
				err := c.request(t, opened(t, answers.thread()))
				if err == nil || err.Error() != c.want || len(answers.requests) != 3 {
					t.Errorf("got %v after %d requests, want %s after 3", err, len(answers.requests), c.want)
				}
			})
		})
	}
}

func opened(t *testing.T, thread Thread) *session {
	t.Helper()
	s, err := thread.open()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestFailedConnections: the error of a connection is the operation and the reason, without the method and the address
// that net/http adds.
func TestFailedConnections(t *testing.T) {
	t.Parallel()
	reset := errors.New("connection reset")
	thread := (&scripted{}).thread()
	thread.HTTP = &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, reset })}
	s := opened(t, thread)
	_, err := s.do(t.Context(), call{op: "find", method: http.MethodGet, url: s.api + "/x", tries: 1}, &author{})
	if err == nil || err.Error() != "find: connection reset" || !errors.Is(err, reset) || !is(err, Unreachable) {
		t.Errorf("got %v, want find: connection reset", err)
	}
}

// closed is a body that counts the calls of Close.
type closed struct {
	io.Reader
	count *int
}

func (c closed) Close() error {
	*c.count++
	return nil
}

// TestBodiesAreClosed: the bodies of a redirect and of the response that follows are closed, so that connections are reused.
func TestBodiesAreClosed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		location      string
		opened        int
		errorExpected bool
	}{
		"followed":     {"/moved", 2, false},
		"not followed": {"https://evil.test/moved", 1, true},
		"nowhere":      {"", 1, true},
	} {
		requests, count := 0, 0
		thread := (&scripted{}).thread()
		thread.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			requests++
			response := &http.Response{StatusCode: 307, Header: http.Header{"Content-Type": {"application/json"}},
				Body: closed{strings.NewReader(`{}`), &count}, Request: r}
			if c.location != "" {
				response.Header.Set("Location", c.location)
			}
			if r.URL.Path == "/moved" {
				response.StatusCode = 200
			}
			return response, nil
		})}
		s := opened(t, thread)
		_, err := s.do(t.Context(), call{op: "find", method: http.MethodGet, url: s.api + "/x", tries: 1}, &author{})
		if (err != nil) != c.errorExpected || requests != c.opened || count != c.opened {
			t.Errorf("%s: got %v, %d of %d bodies closed, want %d", name, err, count, requests, c.opened)
		}
	}
}

// TestBrokenTreeEntries: a list of files with an entry that is not well-formed is an error, not a shorter list.
func TestBrokenTreeEntries(t *testing.T) {
	t.Parallel()
	for name, tree := range map[string]string{
		"an entry without an end":  `{"truncated":false,"tree":[{"path":"a","mode":"1","sha":"1"]}`,
		"a name without a value":   `{"truncated":false,"tree":[{"path":"a","mode":"1","sha":"1","x"}]}`,
		"a member without a comma": `{"truncated":false,"tree":[{"path":"a","sha":"1" "mode":"1"}]}`,
		"an invalid value":         `{"truncated":false,"tree":[{"path":"a","sha":"1","mode":nulx}]}`,
		"a list without an end":    `{"truncated":false,"tree":[{"path":"a","sha":"1"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				answers := &scripted{responses: [][2]string{{"/git/trees/v1?recursive=1", tree}}}
				files, err := opened(t, answers.thread()).files(t.Context(), "v1")
				const want = "list the files of acme/infra@v1: the response "
				if err == nil || !strings.HasPrefix(err.Error(), want) || files != nil {
					t.Errorf("got %v, %v, want %s…", files, err, want)
				}
			})
		})
	}
}

// TestPullRequestsOfForks: the open pull requests from a fork's branch are searched by the branch of its owner. A number
// that is not positive is none.
func TestPullRequestsOfForks(t *testing.T) {
	t.Parallel()
	commit := strings.Repeat("a", 40)
	payload := `{"workflow_run":{"event":"pull_request","head_sha":"` + commit + `","head_branch":"a/b&c","head_repository":{"full_name":"eve/infra"}}}`
	for number, want := range map[string]int{"1": 1, "0": 0, "-7": 0} {
		answers := &scripted{responses: [][2]string{
			{"/pulls?", `[{"number":` + number + `,"head":{"ref":"a/b&c","repo":{"full_name":"Eve/infra"}}}]`},
		}}
		got, err := answers.thread().FindPullRequest(t.Context(), Event{Name: "workflow_run", Payload: []byte(payload)})
		requests := []string{"GET https://api.github.test/repos/acme/infra/pulls?head=eve%3Aa%2Fb%26c&per_page=100&state=open"}
		if got != want || err != nil || !slices.Equal(answers.requests, requests) {
			t.Errorf("%s: got %d, %v by %q, want %d by %q", number, got, err, answers.requests, want, requests)
		}
	}
}

// TestErrorsOfAnotherForm: GitHub's message is read from a refusal whose errors are not a list, in any order. What follows
// invalid JSON is not read.
func TestErrorsOfAnotherForm(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"errors":"b","message":"a"}`:                                      "a",
		`{"errors":{"x":["b"]},"message":"a"}`:                              "a",
		`{"errors":null,"message":"a"}`:                                     "a",
		`{"errors":7,"message":"a"}`:                                        "a",
		`{"errors":["b"],"message":"a"}`:                                    "a: b",
		"{\"errors\":[\"\n,\"message\":\"b\"}":                              "",
		`{"message":"a","errors":`:                                          "a",
		`{"message":"a","errors":[`:                                         "a",
		"{\"message\":\"a\",\"errors\":[\"\n,\"b\"]}":                       "a",
		"{\"message\":\"a\",\"errors\":[{\"message\":\"\n,\"b\"]}":          "a",
		"{\"message\":\"a\",\"errors\":[{\"message\":\"\n,\"x\":1},\"b\"]}": "a",
	} {
		if got := words([]byte(body)); got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}

// TestRefusedRestoration: the error of an older run that cannot restore the text of a newer one has no address, and no
// comment is minimized.
func TestRefusedRestoration(t *testing.T) {
	t.Parallel()
	body := func(run string) string { return `"<!-- m -->\n<!-- post ` + testNonce + ` run=` + run + ` -->\ntext"` }
	own := `{"id":2,"node_id":"IC_2","body":` + body("4") + `,"user":{"login":"bot","type":"Bot"}}`
	older := `{"id":1,"node_id":"IC_1","body":` + body("3") + `,"user":{"login":"bot","type":"Bot"}}`
	answers := &scripted{responses: [][2]string{
		{"viewer", `{"data":{"viewer":{"login":"bot"}}}`},
		{"/comments?", "[" + older + "," + own + "]"},
		{"GET https://api.github.test/repos/acme/infra/issues/comments/2", own},
		{"run=6", `403{"message":"no"}`}, // the restoration
		{"PATCH https://api.github.test/repos/acme/infra/issues/comments/2", own},
		{"userContentEdits", `{"data":{"node":{"body":` + body("5") + `,"userContentEdits":{"nodes":[` +
			`{"diff":` + body("6") + `,"editor":{"__typename":"Bot","login":"bot"}}]}}}}`},
	}}
	synctest.Test(t, func(t *testing.T) {
		url, err := answers.thread().Publish(t.Context(), Update, Post{Marker: "<!-- m -->", Body: "x", Order: NewOrder("5", "")})
		const want = "update the comment on acme/infra#7: GitHub returned 403: no"
		if err == nil || err.Error() != want || url != "" || answers.count("PATCH") != 2 || answers.count("nodes(ids") != 0 {
			t.Errorf("got %q, %v after the requests %q, want %s", url, err, answers.requests, want)
		}
	})
}

// TestHeadOfFirstPullRequest: the head of pull request 1 is that in its event, and never the commit of the branch.
func TestHeadOfFirstPullRequest(t *testing.T) {
	t.Parallel()
	a, b := strings.Repeat("a", 40), strings.Repeat("b", 40)
	event := Event{Name: "pull_request_target", SHA: b, Ref: "refs/heads/main",
		Payload: []byte(`{"pull_request":{"number":1,"head":{"sha":"` + a + `"}}}`)}
	for number, want := range map[int]Head{1: {SHA: a}, 2: {}} {
		if got := event.Head("acme/infra", number); got != want {
			t.Errorf("%d: got %+v, want %+v", number, got, want)
		}
	}
}

// TestChangeSinceLastSuccess: the change since the last successful run names that run's commit.
func TestChangeSinceLastSuccess(t *testing.T) {
	t.Parallel()
	a, b := strings.Repeat("a", 40), strings.Repeat("b", 40)
	answers := &scripted{responses: [][2]string{
		{"/actions/workflows/x.yml/runs", `{"workflow_runs":[{"conclusion":"success","head_branch":"main","head_sha":"` + b + `"}]}`},
		{"/compare/" + b, `{"status":"ahead","base_commit":{"sha":"` + b + `"},"merge_base_commit":{"sha":"` + b + `"},` +
			`"files":[{"filename":"f","status":"added"}]}`},
	}}
	got, err := answers.thread().FindChange(t.Context(), ChangeQuery{Checkout: a, Base: LastSuccess, Event: Event{Ref: "refs/heads/main"},
		Workflow: "acme/infra/.github/workflows/x.yml@refs/heads/main"})
	want := Change{Paths: []string{"f"}, Base: b, Head: a, Of: "changes since the last successful run, of bbbbbbb"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

// TestFilesOfDivergedBranch: the files of a branch that has diverged are those of the commit in the comparison, even if
// the branch has moved since then.
func TestFilesOfDivergedBranch(t *testing.T) {
	t.Parallel()
	a, b := strings.Repeat("a", 40), strings.Repeat("b", 40)
	const prefix = "GET https://api.github.test/repos/acme/infra/"
	answers := &scripted{responses: [][2]string{
		{"/compare/", `{"status":"diverged","base_commit":{"sha":"` + b + `"},"merge_base_commit":{"sha":"` + strings.Repeat("c", 40) + `"},"files":[]}`},
		{"/git/trees/" + a, `{"truncated":false,"tree":[{"path":"f","sha":"1"}]}`},
		{"/git/trees/", `{"truncated":false,"tree":[{"path":"f","sha":"2"}]}`},
	}}
	got, err := answers.thread().FindChange(t.Context(), ChangeQuery{Checkout: a, Base: "main"})
	requests := []string{
		prefix + "compare/main..." + a + "?per_page=1&page=1", prefix + "git/trees/" + b + "?recursive=1", prefix + "git/trees/" + a + "?recursive=1",
	}
	want := Change{Paths: []string{"f"}, Base: b, Head: a, Of: "changes since main"}
	if err != nil || !reflect.DeepEqual(got, want) || !slices.Equal(answers.requests, requests) {
		t.Errorf("got %+v, %v by %q, want %+v by %q", got, err, answers.requests, want, requests)
	}
}

// TestUnreadableCheckout: the error of the request for the commit that is checked out is reported, also if only GitHub's
// current pull request could match it.
func TestUnreadableCheckout(t *testing.T) {
	t.Parallel()
	a, b, c := strings.Repeat("a", 40), strings.Repeat("b", 40), strings.Repeat("c", 40)
	ends := `"head":{"sha":"` + b + `"},"base":{"sha":"` + c + `"}`
	for name, test := range map[string]struct {
		payload  string
		requests int
	}{
		"of the event":        {`{"pull_request":{"number":7,` + ends + `}}`, 1},
		"of the pull request": {`{}`, 2},
	} {
		answers := &scripted{responses: [][2]string{{"/commits/", `403{"message":"no"}`}, {"/pulls/7", `{"number":7,` + ends + `}`}}}
		got, err := answers.thread().FindChange(t.Context(), ChangeQuery{Checkout: a, PullRequest: 7, Event: Event{Payload: []byte(test.payload)}})
		const want = "read commit aaaaaaa of acme/infra: GitHub returned 403: no"
		if err == nil || err.Error() != want || !reflect.DeepEqual(got, Change{}) || len(answers.requests) != test.requests {
			t.Errorf("%s: got %+v, %v by %q, want %s", name, got, err, answers.requests, want)
		}
	}
}

// TestGraphQLAddresses: the GraphQL address of an API follows from the end of its path, unless it is given.
func TestGraphQLAddresses(t *testing.T) {
	t.Parallel()
	for api, want := range map[string]string{
		"https://git.test/api/v3":       "https://git.test/api/graphql",
		"https://git.test/api/v3/":      "https://git.test/api/graphql",
		"https://git.test/proxy/api/v3": "https://git.test/proxy/api/graphql",
		"https://git.test/api/v4":       "https://git.test/api/v4/graphql",
		"https://git.test/v3":           "https://git.test/v3/graphql",
		"https://git.test/api/v3/proxy": "https://git.test/api/v3/proxy/graphql",
		"https://git.test/proxy":        "https://git.test/proxy/graphql",
	} {
		thread := (&scripted{}).thread()
		thread.APIURL = api
		if got := opened(t, thread).graphql; got != want {
			t.Errorf("%s: got %s, want %s", api, got, want)
		}
	}
}
