package action_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/dirtest"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/scalrsim"
)

// hosts sends requests for GitHub to one server and all others to Scalr.
type hosts struct{ hub, scalr http.RoundTripper }

func (h hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Host, ".scalr.test") {
		return h.hub.RoundTrip(r)
	}
	return h.scalr.RoundTrip(r)
}

// removeFile removes a file after it was listed and before it is read.
type removeFile struct {
	to   io.Writer
	file string
}

func (v *removeFile) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "Files that would be uploaded") {
		os.Remove(v.file)
	}
	return v.to.Write(p)
}

// onGitHub adds a GitHub server to the test.
func (r *stepTest) onGitHub(hub *githubtest.Server) *stepTest {
	r.github = hub
	r.env["GITHUB_API_URL"], r.env["GITHUB_GRAPHQL_URL"] = hub.APIURL(), hub.GraphQLURL()
	r.http = func(s *scalrsim.Server) http.RoundTripper {
		return hosts{hub: hub.Client().Transport, scalr: s.Client().Transport}
	}
	return r
}

// signingIn returns a step that signs in with an OIDC token of GitHub.
func signingIn(t *testing.T, s scalrsim.Scenario, claims map[string]any,
	inputs ...string) (*stepTest, *githubtest.Server) {
	hub := githubtest.New(githubtest.Options{Claims: claims})
	r := newStepTest(t, s, append([]string{"token=", "service-account=deployer@acme.scalr.io"}, inputs...)...).
		onGitHub(hub)
	r.env["ACTIONS_ID_TOKEN_REQUEST_URL"], r.env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = hub.IDTokenRequestURL(),
		hub.IDTokenRequestToken()
	return r, hub
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	r, hub := signingIn(t, scenario(t, "plan-changes"), nil, "oidc-audience=scalr-github-actions")
	p := r.play().want(0, "result=planned").logContains("Signed in as deployer@acme.scalr.io")
	if o := hub.Objections(); len(o) > 0 {
		t.Errorf("invalid requests to GitHub: %v", o)
	}
	masks := strings.Index(p.log, "::add-mask::")
	if masks < 0 || masks > strings.Index(p.log, "Signed in") {
		t.Errorf("the tokens were not masked before anything else\n%s", p.log)
	}
	for _, q := range p.server.Requests() {
		if q.Path == "/service-accounts/assume" && q.Header.Get("Authorization") != "" {
			t.Error("the sign-in request contained a token")
		}
	}
}

// TestSignInRenewed checks that a session that ends during a long run is renewed.
func TestSignInRenewed(t *testing.T) {
	t.Parallel()
	s := slowly(t, "applied")
	s.Config.Identity = scalrsim.Identity{For: 30 * time.Second}
	r, _ := signingIn(t, s, nil, "dry-run=false")
	p := r.play().want(0, "result=applied")
	if n := p.count("POST /service-accounts/assume"); n < 2 {
		t.Errorf("signed in %d times, want at least 2", n)
	}
}

// TestSignInRejected checks that a rejected sign-in shows the claims that the policy checks.
func TestSignInRejected(t *testing.T) {
	t.Parallel()
	s := scenario(t, "plan-changes")
	s.Config.Identity = scalrsim.Identity{Claims: map[string]string{"repository": "acme/other"}}
	r, _ := signingIn(t, s,
		map[string]any{"sub": "repo:acme/infra:ref:refs/heads/main", "repository": "acme/infra", "ref": "refs/heads/main"})
	r.play().want(3, "result=refused", "error-code=sign-in-refused").
		logContains(`sub="repo:acme/infra:ref:refs/heads/main"`, `repository="acme/infra"`, "refs/heads/main", "assume policy").
		requestCount("POST /service-accounts/assume", 1)
}

// TestSignInWithoutPermission checks that a job without id-token: write sends no request and reports the missing
// permission.
func TestSignInWithoutPermission(t *testing.T) {
	t.Parallel()
	p := newStepTest(t, scenario(t, "plan-changes"), "token=", "service-account=deployer@acme.scalr.io").play()
	p.want(2, "result=invalid").logContains("id-token: write")
	if len(p.server.Requests()) != 0 {
		t.Errorf("%d requests were made", len(p.server.Requests()))
	}
}

// TestStateFileNotWritable checks that the step warns once if it cannot write the state for the post step.
func TestStateFileNotWritable(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, scenario(t, "plan-changes"))
	r.env["GITHUB_STATE"] = dirtest.InMemory(t)
	p := r.play().want(0, "result=planned").logContains("GITHUB_STATE cannot be written")
	if n := strings.Count(p.log, "GITHUB_STATE"); n != 1 {
		t.Errorf("the warning was logged %d times, want once", n)
	}
}

// TestInvalidInputs checks that all invalid inputs are reported together, before any request.
func TestInvalidInputs(t *testing.T) {
	t.Parallel()
	p := newStepTest(t, scenario(t, "plan-changes"), "token=", "base-url=http://acme.scalr.io", "dry-run=yes",
		"timeout=never").play()
	p.want(2, "result=invalid", "error-code=input-invalid").logContains("token", "base-url", "dry-run", "timeout")
	if len(p.server.Requests()) != 0 {
		t.Errorf("%d requests were made", len(p.server.Requests()))
	}
}

// TestComment checks that the pushes to a pull request update the same comment.
func TestComment(t *testing.T) {
	t.Parallel()
	hub := githubtest.New(githubtest.Options{})
	for push := range 3 {
		r := newStepTest(t, scenario(t, []string{"plan-changes", "no-changes", "plan-error"}[push]), "comment=true",
			"github-token="+hub.Token()).onGitHub(hub)
		r.later = time.Duration(push) * time.Hour // the clock of each bubble starts at the same time
		r.env["GITHUB_EVENT_NAME"] = "pull_request"
		event, _ := json.Marshal(map[string]any{
			"number":       7,
			"pull_request": map[string]any{"number": 7, "head": map[string]any{"sha": "abc1234def"}},
		})
		file := r.checkout + "/event.json"
		write(t, file, string(event))
		r.env["GITHUB_EVENT_PATH"] = file
		p := r.play()
		if p.outputs["comment-url"] == "" {
			t.Errorf("push %d: no comment\n%s", push, p.log)
		}
	}
	if n := len(hub.Comments(7)); n != 1 {
		t.Errorf("%d comments, want 1", n)
	}
	if o := hub.Objections(); len(o) > 0 {
		t.Errorf("invalid requests to GitHub: %v", o)
	}
}

// stateAtComment keeps the state for the post step as it is when the comment is written.
type stateAtComment struct {
	http.RoundTripper
	file  string
	state string
}

func (s *stateAtComment) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodPost && strings.HasSuffix(req.URL.Path, "/comments") {
		text, err := os.ReadFile(s.file)
		s.state = string(text)
		if err != nil {
			return nil, err
		}
	}
	return s.RoundTripper.RoundTrip(req)
}

// TestRunLeftForPersonIsKept checks that the post step has nothing to do once the outputs say that the run waits for a
// person: a job that is killed while the comment is written must not stop the run.
func TestRunLeftForPersonIsKept(t *testing.T) {
	t.Parallel()
	hub := githubtest.New(githubtest.Options{})
	r := newStepTest(t, scenario(t, "waits-for-approval"), "dry-run=false", "comment=true", "pr-number=7", "github-token="+hub.Token()).onGitHub(hub)
	r.env["GITHUB_STATE"] = filepath.Join(dirtest.InMemory(t), "state")
	seen, connect := &stateAtComment{file: r.env["GITHUB_STATE"]}, r.http
	r.http = func(s *scalrsim.Server) http.RoundTripper {
		seen.RoundTripper = connect(s)
		return seen
	}
	r.play().want(0, "result=needs-confirmation")
	if !strings.Contains(seen.state, "finished") {
		t.Errorf("the state was %q when the comment was written, want it to be finished", seen.state)
	}
}

// TestCommentRejected checks that the warning about a rejected comment names the missing permission.
func TestCommentRejected(t *testing.T) {
	t.Parallel()
	hub := githubtest.New(githubtest.Options{ReadOnly: true})
	r := newStepTest(t, scenario(t, "plan-changes"), "comment=true", "pr-number=7", "github-token="+hub.Token()).
		onGitHub(hub)
	r.play().want(0, "result=planned").logContains("::warning::", "pull-requests: write")
}

// TestRunOfEarlierAttempt checks that the step reports a run of attempt 1 that is still waiting (R19).
func TestRunOfEarlierAttempt(t *testing.T) {
	t.Parallel()
	for name, message := range map[string]string{
		"default":               "",
		"of the user":           "Release 12",
		"with the workflow run": "https://github.com/acme/infra/actions/runs/7",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenario(t, "waits-for-approval")
			first, again := newStepTest(t, s, "dry-run=false", "message="+message), newStepTest(t, s)
			again.env["GITHUB_RUN_ATTEMPT"] = "2"
			a, b := newResult(t), newResult(t)
			first.then(a, func() { b.server = a.server; again.step(b) })
			a.read()
			b.read()
			b.want(0, "result=planned").logContains("Run " + a.outputs["run-id"] + " of an earlier attempt is still planned")
		})
	}
}

// TestErrorPointerNamesInput checks that the pointer in Scalr's error is converted to an input (H19).
func TestErrorPointerNamesInput(t *testing.T) {
	t.Parallel()
	s := with(scenario(t, "plan-changes"), scalrsim.Fault{
		Op:     "POST /runs",
		Action: scalrsim.Status,
		Status: 422,
		Header: http.Header{"Content-Type": {"application/vnd.api+json"}},
		Body: `{"errors":[{"title":"Invalid Attribute","detail":"No such resource.",` +
			`"source":{"pointer":"/data/attributes/target-addrs/0"}}]}`,
	})
	newStepTest(t, s, "targets=aws_instance.web").play().want(3, "result=refused", "error-code=request-refused").
		logContains("request-refused (targets)", "No such resource.").requestCount("POST /runs", 1)
}

// TestTimeoutReportsLastError checks that a timeout is reported with the last error before it.
func TestTimeoutReportsLastError(t *testing.T) {
	t.Parallel()
	down := scalrsim.Fault{Op: "* /**", Times: -1, Action: scalrsim.Status, Status: 503}
	newStepTest(t, with(scenario(t, "plan-changes"), down), "timeout=8s").play().
		want(5, "result=timed-out").logContains("exceeded its timeout of 8s. Last error: Read workspace", "503")
}

// TestTimeoutAdvice checks that the advice after a timeout is about the connection if Scalr cannot be reached any more.
func TestTimeoutAdvice(t *testing.T) {
	t.Parallel()
	s := with(scenario(t, "plan-changes"), scalrsim.Fault{Op: readRun, Times: -1, Action: scalrsim.Refuse},
		scalrsim.Fault{Op: "POST /runs/*/actions/*", Times: -1, Action: scalrsim.Refuse})
	r := newStepTest(t, s, "timeout=30s").play().
		want(5, "result=timed-out").logContains("could not be stopped", "refused", "Check `base-url`")
	if strings.Contains(r.log, "longer `timeout`") {
		t.Errorf("the advice is to set a longer timeout:\n%s", r.log)
	}
}
