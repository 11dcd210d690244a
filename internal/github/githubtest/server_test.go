package githubtest_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/github/githubtest"
)

// call sends a valid request, modified by change.
func call(t *testing.T, s *githubtest.Server, method, url, body string, change func(http.Header)) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{
		"Accept": {"application/vnd.github+json"}, "X-Github-Api-Version": {"2022-11-28"}, "User-Agent": {"test"},
		"Authorization": {"Bearer " + s.Token()}, "Content-Type": {"application/json"},
	}
	if change != nil {
		change(r.Header)
	}
	client := s.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(b)
}

// A simulator that shares code with its clients could share their mistakes.
func TestImportsNoOtherPackage(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	if err != nil {
		t.Skipf("the go command cannot be asked: %v", err)
	}
	want := "scalr-run-action/internal/github/githubtest\n"
	if got := string(out); got != want {
		t.Errorf("packages outside the standard library: got %q, want %q", got, want)
	}
}

func TestComments(t *testing.T) {
	t.Parallel()
	s := githubtest.New(githubtest.Options{})
	list := s.APIURL() + "/repos/acme/infra/issues/7/comments"
	code, _, body := call(t, s, "POST", list, `{"body":"hello\r\n"}`, nil)
	want := `{"url":"https://api.github.test/repos/acme/infra/issues/comments/1001","html_url":"https://github.test/acme/infra/pull/7#issuecomment-1001",` +
		`"id":1001,"node_id":"IC_kwDO1001",` +
		`"user":{"login":"github-actions[bot]","id":41,"type":"Bot","site_admin":false},"body":"hello","author_association":"NONE"}`
	if code != 201 || body != want {
		t.Errorf("create: got %d %s\nwant 201 %s", code, body, want)
	}
	code, _, body = call(t, s, "PATCH", s.APIURL()+"/repos/acme/infra/issues/comments/1001", `{"body":"bye"}`, nil)
	if want := strings.Replace(want, "hello", "bye", 1); code != 200 || body != want {
		t.Errorf("edit: got %d %s\nwant 200 %s", code, body, want)
	}
	code, header, body := call(t, s, "GET", list, "", nil)
	if want := "[" + strings.Replace(want, "hello", "bye", 1) + "]"; code != 200 || body != want || header.Get("Link") != "" {
		t.Errorf("list: got %d %s %v\nwant 200 %s", code, body, header, want)
	}
	for range 250 {
		s.Say(7, "someone", "remark")
	}
	_, header, body = call(t, s, "GET", list+"?per_page=100&page=2", "", nil)
	wantLink := `<https://api.github.test/repositories/1/issues/7/comments?per_page=100&page=1>; rel="prev", ` +
		`<https://api.github.test/repositories/1/issues/7/comments?per_page=100&page=3>; rel="next", ` +
		`<https://api.github.test/repositories/1/issues/7/comments?per_page=100&page=3>; rel="last", ` +
		`<https://api.github.test/repositories/1/issues/7/comments?per_page=100&page=1>; rel="first"`
	if got := header.Get("Link"); got != wantLink {
		t.Errorf("link:\ngot  %s\nwant %s", got, wantLink)
	}
	if got := strings.Count(body, `"id":1`); got != 100 {
		t.Errorf("second page: got %d comments, want 100", got)
	}
	if got := s.Objections(); got != nil {
		t.Errorf("objections: %q", got)
	}
}

func TestObjections(t *testing.T) {
	t.Parallel()
	const create = "/repos/acme/infra/issues/7/comments"
	without := func(name string) func(http.Header) { return func(h http.Header) { h.Del(name) } }
	for name, test := range map[string]struct {
		method, path, body string
		change             func(http.Header)
		code               int
		want               string
	}{
		"no Accept": {"POST", create, `{"body":"a"}`, without("Accept"), 201, `create comment: the header Accept is "", not "application/vnd.github+json"`},
		"no version": {
			"POST", create, `{"body":"a"}`, without("X-Github-Api-Version"), 201,
			`create comment: the header X-GitHub-Api-Version is "", not "2022-11-28"`,
		},
		"Go's own agent": {"POST", create, `{"body":"a"}`, without("User-Agent"), 403, `create comment: the header User-Agent is ""`},
		"no token":       {"POST", create, `{"body":"a"}`, without("Authorization"), 401, "create comment: the token is not ours"},
		"not JSON": {
			"POST", create, `body=a`, nil, 400,
			"create comment: the body is not a JSON object: invalid character 'b' looking for beginning of value",
		},
		"no content type": {"POST", create, `{"body":"a"}`, without("Content-Type"), 201, `create comment: the header Content-Type is ""`},
		"other fields":    {"POST", create, `{"body":"a","event":"x"}`, nil, 201, "create comment: the document has other fields than a body"},
		"empty":           {"POST", create, `{}`, nil, 422, "create comment: the document has other fields than a body"},
		"unknown path":    {"DELETE", create, "", nil, 404, "DELETE /repos/acme/infra/issues/7/comments is nothing that this GitHub knows"},
		"GET with a body": {"GET", create, "x", nil, 200, "list comments: a GET with a body"},
		"stranger's":      {"PATCH", "/repos/acme/infra/issues/comments/1001", `{"body":"a"}`, nil, 200, "the comment 1001 of someone is not ours to edit"},
		"fold a stranger's": {
			"POST", "/graphql",
			`{"query":"mutation{minimizeComment(input:{classifier: OUTDATED}){x}}","variables":{"id":"IC_kwDO1001"}}`,
			nil, 200, "the comment 1001 of someone is not ours to fold",
		},
		"braces":          {"POST", "/graphql", `{"query":"{viewer{login}"}`, nil, 200, "the braces of a GraphQL document do not match"},
		"unknown GraphQL": {"POST", "/graphql", `{"query":"{me{login}}"}`, nil, 404, "POST /graphql is nothing that this GitHub knows"},
		"token's request": {"GET", "/_apis/identity/token", "", nil, 401, "identity token: the token is not the one for the request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := githubtest.New(githubtest.Options{})
			s.Say(7, "someone", "remark")
			code, _, body := call(t, s, test.method, s.APIURL()+test.path, test.body, test.change)
			if code != test.code {
				t.Errorf("status: got %d %s, want %d", code, body, test.code)
			}
			if diff := cmp.Diff([]string{test.want}, s.Objections()); diff != "" {
				t.Errorf("objections (-want +got):\n%s", diff)
			}
		})
	}
}

func TestIdentityToken(t *testing.T) {
	t.Parallel()
	s := githubtest.New(githubtest.Options{Claims: map[string]any{"actor": "octocat"}})
	bearer := func(h http.Header) { h.Set("Authorization", "bearer "+s.IDTokenRequestToken()) }
	for query, want := range map[string]string{"&audience=scalr%2Fx": "scalr/x", "": "https://github.com/acme"} {
		code, _, body := call(t, s, "GET", s.IDTokenRequestURL()+query, "", bearer)
		var got struct{ Value string }
		if err := json.Unmarshal([]byte(body), &got); err != nil || code != 200 {
			t.Fatalf("got %d %s", code, body)
		}
		parts := strings.Split(got.Value, ".")
		if len(parts) != 3 {
			t.Fatalf("token: got %q, want three parts", got.Value)
		}
		claims := map[string]any{}
		b, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err != nil || json.Unmarshal(b, &claims) != nil {
			t.Fatalf("claims: got %q, %v", b, err)
		}
		if claims["aud"] != want || claims["actor"] != "octocat" {
			t.Errorf("claims: got %v, want the audience %q", claims, want)
		}
	}
	if got := s.Objections(); got != nil {
		t.Errorf("objections: %q", got)
	}
}

// TestFaults checks faults before and after the effect of a request, in memory.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault  githubtest.Fault
		status int // 0: the connection breaks
		made   int
		took   time.Duration
	}{
		"before":                {githubtest.Fault{Status: 503}, 503, 0, 0},
		"after":                 {githubtest.Fault{Status: 503, Phase: githubtest.After}, 503, 1, 0},
		"reset before":          {githubtest.Fault{Reset: true}, 0, 0, 0},
		"reset after":           {githubtest.Fault{Reset: true, Phase: githubtest.After}, 0, 1, 0},
		"only late":             {githubtest.Fault{Delay: time.Minute}, 201, 1, time.Minute},
		"given up":              {githubtest.Fault{Delay: time.Hour}, 0, 0, 5 * time.Minute},
		"given up on, but done": {githubtest.Fault{Delay: time.Hour, Phase: githubtest.After}, 0, 1, 5 * time.Minute},
		"later":                 {githubtest.Fault{Skip: 1, Status: 503}, 201, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := githubtest.New(githubtest.Options{})
				test.fault.Operation = githubtest.CreateComment
				s.Fail(test.fault)
				ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
				defer cancel()
				r, err := http.NewRequestWithContext(ctx, "POST", s.APIURL()+"/repos/acme/infra/issues/7/comments", strings.NewReader(`{"body":"a"}`))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("User-Agent", "test")
				r.Header.Set("Authorization", "Bearer "+s.Token())
				start := time.Now()
				status := 0
				response, err := s.Client().Do(r)
				if err == nil {
					status = response.StatusCode
					response.Body.Close()
				} else if test.fault.Reset && !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("error: got %v, want a reset", err)
				}
				if took := time.Since(start); status != test.status || took != test.took || len(s.Comments(7)) != test.made {
					t.Errorf("got %d after %v with %d comments, want %d after %v with %d", status, took, len(s.Comments(7)), test.status, test.took, test.made)
				}
				if got, want := len(s.Unused()), test.fault.Skip; got != want {
					t.Errorf("unused faults: got %d, want %d", got, want)
				}
			})
		})
	}
}

// TestRequestBeforeRateLimitReset checks that a request before the end of a rate limit causes an objection.
func TestRequestBeforeRateLimitReset(t *testing.T) {
	t.Parallel()
	const early = "GET /repos/acme/infra/issues/7/comments came 1s too early after a rate limit"
	for name, test := range map[string]struct {
		primary bool
		after   time.Duration
		want    []string
	}{
		"secondary, early":  {false, 9 * time.Second, []string{early}},
		"secondary in time": {false, 10 * time.Second, nil},
		"primary, early":    {true, 9 * time.Second, []string{early}},
		"primary in time":   {true, 10 * time.Second, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const skew = time.Hour
				s := githubtest.New(githubtest.Options{Skew: skew})
				limit := githubtest.SecondaryLimit(githubtest.ListComments, 10*time.Second)
				if test.primary {
					limit = githubtest.PrimaryLimit(githubtest.ListComments, time.Now().Add(skew+10*time.Second))
				}
				s.Fail(limit)
				list := s.APIURL() + "/repos/acme/infra/issues/7/comments"
				call(t, s, "GET", list, "", nil)
				time.Sleep(test.after)
				call(t, s, "GET", list, "", nil)
				if diff := cmp.Diff(test.want, s.Objections()); diff != "" {
					t.Errorf("objections (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestRenamed(t *testing.T) {
	t.Parallel()
	s := githubtest.New(githubtest.Options{OldName: "acme/old", Enterprise: true})
	for method, want := range map[string]int{"GET": 301, "POST": 307} {
		body := ""
		if method == "POST" {
			body = `{"body":"a"}`
		}
		code, header, _ := call(t, s, method, s.APIURL()+"/repos/acme/old/issues/7/comments?page=1", body, nil)
		if got := header.Get("Location"); code != want || got != "https://ghes.test/api/v3/repositories/1/issues/7/comments?page=1" {
			t.Errorf("%s: got %d to %s, want %d", method, code, got, want)
		}
	}
}

// TestHistory checks the texts of an edited comment, newest first.
func TestHistory(t *testing.T) {
	t.Parallel()
	s := githubtest.New(githubtest.Options{})
	c := s.Say(7, "github-actions[bot]", "one")
	history := func(query string) string {
		_, _, body := call(t, s, "POST", s.GraphQLURL(), `{"query":"`+query+`","variables":{"id":"IC_kwDO1001"}}`, nil)
		return body
	}
	const ask = "query($id: ID!) { node(id: $id) { ... on IssueComment { userContentEdits(first: 2) { nodes { diff } } } } }"
	if got, want := history(ask), `{"data":{"node":{"body":"one","isMinimized":false,"minimizedReason":null,"userContentEdits":{"nodes":[]}}}}`; got != want {
		t.Errorf("before an edit:\ngot  %s\nwant %s", got, want)
	}
	call(t, s, "PATCH", s.APIURL()+"/repos/acme/infra/issues/comments/1001", `{"body":"two"}`, nil)
	s.Edit(c.ID, "octocat", "three")
	s.Minimize(c.ID, "OFF_TOPIC")
	want := `{"data":{"node":{"body":"three","isMinimized":true,"minimizedReason":"off_topic","userContentEdits":{"nodes":[` +
		`{"diff":"three","editor":{"__typename":"User","login":"octocat"}},{"diff":"two","editor":{"__typename":"Bot","login":"github-actions"}}]}}}}`
	if got := history(ask); got != want {
		t.Errorf("after two edits:\ngot  %s\nwant %s", got, want)
	}
	history("mutation($id: ID!) { unminimizeComment(input: {subjectId: $id}) { clientMutationId } }")
	if got := s.Comments(7)[0].Minimized; got != "" {
		t.Errorf("minimized: got %q after it was shown again", got)
	}
	code, _, body := call(t, s, "GET", s.APIURL()+"/repos/acme/infra/issues/comments/1001", "", nil)
	if code != 200 || !strings.Contains(body, `"body":"three"`) {
		t.Errorf("one comment: got %d %s", code, body)
	}
	if code, _, _ := call(t, s, "GET", s.APIURL()+"/repos/acme/infra/issues/comments/1002", "", nil); code != 404 {
		t.Errorf("no comment: got %d, want 404", code)
	}
	if got := s.Objections(); got != nil {
		t.Errorf("objections: %q", got)
	}
}

// TestPush checks that a push changes the head of a pull request.
func TestPush(t *testing.T) {
	t.Parallel()
	pulls := []githubtest.Pull{{Number: 7, HeadRepo: "deleted"}, {Number: 8, Head: "a", HeadRef: "wider", HeadRepo: "octocat/infra"}}
	s := githubtest.New(githubtest.Options{Pulls: pulls})
	s.Push(8, "b")
	for number, want := range map[string]string{
		"7": `"head":{"ref":"topic","sha":"0000000000000000000000000000000000000000","repo":null}`,
		"8": `"head":{"ref":"wider","sha":"b","repo":{"full_name":"octocat/infra"}}`,
	} {
		if _, _, body := call(t, s, "GET", s.APIURL()+"/repos/acme/infra/pulls/"+number, "", nil); !strings.Contains(body, want) {
			t.Errorf("pull request %s: got %s, want %s in it", number, body, want)
		}
	}
	if pulls[1].Head != "a" {
		t.Error("the options were changed")
	}
}
