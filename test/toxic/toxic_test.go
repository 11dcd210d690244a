// Package toxic tests connections between the built program and a simulated Scalr that are truncated, sliced,
// slowed down, reset or never closed.
package toxic_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"scalr-run-action/internal/scalrsim"
)

// binary is the built program.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "16") // the tests mostly wait
	os.Exit(build(m))
}

func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "toxic-")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "scalr-run")
	cmd := exec.Command("go", "build", "-o", binary, ".")
	cmd.Dir = "../.." // the program's own module
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Printf("build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// wire is a simulated Scalr behind two proxies, one for each of its hosts.
type wire struct {
	server    *scalrsim.Server
	api, blob *toxiproxy.Proxy
}

func newWire(t *testing.T, s scalrsim.Scenario) *wire {
	t.Helper()
	w := &wire{server: scalrsim.New(s)}
	api, blob := httptest.NewServer(w.server), httptest.NewServer(w.server.BlobHandler())
	t.Cleanup(func() { api.CloseClientConnections(); api.Close(); blob.CloseClientConnections(); blob.Close() })
	proxies := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	w.api = newProxy(t, proxies, "api", api.URL)
	w.blob = newProxy(t, proxies, "blob", blob.URL)
	w.server.SetURLs("http://"+w.api.Listen, "http://"+w.blob.Listen)
	return w
}

func newProxy(t *testing.T, proxies *toxiproxy.ApiServer, name, upstream string) *toxiproxy.Proxy {
	t.Helper()
	p := toxiproxy.NewProxy(proxies, name, "127.0.0.1:0", strings.TrimPrefix(upstream, "http://"))
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return p
}

// poison applies a fault to a proxy for a duration; 0 means permanently.
func poison(t *testing.T, p *toxiproxy.Proxy, toxic string, d time.Duration) {
	t.Helper()
	if _, err := p.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
		t.Fatalf("%s: %v", toxic, err)
	}
	if d > 0 {
		time.AfterFunc(d, func() { p.Toxics.ResetToxics(context.Background()) })
	}
}

// step is the running program, and its result.
type step struct {
	cmd  *exec.Cmd
	log  bytes.Buffer
	dir  string
	code int
	took time.Duration
	peak int64 // peak memory in KiB
}

// start starts the program in a checkout of one file.
func (w *wire) start(t *testing.T) *step {
	t.Helper()
	return w.startIn(t, t.TempDir())
}

func (w *wire) startIn(t *testing.T, checkout string) *step {
	t.Helper()
	s := &step{dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(checkout, "main.tf"), []byte(`resource "terraform_data" "network" {}`),
		0o644); err != nil {
		t.Fatal(err)
	}
	s.cmd = exec.Command(binary)
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	s.cmd.Env = []string{
		"GITHUB_ACTIONS=true",
		"GITHUB_WORKSPACE=" + checkout,
		"RUNNER_TEMP=" + s.dir,
		"GITHUB_OUTPUT=" + filepath.Join(s.dir, "output"),
		"GITHUB_STATE=" + filepath.Join(s.dir, "state"),
		"GITHUB_STEP_SUMMARY=" + filepath.Join(s.dir, "summary.md"),
		"INPUT_BASE-URL=" + w.server.URL(),
		"INPUT_TOKEN=" + scalrsim.Token,
		"INPUT_WORKSPACE-ID=" + scalrsim.WorkspaceID,
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return s
}

// wait waits for the program's end, two minutes at most.
func (s *step) wait(t *testing.T) *step {
	t.Helper()
	began := time.Now()
	hung := time.AfterFunc(2*time.Minute, func() { _ = s.cmd.Process.Signal(syscall.SIGQUIT) })
	defer hung.Stop()
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = s.cmd.Wait() // the exit code is checked later
	}()
	for {
		select {
		case <-over:
			s.code, s.took = s.cmd.ProcessState.ExitCode(), time.Since(began)
			return s
		case <-time.After(5 * time.Millisecond):
			s.peak = max(s.peak, highWater(s.cmd.Process.Pid))
		}
	}
}

// highWater returns the peak memory of a process, in KiB. The value of wait4 cannot be used, because it includes
// the memory of the test process before exec.
func highWater(pid int) (kib int64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	_, _ = fmt.Sscanf(string(rest), "%d", &kib)
	return kib
}

// TestBytes checks that the step has the right result, one run and the same archive for faults at any byte.
func TestBytes(t *testing.T) {
	t.Parallel()
	const (
		cut300  = `{"name":"t","type":"limit_data","stream":"downstream","attributes":{"bytes":300}}`
		cutUp   = `{"name":"t","type":"limit_data","stream":"upstream","attributes":{"bytes":250}}`
		reset   = `{"name":"t","type":"reset_peer","stream":"downstream","attributes":{"timeout":0}}`
		resetUp = `{"name":"t","type":"reset_peer","stream":"upstream","attributes":{"timeout":0}}`
		slices  = `{"name":"t","type":"slicer","stream":"downstream","attributes":{"average_size":16,` +
			`"size_variation":8,"delay":200}}`
		slicesUp = `{"name":"t","type":"slicer","stream":"upstream","attributes":{"average_size":16,"size_variation":8,` +
			`"delay":200}}`
		slow   = `{"name":"t","type":"bandwidth","stream":"downstream","attributes":{"rate":16}}`
		slowUp = `{"name":"t","type":"bandwidth","stream":"upstream","attributes":{"rate":1}}`
		late   = `{"name":"t","type":"latency","stream":"downstream","attributes":{"latency":250,"jitter":200}}`
		open   = `{"name":"t","type":"slow_close","stream":"downstream","attributes":{"delay":1500}}`
		silent = `{"name":"t","type":"timeout","stream":"downstream","attributes":{"timeout":700}}`
	)
	for name, c := range map[string]struct {
		scenario string
		api      string
		blob     string
		lasts    time.Duration
		felt     bool // something had to be retried
	}{
		"limit_data":          {api: cut300, lasts: 3 * time.Second, felt: true},
		"limit_data upstream": {api: cutUp, lasts: 3 * time.Second, felt: true},
		"reset_peer":          {api: reset, lasts: 3 * time.Second, felt: true},
		"slicer":              {api: slices},
		"slicer upstream":     {api: slicesUp, blob: slicesUp},
		"bandwidth":           {api: slow, blob: slow},
		"latency":             {api: late, blob: late},
		"slow_close":          {api: open, blob: open},
		"timeout":             {api: silent, lasts: 3 * time.Second, felt: true},
		"upload: limit_data":  {blob: cutUp, lasts: 3 * time.Second, felt: true},
		"upload: reset_peer":  {blob: resetUp, lasts: 3 * time.Second, felt: true},
		"upload: bandwidth":   {blob: slowUp},
		"upload: slicer":      {blob: slicesUp},
		"log elsewhere: cut": {
			scenario: "log-redirects",
			blob:     `{"name":"t","type":"limit_data","stream":"downstream","attributes":{"bytes":700}}`,
			lasts:    6 * time.Second,
		},
		"log elsewhere: in slices": {scenario: "log-redirects", blob: slices},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.scenario == "" {
				c.scenario = "plan-changes"
			}
			w := newWire(t, scalrsim.Scenarios()[c.scenario])
			if c.api != "" {
				poison(t, w.api, c.api, c.lasts)
			}
			if c.blob != "" {
				poison(t, w.blob, c.blob, c.lasts)
			}
			s := w.start(t).wait(t)
			w.wantWell(t, s)
			if c.felt && !strings.Contains(s.log.String(), "retrying") {
				t.Errorf("nothing was retried\n%s", &s.log)
			}
		})
	}
}

// wantWell checks the result of a step that must succeed.
func (w *wire) wantWell(t *testing.T, s *step) {
	t.Helper()
	if s.code != 0 || !strings.Contains(s.log.String(), "Result: planned") {
		t.Errorf("exit %d\n%s", s.code, &s.log)
	}
	runs := w.server.Runs()
	if len(runs) != 1 || runs[0].Status != "planned_and_finished" {
		t.Errorf("runs: %+v", runs)
	}
	if o := w.server.Objections(); len(o) > 0 {
		t.Errorf("Scalr objects: %v", o)
	}
	if len(runs) > 0 && len(w.server.Uploaded(runs[0].Configuration)) != 1 {
		t.Errorf("uploaded: %v", w.server.Uploaded(runs[0].Configuration))
	}
	for _, line := range []string{"terraform_data.route will be updated", "2 to add, 1 to change, 1 to destroy."} {
		if n := strings.Count(s.log.String(), line); n != 1 {
			t.Errorf("%q stands %d times in the log\n%s", line, n, &s.log)
		}
	}
}

// TestDown stops the listener for a while, at the start and during the run. It is not
// parallel: another test might take the address meanwhile.
func TestDown(t *testing.T) {
	for name, after := range map[string]time.Duration{"at the start": 0, "on the way": 3 * time.Second} {
		t.Run(name, func(t *testing.T) {
			scenario := scalrsim.Scenarios()["plan-changes"]
			scenario.Script.Plan.For = 6 * time.Second
			w := newWire(t, scenario)
			var s *step
			if after > 0 {
				s = w.start(t)
				time.Sleep(after)
			}
			w.api.Stop()
			time.AfterFunc(5*time.Second, func() { _ = w.api.Start() })
			if s == nil {
				s = w.start(t)
			}
			w.wantWell(t, s.wait(t))
			if !strings.Contains(s.log.String(), "retrying") {
				t.Errorf("nothing was retried\n%s", &s.log)
			}
		})
	}
}

// TestSignal checks that the stop request arrives in time over a slow connection, and that the step ends even if
// the connection is lost.
func TestSignal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ toxic, says string }{
		"slow":   {`{"name":"t","type":"latency","stream":"downstream","attributes":{"latency":250}}`, "canceled"},
		"silent": {`{"name":"t","type":"timeout","stream":"downstream","attributes":{"timeout":0}}`, "may still run"},
		"reset":  {`{"name":"t","type":"reset_peer","stream":"downstream","attributes":{"timeout":0}}`, "may still run"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario := scalrsim.Scenarios()["plan-changes"]
			scenario.Script.Plan.For = time.Minute
			w := newWire(t, scenario)
			s := w.start(t)
			for i := 0; len(w.server.Runs()) == 0 || w.server.Runs()[0].Status != "planning"; i++ {
				if i > 300 {
					t.Fatalf("no run is planning\n%s", &s.log)
				}
				time.Sleep(100 * time.Millisecond)
			}
			poison(t, w.api, c.toxic, 0)
			_ = s.cmd.Process.Signal(syscall.SIGINT)
			s.wait(t)
			if s.code != 130 || !strings.Contains(s.log.String(), c.says) || s.took > 7*time.Second {
				t.Errorf("exit %d after %s, want 130 and %q\n%s", s.code, s.took, c.says, &s.log)
			}
		})
	}
}
