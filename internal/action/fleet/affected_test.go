package fleet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/dirtest"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/scalrsim"
)

// affectedCase is a push that changes files, and workspaces in the environment prod.
type affectedCase struct {
	workspaces    string // names with working directories, such as "app=infra/app"
	setup         func(s *scalrsim.Server, environment string)
	before, after string // lines of "path: content"; "uses x" is a call of the module x
	settings      []string
	checkout      map[string]string // other files of the checkout
	notOnDisk     string            // prefix of files that are not in the checkout
	scalr         scalrsim.Config
	faults        []scalrsim.Fault
	github        []githubtest.Fault
	payload       int // size of the event's payload
	runs          []githubtest.WorkflowRun
}

// filesOf parses lines of "path: content".
func filesOf(lines string) map[string]string {
	files := map[string]string{}
	for line := range strings.Lines(lines) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if module, uses := strings.CutPrefix(text, "uses "); uses {
			text = fmt.Sprintf("module \"m\" {\n  source = %q\n}\n", module)
		}
		files[name] = text
	}
	return files
}

// two are two workspaces, of which the push affects the first.
func two(settings ...string) affectedCase {
	return affectedCase{workspaces: "app=app db=db", before: "app/x: 1\ndb/x: 1", after: "app/x: 2\ndb/x: 1", settings: settings}
}

func (c affectedCase) with(change func(*affectedCase)) affectedCase {
	change(&c)
	return c
}

// many are n workspaces, all of which the push affects.
func many(n int, settings ...string) affectedCase {
	return affectedCase{workspaces: each(n, "w#=w/#", " "), before: each(n, "w/#/x: 1", "\n"), after: each(n, "w/#/x: 2", "\n"), settings: settings}
}

// affectedCases returns the cases by name.
func affectedCases() map[string]affectedCase {
	forbidden := func(op githubtest.Operation) []githubtest.Fault {
		return []githubtest.Fault{{Operation: op, Status: 403, Body: `{"message":"Resource not accessible by integration"}`, Times: -1}}
	}
	return map[string]affectedCase{
		"one of two": two(),
		"everything that a report can have": {
			workspaces: "app=infra/app db=infra/db net=infra/net old=infra/old gone=infra/gone",
			setup: func(s *scalrsim.Server, environment string) {
				s.AddWorkspace(environment, "log", map[string]any{"working-directory": "log"}, "red", "blue")
				s.AddWorkspace(environment, "units", map[string]any{"working-directory": "infra/units", "terragrunt": map[string]any{"version": "0.80.0"}})
				s.AddWorkspace(environment, "local", map[string]any{"execution-mode": "local"})
				s.AddWorkspace(environment, "vcs", map[string]any{"vcs-repo": map[string]any{"identifier": "acme/infra"}})
			},
			before: "infra/app/main.tf: uses ../../modules/app\nmodules/app/x: 1\ninfra/db/x: 1\ninfra/net/x: 1\ninfra/log/main.tf: uses ../../modules/log\n" +
				"modules/log/x: 1\ninfra/units/x: 1\ninfra/old/x: 1\ninfra/lost/y/x: 1\ninfra/lost/x: 1",
			after: "infra/app/main.tf: uses ../../modules/app\nmodules/app/x: 2\ninfra/db/x: 1\ninfra/net/x: 2\ninfra/log/main.tf: uses ../../modules/log\n" +
				"modules/log/x: 2\ninfra/units/x: 1\ninfra/lost/y/x: 2\ninfra/lost/x: 2",
			settings: []string{"directories=infra/{workspace}\nprod/gone=infra/nowhere", "depends-on=prod/app: prod/db\nprod/db: prod/net\nprod/log: prod/app",
				"batch-size=2", "affected-by=globl/\ninfra/\n!**"},
		},
		"removed, second pattern": {
			workspaces: "app= old= gone=",
			before:     "infra/app/x: 1\nlegacy/old/x: 1\nlegacy/gone/x: 1",
			after:      "infra/app/x: 1\nlegacy/gone/y: 1",
			settings:   []string{"directories=infra/{workspace}\nlegacy/{workspace}"},
		},
		"sparse checkout": two().with(func(c *affectedCase) {
			c.checkout = map[string]string{".git/config": "[core]\n\tsparseCheckout = true\n"}
		}),
		"sparse checkout without a workspace": two().with(func(c *affectedCase) {
			c.checkout, c.notOnDisk = map[string]string{".git/config": "[core]\n\tsparseCheckout = true # by CI\n"}, "app/"
		}),
		"sparse checkout without a workspace, all": two("all=true").with(func(c *affectedCase) {
			c.checkout, c.notOnDisk = map[string]string{".git/config": "[core] sparseCheckout\n"}, "app/"
		}),
		"sparse checkout without any workspace": two("all=true").with(func(c *affectedCase) {
			c.checkout, c.notOnDisk = map[string]string{".git/config": "[core] sparseCheckout\n"}, ""
			c.workspaces = "old=old"
		}),
		"changed, but not on disk": two().with(func(c *affectedCase) { c.notOnDisk = "app/" }),
		"no ID token": two("token=", "service-account=deployer@acme.scalr.io",
			"ACTIONS_ID_TOKEN_REQUEST_URL=https://token.test/?a=b", "ACTIONS_ID_TOKEN_REQUEST_TOKEN=request-token"),
		"unknown tag":    two("filter-tag=rde"),
		"no workspaces":  {before: "app/x: 1", after: "app/x: 2"},
		"commit unknown": two().with(func(c *affectedCase) { c.checkout = map[string]string{".git/HEAD": "main"} }),
		"tags of a removed workspace cannot be listed": {
			workspaces: "app=app",
			before:     "app/x: 1\nold/x: 1",
			after:      "app/x: 1",
			scalr:      scalrsim.Config{NoIncluded: true},
			setup: func(s *scalrsim.Server, environment string) {
				s.AddWorkspace(environment, "old", map[string]any{"working-directory": "old"}, "red")
			},
			faults: []scalrsim.Fault{{Op: "GET /tags", Action: scalrsim.Status, Status: 422, Times: -1}},
		},
		"max-affected exceeded":  many(2, "max-affected=1"),
		"max-affected reached":   many(2, "max-affected=2"),
		"all":                    two("all=true", "GITHUB_EVENT_NAME=schedule"),
		"nothing known":          two("GITHUB_EVENT_NAME=schedule"),
		"nothing known, fail":    two("GITHUB_EVENT_NAME=schedule", "when-unknown=fail"),
		"not on GitHub":          two("GITHUB_REPOSITORY="),
		"no token":               two("github-token="),
		"no payload":             two("GITHUB_EVENT_PATH=/proc/nowhere"),
		"payload of over 25 MiB": two().with(func(c *affectedCase) { c.payload = 25<<20 + 1 }),
		"since the last success": two("base=last-success").with(func(c *affectedCase) { c.github = forbidden(githubtest.ListRuns) }),
		"since the last success, workflow unknown": two("base=last-success", "GITHUB_WORKFLOW_REF=").with(func(c *affectedCase) {
			c.runs = []githubtest.WorkflowRun{{ID: 11, SHA: commitOf("a")}, {ID: 12, SHA: commitOf("c"), Conclusion: "failure"}}
		}),
		"comparison forbidden": two().with(func(c *affectedCase) { c.github = forbidden(githubtest.Compare) }),
		"comparison fails": two().with(func(c *affectedCase) {
			c.github = []githubtest.Fault{{Operation: githubtest.Compare, Status: 422, Times: -1}}
		}),
		"mistyped base":             two("base=mian"),
		"pull request not found":    two("pr-number=99"),
		"branch as base":            two("base=main"),
		"no summary file":           two("GITHUB_STEP_SUMMARY="),
		"summary fails":             two("GITHUB_STEP_SUMMARY=/dev/full"),
		"outputs fail":              two("GITHUB_OUTPUT=/dev/full"),
		"no checkout":               two("GITHUB_WORKSPACE=/proc/nowhere"),
		"proxy missing":             two("HTTPS_PROXY=://"),
		"invalid input":             two("batch-size=0", "github-token=ghs_another1234"),
		"invalid input and a note":  two("all=true", "base=main", "batch-size=0"),
		"a note":                    two("all=true", "base=main"),
		"unknown environment":       two("environment=prdo"),
		"unknown workspace":         two("environment=", "workspaces=prod/ap"),
		"workspaces by name":        two("environment=", "workspaces=prod/db\nprod/app\nprod/db", "all=true"),
		"workspaces by environment": two("environment=production", "all=true"),
		"token rejected": two().with(func(c *affectedCase) {
			c.faults = []scalrsim.Fault{{Op: "GET /workspaces", Action: scalrsim.Status, Status: 401, Times: -1}}
		}),
		"workspaces in two environments": two(
			"environment=", "all=true", "directories=prod/app=app\nother/app=db\nother/ap=app\nprod/db=db",
		).with(func(c *affectedCase) {
			c.setup = func(s *scalrsim.Server, _ string) { s.AddWorkspace(s.AddEnvironment("other"), "app", nil) }
		}),
		"unknown workspace in directories, with a filter":    two("environment=", "filter-name=app", "directories=prod/app=app\nprod/ap=db"),
		"unknown workspace in directories, with names":       two("environment=", "workspaces=prod/app", "directories=prod/app=app\nprod/ap=db"),
		"unknown workspace in directories, environment":      two("environment=prod", "directories=prod/app=app\nprod/ap=db"),
		"unknown workspaces in depends-on":                   two("all=true", "depends-on=prod/app: prod/DB\nprod/ap: prod/DB\nother/x: prod/db"),
		"unknown workspaces in depends-on, all environments": two("environment=", "all=true", "depends-on=prod/app: prodd/db"),
		"ids in depends-on":                                  two("all=true", "depends-on=env-v0clac7np2oywnr/app: prod/db"),
		"a cycle with ids":                                   two("all=true", "depends-on=env-v0clac7np2oywnr/app: prod/db\nprod/db: prod/app"),
		"names not included": two("directories={environment}/{workspace}", "all=true").with(func(c *affectedCase) {
			c.scalr.NoIncluded = true
			c.after = "prod/app/x: 1\nprod/db/x: 1"
			c.setup = func(s *scalrsim.Server, environment string) { s.AddWorkspace(environment, "tagged", nil, "red") }
		}),
		"environments cannot be listed": two("environment=", "all=true").with(func(c *affectedCase) {
			c.scalr.NoIncluded = true
			c.faults = []scalrsim.Fault{{Op: "GET /environments", Action: scalrsim.Status, Status: 422, Times: -1}}
		}),
		"environments not listed": two("environment=", "all=true").with(func(c *affectedCase) {
			c.scalr.NoIncluded = true
			c.faults = []scalrsim.Fault{{Op: "GET /environments", Action: scalrsim.Edit, Times: -1,
				Change: func(body string) string { return strings.ReplaceAll(body, `"id":"env-`, `"id":"env-other-`) }}}
		}),
		"tags cannot be listed": two("all=true").with(func(c *affectedCase) {
			c.scalr.NoIncluded = true
			c.setup = func(s *scalrsim.Server, environment string) {
				s.AddWorkspace(environment, "app2", map[string]any{"working-directory": "app"}, "red")
			}
			c.faults = []scalrsim.Fault{{Op: "GET /tags", Action: scalrsim.Status, Status: 422, Times: -1}}
		}),
		"eleven of each": {
			workspaces: each(11, "w#=w/#", " ") + " " + each(11, "old#=old/#", " ") + " " + each(11, "gone#=gone/#", " "),
			before:     each(11, "w/#/main.tf: uses ../../m/#", "\n") + "\n" + each(11, "m/#/x: 1", "\n") + "\n" + each(11, "old/#/x: 1", "\n"),
			after:      each(11, "w/#/main.tf: uses ../../m/#", "\n") + "\n" + each(11, "m/#/x: 2", "\n"),
		},
		"directories do not match": {
			workspaces: each(11, "w#=w", " ") + " gone=w", before: each(11, "infra/w#/x: 1", "\n"), after: each(11, "infra/w#/x: 2", "\n"),
			settings: []string{"directories=infra/{workspace}"},
		},
		"too slow": slow(24),
		"too slow, at GitHub": slow(16).with(func(c *affectedCase) {
			c.github = []githubtest.Fault{{Operation: githubtest.Compare, Delay: time.Hour, Times: -1}}
		}),
	}
}

// slow has n workspaces whose tags are requested one by one, which takes half a minute each.
func slow(n int) affectedCase {
	return affectedCase{
		before: "app/x: 1", after: "app/x: 2", settings: []string{"filter-tag=red"},
		setup: func(s *scalrsim.Server, environment string) {
			for i := range n {
				s.AddWorkspace(environment, fmt.Sprint("w", i), map[string]any{"working-directory": "app"}, "red")
			}
		},
		faults: []scalrsim.Fault{{Op: "GET /workspaces", Action: scalrsim.Misreport, Member: "tags"},
			{Op: "* /**", Action: scalrsim.Delay, Delay: 29 * time.Second, Times: -1}},
	}
}

// TestAffectedSteps compares what users see of each step with testdata/affected.txt.
func TestAffectedSteps(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	cases := affectedCases()
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		fmt.Fprintf(&got, "=== %s\n%s\n", name, cases[name].play(t))
	}
	goldentest.Compare(t, filepath.Join("testdata", "affected.txt"), got.String())
}

// play runs the step for the push of commit c, after commit a.
func (c affectedCase) play(t *testing.T) (got string) {
	hub := githubtest.New(githubtest.Options{})
	hub.Commit(githubtest.Commit{SHA: commitOf("a"), Files: filesOf(c.before)})
	hub.Commit(githubtest.Commit{SHA: commitOf("c"), Parents: []string{commitOf("a")}, Files: filesOf(c.after)})
	hub.Branch("main", commitOf("a"))
	for _, r := range c.runs {
		hub.Run(r)
	}
	for _, f := range c.github {
		hub.Fail(f)
	}
	checkout := dirtest.InMemory(t)
	for name, text := range filesOf(c.after) {
		if c.notOnDisk == "" || !strings.HasPrefix(name, c.notOnDisk) {
			write(t, checkout, name, text)
		}
	}
	write(t, checkout, ".git/HEAD", commitOf("c")+"\n")
	for name, text := range c.checkout {
		write(t, checkout, name, text)
	}
	synctest.Test(t, func(t *testing.T) {
		sim := scalrsim.New(scalrsim.Scenario{Faults: c.faults, Config: c.scalr})
		environment := sim.AddEnvironment("prod")
		for _, w := range strings.Fields(c.workspaces) {
			name, dir, _ := strings.Cut(w, "=")
			sim.AddWorkspace(environment, name, map[string]any{"working-directory": dir})
		}
		if c.setup != nil {
			c.setup(sim, environment)
		}
		s := newStepTest(t, sim, hub)
		maps.Copy(s.env, map[string]string{"GITHUB_WORKSPACE": checkout, "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main"})
		s.event = fmt.Sprintf(`{"before":%q,"after":%q,"repository":{"default_branch":"main"}}`, commitOf("a"), commitOf("c"))
		s.event += strings.Repeat(" ", max(0, c.payload-len(s.event)))
		s.inputs["environment"] = "prod"
		got = strings.ReplaceAll(s.play(Affected, c.settings...), checkout, "CHECKOUT")
	})
	return got
}

// TestLongListWarning checks from which length a list of workspaces leads to a warning. In toJSON(needs), a backslash precedes
// each quotation mark and each backslash.
func TestLongListWarning(t *testing.T) {
	t.Parallel()
	const limit = 131072 - 128 - 8192
	empty, err := json.Marshal([]item{{}})
	if err != nil {
		t.Fatal(err)
	}
	rest := limit - len(empty) - strings.Count(string(empty), `"`)
	for _, c := range []struct {
		name string
		warn bool
	}{
		{strings.Repeat("x", rest), false},
		{strings.Repeat("x", rest+1), true},
		{strings.Repeat("x", rest-4) + `"`, false},
		{strings.Repeat("x", rest-3) + `"`, true},
	} {
		log := new(bytes.Buffer)
		s, _, end := step.Begin(t.Context(), step.Env{Stdout: log, Environ: []string{"GITHUB_ACTIONS=true"}})
		(&affectedCommand{Step: s}).warnLongList([]item{{Name: c.name}})
		end()
		if got := strings.Contains(log.String(), "::warning::The list of workspaces has 119.8 KiB. "); got != c.warn {
			t.Errorf("a name of %d bytes: %.100s", len(c.name), log)
		}
	}
}
