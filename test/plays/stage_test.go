// Package plays plays the workflows under examples from start to end: the built
// program and the scripts between its steps, as GitHub's runner would run them,
// against a Scalr and a GitHub on this machine.
//
// The player is small and strict. It knows what the examples use; whatever else
// it meets is an error, so that nothing is passed over in silence.
package plays

import (
	"encoding/json"
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

	"scalr-run-action/internal/scalr/scalrtest"
)

// TestMain lets the test program be the `gh` of the scripts, and removes what was built.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "gh" {
		os.Exit(beGH(os.Args[1:], os.Stdout, os.Stderr))
	}
	code := m.Run()
	if dir, err := built(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// built builds the program once and gives the directory that it is in, with a
// gh beside it.
var built = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "plays-"); err != nil {
		return "", err
	}
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "scalr-run"), "scalr-run-action").CombinedOutput(); err != nil {
		return dir, fmt.Errorf("go build: %w\n%s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		return dir, err
	}
	tools := filepath.Join(dir, "tools")
	if err := os.Mkdir(tools, 0o755); err != nil {
		return dir, err
	}
	return dir, os.Symlink(self, filepath.Join(tools, "gh"))
})

// stage is the world of a play: one Scalr, one GitHub with a repository, and
// whatever the scripts reach beside them.
type stage struct {
	t        *testing.T
	program  string // the built one
	tools    string // directory of the stubs of the scripts
	scalr    *scalrtest.Server
	scalrURL string
	github   *github
	commits  map[string]map[string]string // hash to path to content
	secrets  map[string]string
	vars     map[string]string
	reviews  map[string]string // GitHub environment to the result of a job that nobody lets begin

	mu         sync.Mutex
	transcript strings.Builder
	logs       strings.Builder
}

// newStage makes a world in which uploaded configurations are really executed,
// and skips the test where that or a tool of the scripts is missing.
func newStage(t *testing.T, scenario scalrtest.Scenario, tools ...string) *stage {
	t.Helper()
	for _, tool := range append([]string{"bash"}, tools...) {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the scripts of this example need %s, which is not on the PATH", tool)
		}
	}
	dir, err := built()
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, program: filepath.Join(dir, "scalr-run"), tools: filepath.Join(dir, "tools"), github: newGitHub(t),
		commits: map[string]map[string]string{}, vars: map[string]string{}, reviews: map[string]string{},
		secrets: map[string]string{"SCALR_TOKEN": scalrtest.Token}}
	s.open(scenario)
	t.Cleanup(s.close)
	return s
}

// real is the scenario of nearly every play: what is uploaded is executed.
func real() scalrtest.Scenario {
	return scalrtest.Scenario{Pace: 0.1, Life: scalrtest.Life{Execute: true}}
}

// open puts a Scalr on the stage.
func (s *stage) open(scenario scalrtest.Scenario) {
	s.t.Helper()
	s.scalr = scalrtest.New(scenario)
	s.t.Cleanup(s.scalr.Close)
	if scenario.Life.Execute && !s.scalr.Executes() {
		s.t.Skip("neither terraform nor tofu is on the PATH")
	}
	url, stop, err := s.scalr.Start()
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(stop)
	s.scalrURL = url
}

// close tells the play and checks what must hold after every one.
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

// tell adds a line to the transcript.
func (s *stage) tell(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(&s.transcript, format+"\n", args...)
}

// commit makes a commit that is known by a name, and its merge with main.
func (s *stage) commit(name string, files map[string]string) {
	s.commits[commit(name)] = files
	s.commits[mergeOf(name)] = files
}

// writes counts the requests by which somebody changed something at Scalr.
func (s *stage) writes() int { return len(s.wrote(0)) }

// wrote gives those after the first ones, as lines.
func (s *stage) wrote(skip int) []string {
	var lines []string
	for _, r := range s.scalr.Requests() {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			continue
		}
		path := r.Path
		if strings.HasPrefix(path, "/upload/") {
			path = "upload"
		}
		lines = append(lines, r.Method+" "+path)
	}
	return lines[skip:]
}

// thing is an environment or a workspace as Scalr shows it.
type thing struct {
	id         string
	attributes object
	related    map[string][]string // ids by relationship
	tags       []string
}

// find asks Scalr itself, past the program, for what has exactly this name.
func (s *stage) find(kind, name string) (thing, bool) {
	s.t.Helper()
	var answer struct {
		Data, Included []struct {
			ID, Type      string
			Attributes    object
			Relationships map[string]struct{ Data any }
		}
	}
	s.read("/"+kind+"?page[size]=100&include=tags", &answer)
	for _, each := range answer.Data {
		if each.Attributes["name"] != name {
			continue
		}
		found := thing{id: each.ID, attributes: each.Attributes, related: map[string][]string{}}
		for relation, to := range each.Relationships {
			found.related[relation] = idsOf(to.Data)
		}
		for _, tag := range answer.Included {
			if tag.Type == "tags" && contains(toList(found.related["tags"]), tag.ID) {
				found.tags = append(found.tags, textOf(tag.Attributes["name"]))
			}
		}
		return found, true
	}
	return thing{}, false
}

func idsOf(data any) []string {
	many, ok := data.(list)
	if !ok {
		many = list{data}
	}
	var ids []string
	for _, each := range many {
		if o, ok := each.(object); ok {
			ids = append(ids, textOf(o["id"]))
		}
	}
	return ids
}

func (s *stage) read(path string, answer any) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.scalrURL+scalrtest.BasePath+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for name, value := range map[string]string{"Authorization": "Bearer " + scalrtest.Token, "Accept": "application/vnd.api+json",
		"Prefer": "profile=preview", "User-Agent": "plays/1"} {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil || response.StatusCode != http.StatusOK {
		s.t.Fatalf("GET %s: %s, %v", path, response.Status, err)
	}
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
