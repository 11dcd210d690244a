package action_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/dirtest"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/scalrsim"
)

// fleetStep is one step of the affected action, with a repository on GitHub, a checkout of it, and workspaces in the
// environment prod.
type fleetStep struct {
	t *testing.T
	// commits are the commits of the repository. The last one is checked out, unless head is set.
	commits []githubtest.Commit
	head    string
	hub     *githubtest.Server
	options githubtest.Options
	setup   func(*githubtest.Server)
	// workspaces is a list of workspaces with optional working directories, such as "app" or "app=infra/app".
	workspaces string
	world      func(s *scalrsim.Server, environment string)
	faults     []scalrsim.Fault
	scalr      scalrsim.Config
	event      string // name of the event
	ref        string
	payload    string
	env        []string
	inputs     []string
	// without lists files of the commit that are missing in the checkout.
	without []string
	// git has the files in .git. By default, HEAD contains the commit.
	git map[string]string
	// during runs concurrently with the step.
	during func(*stepResult)
	// changes, if set, changes the response to one request.
	changes *faultTransport
}

// commitID returns the commit ID for a letter.
func commitID(letter string) string { return strings.Repeat(letter, 40) }

// treeOf parses lines of "path: content" into files. "calls X" is short for a module call with the source X.
func treeOf(lines string) map[string]string {
	files := map[string]string{}
	for _, line := range strings.Split(lines, "\n") {
		name, text, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue
		}
		if source, calls := strings.CutPrefix(text, "calls "); calls {
			text = fmt.Sprintf("module \"m\" {\n  source = %q\n}\n", source)
		}
		files[name] = text
	}
	return files
}

// afterPush returns a step for a push that changed the files from before to after.
func afterPush(t *testing.T, workspaces, before, after string, inputs ...string) *fleetStep {
	t.Helper()
	return &fleetStep{
		t:          t,
		workspaces: workspaces,
		inputs:     inputs,
		event:      "push",
		ref:        "refs/heads/main",
		payload: fmt.Sprintf(`{"before":%q,"after":%q,"repository":{"default_branch":"main"}}`, commitID("a"),
			commitID("b")),
		commits: []githubtest.Commit{
			{SHA: commitID("a"), Files: treeOf(before)},
			{SHA: commitID("b"), Parents: []string{commitID("a")}, Files: treeOf(after)},
		},
	}
}

// play runs the step and returns its result.
func (f *fleetStep) play() *stepResult {
	f.t.Helper()
	checkout := dirtest.InMemory(f.t)
	f.hub = githubtest.New(f.options)
	head := f.commits[len(f.commits)-1]
	for _, c := range f.commits {
		f.hub.Commit(c)
		if c.SHA == f.head {
			head = c
		}
	}
	if f.setup != nil {
		f.setup(f.hub)
	}
	f.checkOut(checkout, head)
	payload := filepath.Join(dirtest.InMemory(f.t), "event.json")
	write(f.t, payload, f.payload)
	var p *stepResult
	synctest.Test(f.t, func(t *testing.T) {
		server := scalrsim.New(scalrsim.Scenario{
			Faults: f.faults,
			Config: f.scalr,
			Setup: func(s *scalrsim.Server) {
				environment := s.AddEnvironment("prod")
				for _, w := range strings.Fields(f.workspaces) {
					name, dir, _ := strings.Cut(w, "=")
					s.AddWorkspace(environment, name, map[string]any{"working-directory": dir})
				}
				if f.world != nil {
					f.world(s, environment)
				}
			},
		})
		r := &stepTest{
			t:        f.t,
			name:     "scalr-affected",
			checkout: checkout,
			inputs: map[string]string{
				"base-url":     "https://acme.scalr.test",
				"token":        scalrsim.Token,
				"github-token": f.hub.Token(),
				"environment":  "prod",
			},
			env: map[string]string{
				"GITHUB_ACTIONS":      "true",
				"GITHUB_EVENT_NAME":   f.event,
				"GITHUB_EVENT_PATH":   payload,
				"GITHUB_REPOSITORY":   "acme/infra",
				"GITHUB_REF":          f.ref,
				"GITHUB_SHA":          head.SHA,
				"GITHUB_API_URL":      f.hub.APIURL(),
				"GITHUB_RUN_ID":       "12",
				"GITHUB_WORKFLOW_REF": "acme/infra/.github/workflows/apply.yml@refs/heads/main",
			},
			http: func(*scalrsim.Server) http.RoundTripper {
				return f.changes.through(&byHost{server.Client().Transport, f.hub.Client().Transport})
			},
		}
		r.set(f.inputs...)
		for _, e := range f.env {
			name, value, _ := strings.Cut(e, "=")
			r.env[name] = value
		}
		r.during = f.during
		p = &stepResult{t: f.t, dir: dirtest.InMemory(f.t), server: server}
		r.step(p)
		p.read()
		r.check(p)
	})
	if objections := f.hub.Objections(); len(objections) > 0 {
		f.t.Errorf("invalid requests to GitHub: %s", strings.Join(objections, "; "))
	}
	return p
}

// checkOut writes the files of a commit to a directory, like actions/checkout.
func (f *fleetStep) checkOut(dir string, c githubtest.Commit) {
	f.t.Helper()
	for name, text := range c.Files {
		file := filepath.Join(dir, name)
		switch target, isLink := strings.CutPrefix(text, "-> "); {
		case isLink:
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				f.t.Fatal(err)
			}
			if err := os.Symlink(target, file); err != nil {
				f.t.Fatal(err)
			}
		case strings.HasPrefix(text, "commit "): // a submodule that is not checked out
			if err := os.MkdirAll(file, 0o755); err != nil {
				f.t.Fatal(err)
			}
		default:
			write(f.t, file, text)
		}
	}
	write(f.t, filepath.Join(dir, ".git", "HEAD"), c.SHA+"\n")
	for name, text := range f.git {
		write(f.t, filepath.Join(dir, name), text)
	}
	for _, name := range f.without {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			f.t.Fatal(err)
		}
	}
}

// byHost sends requests to Scalr or to GitHub, depending on the host.
type byHost struct{ scalr, github http.RoundTripper }

func (b *byHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == "api.github.test" {
		return b.github.RoundTrip(r)
	}
	return b.scalr.RoundTrip(r)
}

// wantWorkspaces checks the output workspaces. Each element is name:because, or name:because@path if the path differs
// from the directory.
func (p *stepResult) wantWorkspaces(want string) *stepResult {
	p.t.Helper()
	var items []struct{ ID, Name, Environment, Directory, Path, Because string }
	if err := json.Unmarshal([]byte(p.outputs["workspaces"]), &items); err != nil {
		p.t.Errorf("the output workspaces is not JSON: %v\n%s", err, p.log)
	}
	var got, ids []string
	for _, i := range items {
		got = append(got, i.Name+":"+i.Because)
		ids = append(ids, i.ID)
	}
	if s := strings.Join(got, " "); s != want {
		p.t.Errorf("listed %q, want %q\n%s", s, want, p.log)
	}
	var list []string
	if err := json.Unmarshal([]byte(p.outputs["workspace-ids"]), &list); err != nil ||
		strings.Join(list, " ") != strings.Join(ids, " ") {
		p.t.Errorf("workspace-ids is %s, want %s", p.outputs["workspace-ids"], ids)
	}
	if p.outputs["count"] != fmt.Sprint(len(items)) {
		p.t.Errorf("count is %s, want %d", p.outputs["count"], len(items))
	}
	return p
}
