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

	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/scalrsim"
)

// fleetStep is one step of the affected action: a repository at GitHub, a checkout of it,
// and workspaces in the environment prod.
type fleetStep struct {
	t *testing.T
	// commits are those of the repository; the checkout is that of the last one,
	// unless head names another.
	commits []githubtest.Commit
	head    string
	hub     *githubtest.Server
	options githubtest.Options
	setup   func(*githubtest.Server)
	// workspaces are names, or names with a working directory: "app" or "app=infra/app".
	workspaces string
	world      func(s *scalrsim.Server, environment string)
	faults     []scalrsim.Fault
	scalr      scalrsim.Config
	event      string // its name
	ref        string
	payload    string
	env        []string
	inputs     []string
	// without are files of the commit that the checkout lacks.
	without []string
	// git are files of .git in place of a HEAD with the commit.
	git map[string]string
	// during runs beside the step.
	during func(*stepResult)
}

// commitID makes the commit that a letter stands for.
func commitID(letter string) string { return strings.Repeat(letter, 40) }

// treeOf is files by path, given as "path: content" in lines. A content may be
// short for more: "calls X" is a module with the source X.
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

// pushed is a step after a push that turned one content into another.
func pushed(t *testing.T, workspaces, before, after string, inputs ...string) *fleetStep {
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

// play runs the step and gives what came of it.
func (f *fleetStep) play() *stepResult {
	f.t.Helper()
	checkout := f.t.TempDir()
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
	payload := filepath.Join(f.t.TempDir(), "event.json")
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
				return &byHost{server.Client().Transport, f.hub.Client().Transport}
			},
		}
		r.set(f.inputs...)
		for _, e := range f.env {
			name, value, _ := strings.Cut(e, "=")
			r.env[name] = value
		}
		r.during = f.during
		p = &stepResult{t: f.t, dir: f.t.TempDir(), server: server}
		r.step(p)
		p.read()
		r.check(p)
	})
	if objections := f.hub.Objections(); len(objections) > 0 {
		f.t.Errorf("GitHub objects: %s", strings.Join(objections, "; "))
	}
	return p
}

// checkOut writes the files of a commit, as actions/checkout does.
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

// byHost sends requests to Scalr or to GitHub.
type byHost struct{ scalr, github http.RoundTripper }

func (b *byHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == "api.github.test" {
		return b.github.RoundTrip(r)
	}
	return b.scalr.RoundTrip(r)
}

// listed checks the output workspaces, each as name:because, or name:because@path
// where the path is not the directory.
func (p *stepResult) listed(want string) *stepResult {
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

const (
	exact      = "scope=exact"
	everything = "scope=everything"
)

// TestAffectedByContent: what a push changed in the files decides which workspaces
// are listed.
func TestAffectedByContent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		workspaces    string
		before, after string
		inputs        string // between bars
		want          string
		says          string
	}{
		"own file": {
			workspaces: "app=app db=db",
			before:     "app/x: 1\ndb/x: 1",
			after:      "app/x: 2\ndb/x: 1",
			want:       "app:app/x",
			says:       "1 file changed between aaaaaaa and bbbbbbb",
		},
		"nothing": {
			workspaces: "app=app",
			before:     "app/x: 1\ny: 1",
			after:      "app/x: 1\ny: 2",
			says:       "Affected workspaces: 0 of 1",
		},
		"app and app-2": {
			workspaces: "app=app app-2=app-2",
			before:     "app/x: 1\napp-2/x: 1",
			after:      "app/x: 1\napp-2/x: 2",
			want:       "app-2:app-2/x",
		},
		"nested": {
			workspaces: "app=app sub=app/sub",
			before:     "app/x: 1\napp/sub/x: 1",
			after:      "app/x: 1\napp/sub/x: 2",
			want:       "sub:app/sub/x",
		},
		"module, deep": {
			workspaces: "app=app db=db",
			before:     "app/main.tf: calls ../m/a\nm/a/main.tf: calls ../b\nm/b/t/x: 1\ndb/x: 1",
			after:      "app/main.tf: calls ../m/a\nm/a/main.tf: calls ../b\nm/b/t/x: 2\ndb/x: 1",
			want:       "app:m/b/t/x",
		},
		"same source, two places": {
			workspaces: "one=a/app two=b/app",
			before:     "a/app/main.tf: calls ../m\nb/app/main.tf: calls ../m\na/m/x: 1\nb/m/x: 1",
			after:      "a/app/main.tf: calls ../m\nb/app/main.tf: calls ../m\na/m/x: 1\nb/m/x: 2",
			want:       "two:b/m/x",
		},
		"cycle of modules": {
			workspaces: "app=app",
			before:     "app/main.tf: calls ../a\na/main.tf: calls ../b\nb/main.tf: calls ../a\nb/x: 1",
			after:      "app/main.tf: calls ../a\na/main.tf: calls ../b\nb/main.tf: calls ../a\nb/x: 2",
			want:       "app:b/x",
		},
		"deleted module, still called": {
			workspaces: "app=app db=db",
			before:     "app/main.tf: calls ../m\nm/main.tf: 1\ndb/x: 1",
			after:      "app/main.tf: calls ../m\ndb/x: 1",
			want:       "app:m/main.tf",
		},
		"JSON": {
			workspaces: "app=app",
			before:     `app/main.tf.json: {"module":{"m":{"source":"../m"}}}` + "\nm/x: 1",
			after:      `app/main.tf.json: {"module":{"m":{"source":"../m"}}}` + "\nm/x: 2",
			want:       "app:m/x",
		},
		"dynamic source": {
			workspaces: "app=app db=db",
			before:     "app/main.tf: calls ../${var.m}\ndb/x: 1\nz: 1",
			after:      "app/main.tf: calls ../${var.m}\ndb/x: 1\nz: 2",
			want:       "app:z",
		},
		"source in a variable": {
			workspaces: "app=app db=db",
			before:     "app/main.tf: module \"m\" { source = var.m }\ndb/x: 1\nz: 1",
			after:      "app/main.tf: module \"m\" { source = var.m }\ndb/x: 1\nz: 2",
			want:       "app:app/main.tf",
			says:       "not all that they use is known: prod/app (app/main.tf: the source of a module is an expression)",
		},
		"submodule": {
			workspaces: "app=app db=db",
			before:     "app/main.tf: calls ../vendor/lib/net\nvendor/lib: commit 1\ndb/x: 1",
			after:      "app/main.tf: calls ../vendor/lib/net\nvendor/lib: commit 2\ndb/x: 1",
			want:       "app:vendor/lib",
		},
		"link retargeted": {
			workspaces: "app=app db=db",
			before:     "app/main.tf: calls ../current/net\ncurrent: -> m/v1\nm/v1/net/x: 1\nm/v2/net/x: 1\ndb/x: 1",
			after:      "app/main.tf: calls ../current/net\ncurrent: -> m/v2\nm/v1/net/x: 1\nm/v2/net/x: 1\ndb/x: 1",
			want:       "app:current",
		},
		"target of a link": {
			workspaces: "app=app",
			before:     "app/main.tf: calls ../current\ncurrent: -> m/v1\nm/v1/x: 1",
			after:      "app/main.tf: calls ../current\ncurrent: -> m/v1\nm/v1/x: 2",
			want:       "app:m/v1/x",
		},
		"a file": {
			workspaces: "app=app db=db",
			before:     "app/main.tf: x = file(\"${path.module}/../shared/a\")\nshared/a: 1\ndb/x: 1",
			after:      "app/main.tf: x = file(\"${path.module}/../shared/a\")\nshared/a: 2\ndb/x: 1",
			want:       "app:shared/a",
		},
		"mode": {workspaces: "app=app", before: "app/x: #1", after: "app/x: #!1", want: "app:app/x"},
		"renamed directory": {
			workspaces: "old=infra/old new=infra/new db=infra/db",
			before:     "infra/old/x: 7\ninfra/db/x: 1",
			after:      "infra/new/x: 7\ninfra/db/x: 1",
			want:       "new:infra/new/x",
			says:       "This change deletes the directory of prod/old (infra/old)",
		},
		"deleted directory, nested": {
			workspaces: "app=app sub=app/sub",
			before:     "app/x: 1\napp/sub/x: 1",
			after:      "app/x: 1",
			says:       "This change deletes the directory of prod/sub",
		},
		"deleted directory": {
			workspaces: "old=infra/old db=infra/db",
			before:     "infra/old/x: 7\ninfra/db/x: 1",
			after:      "infra/db/x: 1",
			says:       "This change deletes the directory of prod/old",
		},
		"shared": {
			workspaces: "app=app db=db",
			before:     "app/x: 1\ndb/x: 1\nglobal/x.md: 1\nglobal/y: 1",
			after:      "app/x: 1\ndb/x: 1\nglobal/x.md: 2\nglobal/y: 2",
			inputs:     "affected-by=global/\n!**/*.md",
			want:       "app:global/y db:global/y",
		},
		"shared, taken out": {
			workspaces: "app=app db=db",
			before:     "app/x: 1\ndb/x: 1\nglobal/x.md: 1",
			after:      "app/x: 1\ndb/x: 1\nglobal/x.md: 2",
			inputs:     "affected-by=global/\n!**/*.md",
		},
		"one mistyped pattern": {
			workspaces: "app=app db=db",
			before:     "app/x: 1\ndb/x: 1\nglobal/y: 1",
			after:      "app/x: 1\ndb/x: 1\nglobal/y: 2",
			inputs:     "affected-by=globl/\nglobal/",
			want:       "app:global/y db:global/y",
			says:       "`affected-by` has patterns that match no file in the checkout, and none that changed: \"globl/\".",
		},
		"ignore file": {
			workspaces: "app=a/app db=db",
			before:     "a/app/x: 1\ndb/x: 1\na/.terraformignore: x",
			after:      "a/app/x: 1\ndb/x: 1\na/.terraformignore: y",
			want:       "app:a/.terraformignore",
		},
		"pattern": {
			workspaces: "app db",
			before:     "infra/prod/app/x: 1\ninfra/prod/db/x: 1",
			after:      "infra/prod/app/x: 1\ninfra/prod/db/x: 2",
			inputs:     "directories=infra/{environment}/{workspace}",
			want:       "db:infra/prod/db/x",
		},
		"line over all": {
			workspaces: "app db",
			before:     "infra/prod/app/x: 1\nlive/x: 1",
			after:      "infra/prod/app/x: 1\nlive/x: 2",
			inputs:     "directories=infra/{environment}/{workspace}\nprod/db=live",
			want:       "db:live/x",
		},
		"one directory": {
			workspaces: "eu us",
			before:     "app/x: 1",
			after:      "app/x: 2",
			inputs:     "directories=app",
			want:       "eu:app/x us:app/x",
		},
		"some left out": {
			workspaces: "app=app gone=gone",
			before:     "app/x: 1",
			after:      "app/x: 2",
			want:       "app:app/x",
			says:       "Left out, since their directory is not in the checkout: prod/gone (gone).",
		},
		"one line wrong": {
			workspaces: "app db",
			before:     "infra/app/x: 1",
			after:      "infra/app/x: 2",
			inputs:     "directories=infra/{workspace}\nprod/db=infra/dbb",
			want:       "app:infra/app/x",
			says:       "`directories` names directories that are not in the checkout: prod/db (infra/dbb).",
		},
		"unclaimed": {
			workspaces: "app",
			before:     "infra/app/x: 1\ninfra/lost/y/x: 1\ninfra/gone/x: 1",
			after:      "infra/app/x: 1\ninfra/lost/y/x: 2",
			inputs:     "directories=infra/{workspace}",
			says:       "Changed directories that belong to no workspace: infra/lost.",
		},
		"no directory in Scalr, root": {workspaces: "app", before: "main.tf: 1", after: "main.tf: 2", want: "app:main.tf"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := pushed(t, c.workspaces, c.before, c.after)
			if c.inputs != "" {
				f.inputs = strings.Split(c.inputs, "|")
			}
			f.play().want(0, exact, "result=done", "error-code=").listed(c.want).says(c.says)
		})
	}
}
