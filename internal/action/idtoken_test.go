package action_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/dirtest"
	"scalr-run-action/internal/scalrsim"
)

// gitLabToken returns a token like GitLab's ID tokens (docs.gitlab.com, OpenID Connect (OIDC) authentication using ID
// tokens).
func gitLabToken(t *testing.T, changed map[string]any) string {
	t.Helper()
	claims := map[string]any{
		"namespace_id":       "72",
		"namespace_path":     "acme",
		"project_id":         "20",
		"project_path":       "acme/infra",
		"user_id":            "1",
		"user_login":         "jane",
		"user_email":         "jane@acme.example",
		"user_access_level":  "developer",
		"pipeline_id":        "574",
		"pipeline_source":    "push",
		"job_id":             "302",
		"ref":                "main",
		"ref_type":           "branch",
		"ref_path":           "refs/heads/main",
		"ref_protected":      "true",
		"runner_id":          1,
		"runner_environment": "gitlab-hosted",
		"sha":                "714a629c0b401fdce83e847fc9589983fc6f46bc",
		"project_visibility": "private",
		"ci_config_ref_uri":  "gitlab.com/acme/infra//.gitlab-ci.yml@refs/heads/main",
		"jti":                "235b3a54-b797-45c7-ae9a-f72d7bc6ef5b",
		"iss":                "https://gitlab.com",
		"aud":                "https://acme.scalr.io",
		"sub":                "project_path:acme/infra:ref_type:branch:ref:main",
	}
	maps.Copy(claims, changed)
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	return part(map[string]string{"kid": "4i3sFE7sxqNPOT7FdvcGA1ZVGGI_r-tsDXnEuYT4ZqE", "typ": "JWT", "alg": "RS256"}) +
		"." + part(claims) + "." + strings.Repeat("c2lnbmF0dXJl", 28)
}

// gitLabSim makes the simulator accept GitLab tokens for the project acme/infra.
func gitLabSim(s scalrsim.Scenario) scalrsim.Scenario {
	s.Config.Identity = scalrsim.Identity{Audience: "https://acme.scalr.io",
		Claims: map[string]string{"iss": "https://gitlab.com", "project_path": "acme/infra"}}
	return s
}

// inGitLab returns a step in a GitLab job.
func inGitLab(t *testing.T, s scalrsim.Scenario, token string, inputs ...string) *stepTest {
	r := newStepTest(t, s, append([]string{"token=", "service-account=deployer@acme.scalr.io"}, inputs...)...)
	clear(r.env)
	maps.Copy(r.env,
		map[string]string{
			"GITLAB_CI":         "true",
			"SCALR_ID_TOKEN":    token,
			"SCALR_OUTPUT_FILE": filepath.Join(dirtest.InMemory(t), "outputs"),
		})
	return r
}

func TestSignInWithGitLabToken(t *testing.T) {
	t.Parallel()
	token := gitLabToken(t, nil)
	p := inGitLab(t, gitLabSim(scenario(t, "applied")), token, "dry-run=false").play()
	if p.code != 0 || p.count("POST /service-accounts/assume") != 1 {
		t.Errorf("exit code %d, signed in %d times", p.code, p.count("POST /service-accounts/assume"))
	}
	p.logContains("Signed in as deployer@acme.scalr.io", "Result: applied")
	if _, claims, _ := strings.Cut(token, "."); strings.Contains(p.log, claims[:40]) {
		t.Errorf("the ID token is in the log\n%s", p.log)
	}
	for _, r := range p.server.Requests() {
		if r.Path == "/service-accounts/assume" && r.Header.Get("Authorization") != "" {
			t.Error("the request to sign in has a token in its header")
		}
	}
}

// TestSignInOnGitHubWithOtherToken checks that the input id-token needs no permission of the job and is masked
// immediately.
func TestSignInOnGitHubWithOtherToken(t *testing.T) {
	t.Parallel()
	token := gitLabToken(t, nil)
	r := newStepTest(t, gitLabSim(scenario(t, "plan-changes")), "token=", "service-account=deployer@acme.scalr.io",
		"id-token="+token)
	r.env["SCALR_ID_TOKEN"] = "ignored"
	p := r.play().want(0, "result=planned")
	if masked := strings.Index(p.log, "::add-mask::"+token); masked < 0 || masked > strings.Index(p.log, "Signed in") {
		t.Errorf("the ID token is not masked first\n%s", p.log)
	}
}

// TestCompanionsSignInWithIDToken checks that the companion actions have the same inputs.
func TestCompanionsSignInWithIDToken(t *testing.T) {
	t.Parallel()
	token := gitLabToken(t, nil)
	withCompanions(t, gitLabSim(scenario(t, "plan-changes")), func(d *companionTest) {
		with := []string{"token=", "service-account=deployer@acme.scalr.io", "id-token=" + token, "mode=show"}
		d.environment(append(with, "name=production")...).want(0, "result=done")
		d.workspace(append(with, "environment=production", "name=network")...).want(0, "result=done")
	})
}

// TestSessionOfIDTokenEnds checks that the error for an expired session contains the reason and advice.
func TestSessionOfIDTokenEnds(t *testing.T) {
	t.Parallel()
	s := gitLabSim(slowly(t, "applied"))
	s.Config.Identity.For = 30 * time.Second
	r := newStepTest(t, s, "token=", "service-account=deployer@acme.scalr.io", "id-token="+gitLabToken(t, nil),
		"dry-run=false")
	r.play().want(3, "result=refused", "error-code=token-rejected").
		logContains("the session of deployer@acme.scalr.io began ", "it cannot be renewed with id-token",
			"maximum_session_duration").
		requestCount("POST /service-accounts/assume", 1)
}

// TestSignInWithIDTokenRejected checks that the error shows the claims that a policy can check, and no personal data.
func TestSignInWithIDTokenRejected(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		claims map[string]any
		says   []string
	}{
		"other project": {
			claims: map[string]any{
				"project_path": "acme/other",
				"project_id":   "21",
				"sub":          "project_path:acme/other:ref_type:branch:ref:main",
				"environment":  "production",
			},
			says: []string{
				`sub="project_path:acme/other:ref_type:branch:ref:main"`,
				`project_path="acme/other"`,
				`ref_protected="true"`,
				`url is "https://gitlab.com"`,
				`contain "https://acme.scalr.io"`,
				`conditions are project_id eq "21" and environment eq "production"`,
			},
		},
		"expired": {
			claims: map[string]any{"exp": 946684799},
			says:   []string{"The ID token expired at 1999-12-31 23:59:59 UTC."},
		},
		"immutable subject": {
			claims: map[string]any{
				"iss":           "https://token.actions.githubusercontent.com",
				"project_id":    nil,
				"project_path":  nil,
				"repository":    "acme/infra",
				"repository_id": "789012",
				"environment":   "production",
				"sub":           "repo:acme@123456/infra@789012:environment:production",
			},
			says: []string{
				`conditions are repository_id eq "789012" and environment eq "production"; a condition on sub must contain ` +
					`the ids too`,
			},
		},
		"only a subject": {
			claims: map[string]any{
				"iss":          "https://vstoken.dev.azure.com/1",
				"project_id":   nil,
				"project_path": nil,
				"sub":          "sc://acme/infra/scalr",
			},
			says: []string{`conditions are sub eq "sc://acme/infra/scalr"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, gitLabSim(scenario(t, "plan-changes")), "token=", "service-account=deployer@acme.scalr.io",
				"id-token="+gitLabToken(t, c.claims))
			p := r.play().want(3, "result=refused", "error-code=sign-in-refused").logContains(c.says...)
			if strings.Contains(p.log, "jane") {
				t.Errorf("the claims contain personal data\n%s", p.log)
			}
		})
	}
}
