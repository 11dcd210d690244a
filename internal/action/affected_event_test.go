package action_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/scalrsim"
)

// history is a repository of the workspaces app, db and net, of which each commit
// changes what its name says. main is app1, the pull request 7 is db2 on db1, from
// where it left main: base.
//
//	base ── app1 ── queue1 (net) ── queue2 (db)
//	   └─── db1 ─── db2 (net too)
//	merge: app1 and db2
var history = map[string]struct{ parents, files string }{
	"base":   {"", "app=1 db=1 net=1"},
	"app1":   {"base", "app=2 db=1 net=1"},
	"queue1": {"app1", "app=2 db=1 net=2"},
	"queue2": {"queue1", "app=2 db=2 net=2"},
	"db1":    {"base", "app=1 db=2 net=1"},
	"db2":    {"db1", "app=1 db=2 net=2"},
	"merge":  {"app1 db2", "app=2 db=2 net=2"},
	"squash": {"app1", "app=2 db=2 net=2"},
	"other":  {"", "app=9 db=1 net=1"},
	"many":   {"base", "app=1 db=2 net=1 +300"},
	"most":   {"base", "app=1 db=2 net=1 +3000"},
	"mostdb": {"most", "app=1 db=3 net=1 +3000"},
}

// hash is the commit that a name of history stands for; other texts are themselves.
func hash(name string) string {
	if _, ok := history[name]; !ok {
		return name
	}
	return fmt.Sprintf("%x", name+strings.Repeat("-", 20-len(name)))
}

func fromHistory(t *testing.T) *fleetStep {
	t.Helper()
	f := &fleetStep{t: t, workspaces: "app=app db=db net=net", ref: "refs/heads/main"}
	for name, c := range history {
		commit := githubtest.Commit{SHA: hash(name), Files: map[string]string{}}
		for _, p := range strings.Fields(c.parents) {
			commit.Parents = append(commit.Parents, hash(p))
		}
		for _, file := range strings.Fields(c.files) {
			dir, text, isFile := strings.Cut(file, "=")
			if isFile {
				commit.Files[dir+"/x"] = text
				continue
			}
			n := 0
			fmt.Sscan(dir, &n)
			for i := range n {
				commit.Files[fmt.Sprintf("a-other/%04d", i)] = "x" // before app in the list
			}
		}
		f.commits = append(f.commits, commit)
	}
	f.options.Pulls = []githubtest.Pull{{Number: 7, Head: hash("db2"), BaseSHA: hash("app1")}}
	f.setup = func(s *githubtest.Server) { s.Branch("main", hash("app1")) }
	return f
}

func TestAffectedByEvent(t *testing.T) {
	t.Parallel()
	const pull = `{"pull_request":{"number":7,"head":{"sha":"%s"},"base":{"sha":"%s"}}}`
	const push = `{"before":"%s","after":"%s","repository":{"default_branch":"main"}}`
	const group = `{"merge_group":{"head_sha":"%s","base_sha":"%s","base_ref":"refs/heads/main"}}`
	const zero = "0000000000000000000000000000000000000000"
	for name, c := range map[string]struct {
		event, payload string
		head           string // what is checked out
		with           string // inputs, and GITHUB_REF as ref=
		want           string
		scope          string
		says           string
	}{
		"push":                     {"push", fmt.Sprintf(push, hash("base"), hash("app1")), "app1", "", "app:app/x", exact, "push to main: 1 file changed"},
		"reset to an older commit": {"push", fmt.Sprintf(push, hash("db2"), hash("db1")), "db1", "", "net:net/x", exact, ""},
		"diverged push":            {"push", fmt.Sprintf(push, hash("app1"), hash("db1")), "db1", "", "app:app/x db:db/x", exact, ""},
		"push of another history":  {"push", fmt.Sprintf(push, hash("base"), hash("other")), "other", "", "app:app/x", exact, ""},
		"301 files":                {"push", fmt.Sprintf(push, hash("base"), hash("many")), "many", "", "db:db/x", exact, "301 files changed"},
		"3,001 files":              {"push", fmt.Sprintf(push, hash("base"), hash("most")), "most", "", "db:db/x", exact, "3001 files changed"},
		"first push":               {"push", fmt.Sprintf(push, zero, hash("db1")), "db1", "ref=refs/heads/x", "app:app/x db:db/x", exact, "first push of x"},
		"first push of main":       {"push", fmt.Sprintf(push, zero, hash("app1")), "app1", "", "app: db: net:", everything, "it is the first push of the default branch main"},
		"push, before is gone":     {"push", fmt.Sprintf(push, hash("9"), hash("app1")), "app1", "", "app: db: net:", everything, "does not name the commits"},
		"another commit":           {"push", fmt.Sprintf(push, hash("base"), hash("app1")), "db1", "", "app: db: net:", everything, "the checkout is commit 6462312 and not 6170703"},

		"pull request":                     {"pull_request", fmt.Sprintf(pull, hash("db2"), hash("app1")), "db2", "", "db:db/x net:net/x", exact, "pull request #7: 2 files changed"},
		"pull request, merge commit":       {"pull_request", fmt.Sprintf(pull, hash("db2"), hash("base")), "merge", "", "db:db/x net:net/x", exact, ""},
		"pull request, 301 files":          {"pull_request", fmt.Sprintf(pull, hash("many"), hash("base")), "many", "", "db:db/x", exact, ""},
		"pull request, 3,001 files":        {"pull_request", fmt.Sprintf(pull, hash("most"), hash("base")), "most", "", "db:db/x", exact, ""},
		"re-run after a newer push":        {"pull_request", fmt.Sprintf(pull, hash("db1"), hash("app1")), "db1", "", "db:db/x", exact, ""},
		"pull request target":              {"pull_request_target", fmt.Sprintf(pull, hash("db2"), hash("app1")), "app1", "", "app: db: net:", everything, "neither the head of pull request #7"},
		"merged by squashing":              {"pull_request", fmt.Sprintf(pull, hash("db2"), hash("app1")), "squash", "", "app: db: net:", everything, "neither the head of pull request #7"},
		"comment":                          {"issue_comment", `{"issue":{"number":7,"pull_request":{"url":"x"}}}`, "db2", "", "db:db/x net:net/x", exact, ""},
		"comment, default branch":          {"issue_comment", `{"issue":{"number":7,"pull_request":{"url":"x"}}}`, "app1", "", "app: db: net:", everything, ""},
		"review":                           {"pull_request_review", fmt.Sprintf(pull, hash("db2"), hash("app1")), "merge", "", "db:db/x net:net/x", exact, ""},
		"dispatch":                         {"workflow_dispatch", `{}`, "db2", "pr-number=7", "db:db/x net:net/x", exact, ""},
		"dispatch without a pull request":  {"workflow_dispatch", `{}`, "app1", "", "app: db: net:", everything, "the event workflow_dispatch has no change of its own"},
		"repository dispatch":              {"repository_dispatch", `{"client_payload":{"pull_request":{"number":7}}}`, "db2", "", "db:db/x net:net/x", exact, ""},
		"pull request that does not exist": {"workflow_dispatch", `{}`, "db2", "pr-number=8", "app: db: net:", everything, "GitHub answered 404"},

		"merge queue, first entry":  {"merge_group", fmt.Sprintf(group, hash("queue1"), hash("app1")), "queue1", "", "net:net/x", exact, "merge group for main"},
		"merge queue, second entry": {"merge_group", fmt.Sprintf(group, hash("queue2"), hash("queue1")), "queue2", "", "db:db/x net:net/x", exact, ""},

		"schedule":         {"schedule", `{}`, "app1", "", "app: db: net:", everything, ""},
		"all":              {"schedule", `{}`, "app1", "all=true", "app: db: net:", everything, ""},
		"base":             {"workflow_dispatch", `{}`, "app1", "base=" + hash("base"), "app:app/x", exact, "changes since"},
		"base is a branch": {"workflow_dispatch", `{}`, "db1", "base=main", "app:app/x db:db/x", exact, "changes since main"},
		"broken payload":   {"push", `{`, "app1", "", "app: db: net:", everything, "the event does not name the commits of the push"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fromHistory(t)
			f.event, f.payload, f.head = c.event, c.payload, hash(c.head)
			if ref, isRef := strings.CutPrefix(c.with, "ref="); isRef {
				f.ref = ref
			} else if c.with != "" {
				f.inputs = []string{c.with}
			}
			p := f.play().want(0, c.scope, "result=done", "error-code=").listed(c.want).says(c.says)
			if c.scope == everything && c.with != "all=true" {
				p.says("::warning::Every workspace counts as affected, since it is unknown what changed: " + p.outputs["scope-reason"])
			}
		})
	}
}

// The push of app1 was skipped, since a newer run took its place in the queue: what
// is to be applied is the change since the last run that succeeded.
func TestAffectedSinceLastSuccess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		runs        []githubtest.WorkflowRun
		want, scope string
		says        string
	}{
		"a run was evicted": {[]githubtest.WorkflowRun{{SHA: hash("base")}, {SHA: hash("app1"), Conclusion: "cancelled"}}, "app:app/x net:net/x", exact,
			"changes since the last successful run, of 6261736: 2 files changed"},
		"no success yet": {[]githubtest.WorkflowRun{{SHA: hash("app1"), Conclusion: "failure"}}, "app: db: net:", everything, "apply.yml has no successful run on main yet"},
		"an older run was repeated later": {[]githubtest.WorkflowRun{{SHA: hash("base"), StartedAt: time.Unix(2000, 0)}, {SHA: hash("queue1"), StartedAt: time.Unix(1000, 0)}},
			"app:app/x net:net/x", exact, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fromHistory(t)
			f.event, f.head, f.inputs = "push", hash("queue1"), []string{"base=last-success"}
			f.payload = fmt.Sprintf(`{"before":%q,"after":%q}`, hash("app1"), hash("queue1"))
			f.setup = func(s *githubtest.Server) {
				for _, r := range c.runs {
					s.Run(r)
				}
			}
			f.play().want(0, c.scope).listed(c.want).says(c.says)
		})
	}
}

// Whatever keeps GitHub from saying what changed makes everything affected, or fails
// the step if that was asked for.
func TestAffectedWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*fleetStep)
		says   string
	}{
		"a truncated tree": {func(f *fleetStep) {
			f.options.MostFiles = 2
			f.payload = fmt.Sprintf(`{"before":%q,"after":%q}`, hash("db1"), hash("app1"))
		}, "the repository has more files than GitHub lists of a commit"},
		"no permission": {func(f *fleetStep) {
			f.setup = func(s *githubtest.Server) {
				s.Fail(githubtest.Fault{Operation: githubtest.Compare, Status: 403, Body: `{"message":"Resource not accessible by integration"}`})
			}
		}, "Resource not accessible by integration (the job needs `permissions: contents: read` and `pull-requests: read`)"},
		"GitHub is down": {func(f *fleetStep) {
			f.setup = func(s *githubtest.Server) {
				s.Fail(githubtest.Fault{Operation: githubtest.Compare, Status: 502, Times: -1})
				s.Fail(githubtest.Fault{Operation: githubtest.ListTree, Reset: true, Times: -1})
			}
		}, "list the files of acme/infra@6261736: "},
		"no token":             {func(f *fleetStep) { f.inputs = append(f.inputs, "github-token=") }, "github-token is empty"},
		"no GitHub":            {func(f *fleetStep) { f.env = []string{"GITHUB_REPOSITORY="} }, "GITHUB_REPOSITORY is empty"},
		"another API":          {func(f *fleetStep) { f.env = []string{"GITHUB_API_URL=http://github.test"} }, "is not https"},
		"no readable .git":     {func(f *fleetStep) { f.without = []string{".git/HEAD"} }, "cannot be read from .git"},
		"no checkout, no .git": {func(f *fleetStep) { f.without, f.env = []string{".git"}, []string{"GITHUB_SHA="} }, "the commit that is checked out is unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, fail := range []bool{false, true} {
				f := fromHistory(t)
				f.event, f.head = "push", hash("app1")
				f.payload = fmt.Sprintf(`{"before":%q,"after":%q}`, hash("base"), hash("app1"))
				if fail {
					f.inputs = []string{"when-unknown=fail"}
				}
				c.change(f)
				p := f.play()
				if fail {
					p.want(1, everything, "result=rejected", "error-code=change-unknown", "workspaces=").says("It is unknown what changed: ", c.says)
				} else {
					p.want(0, everything, "result=done").listed("app: db: net:").says(c.says)
				}
			}
		})
	}
}

// Without .git the commit that GitHub names is believed.
func TestAffectedBelievesTheCommitWithoutGit(t *testing.T) {
	t.Parallel()
	f := fromHistory(t)
	f.event, f.head, f.without = "push", hash("app1"), []string{".git"}
	f.payload = fmt.Sprintf(`{"before":%q,"after":%q}`, hash("base"), hash("app1"))
	f.play().want(0, exact).listed("app:app/x")
}

// A checkout in a directory of its own would make every path a wrong one.
func TestAffectedInAnotherDirectory(t *testing.T) {
	t.Parallel()
	f := pushed(t, "app=src/app", "", "src/app/x: 1\nsrc/.git: gitdir")
	f.without = []string{".git"}
	f.play().want(0, everything).listed("app:").says(`the repository is checked out in "src" and not in the root of the workspace`)
}

// The head is found by name too, as in a checkout of a branch.
func TestAffectedReadsTheBranchThatIsCheckedOut(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"loose":  {".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": commitID("b") + "\n"},
		"packed": {".git/HEAD": "ref: refs/heads/main\n", ".git/packed-refs": "# pack-refs\n" + commitID("c") + " refs/heads/not-main\n" + commitID("b") + " refs/heads/main\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := pushed(t, "app=app", "app/x: 1", "app/x: 2")
			f.git = files
			f.env = []string{"GITHUB_SHA=" + commitID("f")}
			f.play().want(0, exact).listed("app:app/x")
		})
	}
}

func TestAffectedOnGitHubIsReadOnly(t *testing.T) {
	t.Parallel()
	f := pushed(t, "app=app", "app/x: 1", "app/x: 2")
	f.faults = []scalrsim.Fault{{Op: "GET /workspaces", Status: 503, Action: scalrsim.Status}}
	p := f.play().want(0, exact)
	for _, r := range p.record.all() {
		if r.method != "GET" {
			t.Errorf("%s %s is more than reading", r.method, r.path)
		}
	}
}
