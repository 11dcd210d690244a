// Package program_test runs the built program against a simulated Scalr and a simulated GitHub over HTTP/2 and TLS.
package program_test

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/scalrsim"
)

// program is the path of the program that TestMain has built.
var program string

// TestMain builds the program.
func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "program-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "scalr-run")
	build := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", program, "scalr-run-action")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// service is a simulated Scalr with its storage and a simulated GitHub, served over HTTP/2 and TLS.
type service struct {
	t      *testing.T
	scalr  *scalrsim.Server
	github *githubtest.Server
	dir    string // for the runner's files
	env    []string

	mu       sync.Mutex
	protocol map[string]int // number of requests by protocol
	carried  []string       // secrets in requests and responses
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{
		t:        t,
		dir:      t.TempDir(),
		protocol: map[string]int{},
		github:   githubtest.New(githubtest.Options{Token: "ghs_canary5d1e7c90ab42"}),
	}
	scenario := scalrsim.Scenarios()["log-redirects"]
	scenario.Pace, scenario.Config.Processing = 0.1, -1
	s.scalr = scalrsim.New(scenario)
	api, blob, hub := s.serve(s.scalr), s.serve(s.scalr.BlobHandler()), s.serve(s.github)
	s.scalr.SetURLs(api.URL, blob.URL)
	certificate := filepath.Join(s.dir, "ca.pem") // httptest's own, which the three servers share
	s.write(certificate, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: api.Certificate().Raw})))
	s.write(filepath.Join(s.dir, "checkout", "main.tf"), `resource "terraform_data" "network" {}`)
	for _, name := range []string{"output", "state", "summary.md"} {
		s.write(filepath.Join(s.dir, name), "")
	}
	s.env = []string{
		"GITHUB_ACTIONS=true",
		"GITHUB_WORKSPACE=" + filepath.Join(s.dir, "checkout"),
		"RUNNER_TEMP=" + s.dir,
		"SSL_CERT_FILE=" + certificate,
		"GITHUB_OUTPUT=" + filepath.Join(s.dir, "output"),
		"GITHUB_STATE=" + filepath.Join(s.dir, "state"),
		"GITHUB_STEP_SUMMARY=" + filepath.Join(s.dir, "summary.md"),
		"GITHUB_REPOSITORY=acme/infra",
		"GITHUB_EVENT_NAME=push",
		"GITHUB_REF=refs/heads/main",
		"GITHUB_RUN_ID=7",
		"GITHUB_RUN_ATTEMPT=1",
		"GITHUB_API_URL=" + hub.URL,
		"GITHUB_GRAPHQL_URL=" + hub.URL + "/graphql",
		"RUNNER_DEBUG=1",
		"ACTIONS_ID_TOKEN_REQUEST_URL=" + strings.Replace(s.github.IDTokenRequestURL(), s.github.APIURL(), hub.URL, 1),
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN=" + s.github.IDTokenRequestToken(),
		"INPUT_BASE-URL=" + api.URL,
		"INPUT_SERVICE-ACCOUNT=deployer@acme.scalr.io",
		"INPUT_WORKSPACE-ID=" + scalrsim.WorkspaceID,
		"INPUT_SENSITIVE-VARIABLES=canary=var-5b9e20d7-Zq8w",
		"INPUT_COMMENT=true",
		"INPUT_PR-NUMBER=7",
		"INPUT_GITHUB-TOKEN=" + s.github.Token(),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.carried = []string{s.github.Token(), s.github.IDTokenRequestToken(), "var-5b9e20d7-Zq8w"}
	return s
}

func (s *service) write(name, text string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// serve starts an HTTP/2 server that records the secrets in requests and responses.
func (s *service) serve(h http.Handler) *httptest.Server {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		h.ServeHTTP(recorder, r)
		s.remember(r, recorder.Body.String()+recorder.Header().Get("Location"))
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes())
	}))
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	server.StartTLS()
	s.t.Cleanup(server.Close)
	return server
}

var inAnswer = regexp.MustCompile(`(?:"access-token":|"value":|signature=)"?([A-Za-z0-9._-]{12,})`)

func (s *service) remember(r *http.Request, answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.protocol[r.Proto]++
	for _, m := range inAnswer.FindAllStringSubmatch(answer, -1) {
		s.carried = append(s.carried, m[1])
	}
	if _, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok {
		s.carried = append(s.carried, token)
	}
}

// play runs the program and returns its output without mask commands.
func (s *service) play(env ...string) (stdout, stderr string, err error) {
	s.t.Helper()
	var out, errs bytes.Buffer
	cmd := &exec.Cmd{
		Path:   program,
		Args:   []string{"/scalr-run"},
		Env:    append(s.env, env...),
		Dir:    s.dir,
		Stdout: &out,
		Stderr: &errs,
	}
	err = cmd.Run()
	return regexp.MustCompile(`(?m)^::add-mask::.*$`).ReplaceAllString(out.String(), ""), errs.String(), err
}

// TestGoDebugVariablesPrintNothing sets the environment variables that make Go programs print requests or change
// their behavior, and runs the program over HTTP/2 with a sign-in, an upload, redirected logs and a comment. The
// output must contain no secret and no connection data. stderr may only contain traces of the scheduler and of
// memory from before the program restarts without the variables.
func TestGoDebugVariablesPrintNothing(t *testing.T) {
	t.Parallel()
	for name, env := range map[string][]string{
		"http2debug=1":            {"GODEBUG=http2debug=1"},
		"http2debug=2":            {"GODEBUG=http2debug=2"},
		"in a list":               {"GODEBUG=netdns=go+2,http2debug=2,gctrace=1,scavtrace=1"},
		"HTTP/1 alone":            {"GODEBUG=http2client=0,http2debug=2"},
		"HTTP/1, scheduler":       {"GODEBUG=http2client=0,http2debug=2,schedtrace=1,scheddetail=1,inittrace=1"},
		"algorithms, stacks":      {"GODEBUG=fips140=only,tracebackancestors=100", "GOTRACEBACK=crash"},
		"goroutine checks, empty": {"DEBUG_HTTP2_GOROUTINES=1", "GODEBUG=", "GOTRACEBACK=", "GOGC=", "GOMEMLIMIT="},
		"memory, keys of TLS":     {"GOGC=off", "GOMEMLIMIT=1MiB", "SSLKEYLOGFILE=keys.log"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			stdout, stderr, err := s.play(env...)
			if err != nil {
				t.Errorf("the program failed: %v\n%s", err, stdout)
			}
			if said := regexp.MustCompile(`http2: |package net: |goroutine `).FindString(stderr); said != "" {
				t.Errorf("stderr has %q in %d bytes: %.300q", said, len(stderr), stderr)
			}
			s.wantNoSecret("stdout", stdout)
			s.wantNoSecret("stderr", stderr)
			if files, _ := filepath.Glob(filepath.Join(s.dir, "keys*")); len(files) > 0 {
				t.Errorf("the keys of TLS sessions were written to %q", files)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.protocol["HTTP/2.0"] == 0 || len(s.protocol) != 1 {
				t.Errorf("the requests came by %v, want HTTP/2 alone", s.protocol)
			}
			if outputs, err := runnertest.Outputs(filepath.Join(s.dir, "output")); err != nil || outputs["result"] != "planned" {
				t.Errorf("the outputs are %v, %v", outputs, err)
			}
		})
	}
}

// TestUnsolicitedResponsesAreNotPrinted checks that data after a response, which net/http logs and which may echo
// the request, is not printed.
func TestUnsolicitedResponsesAreNotPrinted(t *testing.T) {
	t.Parallel()
	s := newService(t)
	var requests atomic.Int32
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, out, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		// The program waits before a retry, so the connection is idle in the meantime.
		status := map[bool]string{
			true:  "503 Service Unavailable\r\nRetry-After: 1",
			false: "404 Not Found",
		}[requests.Add(1) == 1]
		fmt.Fprintf(out, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"errors\":[]}", status)
		_ = out.Flush()
		time.Sleep(200 * time.Millisecond)
		fmt.Fprint(out, r.Header.Get("Authorization"))
		_ = out.Flush()
	}))
	t.Cleanup(echo.Close)
	stdout, stderr, err := s.play("INPUT_BASE-URL="+echo.URL, "INPUT_SERVICE-ACCOUNT=", "INPUT_TOKEN="+scalrsim.Token,
		"INPUT_WORKSPACE=production/network", "INPUT_WORKSPACE-ID=")
	if err == nil || requests.Load() < 2 {
		t.Errorf("the program ended with %v after %d requests, want a second one\n%s", err, requests.Load(), stdout)
	}
	if stderr != "" {
		t.Errorf("stderr is %q, want nothing", stderr)
	}
}

// wantNoSecret searches for any twelve consecutive bytes of the recorded secrets.
func (s *service) wantNoSecret(where, text string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.carried) < 8 {
		s.t.Errorf("only %d secrets passed: does the search still work?", len(s.carried))
	}
	const window = 12
	for _, secret := range s.carried {
		for i := 0; i+window <= len(secret); i++ {
			if part := secret[i : i+window]; strings.Contains(text, part) {
				s.t.Errorf("%s has %q of the secret %q", where, part, fmt.Sprintf("%.6s…", secret))
				break
			}
		}
	}
}
