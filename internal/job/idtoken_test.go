package job_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"scalr-run-action/internal/job"
	"scalr-run-action/internal/secret"
)

const idTokenAddress = "https://token.actions.test/1/idtoken?api-version=2.0"

// github sends its responses in order, repeats the last one, and records the requests.
type github struct {
	answers []answer
	asked   []*http.Request
	times   []time.Time // of the requests
}

type answer struct {
	status int
	body   string
	err    error
	header http.Header
}

func (g *github) RoundTrip(r *http.Request) (*http.Response, error) {
	a := g.answers[min(len(g.asked), len(g.answers)-1)]
	g.asked, g.times = append(g.asked, r), append(g.times, time.Now())
	if a.err != nil {
		return nil, a.err
	}
	if a.status == 0 {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return &http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(strings.NewReader(a.body)), Request: r}, nil
}

func idJob(g *github, address string, environ ...string) (*job.Job, *bytes.Buffer) {
	var out bytes.Buffer
	return job.New(job.Options{
		Environ: append(environ, "GITHUB_ACTIONS=true", "ACTIONS_ID_TOKEN_REQUEST_URL="+address, "ACTIONS_ID_TOKEN_REQUEST_TOKEN=request-"+canary),
		Stdout:  &out, HTTP: &http.Client{Transport: g},
	}), &out
}

const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZXBvOmFjbWUvaW5mcmEifQ.c2lnbmF0dXJl"

func TestIDToken(t *testing.T) {
	t.Parallel()
	g := &github{answers: []answer{{status: 200, body: `{"count": 1, "value": "` + jwt + `"}` + "\n"}}}
	j, out := idJob(g, idTokenAddress)
	token, err := j.IDToken(t.Context(), "https://scalr.io/a&b")
	if err != nil || token.Reveal() != jwt {
		t.Fatalf("got %q, %v", token.Reveal(), err)
	}
	if got, want := out.String(), "::add-mask::"+jwt+"\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	r := g.asked[0]
	const want = "https://token.actions.test/1/idtoken?api-version=2.0&audience=https%3A%2F%2Fscalr.io%2Fa%26b"
	if got := r.URL.String(); got != want || r.Method != "GET" {
		t.Errorf("got %s %s, want GET %s", r.Method, got, want)
	}
	if got, want := r.Header.Get("Authorization"), "Bearer request-"+canary; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := j.SaveState("token", jwt); err == nil {
		t.Error("the state accepts the token")
	}
}

func TestIDTokenWithoutAudience(t *testing.T) {
	t.Parallel()
	g := &github{answers: []answer{{status: 200, body: `{"value": "` + jwt + `"}`}}}
	j, _ := idJob(g, idTokenAddress)
	if _, err := j.IDToken(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if got := g.asked[0].URL.String(); got != idTokenAddress {
		t.Errorf("got %s, want %s", got, idTokenAddress)
	}
}

func TestIDTokenRetries(t *testing.T) {
	t.Parallel()
	good := answer{status: 200, body: `{"value": "` + jwt + `"}`}
	for name, c := range map[string]struct {
		answers []answer
		asked   int
		want    string
	}{
		"503, then good":            {[]answer{{status: 503}, {status: 500}, good}, 3, ""},
		"429, then good":            {[]answer{{status: 429}, good}, 2, ""},
		"reset, then good":          {[]answer{{err: errors.New("connection reset")}, good}, 2, ""},
		"cut, then good":            {[]answer{{status: 200, body: `{"value": "ey`}, good}, 2, ""},
		"no response, then success": {[]answer{{}, good}, 2, ""},
		"503 for every attempt":     {[]answer{{status: 503}}, 6, "request an ID token from GitHub: GitHub returned 503 Service Unavailable"},
		"reset for every attempt":   {[]answer{{err: errors.New("connection reset")}}, 6, "request an ID token from GitHub: connection reset"},
		"400":                       {[]answer{{status: 400, body: "::error::no"}}, 1, "request an ID token from GitHub: GitHub returned 400 Bad Request"},
		"403":                       {[]answer{{status: 403}}, 1, "request an ID token from GitHub: GitHub returned 403 Forbidden"},
		"redirect": {
			[]answer{{status: 302, header: http.Header{"Location": {"https://evil.test/"}}}}, 1,
			"request an ID token from GitHub: GitHub returned 302 Found",
		},
		"unknown authority": {
			[]answer{{err: &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}}}, 1,
			"request an ID token from GitHub: tls: failed to verify certificate: x509: certificate signed by unknown authority",
		},
		"empty value": {[]answer{{status: 200, body: `{"value": " "}`}}, 6, "request an ID token from GitHub: GitHub's response contains no token"},
		"not JSON":    {[]answer{{status: 200, body: "<html>"}}, 6, "request an ID token from GitHub: GitHub's response is not JSON with a token"},
		"a response of 1 MiB": {
			[]answer{{status: 200, body: `{"value": "` + strings.Repeat("x", 1<<20) + `"}`}}, 6,
			"request an ID token from GitHub: GitHub's response is not JSON with a token",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := &github{answers: c.answers}
				j, _ := idJob(g, idTokenAddress)
				start := time.Now()
				token, err := j.IDToken(t.Context(), "x")
				if c.want == "" && (err != nil || token.Reveal() != jwt) || c.want != "" && (err == nil || err.Error() != c.want) {
					t.Errorf("got %v, want %q", err, c.want)
				}
				if len(g.asked) != c.asked {
					t.Errorf("got %d requests, want %d", len(g.asked), c.asked)
				}
				if took := time.Since(start); took > 2*time.Minute {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

// TestIDTokenDelays: the wait before a further attempt is random, up to a maximum that doubles from one second to sixteen.
func TestIDTokenDelays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var longest [5]time.Duration
		for range 40 {
			g := &github{answers: []answer{{status: 503}}}
			j, _ := idJob(g, idTokenAddress)
			if _, err := j.IDToken(t.Context(), ""); err == nil {
				t.Fatal("no error")
			}
			for i := range longest {
				longest[i] = max(longest[i], g.times[i+1].Sub(g.times[i]))
			}
		}
		for i, most := range []time.Duration{1, 2, 4, 8, 16} {
			if most *= time.Second; longest[i] > most || longest[i] <= most/2 {
				t.Errorf("longest wait after attempt %d: %s, want up to %s", i+1, longest[i], most)
			}
		}
		g := &github{answers: []answer{{}, {status: 200, body: `{"value": "` + jwt + `"}`}}}
		j, _ := idJob(g, idTokenAddress)
		_, err := j.IDToken(t.Context(), "")
		if took := g.times[1].Sub(g.times[0]); err != nil || took < 10*time.Second || took > 11*time.Second {
			t.Errorf("an attempt without a response: the next one began after %s, %v", took, err)
		}
	})
}

// TestIDTokenRetriesInLog checks that each failed attempt to get an ID token is in the log, in words for users.
func TestIDTokenRetriesInLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &github{answers: []answer{{status: 503}, {err: syscall.ECONNRESET}, {status: 200, body: `{"value": "` + jwt + `"}`}}}
		j, out := idJob(g, idTokenAddress)
		if _, err := j.IDToken(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		const want = "request an ID token from GitHub: GitHub returned 503 Service Unavailable; retrying\n" +
			"request an ID token from GitHub: the connection to token.actions.test was closed before the response was complete; retrying\n" +
			"::add-mask::" + jwt + "\n"
		if out.String() != want {
			t.Errorf("logged %q, want %q", out, want)
		}
	})
}

func TestIDTokenIsCanceled(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]answer{"between tries": {status: 503}, "within a try": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				j, _ := idJob(&github{answers: []answer{a}}, idTokenAddress)
				stop := errors.New("job was canceled")
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(10*time.Millisecond, func() { cancel(stop) })
				start := time.Now()
				if _, err := j.IDToken(ctx, "x"); !errors.Is(err, stop) {
					t.Errorf("got %v, want %v", err, stop)
				}
				if took := time.Since(start); took != 10*time.Millisecond {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

func TestIDTokenAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"http://127.0.0.1:8080/token": "", "http://[::1]/token": "", "http://localhost/token": "",
		"http://token.actions.test/":       "ACTIONS_ID_TOKEN_REQUEST_URL: only https is accepted",
		"http://127.0.0.1.evil.test/":      "ACTIONS_ID_TOKEN_REQUEST_URL: only https is accepted",
		"ftp://token.actions.test/":        "ACTIONS_ID_TOKEN_REQUEST_URL: only https is accepted",
		"https://":                         "ACTIONS_ID_TOKEN_REQUEST_URL: not an address",
		"https://me:pass word@x.test/%zz:": "ACTIONS_ID_TOKEN_REQUEST_URL: not an address",
	} {
		g := &github{answers: []answer{{status: 200, body: `{"value": "` + jwt + `"}`}}}
		j, _ := idJob(g, address)
		_, err := j.IDToken(t.Context(), "")
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != want || len(g.asked) > 0) {
			t.Errorf("%s: got %v and %d requests, want %q", address, err, len(g.asked), want)
		}
	}
}

func TestIDTokenWithoutPermission(t *testing.T) {
	t.Parallel()
	for _, env := range []string{"ACTIONS_ID_TOKEN_REQUEST_URL=" + idTokenAddress, "ACTIONS_ID_TOKEN_REQUEST_TOKEN=x"} {
		j, _ := onGitHub(t, env)
		if _, err := j.IDToken(t.Context(), ""); !errors.Is(err, job.ErrNoIDToken) {
			t.Errorf("got %v, want %v", err, job.ErrNoIDToken)
		}
	}
}

func TestReadClaims(t *testing.T) {
	t.Parallel()
	token := func(claims string) secret.Value {
		return secret.New("e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln")
	}
	got, err := job.ReadClaims(token(`{"iss": "https://token.actions.githubusercontent.com", "sub": "repo:acme/infra:environment:prod", "aud": "scalr",
		"repository": "acme/infra", "environment": "prod", "ref": "refs/heads/main", "exp": 1}`))
	want := job.Claims{
		Issuer: "https://token.actions.githubusercontent.com", Subject: "repo:acme/infra:environment:prod", Audience: job.Audience{"scalr"},
		Expires: time.Unix(1, 0),
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(job.Claims{})); diff != "" || err != nil {
		t.Errorf("error %v\n%s", err, diff)
	}
	got, err = job.ReadClaims(token(`{"project_id": 12345678901234567890, "ref_protected": true,
		"project_path": "acme/infra", "groups": [1], "exp": "soon"}`))
	text := ""
	for _, name := range []string{"project_id", "ref_protected", "project_path", "groups", "sub"} {
		text += got.Text(name)
	}
	if err != nil || text != "12345678901234567890trueacme/infra" || !got.Expires.IsZero() {
		t.Errorf("got %+v, %v", got, err)
	}
	got, err = job.ReadClaims(token(`{"aud": ["a", "b"]}`))
	if err != nil || len(got.Audience) != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range []secret.Value{
		{}, secret.New(canary), secret.New("a.b.c"), secret.New("a.!.c"), token("x"), token(`{"sub": 5}`), token(`{"aud": 5}`),
	} {
		if _, err := job.ReadClaims(bad); err == nil || strings.Contains(err.Error(), "invalid character") ||
			!bad.Empty() && strings.Contains(err.Error(), bad.Reveal()) {
			t.Errorf("got %v", err)
		}
	}
}
