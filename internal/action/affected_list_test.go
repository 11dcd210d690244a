package action_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/scalrsim"
)

func TestAffectedOutputsForMatrix(t *testing.T) {
	t.Parallel()
	f := afterPush(t, "", "infra/prod/app/live/x: 1", "infra/prod/app/live/x: 2",
		"directories=infra/{environment}/{workspace}/live", "depends-on=prod/app: prod/net")
	id, environmentID := "", ""
	f.world = func(s *scalrsim.Server, environment string) {
		environmentID = environment
		id = s.AddWorkspace(environment, "app", map[string]any{"working-directory": "/app/live/"}, "b", "a")
	}
	p := f.play().want(0, exact, "removed=[]", "unclaimed=[]", "batches=[]", "result=done", "error-code=",
		"scope-reason=push to main: 1 file changed between aaaaaaa and bbbbbbb")
	want := fmt.Sprintf(`[{"id":%q,"name":"app","environment-id":%q,"environment":"prod","tags":["a","b"],`+
		`"directory":"infra/prod/app/live","path":"infra/prod",`+
		`"because":"infra/prod/app/live/x","wave":0}]`, id, environmentID)
	if got := p.outputs["workspaces"]; got != want {
		t.Errorf("got the workspaces\n%s\nwant\n%s", got, want)
	}
}

func TestAffectedWaves(t *testing.T) {
	t.Parallel()
	before, after := "app/x: 1\ndb/x: 1\nnet/x: 1\nlog/x: 1", "app/x: 2\ndb/x: 1\nnet/x: 2\nlog/x: 2"
	// app depends on net through db, which is not affected.
	f := afterPush(t, "app=app db=db net=net log=log", before, after,
		"depends-on=prod/app: prod/db\nprod/db: prod/net\nprod/log: prod/app", "batch-size=2")
	p := f.play().want(0).wantWorkspaces("net:net/x app:app/x log:log/x")
	var items []struct {
		Name string
		Wave int
	}
	var batches [][]struct{ Name string }
	if err := json.Unmarshal([]byte(p.outputs["workspaces"]), &items); err != nil ||
		fmt.Sprint(items) != "[{net 0} {app 1} {log 2}]" {
		t.Errorf("got %v and %v", items, err)
	}
	if err := json.Unmarshal([]byte(p.outputs["batches"]), &batches); err != nil ||
		fmt.Sprint(batches) != "[[{net} {app}] [{log}]]" {
		t.Errorf("got the batches %v and %v", batches, err)
	}
	for _, text := range []string{"## 3 of 4 workspaces are affected", "| `prod/log` | `log` | `log/x` | 2 |",
		"Compared: push to main: 3 files changed"} {
		if !strings.Contains(p.summary, text) {
			t.Errorf("the summary does not contain %q\n%s", text, p.summary)
		}
	}
}

func TestAffectedLimits(t *testing.T) {
	t.Parallel()
	many, before, after := "", "", ""
	for n := range 257 {
		many += fmt.Sprintf(" w%d=w/%d", n, n)
		before, after = before+fmt.Sprintf("w/%d/x: 1\n", n), after+fmt.Sprintf("w/%d/x: 2\n", n)
	}
	afterPush(t, "app=app db=db", "app/x: 1\ndb/x: 1", "app/x: 2\ndb/x: 2", "max-affected=1").play().
		want(1, "result=rejected", "error-code=too-many-affected", "count=2", exact, "workspaces=", "workspace-ids=").
		logContains("2 workspaces are affected, but `max-affected` is 1.")
	afterPush(t, "app=app db=db", "app/x: 1\ndb/x: 1", "app/x: 2\ndb/x: 2", "max-affected=2").play().want(0).
		wantWorkspaces("app:app/x db:db/x")
	afterPush(t, many, before, after).play().
		want(1, "result=rejected", "error-code=too-many-affected", "count=257").
		logContains("257 workspaces are affected, but a GitHub matrix can have 256 jobs.", "Set `batch-size`")
	p := afterPush(t, many, before, after, "batch-size=100").play().want(0, "count=257")
	var batches [][]any
	if err := json.Unmarshal([]byte(p.outputs["batches"]),
		&batches); err != nil || len(batches) != 3 || len(batches[0]) != 100 || len(batches[2]) != 57 {
		t.Errorf("got %d batches and %v", len(batches), err)
	}
	p.requestCount("GET /workspaces", 5) // three pages, and the first two again
}

func TestAffectedErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		workspaces, inputs string // inputs are separated by "|"
		code               int
		outputs            string
		says               string
	}{
		"misspelled pattern": {
			workspaces: "app db",
			inputs:     "directories=infr/{workspace}",
			code:       2,
			outputs:    "result=invalid error-code=directories-missing",
			says:       `No workspace has its directory in the checkout: prod/app (infr/app), prod/db (infr/db).`,
		},
		"no Terraform files": {
			workspaces: "app db",
			code:       2,
			outputs:    "result=invalid error-code=directories-missing",
			says:       "prod/app (.)",
		},
		"no workspace": {
			code:    2,
			outputs: "result=invalid error-code=directories-missing",
			says:    "No workspace to compare",
		},
		"unknown tag": {
			workspaces: "app",
			inputs:     "filter-tag=flet",
			code:       2,
			outputs:    "result=invalid error-code=directories-missing",
			says:       `Tag "flet" not found`,
		},
		"mismatch": {
			workspaces: "app=terraform",
			inputs:     "directories=infra/{workspace}",
			code:       2,
			outputs:    "result=invalid error-code=directory-mismatch",
			says:       `prod/app in "infra/app" has the working directory "terraform"`,
		},
		"partial directory name": {
			workspaces: "app=pp",
			inputs:     "directories=infra/{workspace}",
			code:       2,
			outputs:    "result=invalid error-code=directory-mismatch",
			says:       `has the working directory "pp"`,
		},
		"unknown placeholder": {
			workspaces: "app",
			inputs:     "directories=infra/{env}/{workspace}",
			code:       2,
			outputs:    "result=invalid error-code=input-invalid",
			says:       "an unknown placeholder",
		},
		"unknown workspace": {
			workspaces: "app",
			inputs:     "environment=|workspaces=prod/ap",
			code:       3,
			outputs:    "result=not-found error-code=workspace-not-found",
			says:       `Workspace "prod/ap" not found, or the token cannot read it. Did you mean "prod/app"`,
		},
		"unknown environment": {
			workspaces: "app",
			inputs:     "environment=prodd",
			code:       3,
			outputs:    "result=not-found error-code=environment-not-found",
			says:       "prodd",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := afterPush(t, c.workspaces, "infra/app/x: 1", "infra/app/x: 2")
			if c.inputs != "" {
				f.inputs = strings.Split(c.inputs, "|")
			}
			f.play().want(c.code, strings.Fields(c.outputs)...).want(c.code, "workspaces=").logContains(c.says)
		})
	}
}

func TestAffectedOmitsWorkspacesWithoutUploads(t *testing.T) {
	t.Parallel()
	f := afterPush(t, "app=app", "app/x: 1\nvcs/x: 1\nlocal/x: 1", "app/x: 2\nvcs/x: 2\nlocal/x: 2")
	f.world = func(s *scalrsim.Server, environment string) {
		s.AddWorkspace(environment, "vcs",
			map[string]any{"working-directory": "vcs", "vcs-repo": map[string]any{"identifier": "acme/infra"}})
		s.AddWorkspace(environment, "local", map[string]any{"working-directory": "local", "execution-mode": "local"})
	}
	f.play().want(0, exact).wantWorkspaces("app:app/x").
		logContains("Workspaces that do not accept uploads are omitted (they use a repository or a module, or the execution " +
			"mode local): prod/local, prod/vcs.")
}

// A workspace with a VCS connection may belong to another repository, so it does not claim a directory here.
func TestAffectedIgnoresDirectoryOfVCSWorkspace(t *testing.T) {
	t.Parallel()
	f := afterPush(t, "app=app", "app/x: 1\napp/vcs/x: 1", "app/x: 1\napp/vcs/x: 2")
	f.world = func(s *scalrsim.Server, environment string) {
		s.AddWorkspace(environment, "vcs",
			map[string]any{"working-directory": "app/vcs", "vcs-repo": map[string]any{"identifier": "acme/other"}})
	}
	f.play().want(0, exact).wantWorkspaces("app:app/vcs/x")
}

func TestAffectedByVariableFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, changed, want string }{
		"relative to upload":            {"vars/eu.tfvars", "infra/vars/eu.tfvars", "app:infra/vars/eu.tfvars"},
		"relative to working directory": {"../vars/eu.tfvars", "infra/vars/eu.tfvars", "app:infra/vars/eu.tfvars"},
		"other file":                    {"vars/eu.tfvars", "infra/vars/us.tfvars", ""},
		"outside checkout":              {"../../../eu.tfvars", "eu.tfvars", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := "infra/app/x: 1\n" + c.changed + ": "
			f := afterPush(t, "", files+"1", files+"2", "directories=infra/{workspace}")
			f.world = func(s *scalrsim.Server, environment string) {
				s.AddWorkspace(environment, "app", map[string]any{"working-directory": "app", "var-files": []any{c.file}})
			}
			f.play().want(0, exact).wantWorkspaces(c.want)
		})
	}
}

func TestAffectedByHooks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ hook, command, changed, want string }{
		"relative to upload":            {"pre-plan", `bash "scripts/render.sh" --all`, "infra/scripts/render.sh", "app:infra/scripts/render.sh"},
		"relative to working directory": {"pre-init", "FILE=../scripts/env.sh; . $FILE", "infra/scripts/env.sh", "app:infra/scripts/env.sh"},
		"in a directory":                {"post-apply", "(cd ../checks&&./run)", "infra/checks/data.json", "app:infra/checks/data.json"},
		"other file":                    {"pre-plan", "../scripts/render.sh", "infra/scripts/env.sh", ""},
		"parent directory":              {"pre-plan", "cd ..; ls ./ ../../", "infra/x", ""},
		"word":                          {"pre-plan", "echo scripts", "infra/scripts/x", ""},
		"outside checkout":              {"pre-plan", "/x/y ../../../x", "x", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := "infra/app/x: 1\n" + c.changed + ": "
			f := afterPush(t, "", files+"1", files+"2", "directories=infra/{workspace}")
			f.world = func(s *scalrsim.Server, environment string) {
				s.AddWorkspace(environment, "app", map[string]any{"working-directory": "app", "hooks": map[string]any{c.hook: c.command}})
			}
			f.play().want(0, exact).wantWorkspaces(c.want)
		})
	}
}

// A change that deletes the first directory of a workspace makes the second one its configuration.
func TestAffectedByDeletionOfFirstDirectory(t *testing.T) {
	t.Parallel()
	before := "new/app/x: 1\nold/app/x: 1\nold/db/x: 1"
	afterPush(t, "app db", before, "old/app/x: 1\nold/db/x: 1", "directories=new/{workspace}\nold/{workspace}").play().
		want(0, exact).wantWorkspaces("app:new/app/x")
	afterPush(t, "app db", before, before+"\nold/app/y: 1", "directories=new/{workspace}\nold/{workspace}").play().
		want(0, exact).wantWorkspaces("")
}

// A module outside the uploaded directory is missing in a run. The warning suggests two solutions.
func TestAffectedWarnsAboutFilesOutsideUpload(t *testing.T) {
	t.Parallel()
	before, after := "infra/app/main.tf: calls ../m\ninfra/m/x: 1", "infra/app/main.tf: calls ../m\ninfra/m/x: 2"
	const warning = "Modules or files outside the uploaded directory are missing in a run: prod/app uses infra/m and uploads " +
		"infra/app."
	afterPush(t, "app", before, after, "directories=infra/{workspace}").play().want(0).wantWorkspaces("app:infra/m/x").
		logContains(warning,
			"In Scalr, set the working directory of each of these workspaces to its full path in the repository (`working-directory: infra/app` "+
				"for the first)", "or move the files that it uses below `path`")
	p := afterPush(t, "app=infra/app", before, after).play().want(0).wantWorkspaces("app:infra/m/x")
	if strings.Contains(p.log, "missing in a run") {
		t.Errorf("got a warning although all files are uploaded\n%s", p.log)
	}
}

// The input workspaces selects workspaces by name, from any environment, without duplicates.
func TestAffectedWorkspacesByName(t *testing.T) {
	t.Parallel()
	f := afterPush(t, "app=app db=db", "app/x: 1\ndb/x: 1", "app/x: 2\ndb/x: 2", "environment=",
		"workspaces=prod/db\nprod/db")
	f.play().want(0, exact).wantWorkspaces("db:db/x").requestCount("GET /environments", 0)
}

// File names are untrusted text, and each token is sent only to its own service.
func TestAffectedSanitizesFileNames(t *testing.T) {
	t.Parallel()
	f := afterPush(t, "app=app", "app/x: 1", "app/${{ github.token }} ::error::x: 2\napp/x: 1")
	f.setup = func(s *githubtest.Server) {
		s.Fail(githubtest.Fault{Operation: githubtest.Compare, Status: 422, Body: `{"message":"no ` + s.Token() + `"}`})
		s.Fail(githubtest.Fault{
			Operation: githubtest.ListTree,
			Status:    422,
			Body:      `{"message":"no ` + s.Token() + `\n::error::x"}`,
		})
	}
	p := f.play().want(0, everything).wantWorkspaces("app:")
	shown := strings.ReplaceAll(p.log, "::add-mask::"+f.hub.Token(), "") + p.summary + fmt.Sprint(p.outputs)
	if strings.Contains(shown, "\n::error::") || strings.Contains(shown, f.hub.Token()) ||
		!strings.Contains(shown, "no ***") {
		t.Errorf("got %s", shown)
	}
	afterPush(t, "app=app", "app/x: 1", "app/a ::error::x: 2\napp/x: 1").play().want(0, exact).wantWorkspaces("app:app/a ::error::x")
}

// The files that a Terragrunt configuration names are not searched, so every change may affect such a workspace.
func TestAffectedByTerragrunt(t *testing.T) {
	t.Parallel()
	f := afterPush(t, "app=app", "app/x: 1\nlive/x: 1\nz: 1", "app/x: 1\nlive/x: 1\nz: 2")
	f.world = func(s *scalrsim.Server, environment string) {
		s.AddWorkspace(environment, "live",
			map[string]any{"working-directory": "live", "terragrunt": map[string]any{"version": "0.80.0"}})
	}
	f.play().want(0, exact).wantWorkspaces("live:").
		logContains("not all files that they use are known: prod/live (the files that Terragrunt's configuration names are not searched)")
}

func TestAffectedInterrupted(t *testing.T) {
	t.Parallel()
	f := afterPush(t, "app=app", "app/x: 1", "app/x: 2")
	f.setup = func(s *githubtest.Server) { s.Fail(githubtest.Fault{Operation: githubtest.Compare, Delay: time.Hour}) }
	f.during = func(p *stepResult) {
		time.Sleep(5 * time.Second)
		p.signals <- syscall.SIGTERM
	}
	p := f.play().want(143, "result=interrupted", "error-code=", "workspaces=")
	if p.took > 6500*time.Millisecond {
		t.Errorf("ended after %s", p.took)
	}
}

// TestAffectedLongList checks that a list that may not fit into the inputs of the overview leads to a warning.
func TestAffectedLongList(t *testing.T) {
	t.Parallel()
	var names []string
	before, after := "", ""
	for i := range 250 {
		name := fmt.Sprintf("%s-%03d", strings.Repeat("n", 86), i)
		names = append(names, name)
		before += "live/" + name + "/x: 1\n"
		after += "live/" + name + "/x: 2\n"
	}
	pushed := afterPush(t, strings.Join(names, " "), before, after, "directories=live/{workspace}")
	pushed.play().want(0, "count=250").logContains("::warning::The list of workspaces has ")
}

// If the list of workspaces omits the names of environments or tags, they are requested once.
func TestAffectedWithoutIncludedResources(t *testing.T) {
	t.Parallel()
	f := afterPush(t, "", "infra/prod/app/x: 1\ninfra/app/x: 1", "infra/prod/app/x: 2\ninfra/app/x: 2",
		"directories=infra/{environment}/{workspace}")
	f.scalr.NoIncluded = true
	f.world = func(s *scalrsim.Server, environment string) {
		for _, name := range []string{"app", "db"} {
			s.AddWorkspace(environment, name, nil, "fleet")
		}
	}
	p := f.play().want(0, exact).wantWorkspaces("app:infra/prod/app/x").requestCount("GET /environments", 2).requestCount("GET /tags", 1)
	if !strings.Contains(p.outputs["workspaces"], `"environment":"prod","tags":["fleet"]`) {
		t.Errorf("got %s", p.outputs["workspaces"])
	}
}
