package fleet

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/action/step/steptest"
	"scalr-run-action/internal/dirtest"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/scalrsim"
	"scalr-run-action/internal/secret"
)

// stepTest is a job in which steps of this package run, one after the other, for pull request 7.
type stepTest struct {
	t      *testing.T
	sim    *scalrsim.Server
	hub    *githubtest.Server
	inputs map[string]string
	env    map[string]string
	event  string        // the payload
	before time.Duration // pause before the step
}

func newStepTest(t *testing.T, sim *scalrsim.Server, hub *githubtest.Server) *stepTest {
	return &stepTest{
		t: t, sim: sim, hub: hub,
		event: fmt.Sprintf(`{"pull_request":{"number":7,"head":{"sha":%q,"repo":{"full_name":"acme/infra"}},`+
			`"base":{"repo":{"full_name":"acme/infra"}}}}`, commitOf("c")),
		inputs: map[string]string{"base-url": "https://acme.scalr.test", "token": scalrsim.Token, "github-token": hub.Token()},
		env: map[string]string{
			"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "acme/infra",
			"GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": commitOf("c"), "GITHUB_ACTOR": "octocat",
			"GITHUB_SERVER_URL": hub.ServerURL(), "GITHUB_API_URL": hub.APIURL(), "GITHUB_GRAPHQL_URL": hub.GraphQLURL(),
			"GITHUB_RUN_ID": "12", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_WORKFLOW": "plans",
			"GITHUB_WORKFLOW_REF": "acme/infra/.github/workflows/plan.yml@refs/pull/7/merge",
		},
	}
}

// commitOf returns a commit ID that consists of one letter.
func commitOf(letter string) string { return strings.Repeat(letter, 40) }

// RoundTrip sends a request to Scalr or to GitHub.
func (s *stepTest) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.String(), s.hub.APIURL()) || strings.HasPrefix(r.URL.String(), s.hub.GraphQLURL()) {
		return s.hub.Client().Transport.RoundTrip(r)
	}
	return s.sim.Client().Transport.RoundTrip(r)
}

// play runs a step with further inputs and environment variables, given as name=value, and returns what users see. An
// environment variable has an upper-case name.
func (s *stepTest) play(main func(context.Context, *step.Step) int, settings ...string) string {
	s.t.Helper()
	dir := dirtest.InMemory(s.t)
	env := map[string]string{"GITHUB_EVENT_PATH": filepath.Join(dir, "event.json")}
	write(s.t, dir, "event.json", s.event)
	maps.Copy(env, s.env)
	inputs := maps.Clone(s.inputs)
	for _, text := range settings {
		name, value, _ := strings.Cut(text, "=")
		if name == strings.ToUpper(name) {
			env[name] = value
		} else {
			inputs[name] = value
		}
	}
	time.Sleep(s.before)
	began := time.Now()
	r := steptest.Step{Main: main, Inputs: inputs, Env: env, HTTP: &http.Client{Transport: s}}.Run(s.t, dir)
	var out strings.Builder
	fmt.Fprintf(&out, "exit %d", r.Code)
	if took := time.Since(began); took > 5*time.Minute { // shorter times contain random pauses
		fmt.Fprintf(&out, " after %s", took.Round(time.Second))
	}
	fmt.Fprintf(&out, "\n%s--- log\n%s", r.OutputLines("output "), changing.ReplaceAllString(strings.ReplaceAll(r.Log, dir, "DIR"), ""))
	if r.Summary != "" {
		fmt.Fprintf(&out, "--- summary\n%s", r.Summary)
	}
	return out.String()
}

// changing matches random times, and the commands that mask long secrets.
var changing = regexp.MustCompile("; retrying in .*|::add-mask::.{100,}\n")

// write writes a file below a directory.
func write(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

var nonce = regexp.MustCompile(`<!-- post [A-Z0-9]+ `)

// comments returns the first lines of the comments on the pull requests 7 and 8.
func (s *stepTest) comments() string {
	var out strings.Builder
	for _, c := range slices.Concat(s.hub.Written(7), s.hub.Written(8)) {
		lines := strings.SplitN(strings.TrimSpace(nonce.ReplaceAllString(c.Body, "<!-- post NONCE ")), "\n", 9)
		fmt.Fprintf(&out, "--- comment %d\n%s\n", c.ID, strings.Join(lines[:min(len(lines), 8)], "\n"))
	}
	return out.String()
}

// commandWith returns an affected action with inputs, and its log.
func commandWith(t *testing.T, in inputs.Affected) (*affectedCommand, *bytes.Buffer) {
	t.Helper()
	log := new(bytes.Buffer)
	return &affectedCommand{in: in, Step: &step.Step{Redact: new(secret.Redactor), Job: job.New(job.Options{Stdout: log})}}, log
}
