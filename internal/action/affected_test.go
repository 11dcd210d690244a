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
	return &fleetStep{t: t, workspaces: workspaces, inputs: inputs, event: "push", ref: "refs/heads/main",
		payload: fmt.Sprintf(`{"before":%q,"after":%q,"repository":{"default_branch":"main"}}`, commitID("a"), commitID("b")),
		commits: []githubtest.Commit{{SHA: commitID("a"), Files: treeOf(before)}, {SHA: commitID("b"), Parents: []string{commitID("a")}, Files: treeOf(after)}}}
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
		server := scalrsim.New(scalrsim.Scenario{Faults: f.faults, Config: f.scalr, Setup: func(s *scalrsim.Server) {
			environment := s.AddEnvironment("prod")
			for _, w := range strings.Fields(f.workspaces) {
				name, dir, _ := strings.Cut(w, "=")
				s.AddWorkspace(environment, name, map[string]any{"working-directory": dir})
			}
			if f.world != nil {
				f.world(s, environment)
			}
		}})
		r := &stepTest{t: f.t, name: "scalr-affected", checkout: checkout, inputs: map[string]string{
			"base-url": "https://acme.scalr.test", "token": scalrsim.Token, "github-token": f.hub.Token(), "environment": "prod"},
			env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": f.event, "GITHUB_EVENT_PATH": payload, "GITHUB_REPOSITORY": "acme/infra",
				"GITHUB_REF": f.ref, "GITHUB_SHA": head.SHA, "GITHUB_API_URL": f.hub.APIURL(), "GITHUB_RUN_ID": "12",
				"GITHUB_WORKFLOW_REF": "acme/infra/.github/workflows/apply.yml@refs/heads/main"},
			http: func(*scalrsim.Server) http.RoundTripper {
				return &byHost{server.Client().Transport, f.hub.Client().Transport}
			}}
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
	if err := json.Unmarshal([]byte(p.outputs["workspace-ids"]), &list); err != nil || strings.Join(list, " ") != strings.Join(ids, " ") {
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
		"own file":      {"app=app db=db", "app/x: 1\ndb/x: 1", "app/x: 2\ndb/x: 1", "", "app:app/x", "1 file changed between aaaaaaa and bbbbbbb"},
		"nothing":       {"app=app", "app/x: 1\ny: 1", "app/x: 1\ny: 2", "", "", "Affected workspaces: 0 of 1"},
		"app and app-2": {"app=app app-2=app-2", "app/x: 1\napp-2/x: 1", "app/x: 1\napp-2/x: 2", "", "app-2:app-2/x", ""},
		"nested":        {"app=app sub=app/sub", "app/x: 1\napp/sub/x: 1", "app/x: 1\napp/sub/x: 2", "", "sub:app/sub/x", ""},
		"module, deep": {"app=app db=db", "app/main.tf: calls ../m/a\nm/a/main.tf: calls ../b\nm/b/t/x: 1\ndb/x: 1", "app/main.tf: calls ../m/a\nm/a/main.tf: calls ../b\nm/b/t/x: 2\ndb/x: 1",
			"", "app:m/b/t/x", ""},
		"same source, two places": {"one=a/app two=b/app", "a/app/main.tf: calls ../m\nb/app/main.tf: calls ../m\na/m/x: 1\nb/m/x: 1",
			"a/app/main.tf: calls ../m\nb/app/main.tf: calls ../m\na/m/x: 1\nb/m/x: 2", "", "two:b/m/x", ""},
		"cycle of modules": {"app=app", "app/main.tf: calls ../a\na/main.tf: calls ../b\nb/main.tf: calls ../a\nb/x: 1", "app/main.tf: calls ../a\na/main.tf: calls ../b\nb/main.tf: calls ../a\nb/x: 2",
			"", "app:b/x", ""},
		"deleted module, still called": {"app=app db=db", "app/main.tf: calls ../m\nm/main.tf: 1\ndb/x: 1", "app/main.tf: calls ../m\ndb/x: 1", "", "app:m/main.tf", ""},
		"JSON": {"app=app", `app/main.tf.json: {"module":{"m":{"source":"../m"}}}` + "\nm/x: 1", `app/main.tf.json: {"module":{"m":{"source":"../m"}}}` + "\nm/x: 2",
			"", "app:m/x", ""},
		"dynamic source": {"app=app db=db", "app/main.tf: calls ../${var.m}\ndb/x: 1\nz: 1", "app/main.tf: calls ../${var.m}\ndb/x: 1\nz: 2", "", "app:z", ""},
		"source in a variable": {"app=app db=db", "app/main.tf: module \"m\" { source = var.m }\ndb/x: 1\nz: 1", "app/main.tf: module \"m\" { source = var.m }\ndb/x: 1\nz: 2", "",
			"app:app/main.tf", "not all that they use is known: prod/app (app/main.tf: the source of a module is an expression)"},
		"submodule": {"app=app db=db", "app/main.tf: calls ../vendor/lib/net\nvendor/lib: commit 1\ndb/x: 1", "app/main.tf: calls ../vendor/lib/net\nvendor/lib: commit 2\ndb/x: 1",
			"", "app:vendor/lib", ""},
		"link retargeted": {"app=app db=db", "app/main.tf: calls ../current/net\ncurrent: -> m/v1\nm/v1/net/x: 1\nm/v2/net/x: 1\ndb/x: 1",
			"app/main.tf: calls ../current/net\ncurrent: -> m/v2\nm/v1/net/x: 1\nm/v2/net/x: 1\ndb/x: 1", "", "app:current", ""},
		"target of a link": {"app=app", "app/main.tf: calls ../current\ncurrent: -> m/v1\nm/v1/x: 1", "app/main.tf: calls ../current\ncurrent: -> m/v1\nm/v1/x: 2", "", "app:m/v1/x", ""},
		"a file":           {"app=app db=db", "app/main.tf: x = file(\"${path.module}/../shared/a\")\nshared/a: 1\ndb/x: 1", "app/main.tf: x = file(\"${path.module}/../shared/a\")\nshared/a: 2\ndb/x: 1", "", "app:shared/a", ""},
		"mode":             {"app=app", "app/x: #1", "app/x: #!1", "", "app:app/x", ""},
		"renamed directory": {"old=infra/old new=infra/new db=infra/db", "infra/old/x: 7\ninfra/db/x: 1", "infra/new/x: 7\ninfra/db/x: 1", "", "new:infra/new/x",
			"This change deletes the directory of prod/old (infra/old)"},
		"deleted directory, nested": {"app=app sub=app/sub", "app/x: 1\napp/sub/x: 1", "app/x: 1", "", "", "This change deletes the directory of prod/sub"},
		"deleted directory":         {"old=infra/old db=infra/db", "infra/old/x: 7\ninfra/db/x: 1", "infra/db/x: 1", "", "", "This change deletes the directory of prod/old"},
		"shared":                    {"app=app db=db", "app/x: 1\ndb/x: 1\nglobal/x.md: 1\nglobal/y: 1", "app/x: 1\ndb/x: 1\nglobal/x.md: 2\nglobal/y: 2", "affected-by=global/\n!**/*.md", "app:global/y db:global/y", ""},
		"shared, taken out":         {"app=app db=db", "app/x: 1\ndb/x: 1\nglobal/x.md: 1", "app/x: 1\ndb/x: 1\nglobal/x.md: 2", "affected-by=global/\n!**/*.md", "", ""},
		"one mistyped pattern": {"app=app db=db", "app/x: 1\ndb/x: 1\nglobal/y: 1", "app/x: 1\ndb/x: 1\nglobal/y: 2", "affected-by=globl/\nglobal/", "app:global/y db:global/y",
			"`affected-by` has patterns that match no file in the checkout, and none that changed: \"globl/\"."},
		"ignore file":                 {"app=a/app db=db", "a/app/x: 1\ndb/x: 1\na/.terraformignore: x", "a/app/x: 1\ndb/x: 1\na/.terraformignore: y", "", "app:a/.terraformignore", ""},
		"pattern":                     {"app db", "infra/prod/app/x: 1\ninfra/prod/db/x: 1", "infra/prod/app/x: 1\ninfra/prod/db/x: 2", "directories=infra/{environment}/{workspace}", "db:infra/prod/db/x", ""},
		"line over all":               {"app db", "infra/prod/app/x: 1\nlive/x: 1", "infra/prod/app/x: 1\nlive/x: 2", "directories=infra/{environment}/{workspace}\nprod/db=live", "db:live/x", ""},
		"one directory":               {"eu us", "app/x: 1", "app/x: 2", "directories=app", "eu:app/x us:app/x", ""},
		"some left out":               {"app=app gone=gone", "app/x: 1", "app/x: 2", "", "app:app/x", "Left out, since their directory is not in the checkout: prod/gone (gone)."},
		"one line wrong":              {"app db", "infra/app/x: 1", "infra/app/x: 2", "directories=infra/{workspace}\nprod/db=infra/dbb", "app:infra/app/x", "`directories` names directories that are not in the checkout: prod/db (infra/dbb)."},
		"unclaimed":                   {"app", "infra/app/x: 1\ninfra/lost/y/x: 1\ninfra/gone/x: 1", "infra/app/x: 1\ninfra/lost/y/x: 2", "directories=infra/{workspace}", "", "Changed directories that belong to no workspace: infra/lost."},
		"no directory in Scalr, root": {"app", "main.tf: 1", "main.tf: 2", "", "app:main.tf", ""},
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
