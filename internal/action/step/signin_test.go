package step

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalrsim"
	"scalr-run-action/internal/secret"
)

// identityToken returns a token with claims and an invalid signature.
func identityToken(t *testing.T, claims map[string]any) string {
	t.Helper()
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	return part(map[string]string{"alg": "RS256", "typ": "JWT"}) + "." + part(claims) + "." + strings.Repeat("c2lnbmF0dXJl", 28)
}

// signInCase is one sign-in.
type signInCase struct {
	name    string
	claims  map[string]any // of the token in the input id-token; nil for GitHub's
	idToken string         // replaces the token with the claims
	token   string         // the token of a sign-in without a service account
	scalr   scalrsim.Scenario
	github  []githubtest.Fault
	environ []string
	reads   int // requests after the sign-in
}

func signInCases() []signInCase {
	refused := scalrsim.Scenario{Config: scalrsim.Config{Identity: scalrsim.Identity{Claims: map[string]string{"sub": "another"}}}}
	failing := func(status int) scalrsim.Scenario {
		return scalrsim.Scenario{Faults: []scalrsim.Fault{{Op: "POST /service-accounts/assume", Action: scalrsim.Status, Status: status, Times: -1}}}
	}
	short := scalrsim.Scenario{Config: scalrsim.Config{Identity: scalrsim.Identity{Uses: 1}}}
	noToken := []string{"ACTIONS_ID_TOKEN_REQUEST_URL=", "ACTIONS_ID_TOKEN_REQUEST_TOKEN="}
	return []signInCase{
		{name: "with a token", token: scalrsim.Token, reads: 1},
		{name: "with a rejected token", token: "another-token", reads: 1},
		{name: "GitHub", reads: 1},
		{name: "GitHub, session renewed", scalr: short, reads: 2},
		{name: "GitHub, refused", scalr: refused},
		{name: "GitHub, no permission", environ: noToken},
		{name: "GitHub, token request fails", github: []githubtest.Fault{{Operation: githubtest.IDToken, Status: 500, Times: -1}}},
		{name: "GitLab", claims: map[string]any{"sub": "project_path:acme/infra:ref_type:branch:ref:main"}, reads: 1},
		{name: "GitLab, session not renewed", claims: map[string]any{"sub": "x"}, scalr: short, reads: 2},
		{name: "GitLab, refused", scalr: refused, claims: map[string]any{"iss": "https://gitlab.com", "aud": "https://acme.scalr.io", "project_id": "20",
			"project_path": "acme/infra", "ref": "main", "ref_protected": "true", "user_email": "jane@acme.example", "sub": "project_path:acme/infra"}},
		{name: "GitLab without ids, refused", scalr: refused, claims: map[string]any{"project_path": "acme/infra", "sub": "project_path:acme/infra"}},
		{name: "environment, refused", scalr: refused, claims: map[string]any{"repository": "acme/infra", "repository_id": "74",
			"environment": "production", "ref": "refs/heads/main", "sub": "repo:acme/infra:environment:production", "aud": []string{"a", "b"}}},
		{name: "subject with ids, refused", scalr: refused, claims: map[string]any{"repository": "acme/infra", "sub": "repo:acme@12/infra@74:ref:x"}},
		{name: "Buildkite, refused", scalr: refused, claims: map[string]any{"organization_slug": "acme", "pipeline_slug": "infra", "build_branch": "main"}},
		{name: "CircleCI, refused", scalr: refused, claims: map[string]any{"oidc.circleci.com/project-id": "p-1",
			"oidc.circleci.com/vcs-origin": "github.com/acme/infra", "oidc.circleci.com/vcs-ref": "refs/heads/main", "sub": "org/o-1"}},
		{name: "expired", claims: map[string]any{"sub": "x", "exp": 946684799}},
		{name: "expires now", claims: map[string]any{"sub": "x", "exp": 946684800}, scalr: refused},
		{name: "no claims, refused", scalr: refused, claims: map[string]any{}},
		{name: "not a token", idToken: "opaque-token-of-a-ci-system"},
		{name: "HTTP 401", scalr: failing(401), claims: map[string]any{"sub": "x"}},
		{name: "HTTP 403", scalr: failing(403), claims: map[string]any{"sub": "x"}},
		{name: "HTTP 404", scalr: failing(404), claims: map[string]any{"sub": "x"}},
		{name: "HTTP 422", scalr: failing(422), claims: map[string]any{"sub": "x"}},
	}
}

// TestSignIn compares the result of each sign-in with testdata/signin.txt.
func TestSignIn(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	for _, c := range signInCases() {
		fmt.Fprintf(&got, "=== %s\n", c.name)
		synctest.Test(t, func(t *testing.T) { c.play(t, &got) })
	}
	goldentest.Compare(t, filepath.Join("testdata", "signin.txt"), got.String())
}

func (c signInCase) play(t *testing.T, out *strings.Builder) {
	sim, hub := scalrsim.New(c.scalr), githubtest.New(githubtest.Options{})
	for _, f := range c.github {
		hub.Fail(f)
	}
	base, err := url.Parse("https://acme.scalr.test")
	if err != nil {
		t.Fatal(err)
	}
	in := inputs.Access{BaseURL: base, Token: secret.New(c.token), Audience: "scalr"}
	if c.token == "" {
		in.ServiceAccount = "deployer@acme.scalr.io"
	}
	switch {
	case c.claims != nil:
		in.IDToken = secret.New(identityToken(t, c.claims))
	case c.idToken != "":
		in.IDToken = secret.New(c.idToken)
	}
	s := newOutputStep(t)
	client := &http.Client{Transport: scalrAndGitHub{sim.Client().Transport, hub.Client().Transport}}
	s.Env = Env{HTTP: client, Version: "test"}
	s.Job = job.New(job.Options{Stdout: &s.log, HTTP: client, Redact: s.Redact, Environ: append([]string{"GITHUB_ACTIONS=true",
		"ACTIONS_ID_TOKEN_REQUEST_URL=" + hub.IDTokenRequestURL(), "ACTIONS_ID_TOKEN_REQUEST_TOKEN=" + hub.IDTokenRequestToken()}, c.environ...)})
	began := time.Now()
	signedIn, err := s.SignIn(t.Context(), in, nil)
	if err == nil {
		for range c.reads {
			time.Sleep(time.Minute)
			_, err = signedIn.Workspace(t.Context(), scalrsim.WorkspaceID)
		}
	}
	if err != nil {
		o := Explain(t.Context(), err)
		fmt.Fprintf(out, "%s: %s\n\t%s\n", o.Code, o.Problem, strings.Join(o.Hints, "\n\t"))
	}
	masked := 0
	for line := range strings.Lines(s.log.String()) {
		if strings.HasPrefix(line, "::add-mask::") {
			masked++
		} else {
			fmt.Fprintf(out, "log: %s", line)
		}
	}
	fmt.Fprintf(out, "%d secrets are masked\n", masked)
	for _, r := range sim.Requests() {
		fmt.Fprintf(out, "%s %s after %s, %s: %d\n", r.Method, r.Path, r.Time.Sub(began).Truncate(time.Minute),
			r.Header.Get("User-Agent"), r.Status)
	}
	for _, r := range hub.Requests() {
		fmt.Fprintf(out, "%s %s\n", r.Method, r.URL)
	}
}

type scalrAndGitHub struct{ scalr, github http.RoundTripper }

func (b scalrAndGitHub) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == "acme.scalr.test" {
		return b.scalr.RoundTrip(r)
	}
	return b.github.RoundTrip(r)
}

// TestSessionEnded checks the text about a session that cannot be renewed.
func TestSessionEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		time.Sleep(61400 * time.Millisecond)
		rejected := &scalr.Error{HTTPStatus: 401, Note: "rejected"}
		err := sessionEnded("deployer@acme.scalr.io", began)(rejected)
		const want = ": rejected (HTTP 401); the session of deployer@acme.scalr.io began 1m1s ago, and it cannot be renewed with id-token"
		if err.Error() != want || CodeOf(err) != CodeTokenRejected {
			t.Errorf("got %s, want %s", err, want)
		}
	})
}
