package action_test

import (
	"context"
	"fmt"
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
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/scalrsim"
)

// stepTest plays one step against a Scalr in memory, in virtual time.
type stepTest struct {
	t        *testing.T
	scenario scalrsim.Scenario
	inputs   map[string]string
	env      map[string]string
	name     string // what the program is called by
	checkout string

	// http is where requests go; nil means the simulator's own client.
	http func(*scalrsim.Server) http.RoundTripper
	// later is for how long to wait before the step begins.
	later time.Duration
	// stdout wraps the log.
	stdout func(io.Writer) io.Writer
	// during runs beside the step, in its bubble.
	during func(*stepResult)
	// anyObjection allows requests that Scalr objects to.
	anyObjection bool
	// anyFault allows faults that were never used.
	anyFault bool
	// github is the GitHub beside the step; nil for none.
	github *githubtest.Server
	// duplicates are runs that the server makes by itself and hides.
	duplicates bool
	// known are secrets of this step beyond those of every step.
	known []string
}

// stepResult is what came of it.
type stepResult struct {
	t       *testing.T
	server  *scalrsim.Server
	dir     string
	signals chan os.Signal
	began   time.Time
	limit   time.Duration // the input timeout
	record  *record
	// signalled is when the first signal came, in nanoseconds; 0 for never.
	signalled atomic.Int64
	// twins: the server makes second runs by itself, and hides them.
	twins bool

	runs    []scalrsim.RunRecord // as the step left them
	code    int
	took    time.Duration
	log     string
	outputs map[string]string
	state   map[string]string
	summary string
}

// scenario gives one of the simulator's scenarios.
func scenario(t *testing.T, name string) scalrsim.Scenario {
	t.Helper()
	s, ok := scalrsim.Scenarios()[name]
	if !ok {
		t.Fatalf("there is no scenario %q", name)
	}
	return s
}

// newStepTest makes a step that sends a small checkout to the workspace network.
func newStepTest(t *testing.T, s scalrsim.Scenario, inputs ...string) *stepTest {
	t.Helper()
	checkout := t.TempDir()
	write(t, filepath.Join(checkout, "main.tf"), `resource "terraform_data" "network" {}`)
	plant(t, checkout)
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

// set gives inputs as name=value.
func (r *stepTest) set(inputs ...string) *stepTest {
	for _, in := range inputs {
		name, value, _ := strings.Cut(in, "=")
		r.inputs[name] = value
	}
	return r
}

// play runs the step and checks what must hold after every step.
func (r *stepTest) play() *stepResult {
	r.t.Helper()
	p := &stepResult{t: r.t, dir: r.t.TempDir(), twins: r.duplicates}
	r.then(p, func() { time.Sleep(time.Minute) }) // whatever comes after the end is seen (I6)
	p.read()
	r.check(p)
	return p
}

// then plays the step in a bubble of its own, and then what comes next in it.
func (r *stepTest) then(p *stepResult, next func()) {
	synctest.Test(r.t, func(*testing.T) {
		p.server = scalrsim.New(r.scenario)
		r.step(p)
		next()
	})
}

// step plays the step against p.server.
func (r *stepTest) step(p *stepResult) {
	p.signals = make(chan os.Signal, 4) // one from outside the bubble would hold up its clock
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
		time.Sleep(2 * time.Hour) // for writes that block to come to their end
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
	r.canaries(env)
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

// check holds for every step: the service had nothing to object to, every fault
// was used, nothing printed the token, nothing is left behind, one annotation
// says what is wrong.
func (r *stepTest) check(p *stepResult) {
	r.t.Helper()
	if objections := p.server.Objections(); len(objections) > 0 && !r.anyObjection {
		r.t.Errorf("Scalr objects: %s", strings.Join(objections, "; "))
	}
	for _, f := range p.server.UnusedFaults() {
		if r.anyFault {
			break
		}
		r.t.Errorf("this fault was never used: %+v", f)
	}
	for where, text := range map[string]string{
		"summary": p.summary,
		"outputs": fmt.Sprint(p.outputs),
		"state":   fmt.Sprint(p.state),
		"log":     strings.ReplaceAll(p.log, "::add-mask::"+scalrsim.Token, ""),
	} {
		if strings.Contains(text, scalrsim.Token) {
			r.t.Errorf("the token stands in the %s", where)
		}
	}
	p.checkLeftovers()
	r.invariants(p)
	r.leaks(p)
	errors := strings.Count(p.log, "::error title=Scalr")
	if want := map[bool]int{true: 0, false: 1}[p.code == 0]; errors != want && r.env["GITHUB_ACTIONS"] == "true" &&
		r.stdout == nil {
		r.t.Errorf("exit %d with %d headline errors, want %d\n%s", p.code, errors, want, p.log)
	}
}

// checkLeftovers: of our files only those that outputs name stay in RUNNER_TEMP.
func (p *stepResult) checkLeftovers() {
	p.t.Helper()
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		ours := name == "output" || name == "state" || name == "summary.md" || name == "event.json"
		_, told := p.outputs["plan-log-file"]
		if shared, _ := filepath.Match("scalr-run-*", name); shared && !told {
			continue // the outputs are elsewhere
		}
		if !ours && name != p.outputs["plan-log-file"] && name != p.outputs["plan-json-file"] &&
			name != p.outputs["terraform-outputs-file"] {
			p.t.Errorf("%s was left in RUNNER_TEMP", name)
		}
	}
}

// want checks outputs, given as name=value, and the exit code.
func (p *stepResult) want(code int, outputs ...string) *stepResult {
	p.t.Helper()
	if p.code != code {
		p.t.Errorf("exit %d, want %d\n%s", p.code, code, p.log)
	}
	for _, o := range outputs {
		name, value, _ := strings.Cut(o, "=")
		if got := p.outputs[name]; got != value {
			p.t.Errorf("output %s is %q, want %q\n%s", name, got, value, p.log)
		}
	}
	return p
}

// says checks that the log has each text.
func (p *stepResult) says(texts ...string) *stepResult {
	p.t.Helper()
	for _, text := range texts {
		if !strings.Contains(p.log, text) {
			p.t.Errorf("the log does not say %q\n%s", text, p.log)
		}
	}
	return p
}

// count counts the requests of a method and a path, in which * is one element.
func (p *stepResult) count(op string) int {
	n := 0
	for _, r := range p.server.Requests() {
		if matches(op, r.Method+" "+r.Path) {
			n++
		}
	}
	return n
}

func matches(pattern, op string) bool {
	a, b := strings.Split(pattern, "/"), strings.Split(op, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != "*" && a[i] != b[i] {
			return false
		}
	}
	return true
}

// asked checks how often something was asked for.
func (p *stepResult) asked(op string, want int) *stepResult {
	p.t.Helper()
	if got := p.count(op); got != want {
		p.t.Errorf("%s was asked %d times, want %d", op, got, want)
	}
	return p
}

// stops checks the requests to stop runs, without the runs' ids.
func (p *stepResult) stops(want ...string) *stepResult {
	p.t.Helper()
	var got []string
	for _, s := range p.server.Stops() {
		verb, rest, _ := strings.Cut(s, " ")
		_, status, _ := strings.Cut(rest, ": ")
		got = append(got, verb+" "+status)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		p.t.Errorf("stop requests: %v, want %v\n%s", got, want, p.log)
	}
	return p
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
