package action_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// withoutGitLab removes the claims that only GitLab has.
var withoutGitLab = map[string]any{"project_id": "", "project_path": "", "ref": "", "ref_protected": ""}

// identities are ID tokens with different claims.
var identities = []struct {
	title  string
	claims map[string]any
}{
	{"GitLab", nil},
	{"GitLab without ids", map[string]any{"project_id": ""}},
	{"GitHub", map[string]any{"repository": "acme/infra", "repository_id": "74", "environment": "production", "ref": "refs/heads/main",
		"iss": "https://token.actions.githubusercontent.com", "sub": "repo:acme/infra:environment:production", "aud": []string{"a", "b"}}},
	{"GitHub with ids in the subject", map[string]any{"repository": "acme/infra", "sub": "repo:acme@12/infra@74:ref:refs/heads/main"}},
	{"Buildkite", map[string]any{"organization_slug": "acme", "pipeline_slug": "infra", "build_branch": "main", "iss": "https://agent.buildkite.com",
		"sub": "organization:acme:pipeline:infra"}},
	{"CircleCI", map[string]any{"oidc.circleci.com/project-id": "p-1", "oidc.circleci.com/vcs-origin": "github.com/acme/infra",
		"oidc.circleci.com/vcs-ref": "refs/heads/main", "iss": "https://oidc.circleci.com/org/o-1", "sub": "org/o-1/project/p-1"}},
	{"expired", map[string]any{"exp": 946684000}},
	{"no claims", map[string]any{"sub": "", "aud": "", "iss": ""}},
}

// TestSignInTranscripts compares the log of a rejected sign-in with a golden file, for each kind of ID token and for
// each request of the sign-in.
func TestSignInTranscripts(t *testing.T) {
	t.Parallel()
	c := newTranscripts(t, "sign-in")
	for _, id := range identities {
		claims := maps.Clone(id.claims)
		if !strings.HasPrefix(id.title, "GitLab") {
			claims = maps.Clone(withoutGitLab)
			maps.Copy(claims, id.claims)
		}
		s := scenario(t, "plan-changes")
		s.Config.Identity = scalrsim.Identity{Claims: map[string]string{"sub": "another"}}
		p := newStepTest(t, s, "token=", "service-account=deployer@acme.scalr.io", "id-token="+gitLabToken(t, claims)).play()
		p.log, p.summary = withoutMasks(p.log), ""
		c.add(id.title, p)
	}
	for _, status := range []int{http.StatusForbidden, http.StatusUnauthorized, http.StatusInternalServerError} {
		m := &faultTransport{status: status, once: true}
		for m.nth = 1; m.nth <= 3; m.nth++ {
			m.count, m.seen, m.changed = 0, map[string]bool{}, ""
			r, _ := signingIn(t, scenario(t, "plan-changes"), nil, "mode=check")
			r.anyObjection = true
			send := r.http
			r.http = func(s *scalrsim.Server) http.RoundTripper {
				m.RoundTripper = send(s)
				return m
			}
			p := r.play()
			p.log = withoutMasks(p.log)
			c.ending(fmt.Sprint(status, " to ", m.changed), p)
		}
	}
}

// withoutMasks removes mask commands, which contain random tokens.
func withoutMasks(log string) string {
	var kept strings.Builder
	for line := range strings.Lines(log) {
		if !strings.HasPrefix(line, "::add-mask::") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}
