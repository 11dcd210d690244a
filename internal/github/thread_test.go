package github_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/secret"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// TestEnterprise uses API URLs with a path, as on GitHub Enterprise Server (docs/faults.md, G17).
func TestEnterprise(t *testing.T) {
	t.Parallel()
	for _, given := range []bool{true, false} {
		s, thread := play(t, githubtest.Options{Enterprise: true})
		if !given {
			thread.GraphQLURL = ""
		}
		thread.APIURL += "/"
		for range 150 {
			s.Say(7, "reviewer", "remark")
		}
		publish(t, thread, github.Update, say("a"))
		publish(t, thread, github.HideAndNew, say("b"))
		wantComments(t, s, "a (OUTDATED), b")
	}
}

// TestOverLoopback uses the server on a loopback port, as the scripts do.
func TestOverLoopback(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	stop, err := s.Start()
	if err != nil {
		t.Fatal(err)
	}
	thread.HTTP, thread.APIURL, thread.GraphQLURL = &http.Client{Transport: &http.Transport{}}, s.APIURL(), s.GraphQLURL()
	s.Fail(githubtest.Fault{Operation: githubtest.CreateComment, Phase: githubtest.After, Reset: true})
	url := publish(t, thread, github.Update, say("a"))
	publish(t, thread, github.Update, say("b"))
	wantComments(t, s, "b")
	if !strings.HasPrefix(url, "http://127.0.0.1:") {
		t.Errorf("address: got %q", url)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// TestRenamedRepository checks that one redirect of a renamed repository is followed.
func TestRenamedRepository(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{OldName: "acme/old"})
	thread.Repository = "acme/old"
	for range 120 {
		s.Say(7, "reviewer", "remark")
	}
	publish(t, thread, github.Update, say("a"))
	publish(t, thread, github.Update, say("b"))
	wantComments(t, s, "b")

	s.Fail(githubtest.Fault{
		Operation: githubtest.ListComments, Skip: 1, Status: 301,
		Header: http.Header{"Location": {s.APIURL() + "/repositories/1/issues/7/comments"}},
	})
	_, err := thread.Publish(context.Background(), github.Update, say("c"))
	wantKind(t, err, github.Rejected)
}

// TestShortPages checks that the comment on a later page is found if a page is not full, because GitHub leaves out comments
// of hidden accounts, and a proxy has changed its Link header.
func TestShortPages(t *testing.T) {
	t.Parallel()
	for _, link := range []string{
		`<https://ghes.internal/api/v3/repositories/1/issues/7/comments?per_page=100&page=2>; rel="next"`,
		`</repositories/1/issues/7/comments?per_page=100&page=2>; rel="next"`,
		`<https://api.github.test/repositories/1/issues/7/comments?per_page=100&page=2>; rel=next, <https://api.github.test/>; rel=last`,
	} {
		s, thread := play(t, githubtest.Options{})
		for range 100 {
			s.Say(7, "reviewer", "remark")
		}
		publish(t, thread, github.Update, say("a"))
		s.Fail(githubtest.Fault{Operation: githubtest.ListComments, Status: 200, Header: http.Header{"Link": {link}},
			Body: "[" + strings.Repeat(`{"id":1,"body":"remark"},`, 96) + `{"id":1,"body":"remark"}]`})
		publish(t, thread, github.Update, say("b"))
		wantComments(t, s, "b")
	}
}

// TestLinkToAnotherHost checks that the token is not sent to the host in a Link header.
func TestLinkToAnotherHost(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	s.Fail(githubtest.Fault{Operation: githubtest.ListComments, Status: 200, Body: "[]",
		Header: http.Header{"Link": {`<https://evil.test/?page=2>; rel="next"`}}})
	publish(t, thread, github.Update, say("a"))
	if got := s.Count(githubtest.ListComments); got != 1 {
		t.Errorf("lists: got %d, want 1", got)
	}
}

// TestEndlessList checks that a cycle of Link headers ends.
func TestEndlessList(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	link := `<` + s.APIURL() + `/repos/acme/infra/issues/7/comments>; rel="next"`
	s.Fail(githubtest.Fault{Operation: githubtest.ListComments, Times: -1, Status: 200, Body: "[]", Header: http.Header{"Link": {link}}})
	_, err := thread.Publish(context.Background(), github.Update, say("a"))
	wantKind(t, err, github.Rejected)
	if want := "list the comments of acme/infra#7: the list does not end"; err.Error() != want || s.Count(githubtest.ListComments) != 2 {
		t.Errorf("got %v after %d pages, want %s", err, s.Count(githubtest.ListComments), want)
	}
}

// TestTokenLogin checks which comments belong to the token, for each kind of token.
func TestTokenLogin(t *testing.T) {
	t.Parallel()
	type faults = []githubtest.Fault
	noGraphQL := githubtest.Fault{Operation: githubtest.Viewer, Status: 403, Body: `{"message":"Forbidden"}`}
	viewer := func(login string) githubtest.Fault {
		return githubtest.Fault{Operation: githubtest.Viewer, Status: 200, Body: `{"data":{"viewer":{"login":"` + login + `"}}}`}
	}
	for name, test := range map[string]struct {
		login  string
		faults faults
		want   string
	}{
		"workflow":                 {"github-actions[bot]", nil, "b"},
		"app":                      {"acme-infra[bot]", nil, "b"},
		"person":                   {"octocat", nil, "b"},
		"person in other letters":  {"octocat", faults{viewer("OctoCat")}, "b"},
		"app without the suffix":   {"acme-infra[bot]", faults{viewer("acme-infra")}, "b"},
		"person without GraphQL":   {"octocat", faults{noGraphQL}, "b"},
		"workflow without GraphQL": {"github-actions[bot]", faults{noGraphQL}, "b"},
		"GraphQL without a viewer": {"octocat", faults{{Operation: githubtest.Viewer, Status: 200, Body: `{"data":{"viewer":null}}`}}, "b"},
		"GraphQL of another form":  {"octocat", faults{{Operation: githubtest.Viewer, Status: 200, Body: `{"data":[]}`}}, "b"},
		"passing trouble of GraphQL": {
			"acme-infra[bot]",
			faults{{Operation: githubtest.Viewer, Status: 200, Body: `{"errors":[{"message":"Something went wrong while executing your query"}]}`}},
			"b",
		},
		"app without GraphQL is a second": {"acme-infra[bot]", faults{noGraphQL}, "a, b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, thread := play(t, githubtest.Options{Login: test.login})
				publish(t, thread, github.Update, say("a"))
				s.Say(7, "mallory", s.Written(7)[0].Body)
				s.Say(7, "mallory[bot]", s.Written(7)[0].Body)
				for _, f := range test.faults {
					s.Fail(f)
				}
				publish(t, thread, github.Update, say("b"))
				wantComments(t, s, test.want)
			})
		})
	}
}

// TestBrokenGraphQL checks that failures of GraphQL leave enough time for the comment.
func TestBrokenGraphQL(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, thread := play(t, githubtest.Options{})
		publish(t, thread, github.Update, say("a"))
		s.Fail(githubtest.Fault{Operation: githubtest.Viewer, Times: -1, Status: 200, Body: "<html>"})
		publish(t, thread, github.Update, say("b"))
		wantComments(t, s, "b")
		if got := s.Count(githubtest.Viewer); got != 3 {
			t.Errorf("tries: got %d, want 3", got)
		}
	})
}

// TestSimilarLogins checks that an app and a user with similar logins are different authors.
func TestSimilarLogins(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{Login: "acme-infra[bot]"})
	publish(t, thread, github.Update, say("a"))
	s.Say(7, "acme-infra", s.Written(7)[0].Body)
	publish(t, thread, github.Update, say("b"))
	wantComments(t, s, "b")
}

func TestTokenLoginRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, thread := play(t, githubtest.Options{Login: "octocat"})
		publish(t, thread, github.Update, say("a"))
		s.Fail(githubtest.Fault{Operation: githubtest.Viewer, Status: 401, Body: `{"message":"Bad credentials"}`})
		_, err := thread.Publish(context.Background(), github.Update, say("b"))
		wantKind(t, err, github.Unauthorized)

		// With a wrong login, the action would create a second comment.
		s.Fail(githubtest.Fault{Operation: githubtest.Viewer, Status: 403})
		s.Fail(githubtest.Fault{Operation: githubtest.GetUser, Times: -1, Status: 500})
		_, err = thread.Publish(context.Background(), github.Update, say("b"))
		wantKind(t, err, github.Unreachable)
		wantComments(t, s, "a")
	})
}

// TestTooLong checks that the shorter text replaces one that is too long, once (docs/faults.md, G07,
// G11).
func TestTooLong(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("😀", 62_000) // github.MaxBody
	refused := githubtest.Fault{Status: 422, Body: `{"message":"Validation Failed","errors":[{"message":"Body is too long (maximum is 65536 characters)"}]}`}
	at := func(op githubtest.Operation, times int) githubtest.Fault {
		f := refused
		f.Operation, f.Times = op, times
		return f
	}
	page := func(op githubtest.Operation, status int) *githubtest.Fault {
		return &githubtest.Fault{Operation: op, Status: status, Body: "<html>"}
	}
	blocked := githubtest.Fault{Operation: githubtest.CreateComment, Status: 422,
		Body: `{"message":"Validation Failed","errors":[{"message":"body is blocked"}]}`}
	for name, test := range map[string]struct {
		post   github.Post
		fault  *githubtest.Fault
		old    bool // a comment already exists
		want   string
		kind   github.Kind
		writes int
	}{
		"the longest fits":         {github.Post{Body: long}, nil, false, long, "", 1},
		"longer, but no shorter":   {github.Post{Body: long + "x"}, nil, false, "", github.TooLong, 0},
		"longer, and shorter":      {github.Post{Body: long + "x", Shorter: "short"}, nil, false, "short", "", 1},
		"both too long":            {github.Post{Body: long + "x", Shorter: long + "x"}, nil, false, "", github.TooLong, 0},
		"empty":                    {github.Post{Body: " \n"}, nil, false, "", github.TooLong, 0},
		"refused, and shorter":     {github.Post{Body: "long", Shorter: "short"}, new(at(githubtest.CreateComment, 1)), false, "short", "", 2},
		"blocked, and shorter":     {github.Post{Body: "long", Shorter: "short"}, &blocked, false, "short", "", 2},
		"refused, but no shorter":  {github.Post{Body: "long"}, new(at(githubtest.CreateComment, 1)), false, "", github.TooLong, 1},
		"refused twice":            {github.Post{Body: "long", Shorter: "short"}, new(at(githubtest.CreateComment, 2)), false, "", github.TooLong, 2},
		"edit refused, shorter":    {github.Post{Body: "long", Shorter: "short"}, new(at(githubtest.EditComment, 1)), true, "short", "", 2},
		"edit refused, as it was":  {github.Post{Body: "long", Shorter: "old"}, new(at(githubtest.EditComment, 1)), true, "old", "", 1},
		"edit refused, no shorter": {github.Post{Body: "long"}, new(at(githubtest.EditComment, 1)), true, "old", github.TooLong, 1},
		"refused by a proxy":       {github.Post{Body: "long", Shorter: "short"}, page(githubtest.CreateComment, 413), false, "short", "", 2},
		"edit refused by a proxy":  {github.Post{Body: "long", Shorter: "short"}, page(githubtest.EditComment, 413), true, "short", "", 2},
		"edit refused by a WAF":    {github.Post{Body: "long", Shorter: "short"}, page(githubtest.EditComment, 422), true, "short", "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, thread := play(t, githubtest.Options{})
			count := func() int { return s.Count(githubtest.CreateComment) + s.Count(githubtest.EditComment) }
			before := 0
			if test.old {
				publish(t, thread, github.Update, say("old"))
				before = count()
			}
			if test.fault != nil {
				s.Fail(*test.fault)
			}
			test.post.Marker = network
			_, err := thread.Publish(context.Background(), github.Update, test.post)
			wantKind(t, err, test.kind)
			wantComments(t, s, test.want)
			if got := count() - before; got != test.writes {
				t.Errorf("writes: got %d, want %d", got, test.writes)
			}
		})
	}
}

// TestMisuse checks that no request is sent to a URL that must not receive the token (docs/faults.md,
// G19, G20).
func TestMisuse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*github.Thread, *github.Post)
		want   string
	}{
		"http": {
			func(h *github.Thread, _ *github.Post) { h.APIURL = "http://api.github.test" },
			"comment: the API address http://api.github.test is not https, so the token is not sent to it",
		},
		"http for GraphQL": {
			func(h *github.Thread, _ *github.Post) { h.GraphQLURL = "http://api.github.test/graphql" },
			"comment: the GraphQL address http://api.github.test is not https, so the token is not sent to it",
		},
		"almost loopback": {
			func(h *github.Thread, _ *github.Post) { h.APIURL = "http://127.0.0.1.evil.test" },
			"comment: the API address http://127.0.0.1.evil.test is not https, so the token is not sent to it",
		},
		"another host": {
			func(h *github.Thread, _ *github.Post) { h.GraphQLURL = "https://evil.test/graphql" },
			"comment: the GraphQL address is on another host than the API: evil.test and api.github.test",
		},
		"password": {
			func(h *github.Thread, _ *github.Post) { h.APIURL = "https://me:hunter2@api.github.test" },
			"comment: the API address is not of the form https://host/path",
		},
		"query": {
			func(h *github.Thread, _ *github.Post) { h.APIURL = "https://api.github.test?token=hunter2" },
			"comment: the API address is not of the form https://host/path",
		},
		"no address": {func(h *github.Thread, _ *github.Post) { h.APIURL = "" }, "comment: the API address is not of the form https://host/path"},
		"no token":   {func(h *github.Thread, _ *github.Post) { h.Token = secret.Value{} }, "comment: the token is empty"},
		"token with a line end": {
			func(h *github.Thread, _ *github.Post) { h.Token = secret.New("ghs_hunter2\n") },
			"comment: the token contains an invalid character, such as a space or a line break",
		},
		"no repository": {func(h *github.Thread, _ *github.Post) { h.Repository = "acme" }, `comment: "acme" is not a repository of the form owner/name`},
		"a path in the name": {
			func(h *github.Thread, _ *github.Post) { h.Repository = "acme/.." },
			`comment: "acme/.." is not a repository of the form owner/name`,
		},
		"no number":             {func(h *github.Thread, _ *github.Post) { h.Number = 0 }, "comment: pull request number 0 is invalid"},
		"no marker":             {func(_ *github.Thread, p *github.Post) { p.Marker = "" }, "comment: the marker is not a short hidden line"},
		"a marker that shows":   {func(_ *github.Thread, p *github.Post) { p.Marker = "<!-- a --> b -->" }, "comment: the marker is not a short hidden line"},
		"a marker of two lines": {func(_ *github.Thread, p *github.Post) { p.Marker = "<!-- a\nb -->" }, "comment: the marker is not a short hidden line"},
		"a marker without bound": {
			func(_ *github.Thread, p *github.Post) { p.Marker = "<!-- x " + strings.Repeat("y", 900) + " -->" },
			"comment: the marker is not a short hidden line",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, thread := play(t, githubtest.Options{})
			post := say("a")
			test.change(&thread, &post)
			_, err := thread.Publish(context.Background(), github.Update, post)
			wantKind(t, err, github.Misused)
			if err != nil && err.Error() != test.want {
				t.Errorf("error:\ngot  %s\nwant %s", err, test.want)
			}
			if got := len(s.Requests()); got != 0 {
				t.Errorf("requests: got %d, want 0", got)
			}
		})
	}
	_, thread := play(t, githubtest.Options{})
	_, err := thread.Publish(context.Background(), "sometimes", say("a"))
	wantKind(t, err, github.Misused)
}
