package hostile_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/action"
)

// attack is a step of the program with one input that grows with n.
type attack struct {
	n       int               // the smallest size; two and four times this size are tested too
	program string            // the program's name; empty for the run action
	env     map[string]string // besides the usual
	files   map[string]string // in the checkout, besides main.tf
	// answers contains the responses of Scalr and GitHub that differ from the usual ones, by "METHOD /path" with
	// * for any element. nth is the number of the request, from 1.
	answers map[string]func(nth int, r *http.Request) string
	event   string // the payload of the event
}

// always returns the same response.
func always(text string) func(int, *http.Request) string {
	return func(int, *http.Request) string { return text }
}

const (
	scalrURL  = "https://acme.scalr.test"
	gitHubURL = "https://api.github.test"
)

// usual contains the responses for a dry run with changes.
func usual() map[string]func(nth int, r *http.Request) string {
	return map[string]func(nth int, r *http.Request) string{
		"GET /workspaces/*": always(workspace("")),
		"POST /configuration-versions": always(`{"data":{"type":"configuration-versions","id":"cv-1",` +
			`"attributes":{"status":"pending"},"links":{"upload":"https://storage.test/upload"}}}`),
		"GET /configuration-versions/*": always(`{"data":{"type":"configuration-versions","id":"cv-1",` +
			`"attributes":{"status":"uploaded"}}}`),
		"PUT /upload":                        always(""),
		"POST /runs":                         always(run("pending", "pending", "", "", "")),
		"GET /runs/*":                        planned("", "", ""),
		"GET /runs":                          always(`{"data":[]}`),
		"GET /plans/*/output":                always("Plan: 1 to add, 0 to change, 0 to destroy.\n"),
		"GET /plans/*/sanitized-json-output": always(`{"format_version":"1.2","resource_changes":[]}`),
		"GET /environments":                  always(`{"data":[]}`),
		"GET /repos/*/*/issues/*/comments":   always(`[]`),
		"POST /repos/*/*/issues/*/comments":  always(`{"id":1,"html_url":"https://github.test/1"}`),
		"GET /repos/*/*/pulls/*": always(`{"number":7,` +
			`"head":{"sha":"0123456789012345678901234567890123456789"}}`),
		"POST /graphql": always(`{"data":{"viewer":{"login":"github-actions[bot]"}}}`),
	}
}

// workspace returns the document of a workspace with additional members.
func workspace(more string) string {
	return `{"data":{"type":"workspaces","id":"ws-1","attributes":{"name":"network","execution-mode":"remote"},` +
		`"relationships":{"environment":{"data":{"type":"environments","id":"env-1"}}` + more +
		`}},"included":[{"type":"environments","id":"env-1","attributes":{"name":"production"}}]}`
}

// run returns the document of a run with additional attributes, relationships and included resources. Each starts
// with a comma, or is empty.
func run(status, plan, attributes, relationships, included string) string {
	return `{"data":{"type":"runs","id":"run-1","attributes":{"status":"` + status +
		`","is-dry":true,"is-destroy":false,"refresh-only":false,"auto-apply":false,"save-plan":false,` +
		`"target-addrs":null,"replace-addrs":null,"created-at":"2026-01-01T00:00:00Z"` + attributes +
		`},"relationships":{"workspace":{"data":{"type":"workspaces","id":"ws-1"}},` +
		`"environment":{"data":{"type":"environments","id":"env-1"}},` +
		`"configuration-version":{"data":{"type":"configuration-versions","id":"cv-1"}},` +
		`"plan":{"data":{"type":"plans","id":"plan-1"}}` + relationships +
		`}},"included":[{"type":"plans","id":"plan-1","attributes":{"status":"` + plan + `"}}` + included + `]}`
}

// planned is a run that is active at first, and then planned.
func planned(attributes, relationships, included string) func(int, *http.Request) string {
	return func(nth int, _ *http.Request) string {
		if nth < 3 {
			return run("planning", "running", "", "", "")
		}
		return run("planned_and_finished", "finished", `,"has-changes":true`+attributes, relationships, included)
	}
}

// world serves the requests of a step in memory, without a delay.
type world struct {
	answers map[string]func(int, *http.Request) string

	mu      sync.Mutex
	counts  map[string]int
	unknown []string
}

func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	request := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/api/iacp/v3")
	status, body := 404, `{"errors":[{"detail":"there is none"}],"message":"Not Found"}`
	for pattern, answer := range w.answers {
		if ok, _ := path.Match(pattern, request); ok {
			w.counts[pattern]++
			status, body = 200, answer(w.counts[pattern], r)
		}
	}
	if status == 404 {
		w.unknown = append(w.unknown, request)
	}
	if code, rest, ok := strings.Cut(body, "!"); ok && len(code) == 3 {
		_, _ = fmt.Sscan(code, &status)
		body = rest
	}
	return &http.Response{
		StatusCode:    status,
		Header:        http.Header{"Content-Type": {"application/vnd.api+json"}},
		Body:          io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       r,
	}, nil
}

// play runs the step, in virtual time.
func (a attack) play(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{"checkout/main.tf": "# nothing\n", "event.json": a.event}
	for name, text := range a.files {
		files["checkout/"+name] = text
	}
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	env := map[string]string{
		"GITHUB_ACTIONS":      "true",
		"GITHUB_WORKSPACE":    filepath.Join(dir, "checkout"),
		"RUNNER_TEMP":         dir,
		"GITHUB_OUTPUT":       filepath.Join(dir, "output"),
		"GITHUB_STATE":        filepath.Join(dir, "state"),
		"GITHUB_STEP_SUMMARY": filepath.Join(dir, "summary.md"),
		"GITHUB_EVENT_PATH":   filepath.Join(dir, "event.json"),
		"GITHUB_EVENT_NAME":   "pull_request",
		"GITHUB_REPOSITORY":   "acme/infra",
		"GITHUB_RUN_ID":       "1",
		"GITHUB_API_URL":      gitHubURL,
		"GITHUB_GRAPHQL_URL":  gitHubURL + "/graphql",
		"INPUT_BASE-URL":      scalrURL,
		"INPUT_TOKEN":         "0123456789abcdef0123456789",
	}
	if a.program == "" {
		env["INPUT_WORKSPACE-ID"] = "ws-1"
	}
	maps.Copy(env, a.env)
	var environ []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if env[name] != "" {
			environ = append(environ, name+"="+env[name])
		}
	}
	answers := usual()
	maps.Copy(answers, a.answers)
	w := &world{answers: answers, counts: map[string]int{}}
	synctest.Test(t, func(t *testing.T) {
		var log tail
		code := action.Main(t.Context(),
			action.Env{
				Args:    []string{path.Join("/", a.program)},
				Environ: environ,
				Stdout:  &log,
				HTTP:    &http.Client{Transport: w},
				Version: "test",
			})
		t.Logf("exit %d; %d bytes of log; not known here: %q\n%s", code, log.n, w.unknown, log.text)
	})
}

// tail counts the bytes written to it, and keeps the last ones.
type tail struct {
	n    int
	text []byte
}

func (l *tail) Write(p []byte) (int, error) {
	l.n += len(p)
	l.text = append(l.text, p[max(0, len(p)-2000):]...)
	l.text = append(l.text[:0], l.text[max(0, len(l.text)-2000):]...)
	return len(p), nil
}
