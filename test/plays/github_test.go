package plays

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"scalr-run-action/internal/github/githubtest"
)

// github is the simulated GitHub of a testbed. It adds to githubtest: a token for each job, which has the job's
// permissions and expires with the job, issues, and the state of pull requests.
type github struct {
	memory *githubtest.Server
	url    string

	mu      sync.Mutex
	jobs    int
	tokens  map[string]grants
	pulls   map[int]string // OPEN, CLOSED or MERGED
	labels  []string
	issues  []*issue
	calls   []string // calls of gh that changed something
	refused []string
	answers map[string]string // JSON responses for gh, by path after the repository's name
	next    map[string]string // replaces the response for a path after its first call
}

type issue struct {
	number      int
	open        bool
	title, body string
	labels      []string
	comments    []string
}

func newGitHub(t *testing.T) *github {
	t.Helper()
	g := &github{tokens: map[string]grants{}, pulls: map[int]string{}}
	var pulls []githubtest.Pull
	for n := 1; n < 100; n++ {
		pulls = append(pulls, githubtest.Pull{Number: n})
	}
	g.memory = githubtest.New(githubtest.Options{Repository: repository, Pulls: pulls})
	stop, err := g.memory.Start()
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(g)
	g.url = front.URL
	t.Cleanup(func() {
		front.Close()
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// pull sets the state of a pull request.
func (g *github) pull(number int, state string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pulls[number] = state
}

// saw sets the head of a pull request to that of an event.
func (g *github) saw(e event) {
	if pull, ok := e.payload["pull_request"].(object); ok {
		head, _ := pull["head"].(object)["sha"].(string)
		number, _ := pull["number"].(float64)
		g.memory.Push(int(number), head)
	}
}

// token creates the token of a job, and a function that revokes it.
func (g *github) token(granted grants) (token string, end func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.jobs++
	token = fmt.Sprintf("ghs_play%012d", g.jobs)
	g.tokens[token] = maps.Clone(granted)
	return token, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.tokens, token)
	}
}

// ServeHTTP checks the token and forwards the request to githubtest.
func (g *github) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == ghPath {
		g.serveGH(w, r)
		return
	}
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if status, why := g.authorize(token, r.Method, r.URL.Path); status != http.StatusOK {
		http.Error(w, `{"message":"`+why+`"}`, status)
		return
	}
	r.Header.Set("Authorization", "Bearer "+g.memory.Token())
	g.memory.ServeHTTP(w, r)
}

// authorize checks the permissions of the token for a request. A missing permission is also an objection, because
// the examples must request all permissions that they need.
func (g *github) authorize(token, method, path string) (status int, why string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	granted, ok := g.tokens[token]
	switch {
	case !ok:
		g.refused = append(g.refused, fmt.Sprintf("%s %s: this is not the token of a job", method, path))
		return http.StatusUnauthorized, "Bad credentials"
	case !granted.permit(method, path):
		g.refused = append(g.refused, fmt.Sprintf("%s %s: the permissions %v are not enough", method, path, granted))
		return http.StatusForbidden, "Resource not accessible by integration"
	}
	return http.StatusOK, ""
}

// permitted lists the permissions for a path, each of which is sufficient, according to GitHub's document
// "Permissions required for GitHub Apps".
var permitted = []struct {
	path *regexp.Regexp
	will []string
}{
	{regexp.MustCompile(`/issues/(\d+/comments|comments/\d+)$`), []string{"pull-requests", "issues"}},
	{regexp.MustCompile(`/labels$`), []string{"pull-requests", "issues"}},
	{regexp.MustCompile(`/issues(/\d+)?$`), []string{"issues"}},
	{regexp.MustCompile(`/pulls/\d+(/reviews)?$`), []string{"pull-requests"}},
	{regexp.MustCompile(`/compare/|/git/trees/|/git/commits/|/commits/[^/]+$`), []string{"contents"}},
	{regexp.MustCompile(`/commits/[0-9a-f]+/pulls$`), []string{"pull-requests", "contents"}},
	{regexp.MustCompile(`^/graphql$`), []string{"pull-requests", "issues"}},
}

func (g grants) permit(method, path string) bool {
	may := g.writes
	if method == http.MethodGet {
		may = g.reads
	}
	for _, p := range permitted {
		if p.path.MatchString(path) {
			return slices.ContainsFunc(p.will, may)
		}
	}
	return false
}

func (g *github) objections() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append(g.memory.Objections(), g.refused...)
}

// wrote returns what was written after the first requests and calls, as lines.
func (g *github) wrote(skip int) []string {
	var lines []string
	for _, r := range g.memory.Requests() {
		if r.Operation == githubtest.CreateComment || r.Operation == githubtest.EditComment ||
			r.Operation == githubtest.Minimize {
			lines = append(lines, string(r.Operation))
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return append(lines, g.calls...)[skip:]
}

// bodies are the comments on a pull request, oldest first.
func (g *github) bodies(number int) []string {
	var all []string
	for _, c := range g.memory.Comments(number) {
		all = append(all, c.Body)
	}
	return all
}

// everything returns all visible text on GitHub.
func (g *github) everything() string {
	var all []string
	for n := range 100 {
		all = append(all, g.bodies(n)...)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, i := range g.issues {
		all = append(append(all, i.title, i.body), i.comments...)
	}
	return strings.Join(all, "\n")
}
