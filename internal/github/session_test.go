package github

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/secret"
)

// scripted responds to each request with the first response whose key occurs in "METHOD URL BODY", and records these
// texts. A response is JSON, or a status of three digits that precedes the JSON. The responses in once precede the others,
// and each of them is sent once.
type scripted struct {
	responses [][2]string
	once      [][2]string
	requests  []string
}

func (s *scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	text := r.Method + " " + r.URL.String()
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		text += " " + string(body)
	}
	s.requests = append(s.requests, text)
	for i, one := range append(slices.Clone(s.once), s.responses...) {
		if strings.Contains(text, one[0]) {
			if i < len(s.once) {
				s.once = slices.Delete(s.once, i, i+1)
			}
			status, body := 200, one[1]
			if len(body) > 3 && body[0] >= '3' && body[0] <= '5' {
				fmt.Sscan(body[:3], &status)
				body = body[3:]
			}
			return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
				Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		}
	}
	return nil, errors.New("unexpected request: " + text)
}

func (s *scripted) thread() Thread {
	return Thread{HTTP: &http.Client{Transport: s}, APIURL: "https://api.github.test", Token: secret.New("ghs_8c1e5c1bd0aa4e7f"),
		Repository: "acme/infra", Number: 7}
}

// count returns the number of requests that contain a text.
func (s *scripted) count(part string) (n int) {
	for _, r := range s.requests {
		if strings.Contains(r, part) {
			n++
		}
	}
	return n
}

const testNonce = "ABCDEFGHIJKLMNOPQRSTUVWX23"

// TestMinimizeFindsNewerRun: if a comment that was minimized is already that of a newer run, it is shown again, and the
// run that minimized it is superseded.
func TestMinimizeFindsNewerRun(t *testing.T) {
	t.Parallel()
	body := func(run string) string { return `<!-- m -->\n<!-- post ` + testNonce + ` run=` + run + ` -->\ntext` }
	list := func(run string) string {
		return `[{"id":1,"node_id":"IC_1","body":"` + body(run) + `","user":{"login":"bot"}},` +
			`{"id":2,"node_id":"IC_2","body":"` + body("1") + `","user":{"login":"bot"}}]`
	}
	for name, c := range map[string]struct {
		run, listed string // of the minimized comment
		list        string // instead of the list of both
		shown       int    // requests to show it again
		want        string
	}{
		"older run":  {"4", "4", "", 0, ""},
		"same run":   {"5", "5", "", 0, ""},
		"newer run":  {"6", "6", "", 1, "workflow run 6, which is newer than workflow run 5, has written a comment at the same time"},
		"not newest": {"6", "0", "", 0, "workflow run 6, which is newer than workflow run 5, has written a comment at the same time"},
		"no list":    {"6", "6", `403{"message":"no"}`, 0, "list the comments of acme/infra#7: GitHub returned 403: no"},
	} {
		answers := &scripted{responses: [][2]string{
			{"viewer", `{"data":{"viewer":{"login":"bot"}}}`},
			{"unminimizeComment", `{"data":{}}`},
			{"minimizeComment", `{"data":{"minimizeComment":{"minimizedComment":{"body":"` + body(c.run) + `"}}}}`},
			{"nodes(ids", `{"data":{"nodes":[{"id":"IC_1","isMinimized":false},{"id":"IC_2","isMinimized":true},{"id":""},null]}}`},
			{"/issues/7/comments", list(c.listed)},
		}}
		if c.list != "" {
			answers.responses[4][1] = c.list
		}
		s, err := answers.thread().open()
		if err != nil {
			t.Fatal(err)
		}
		d, err := s.draft(HideAndNew, Post{Marker: "<!-- m -->", Body: "x", Order: NewOrder("5", "")})
		if err != nil {
			t.Fatal(err)
		}
		err = s.minimize(t.Context(), d, []remote{{ID: 1, NodeID: "IC_1"}, {ID: 2, NodeID: "IC_2"}})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want || answers.count("unminimizeComment") != c.shown || answers.count("classifier: OUTDATED") != 1 {
			t.Errorf("%s: got %q after the requests %q", name, got, answers.requests)
		}
	}
}

// TestGraphErrors: each type of a GraphQL error has its kind.
func TestGraphErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Kind{
		`{"type":"RATE_LIMITED","message":"x"}`:                            RateLimited,
		`{"message":"API Rate Limit exceeded"}`:                            RateLimited,
		`{"type":"FORBIDDEN","message":"x"}`:                               Forbidden,
		`{"type":"INSUFFICIENT_SCOPES","message":"x"}`:                     Forbidden,
		`{"type":"NOT_FOUND","message":"x"}`:                               Gone,
		`{"message":"Something went wrong while"}`:                         Unreachable,
		`{"type":"X","message":"Something went wrong."}`:                   Rejected,
		`{"message":"This is not what we expected: Something went wrong"}`: Rejected,
	} {
		synctest.Test(t, func(t *testing.T) {
			answers := &scripted{responses: [][2]string{{"graphql", `{"data":null,"errors":[` + text + `,{"type":"NOT_FOUND"}]}`}}}
			s, err := answers.thread().open()
			if err != nil {
				t.Fatal(err)
			}
			err = s.query(t.Context(), call{op: "ask", tries: 1}, "query { x }", map[string]any{"a": 1}, nil)
			var e *Error
			if !errors.As(err, &e) || e.Kind != want || e.Status != 200 || e.temporary != (want == RateLimited || want == Unreachable) {
				t.Errorf("%s: got %+v, want the kind %s", text, e, want)
			}
			if strings.HasSuffix(err.Error(), ".") { // it is part of a sentence
				t.Errorf("%s: got the error %q", text, err)
			}
			if got := answers.requests[0]; got != `POST https://api.github.test/graphql {"query":"query { x }","variables":{"a":1}}` {
				t.Errorf("got the request %s", got)
			}
		})
	}
	for _, other := range []string{`{"viewer":7}`, "7"} {
		answers := &scripted{responses: [][2]string{{"graphql", `{"data":` + other + `}`}}}
		s, err := answers.thread().open()
		if err != nil {
			t.Fatal(err)
		}
		var data struct{ Viewer author }
		if err := s.query(t.Context(), call{op: "ask"}, "query", nil, &data); !is(err, Rejected) ||
			err.Error() != "ask: the response does not have the requested form" {
			t.Errorf("got %v for the data %s", err, other)
		}
	}
}

// TestTokenLoginFallback: the login is that of GraphQL, otherwise that of REST, otherwise that of every workflow.
func TestTokenLoginFallback(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		graph, rest string
		want        string
		fails       bool
	}{
		"GraphQL":         {`{"data":{"viewer":{"login":"a"}}}`, `403{}`, "a", false},
		"REST":            {`403{}`, `{"login":"b"}`, "b", false},
		"no login":        {`{"data":{"viewer":{}}}`, `{"login":"b"}`, "b", false},
		"neither":         {`403{}`, `403{}`, "github-actions[bot]", false},
		"not found":       {`404{}`, `404{}`, "github-actions[bot]", false},
		"empty":           {`{"data":{}}`, `{}`, "github-actions[bot]", false},
		"invalid token":   {`401{}`, `{"login":"b"}`, "", true},
		"invalid in REST": {`403{}`, `401{}`, "", true},
	} {
		answers := &scripted{responses: [][2]string{{"/graphql", c.graph}, {"/user", c.rest}}}
		s, err := answers.thread().open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.tokenLogin(t.Context())
		if got != c.want || (err != nil) != c.fails {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
		before := len(answers.requests)
		if again, err := s.tokenLogin(t.Context()); !c.fails && (again != got || err != nil || len(answers.requests) != before) {
			t.Errorf("%s: got %q again, %v, after %d requests", name, again, err, len(answers.requests)-before)
		}
	}
}

// TestMisusedThreads: nothing is sent to an invalid address, or without a valid token and repository.
func TestMisusedThreads(t *testing.T) {
	t.Parallel()
	const (
		form      = "the API address is not of the form https://host/path"
		character = "the token contains an invalid character, such as a space or a line break"
	)
	for name, c := range map[string]struct {
		change  func(*Thread)
		graphql string // the address that is used
		want    string
	}{
		"valid":               {func(*Thread) {}, "https://api.github.test/graphql", ""},
		"enterprise":          {func(t *Thread) { t.APIURL = "https://git.test/api/v3/" }, "https://git.test/api/graphql", ""},
		"loopback":            {func(t *Thread) { t.APIURL = "http://127.0.0.1:1" }, "http://127.0.0.1:1/graphql", ""},
		"own GraphQL address": {func(t *Thread) { t.GraphQLURL = "https://API.github.test:443/x/" }, "https://API.github.test:443/x", ""},
		"GraphQL elsewhere": {func(t *Thread) { t.GraphQLURL = "https://evil.test/graphql" }, "",
			"the GraphQL address is on another host than the API: evil.test and api.github.test"},
		"GraphQL address without a host": {func(t *Thread) { t.GraphQLURL = "graphql" }, "", "the GraphQL address is not of the form https://host/path"},
		"no address":                     {func(t *Thread) { t.APIURL = "" }, "", form},
		"password":                       {func(t *Thread) { t.APIURL = "https://a:b@api.test" }, "", form},
		"query":                          {func(t *Thread) { t.APIURL = "https://api.test?x=1" }, "", form},
		"fragment":                       {func(t *Thread) { t.APIURL = "https://api.test#x" }, "", form},
		"invalid address":                {func(t *Thread) { t.APIURL = "https://%zz" }, "", form},
		"http": {func(t *Thread) { t.APIURL = "http://api.test/x" }, "",
			"the API address http://api.test is not https, so the token is not sent to it"},
		"metadata": {func(t *Thread) { t.APIURL = "https://169.254.169.254" }, "",
			`the API address has a link-local address, where clouds have their metadata service: "169.254.169.254"`},
		"repository without owner": {func(t *Thread) { t.Repository = "infra" }, "", `"infra" is not a repository of the form owner/name`},
		"repository with dots":     {func(t *Thread) { t.Repository = "../.." }, "", `"../.." is not a repository of the form owner/name`},
		"repository with more":     {func(t *Thread) { t.Repository = "a/b/c" }, "", `"a/b/c" is not a repository of the form owner/name`},
		"no token":                 {func(t *Thread) { t.Token = secret.Value{} }, "", "the token is empty"},
		"token with a space":       {func(t *Thread) { t.Token = secret.New("a b") }, "", character},
		"token with DEL":           {func(t *Thread) { t.Token = secret.New("a\x7f") }, "", character},
		"token with borders":       {func(t *Thread) { t.Token = secret.New("!~") }, "https://api.github.test/graphql", ""},
	} {
		thread := (&scripted{}).thread()
		c.change(&thread)
		s, err := thread.open()
		if err != nil {
			if got := err.Error(); got != "comment: "+c.want || !is(err, Misused) {
				t.Errorf("%s: got %s, want %s", name, got, c.want)
			}
			continue
		}
		if c.want != "" || s.graphql != c.graphql {
			t.Errorf("%s: got the GraphQL address %s, want %s %s", name, s.graphql, c.graphql, c.want)
		}
	}
}

// TestRedirects: one redirect to the same host is followed, with the token; no other is.
func TestRedirects(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"/moved":                            "",
		"https://API.github.test:443/moved": "",
		"https://evil.test/moved":           "find: GitHub returned 302: a redirect to another host, evil.test, which is not followed",
		"":                                  "find: GitHub returned 302: a redirect without a location",
		"/again":                            "find: GitHub returned 302: Found",
	} {
		requests := 0
		transport := roundTrip(func(r *http.Request) (*http.Response, error) {
			requests++
			if r.Header.Get("Authorization") != "Bearer ghs_8c1e5c1bd0aa4e7f" || r.Header.Get("Accept") != "application/vnd.github+json" ||
				r.Header.Get("X-Github-Api-Version") != "2022-11-28" || r.Header.Get("Content-Type") != "" {
				t.Errorf("got the headers %v", r.Header)
			}
			res := &http.Response{StatusCode: 302, Header: http.Header{"Content-Type": {"application/json"}},
				Body: io.NopCloser(strings.NewReader(`{}`)), Request: r}
			if location != "" {
				res.Header.Set("Location", location)
			}
			if r.URL.Path == "/moved" {
				res.StatusCode = 200
			}
			return res, nil
		})
		thread := (&scripted{}).thread()
		thread.HTTP = &http.Client{Transport: transport}
		s, err := thread.open()
		if err != nil {
			t.Fatal(err)
		}
		var into struct{}
		_, err = s.do(t.Context(), call{op: "find", method: http.MethodGet, url: s.api + "/x"}, &into)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want || requests > 2 {
			t.Errorf("%q: got %q after %d requests, want %q", location, got, requests, want)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestOperationsInErrors: the error of a refused request says what the request was for.
func TestOperationsInErrors(t *testing.T) {
	t.Parallel()
	const refused, list = `403{"message":"no"}`, "GET https://api.github.test/repos/acme/infra/issues/7/comments?"
	const own = `{"id":1,"node_id":"IC_1","body":"<!-- m -->\n<!-- post ` + testNonce + ` run=4 -->\ntext","user":{"login":"bot"}}`
	usual := [][2]string{
		{"viewer", `{"data":{"viewer":{"login":"bot"}}}`},
		{list, "[" + own + "]"},
		{"GET https://api.github.test/repos/acme/infra/issues/comments/1", own},
		{"PATCH https://api.github.test/repos/acme/infra/issues/comments/1", own},
		{"userContentEdits", `{"data":{"node":{"body":"<!-- m -->\n<!-- post ` + testNonce + ` run=5 -->\nx"}}}`},
	}
	for name, c := range map[string]struct {
		responses [][2]string // instead of the usual ones
		want      string
	}{
		"nothing refused":        {nil, ""},
		"the list":               {[][2]string{{list, refused}}, "list the comments of acme/infra#7: GitHub returned 403: no"},
		"the list, with choices": {[][2]string{{list, `300{"message":"no"}`}}, "list the comments of acme/infra#7: GitHub returned 300: no"},
		"the login":              {[][2]string{{"viewer", `401{"message":"no"}`}}, "look up the user of the GitHub token: GitHub returned 401: no"},
		"both ways for the login": {
			[][2]string{{"viewer", refused}, {"/user", `401{"message":"no"}`}}, "look up the user of the GitHub token: GitHub returned 401: no",
		},
		"the comment": {
			[][2]string{{"GET https://api.github.test/repos/acme/infra/issues/comments/1", refused}},
			"read the comment on acme/infra#7: GitHub returned 403: no",
		},
		"the update": {[][2]string{{"PATCH ", refused}}, "update the comment on acme/infra#7: GitHub returned 403: no"},
		"an update without a comment": {
			[][2]string{{"PATCH ", "[]"}}, "update the comment on acme/infra#7: the response is not a comment",
		},
		"the creation": {[][2]string{{list, "[]"}, {"POST https://api.github.test/repos/", refused}}, "comment on acme/infra#7: GitHub returned 403: no"},
	} {
		synctest.Test(t, func(t *testing.T) {
			answers := &scripted{responses: append(c.responses, usual...)}
			url, err := answers.thread().Publish(t.Context(), Update, Post{Marker: "<!-- m -->", Body: "x", Order: NewOrder("5", "")})
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != c.want || url != "" {
				t.Errorf("%s: got %q, %q after %q, want %q", name, url, got, answers.requests, c.want)
			}
		})
	}
}

// TestOlderComments: which comments a written one replaces depends on the mode, and on whether the run is known.
func TestOlderComments(t *testing.T) {
	t.Parallel()
	comment := func(id int64, run string, closed bool) remote {
		return remote{ID: id, state: state{order: NewOrder(run, "1"), closed: closed}}
	}
	matching := []remote{
		comment(1, "4", false), comment(2, "4", true), comment(3, "6", false), comment(4, "5", false), comment(5, "5", false),
		comment(6, "5", false), comment(7, "5", true), comment(8, "", false),
	}
	for _, c := range []struct {
		mode Mode
		run  string
		want string
	}{
		{Update, "5", "[1 4 8]"},
		{ChangesOnly, "5", "[1 4 8]"},
		{HideAndNew, "5", "[1 2 4 8]"},
		{New, "5", "[]"},
		{Update, "", "[1 3 4 6 8]"},
		{HideAndNew, "", "[1 2 3 4 6 7 8]"},
		{New, "", "[]"},
	} {
		d := &draft{mode: c.mode, state: state{order: NewOrder(c.run, "1")}}
		ids := []int64{}
		for _, r := range d.older(matching, matching[4]) {
			ids = append(ids, r.ID)
		}
		if got := fmt.Sprint(ids); got != c.want {
			t.Errorf("%s by run %q: got %s, want %s", c.mode, c.run, got, c.want)
		}
	}
	for _, c := range []struct {
		run  string
		want int64 // the newest comment that is open
	}{{"4", 1}, {"5", 6}, {"6", 3}, {"7", 0}} {
		wanted := func(r remote) bool { return r.state.order == NewOrder(c.run, "1") && r.open() }
		if got := newest(matching, wanted); got.ID != c.want {
			t.Errorf("newest of run %s: got %d, want %d", c.run, got.ID, c.want)
		}
	}
}

// TestHistory: the current text of a comment and its earlier ones by the same author come from its history, or else the
// current text from the comment itself.
func TestHistory(t *testing.T) {
	t.Parallel()
	body := func(run string) string {
		return `"<!-- m -->\n<!-- post ` + testNonce + ` run=` + run + ` -->\ntext of ` + run + `"`
	}
	edit := func(run, kind, login string) string {
		return `{"diff":` + body(run) + `,"editor":{"__typename":"` + kind + `","login":"` + login + `"}}`
	}
	node := func(more string) string { return `{"data":{"node":{"body":` + body("5") + more + `}}}` }
	const refused = `403{"message":"no"}`
	for name, c := range map[string]struct{ history, comment, want string }{
		"no edits":         {node(``), refused, "5"},
		"minimized":        {node(`,"isMinimized":true,"minimizedReason":"OUTDATED"`), refused, "5 minimized"},
		"off topic":        {node(`,"isMinimized":true,"minimizedReason":"off-topic"`), refused, "5"},
		"not minimized":    {node(`,"isMinimized":false,"minimizedReason":"outdated"`), refused, "5"},
		"edits":            {node(`,"userContentEdits":{"nodes":[` + edit("7", "Bot", "bot") + `,` + edit("6", "Bot", "bot") + `]}`), refused, "5 before 7 6"},
		"edits of others":  {node(`,"userContentEdits":{"nodes":[` + edit("7", "User", "bot") + `,` + edit("6", "Bot", "other") + `]}`), refused, "5"},
		"an unknown run":   {node(`,"userContentEdits":{"nodes":[` + edit("x", "Bot", "bot") + `]}`), refused, "5"},
		"no such comment":  {`{"data":{"node":null}}`, `{"id":1,"body":` + body("9") + `}`, "9"},
		"no text":          {`{"data":{"node":{}}}`, `{"id":1,"body":` + body("9") + `}`, "9"},
		"an error as well": {`{"data":{"node":{"body":` + body("5") + `}},"errors":[{"message":"no"}]}`, `{"id":1,"body":` + body("9") + `}`, "9"},
		"refused":          {refused, `{"id":1,"body":` + body("9") + `}`, "9"},
		"both refused":     {refused, refused, " read the comment on acme/infra#7: GitHub returned 403: no"},
		"another marker":   {`{"data":{"node":{"body":"<!-- other -->"}}}`, refused, ""},
	} {
		answers := &scripted{responses: [][2]string{{"userContentEdits(first: 5)", c.history}, {"/issues/comments/1", c.comment}}}
		s, err := answers.thread().open()
		if err != nil {
			t.Fatal(err)
		}
		target := remote{ID: 1, NodeID: "IC_1", marker: "<!-- m -->", User: author{Login: "bot[bot]", Type: "Bot"}}
		now, before, err := s.history(t.Context(), write{target: target})
		got := now.order.run
		if now.minimized {
			got += " minimized"
		}
		for i, v := range before {
			got += map[bool]string{true: " before"}[i == 0] + " " + v.order.run
		}
		if err != nil {
			got += " " + err.Error()
		}
		if got != c.want || now.order.known() && !strings.Contains(now.text, "text of "+now.order.run) {
			t.Errorf("%s: got %q, text %q, want %q", name, got, now.text, c.want)
		}
		if answers.count(`"id":"IC_1"`) != 1 {
			t.Errorf("%s: got the requests %q", name, answers.requests)
		}
	}
}

// TestFullPages: a list continues after a page of 100 comments, also if the header that says so is missing.
func TestFullPages(t *testing.T) {
	t.Parallel()
	for count, pages := range map[int]int{0: 1, 99: 1, 100: 2} {
		list := "[" + strings.TrimSuffix(strings.Repeat(`{"id":1,"body":"x"},`, count), ",") + "]"
		answers := &scripted{responses: [][2]string{{"&page=2", `[]`}, {"&page=1", list}}}
		s, err := answers.thread().open()
		if err != nil {
			t.Fatal(err)
		}
		found, err := s.ours(t.Context(), func(remote) bool { return false })
		if err != nil || len(found) != 0 || len(answers.requests) != pages {
			t.Errorf("%d comments: got %v after %d requests, want %d", count, err, len(answers.requests), pages)
		}
	}
}

// TestRewrittenAtEveryAttempt: a comment that changes again and again is given up after five attempts.
func TestRewrittenAtEveryAttempt(t *testing.T) {
	t.Parallel()
	comment := func(run string) string {
		return `{"id":1,"node_id":"IC_1","body":"<!-- m -->\n<!-- post ` + testNonce + ` run=` + run + ` -->\ntext","user":{"login":"bot"}}`
	}
	synctest.Test(t, func(t *testing.T) {
		answers := &scripted{responses: [][2]string{
			{"viewer", `{"data":{"viewer":{"login":"bot"}}}`}, {"/comments?", "[" + comment("4") + "]"}, {"/issues/comments/1", comment("3")},
		}}
		_, err := answers.thread().Publish(t.Context(), Update, Post{Marker: "<!-- m -->", Body: "x", Order: NewOrder("5", "")})
		const want = "comment: the comment was rewritten by other runs at every attempt"
		if err == nil || err.Error() != want || !is(err, Rejected) || answers.count("/comments?") != 5 || answers.count("PATCH") != 0 {
			t.Errorf("got %v after the requests %q, want %s", err, answers.requests, want)
		}
	})
}

// TestKinds: each kind of an error has a name of its own.
func TestKinds(t *testing.T) {
	t.Parallel()
	seen := map[Kind]bool{"": true}
	for _, k := range []Kind{Misused, Unauthorized, Forbidden, Locked, Gone, TooLong, Rejected, RateLimited, Unreachable, Superseded} {
		if seen[k] {
			t.Errorf("%q is not distinct", k)
		}
		seen[k] = true
	}
}
