package action_test

import (
	"context"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/action"
	"scalr-run-action/internal/dirtest"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/scalrsim"
)

// stepTest runs one step against an in-memory Scalr server, in virtual time.
type stepTest struct {
	t        *testing.T
	scenario scalrsim.Scenario
	inputs   map[string]string
	env      map[string]string
	name     string // name of the executable
	checkout string

	// http returns the transport; nil means that of the simulator.
	http func(*scalrsim.Server) http.RoundTripper
	// later is the delay before the step starts.
	later time.Duration
	// stdout wraps the log.
	stdout func(io.Writer) io.Writer
	// during runs concurrently with the step, in the same bubble.
	during func(*stepResult)
	// anyObjection allows requests that the simulator considers invalid.
	anyObjection bool
	// anyFault allows faults that never occur.
	anyFault bool
	// github is the GitHub server; nil for none.
	github *githubtest.Server
	// duplicates is set if the server creates duplicate runs and omits them from lists.
	duplicates bool
	// extraSecrets are additional secrets of this step.
	extraSecrets []string
}

// stepResult is the result of a step.
type stepResult struct {
	t       *testing.T
	server  *scalrsim.Server
	dir     string
	signals chan os.Signal
	began   time.Time
	limit   time.Duration // value of the input timeout
	record  *record
	// signaledAt is the time of the first signal in nanoseconds, or 0 if there was none.
	signaledAt atomic.Int64
	// duplicates is set if the server creates duplicate runs and omits them from lists.
	duplicates bool

	runs    []scalrsim.RunRecord // state at the end of the step
	code    int
	took    time.Duration
	log     string
	outputs map[string]string
	state   map[string]string
	summary string
}

// newResult returns the result of a step with a directory of its own.
func newResult(t *testing.T) *stepResult { return &stepResult{t: t, dir: dirtest.InMemory(t)} }

// scenario returns a scenario of the simulator.
func scenario(t *testing.T, name string) scalrsim.Scenario {
	t.Helper()
	s, ok := scalrsim.Scenarios()[name]
	if !ok {
		t.Fatalf("unknown scenario %q", name)
	}
	return s
}

// newStepTest returns a step that uploads a small checkout to the workspace network.
func newStepTest(t *testing.T, s scalrsim.Scenario, inputs ...string) *stepTest {
	t.Helper()
	checkout := dirtest.InMemory(t)
	write(t, filepath.Join(checkout, "main.tf"), `resource "terraform_data" "network" {}`)
	writeSecretFiles(t, checkout)
	r := &stepTest{
		t:        t,
		scenario: s,
		name:     "scalr-run",
		checkout: checkout,
		env: map[string]string{
			"GITHUB_ACTIONS":     "true",
			"GITHUB_EVENT_NAME":  "push",
			"GITHUB_REPOSITORY":  "acme/infra",
			"GITHUB_REF":         "refs/heads/main",
			"GITHUB_REF_NAME":    "main",
			"GITHUB_SHA":         "5f2c1e8a9b7d4f60a1b2c3d4e5f60718293a4b5c",
			"GITHUB_ACTOR":       "octocat",
			"GITHUB_SERVER_URL":  "https://github.com",
			"GITHUB_RUN_ID":      "7",
			"GITHUB_RUN_ATTEMPT": "1",
		},
		inputs: map[string]string{
			"base-url": "https://acme.scalr.test", "token": scalrsim.Token, "workspace-id": scalrsim.WorkspaceID,
		},
	}
	r.set(inputs...)
	return r
}

// set sets inputs, given as name=value.
func (r *stepTest) set(inputs ...string) *stepTest {
	for _, in := range inputs {
		name, value, _ := strings.Cut(in, "=")
		r.inputs[name] = value
	}
	return r
}

// play runs the step and checks what must be true after every step.
func (r *stepTest) play() *stepResult {
	r.t.Helper()
	p := &stepResult{t: r.t, dir: dirtest.InMemory(r.t), duplicates: r.duplicates}
	r.then(p, func() { time.Sleep(time.Minute) }) // to detect requests after the end (I6)
	p.read()
	r.check(p)
	return p
}

// then runs the step in its own bubble, and then next in the same bubble.
func (r *stepTest) then(p *stepResult, next func()) {
	synctest.Test(r.t, func(*testing.T) {
		p.server = scalrsim.New(r.scenario)
		r.step(p)
		next()
	})
}

// step runs the step against p.server.
func (r *stepTest) step(p *stepResult) {
	p.signals = make(chan os.Signal, 4) // a channel from outside the bubble would block its clock
	time.Sleep(r.later)
	p.began = time.Now()
	p.limit, _ = time.ParseDuration(r.inputs["timeout"])
	log := &lockedBuffer{}
	out := io.Writer(log)
	if r.stdout != nil {
		out = r.stdout(log)
	}
	transport := http.RoundTripper(p.server.Client().Transport)
	if r.http != nil {
		transport = r.http(p.server)
	}
	p.record = &record{to: transport}
	done, signals := make(chan struct{}), make(chan os.Signal, 4)
	go func() {
		defer close(done)
		if r.during != nil {
			r.during(p)
		}
	}()
	over := make(chan struct{})
	go p.passOn(signals, over)
	p.code = action.Main(context.Background(), action.Env{
		Args: []string{"/" + r.name}, Environ: r.environ(p.dir), Stdout: out,
		HTTP: &http.Client{Transport: p.record}, Signals: signals, Version: "test",
	})
	p.took = time.Since(p.began)
	p.runs = p.server.Runs()
	p.log = log.String()
	close(over)
	<-done
	if r.stdout != nil {
		time.Sleep(2 * time.Hour) // until blocked writes end
	}
}

func (r *stepTest) environ(dir string) []string {
	env := map[string]string{
		"GITHUB_WORKSPACE": r.checkout, "RUNNER_TEMP": dir, "GITHUB_OUTPUT": filepath.Join(dir, "output"),
		"GITHUB_STATE": filepath.Join(dir, "state"), "GITHUB_STEP_SUMMARY": filepath.Join(dir, "summary.md"),
	}
	maps.Copy(env, r.env)
	for name, value := range r.inputs {
		env["INPUT_"+strings.ToUpper(name)] = value
	}
	r.addCanaries(env)
	var list []string
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	return list
}

func (p *stepResult) read() {
	p.t.Helper()
	p.outputs, p.state = pairs(p.t, filepath.Join(p.dir, "output")), pairs(p.t, filepath.Join(p.dir, "state"))
	if b, err := os.ReadFile(filepath.Join(p.dir, "summary.md")); err == nil {
		p.summary = string(b)
	}
}

func pairs(t *testing.T, file string) map[string]string {
	t.Helper()
	if _, err := os.Stat(file); err != nil {
		return map[string]string{}
	}
	m, err := runnertest.Outputs(file)
	if err != nil {
		t.Fatalf("the runner cannot read %s: %v", filepath.Base(file), err)
	}
	return m
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
