// Package plays runs the complete workflows in examples: the built program and the scripts of other steps, like
// GitHub's runner, against a simulated Scalr and a simulated GitHub on this machine.
//
// The tests support only the features that the examples use. Any other feature is an error, so that nothing is
// skipped silently.
package plays

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/scalrsim"
)

// buildDir is the directory of the built program.
var buildDir string

// TestMain lets the test binary act as the `gh` of the scripts. More tests than processors run in parallel,
// because they mostly wait.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "gh" {
		os.Exit(beGH(os.Args[1:], os.Stdout, os.Stderr))
	}
	flag.Parse()
	var err error
	if buildDir, err = os.MkdirTemp("", "plays-"); err == nil {
		err = flag.Set("test.parallel", "6")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(buildDir)
	os.Exit(code)
}

// built builds the program and the fake gh once.
var built = sync.OnceValues(func() (program string, err error) {
	program = filepath.Join(buildDir, "scalr-run")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", program, "scalr-run-action").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	if err := os.Mkdir(tools(), 0o755); err != nil {
		return "", err
	}
	return program, os.Symlink(self, filepath.Join(tools(), "gh"))
})

// tools is the first directory on the PATH of the scripts.
func tools() string { return filepath.Join(buildDir, "tools") }

// testbed is the environment of a test: a simulated Scalr, a simulated GitHub with a repository, and other servers
// that the scripts use.
type testbed struct {
	t        *testing.T
	program  string // path of the built program
	scalr    *scalrsim.Server
	scalrURL string
	github   *github
	commits  map[string]map[string]string // contents by commit hash and path
	secrets  map[string]string
	vars     map[string]string
	reviews  map[string]string // results of jobs without an approval, by GitHub environment

	mu         sync.Mutex
	transcript strings.Builder
	logs       strings.Builder
	workspaces []string // directories of the jobs
}

// newTestbed creates a testbed. It skips the test if a tool of the scripts is missing, or if the scenario executes
// Terraform and Terraform is missing.
func newTestbed(t *testing.T, scenario scalrsim.Scenario, needs ...string) *testbed {
	t.Helper()
	for _, tool := range append([]string{"bash"}, needs...) {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the scripts of this example need %s, which is not on the PATH", tool)
		}
	}
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	s := &testbed{
		t:       t,
		program: program,
		github:  newGitHub(t),
		commits: map[string]map[string]string{},
		vars:    map[string]string{},
		reviews: map[string]string{},
		secrets: map[string]string{"SCALR_TOKEN": scalrsim.Token},
	}
	s.open(scenario)
	t.Cleanup(s.close)
	return s
}

// everything reports whether to run the most expensive tests too: with TESTS=all, as in .ci/tests, or SOAK=1.
func everything() bool { return os.Getenv("TESTS") == "all" || os.Getenv("SOAK") != "" }

// withTerraform is the scenario in which Terraform executes the uploaded configuration. All such tests together
// take a minute, so most of them are skipped unless TESTS=all or SOAK=1 is set, as in .ci/tests.
func withTerraform(t *testing.T) scalrsim.Scenario {
	t.Helper()
	if !everything() {
		t.Skip("executes Terraform: set TESTS=all")
	}
	return alwaysWithTerraform()
}

// withTerraformInSoak is the scenario for recipes that test/runner also runs with a container engine: Terraform
// executes the configuration only with SOAK=1.
func withTerraformInSoak(t *testing.T) scalrsim.Scenario {
	t.Helper()
	if os.Getenv("SOAK") == "" {
		t.Skip("test/runner covers this recipe: set SOAK=1 to execute Terraform here too")
	}
	return alwaysWithTerraform()
}

// alwaysWithTerraform is the scenario for tests that always execute Terraform: a plan of several workspaces, and
// an apply.
func alwaysWithTerraform() scalrsim.Scenario {
	scenario := scripted()
	scenario.Script.Execute = true
	return scenario
}

// scripted is the scenario for tests that do not need Terraform.
func scripted() scalrsim.Scenario {
	return scalrsim.Scenario{Pace: 0.1, Config: scalrsim.Config{Processing: -1}}
}

// open starts the simulated Scalr.
func (s *testbed) open(scenario scalrsim.Scenario) {
	s.t.Helper()
	s.scalr = scalrsim.New(scenario)
	s.t.Cleanup(s.scalr.Close)
	if scenario.Script.Execute && !s.scalr.Executes() {
		s.t.Skip("neither terraform nor tofu is on the PATH")
	}
	url, stop, err := s.scalr.Start()
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(stop)
	s.scalrURL = url
}

// close prints the transcript and checks the invariants of all tests.
func (s *testbed) close() {
	s.t.Logf("transcript:\n%s", s.transcript.String())
	s.noObjections()
	for name, secret := range s.secrets {
		if strings.Contains(s.github.everything(), secret) {
			s.t.Errorf("%s stands on GitHub", name)
		}
	}
	if s.t.Failed() {
		s.t.Logf("logs of all steps:\n%s", s.logs.String())
	}
}

func (s *testbed) noObjections() {
	s.t.Helper()
	for who, objections := range map[string][]string{"Scalr": s.scalr.Objections(), "GitHub": s.github.objections()} {
		if len(objections) > 0 {
			s.t.Errorf("%s objects: %s", who, strings.Join(objections, "; "))
		}
	}
}

// print adds a line to the transcript.
func (s *testbed) print(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(&s.transcript, format+"\n", args...)
}

// opened records the directory of a job.
func (s *testbed) opened(workspace string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workspaces = append(s.workspaces, workspace)
}

// commit creates a named commit and its merge with main.
func (s *testbed) commit(name string, files map[string]string) {
	s.commits[commit(name)] = files
	s.commits[mergeOf(name)] = files
	var parents []string
	if name != "main" {
		parents = []string{commit("main")}
	}
	s.github.memory.Commit(githubtest.Commit{SHA: commit(name), Parents: parents, Files: files})
	s.github.memory.Commit(githubtest.Commit{SHA: mergeOf(name), Parents: append(parents, commit(name)), Files: files})
}

// mailbox starts a server that stores the request bodies, and returns its address.
func mailbox(t *testing.T) (url string, letters func() []string) {
	t.Helper()
	var mu sync.Mutex
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.Method+" "+r.Header.Get("Content-Type")+" "+string(body))
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), got...)
	}
}
