package github_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/secret"
)

const second = time.Second

// TestLostCreation checks that one comment is shown at the end if the response to its creation is lost
// (docs/faults.md, G10).
func TestLostCreation(t *testing.T) {
	t.Parallel()
	type faults = []githubtest.Fault
	broken := func(phase githubtest.Phase, f githubtest.Fault) githubtest.Fault {
		f.Operation, f.Phase = githubtest.CreateComment, phase
		return f
	}
	reset := githubtest.Fault{Reset: true}
	for name, test := range map[string]struct {
		faults faults
		want   string
		posts  int
	}{
		"reset before":                {faults{broken(githubtest.Before, reset)}, "a", 2},
		"reset after":                 {faults{broken(githubtest.After, reset)}, "a", 1},
		"500 before":                  {faults{broken(githubtest.Before, githubtest.Fault{Status: 500})}, "a", 2},
		"502 after, in HTML":          {faults{broken(githubtest.After, githubtest.Fault{Status: 502, Body: "<html>"})}, "a", 1},
		"408 after":                   {faults{broken(githubtest.After, githubtest.Fault{Status: 408})}, "a", 1},
		"timeout before the creation": {faults{broken(githubtest.Before, githubtest.Fault{Delay: time.Hour})}, "a", 2},
		"timeout after the creation":  {faults{broken(githubtest.After, githubtest.Fault{Delay: time.Hour})}, "a", 1},
		"truncated response":          {faults{broken(githubtest.After, githubtest.Fault{Status: 201, Body: `{"id":1,"html_url":"htt`})}, "a", 1},
		"proxy's page":                {faults{broken(githubtest.After, githubtest.Fault{Status: 200, Body: "<html>"})}, "a", 1},
		"created late":                {faults{broken(githubtest.After, githubtest.Fault{Status: 504, Late: 5 * second})}, "a", 1},
		"carried out after a try": {
			faults{
				broken(githubtest.After, githubtest.Fault{Status: 504, Late: 7100 * time.Millisecond}),
				broken(githubtest.Before, githubtest.Fault{Delay: 10 * second}),
			},
			"a (OUTDATED), a", 2,
		},
		"lost twice":           {faults{broken(githubtest.Before, reset), broken(githubtest.After, reset)}, "a", 2},
		"the look is lost too": {faults{broken(githubtest.After, reset), {Operation: githubtest.ListComments, Skip: 1, Times: 3, Status: 503}}, "a", 1},
		"limited, then lost":   {faults{githubtest.SecondaryLimit(githubtest.CreateComment, 5*second), broken(githubtest.After, reset)}, "a", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, thread := play(t, githubtest.Options{})
				for _, f := range test.faults {
					s.Fail(f)
				}
				url := publish(t, thread, github.Update, say("a"))
				wantComments(t, s, test.want)
				if got := s.Count(githubtest.CreateComment); got != test.posts {
					t.Errorf("creations: got %d, want %d", got, test.posts)
				}
				if !strings.HasPrefix(url, "https://github.test/acme/infra/pull/7#issuecomment-") {
					t.Errorf("address: got %q", url)
				}
			})
		})
	}
}

// TestLostCreationAmongOlder checks that an older comment with the same marker is not mistaken for the
// lost one.
func TestLostCreationAmongOlder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, thread := play(t, githubtest.Options{})
		publish(t, thread, github.New, say("a"))
		s.Fail(githubtest.Fault{Operation: githubtest.CreateComment, Reset: true})
		publish(t, thread, github.New, say("b"))
		wantComments(t, s, "a, b")
	})
}

func TestCreationNeverAppears(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, thread := play(t, githubtest.Options{})
		s.Fail(githubtest.Fault{Operation: githubtest.CreateComment, Times: -1, Status: 500})
		_, err := thread.Publish(context.Background(), github.Update, say("a"))
		wantKind(t, err, github.Unreachable)
		if got := s.Count(githubtest.CreateComment); got != 3 {
			t.Errorf("creations: got %d, want 3", got)
		}
	})
}

// TestRefusals checks that a permanent refusal is not retried (docs/faults.md, G08, G12).
func TestRefusals(t *testing.T) {
	t.Parallel()
	refused := func(op githubtest.Operation, status int, body string) githubtest.Fault {
		return githubtest.Fault{Operation: op, Status: status, Body: body}
	}
	const page = "<html>\u001b[31m" + "sign in"
	for name, test := range map[string]struct {
		fault githubtest.Fault
		want  string
		kind  github.Kind
	}{
		"bad token": {
			refused(githubtest.ListComments, 401, `{"message":"Bad credentials"}`),
			"list the comments of acme/infra#7: GitHub returned 401: Bad credentials", github.Unauthorized,
		},
		"no permission to list": {
			refused(githubtest.ListComments, 403, `{"message":"Resource not accessible by integration"}`),
			"list the comments of acme/infra#7: GitHub returned 403: Resource not accessible by integration",
			github.Forbidden,
		},
		"may not write": {
			refused(githubtest.CreateComment, 403, `{"message":"Resource not accessible by personal access token"}`),
			"comment on acme/infra#7: GitHub returned 403: Resource not accessible by personal access token",
			github.Forbidden,
		},
		"no such thing": {
			refused(githubtest.ListComments, 404, `{"message":"Not Found"}`),
			"list the comments of acme/infra#7: GitHub returned 404: Not Found", github.Gone,
		},
		"may not write, with the last request of a rate limit": {
			githubtest.Fault{Operation: githubtest.CreateComment, Status: 403, Header: http.Header{
				"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"1"}}, Body: `{"message":"Resource not accessible by integration"}`},
			"comment on acme/infra#7: GitHub returned 403: Resource not accessible by integration",
			github.Forbidden,
		},
		"locked, with the last request of a rate limit": {
			githubtest.Fault{Operation: githubtest.CreateComment, Status: 403, Header: http.Header{"X-Ratelimit-Remaining": {"0"}},
				Body: `{"message":"Unable to create comment because issue is locked."}`},
			"comment on acme/infra#7: GitHub returned 403: Unable to create comment because issue is locked", github.Locked,
		},
		"gone": {
			refused(githubtest.CreateComment, 410, `{"message":"Issues are disabled for this repo"}`),
			"comment on acme/infra#7: GitHub returned 410: Issues are disabled for this repo", github.Gone,
		},
		"invalid": {
			refused(githubtest.CreateComment, 422, `{"message":"Validation Failed","errors":["spam","\n::error::\u001b[2Jx\u202e"]}`),
			"comment on acme/infra#7: GitHub returned 422: Validation Failed: spam: ::error::x", github.Rejected,
		},
		"a page of a proxy": {
			refused(githubtest.ListComments, 407, page),
			"list the comments of acme/infra#7: received status 407 (Proxy Authentication Required) without a message of GitHub's API, " +
				"as from a proxy or a firewall", github.Rejected,
		},
		"many words": {
			refused(githubtest.ListComments, 400, `{"message":"`+strings.Repeat("ä", 9999)+`"}`),
			"list the comments of acme/infra#7: GitHub returned 400: " + strings.Repeat("ä", 299) + "…",
			github.Rejected,
		},
		"redirect elsewhere": {
			githubtest.Fault{Operation: githubtest.ListComments, Status: 302, Header: http.Header{"Location": {"https://evil.test/x"}}},
			"list the comments of acme/infra#7: GitHub returned 302: a redirect to another host, evil.test, which is not followed",
			github.Rejected,
		},
		"redirect to http": {
			githubtest.Fault{Operation: githubtest.ListComments, Status: 307, Header: http.Header{"Location": {"http://api.github.test/x"}}},
			"list the comments of acme/infra#7: GitHub returned 307: a redirect to another host, api.github.test, which is not followed",
			github.Rejected,
		},
		"redirect to a port": {
			githubtest.Fault{Operation: githubtest.ListComments, Status: 308, Header: http.Header{"Location": {"https://api.github.test:8443/x"}}},
			"list the comments of acme/infra#7: GitHub returned 308: a redirect to another host, api.github.test:8443, which is not followed",
			github.Rejected,
		},
		"redirect nowhere": {
			refused(githubtest.ListComments, 301, ``),
			"list the comments of acme/infra#7: GitHub returned 301: a redirect without a location", github.Rejected,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, thread := play(t, githubtest.Options{})
			s.Fail(test.fault)
			_, err := thread.Publish(context.Background(), github.Update, say("a"))
			wantKind(t, err, test.kind)
			if err != nil && err.Error() != test.want {
				t.Errorf("error:\ngot  %s\nwant %s", err, test.want)
			}
			if got := s.Count(test.fault.Operation); got != 1 {
				t.Errorf("requests: got %d, want 1", got)
			}
			wantComments(t, s, "")
		})
	}
}

// TestLaterRefusals checks the errors of requests that follow the creation of a comment.
func TestLaterRefusals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		refused  githubtest.Operation
		mode     github.Mode
		minimize bool // minimizes the first comment
		want     string
		comments string
	}{
		"the comment must not be updated": {
			refused: githubtest.EditComment, mode: github.Update,
			want:     "update the comment on acme/infra#7: GitHub returned 403: no",
			comments: "a",
		},
		"the older comment must not be minimized": {
			refused: githubtest.Minimize, mode: github.HideAndNew,
			want:     "minimize the older comments on acme/infra#7: GitHub returned 403: no",
			comments: "a, b",
		},
		"the comment must not be shown again": {
			refused: githubtest.Unminimize, mode: github.Update, minimize: true,
			want:     "unminimize the comment on acme/infra#7: GitHub returned 403: no",
			comments: "b (OUTDATED)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, thread := play(t, githubtest.Options{})
			publish(t, thread, github.Update, of("10", "a"))
			if test.minimize {
				s.Minimize(s.Written(7)[0].ID, "OUTDATED")
			}
			s.Fail(githubtest.Fault{Operation: test.refused, Status: 403, Body: `{"message":"no"}`})
			_, err := thread.Publish(context.Background(), test.mode, of("11", "b"))
			wantKind(t, err, github.Forbidden)
			if err != nil && err.Error() != test.want {
				t.Errorf("error:\ngot  %s\nwant %s", err, test.want)
			}
			wantComments(t, s, test.comments)
		})
	}
}

func TestReadOnlyAndLocked(t *testing.T) {
	t.Parallel()
	_, thread := play(t, githubtest.Options{ReadOnly: true})
	_, err := thread.Publish(context.Background(), github.Update, say("a"))
	wantKind(t, err, github.Forbidden)

	s, thread := play(t, githubtest.Options{})
	s.Lock(7)
	_, err = thread.Publish(context.Background(), github.Update, say("a"))
	wantKind(t, err, github.Locked)
}

// TestMinimizeRefused checks that Publish returns the URL of its comment even if older ones could not
// be minimized.
func TestMinimizeRefused(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	publish(t, thread, github.New, say("a"))
	s.Fail(githubtest.Fault{
		Operation: githubtest.Minimize, Status: 200,
		Body: `{"data":{"minimizeComment":null},"errors":[{"type":"FORBIDDEN","message":"Resource not accessible by integration"}]}`,
	})
	url, err := thread.Publish(context.Background(), github.HideAndNew, say("b"))
	wantKind(t, err, github.Forbidden)
	if url == "" {
		t.Error("the new comment has no address")
	}
	wantComments(t, s, "a, b")
}

// TestMinimizeDeleted covers a comment that is deleted after it was listed.
func TestMinimizeDeleted(t *testing.T) {
	t.Parallel()
	s, thread := play(t, githubtest.Options{})
	publish(t, thread, github.New, say("a"))
	publish(t, thread, github.New, say("b"))
	id := s.Written(7)[1].ID
	s.Fail(githubtest.Fault{
		Operation: githubtest.IsMinimized, Status: 200,
		Body: `{"data":{"nodes":[null,{"id":"IC_kwDO` + itoa(id) + `","isMinimized":false}]},"errors":[{"type":"NOT_FOUND","message":"gone"}]}`,
	})
	publish(t, thread, github.HideAndNew, say("c"))
	wantComments(t, s, "a, b (OUTDATED), c")
	if got := s.Count(githubtest.Minimize); got != 1 {
		t.Errorf("folded: got %d, want 1", got)
	}
}

// TestNoResponse checks that Publish stops after two minutes without a response.
func TestNoResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, thread := play(t, githubtest.Options{})
		s.Fail(githubtest.Fault{Operation: githubtest.ListComments, Times: -1, Delay: time.Hour})
		start := time.Now()
		_, err := thread.Publish(context.Background(), github.Update, say("a"))
		wantKind(t, err, github.Unreachable)
		if took := time.Since(start); took < time.Minute || took > 2*time.Minute {
			t.Errorf("tried for %v, want one to two minutes", took)
		}
	})
}

// flaky returns an error until a given time, and then forwards to the server.
type flaky struct {
	until time.Time
	err   error
	tries *int
	next  http.RoundTripper
}

func (f flaky) RoundTrip(r *http.Request) (*http.Response, error) {
	*f.tries++
	if time.Now().Before(f.until) {
		return nil, f.err
	}
	return f.next.RoundTrip(r)
}

func TestOutage(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for name, test := range map[string]struct {
		err   error
		lasts time.Duration
		kind  github.Kind
		once  bool
	}{
		"refused for 40 s":          {refused, 40 * second, "", false},
		"refused for every attempt": {refused, time.Hour, github.Unreachable, false},
		"no such host":              {&net.DNSError{Err: "no such host", Name: "api.github.test", IsNotFound: true}, time.Hour, github.Unreachable, true},
		"unknown certificate":       {x509.UnknownAuthorityError{}, time.Hour, github.Unreachable, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, thread := play(t, githubtest.Options{})
				tries := 0
				thread.HTTP = &http.Client{Transport: flaky{time.Now().Add(test.lasts), test.err, &tries, s.Client().Transport}}
				_, err := thread.Publish(context.Background(), github.Update, say("a"))
				wantKind(t, err, test.kind)
				if err != nil && !errors.Is(err, test.err) && !errors.As(err, new(x509.UnknownAuthorityError)) {
					t.Errorf("error: got %v, want %v in it", err, test.err)
				}
				if test.once && tries != 1 || tries > 100 {
					t.Errorf("tries: got %d", tries)
				}
			})
		})
	}
}

// TestUntrustedCertificate uses a real connection and a certificate of an unknown authority.
func TestUntrustedCertificate(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	thread := github.Thread{APIURL: server.URL, Token: secret.New("ghs_x"), Repository: "acme/infra", Number: 7}
	_, err := thread.Publish(context.Background(), github.Update, say("a"))
	wantKind(t, err, github.Unreachable)
	if err != nil && !strings.Contains(err.Error(), "certificate") {
		t.Errorf("error: got %v, want one about the certificate", err)
	}
}

func wantKind(t *testing.T, err error, want github.Kind) {
	t.Helper()
	var e *github.Error
	switch {
	case want == "" && err == nil:
	case !errors.As(err, &e):
		t.Fatalf("error: got %v, want one of kind %q", err, want)
	case e.Kind != want:
		t.Errorf("kind: got %q of %v, want %q", e.Kind, err, want)
	}
}
