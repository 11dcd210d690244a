// Package plays plays the workflows under examples from start to end: the built
// program and the scripts between its steps, as GitHub's runner would run them,
// against a Scalr and a GitHub on this machine.
//
// The player is small and strict. It knows what the examples use; whatever else
// it meets is an error, so that nothing is passed over in silence.
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

// workshop is the directory in which the program is built.
var workshop string

// TestMain lets the test program be the `gh` of the scripts. More plays than
// there are processors run at a time, since they mostly wait.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "gh" {
		os.Exit(beGH(os.Args[1:], os.Stdout, os.Stderr))
	}
	flag.Parse()
	var err error
	if workshop, err = os.MkdirTemp("", "plays-"); err == nil {
		err = flag.Set("test.parallel", "6")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(workshop)
	os.Exit(code)
}

// built builds the program, once, with a gh beside it.
var built = sync.OnceValues(func() (program string, err error) {
	program = filepath.Join(workshop, "scalr-run")
	if out, err := exec.Command("go", "build", "-o", program, "scalr-run-action").CombinedOutput(); err != nil {
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

// tools is the directory that comes first on the PATH of the scripts.
func tools() string { return filepath.Join(workshop, "tools") }

// stage is the world of a play: one Scalr, one GitHub with a repository, and
// whatever the scripts reach beside them.
type stage struct {
	t        *testing.T
	program  string // the built one
	scalr    *scalrsim.Server
	scalrURL string
	github   *github
	commits  map[string]map[string]string // hash to path to content
	secrets  map[string]string
	vars     map[string]string
	reviews  map[string]string // GitHub environment to the result of a job that is not approved

	mu         sync.Mutex
	transcript strings.Builder
	logs       strings.Builder
	workspaces []string // directories of the jobs
}

// newStage makes a world. It skips the test where a tool of the scripts is
// missing, or the one that really executes configurations if the scenario does.
func newStage(t *testing.T, scenario scalrsim.Scenario, needs ...string) *stage {
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
	s := &stage{
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

// real is the scenario in which the real Terraform executes what is uploaded. That takes a minute for all plays, so
// most of them skip unless TESTS=all or SOAK=1 is set, as .ci/tests does.
func real(t *testing.T) scalrsim.Scenario {
	t.Helper()
	if os.Getenv("TESTS") != "all" && os.Getenv("SOAK") == "" {
		t.Skip("a play with the real Terraform: set TESTS=all")
	}
	return realAlways()
}

// realToo is the scenario of a recipe that test/runner plays in a real engine: the real Terraform executes it too, but
// only with SOAK=1.
func realToo(t *testing.T) scalrsim.Scenario {
	t.Helper()
	if os.Getenv("SOAK") == "" {
		t.Skip("test/runner plays this recipe: set SOAK=1 to execute it with the real Terraform too")
	}
	return realAlways()
}

// realAlways is the scenario of the plays that are never skipped and in which the real Terraform executes what is
// uploaded: a plan of several workspaces, and an apply.
func realAlways() scalrsim.Scenario {
	scenario := scripted()
	scenario.Script.Execute = true
	return scenario
}

// scripted is for plays in which nothing runs, or nothing that Terraform alone could show.
func scripted() scalrsim.Scenario {
	return scalrsim.Scenario{Pace: 0.1, Config: scalrsim.Config{Processing: -1}}
}

// open puts a Scalr on the stage.
func (s *stage) open(scenario scalrsim.Scenario) {
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

// close prints the transcript and checks what must hold after every one.
func (s *stage) close() {
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

func (s *stage) noObjections() {
	s.t.Helper()
	for who, objections := range map[string][]string{"Scalr": s.scalr.Objections(), "GitHub": s.github.objections()} {
		if len(objections) > 0 {
			s.t.Errorf("%s objects: %s", who, strings.Join(objections, "; "))
		}
	}
}

// print adds a line to the transcript.
func (s *stage) print(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(&s.transcript, format+"\n", args...)
}

// opened keeps where a job works.
func (s *stage) opened(workspace string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workspaces = append(s.workspaces, workspace)
}

// commit makes a commit that is known by a name, and its merge with main.
func (s *stage) commit(name string, files map[string]string) {
	s.commits[commit(name)] = files
	s.commits[mergeOf(name)] = files
	var parents []string
	if name != "main" {
		parents = []string{commit("main")}
	}
	s.github.memory.Commit(githubtest.Commit{SHA: commit(name), Parents: parents, Files: files})
	s.github.memory.Commit(githubtest.Commit{SHA: mergeOf(name), Parents: append(parents, commit(name)), Files: files})
}

// mailbox is a server that keeps the bodies it gets, and its address.
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
