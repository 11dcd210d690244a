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
		"push": {
			event:   "push",
			payload: fmt.Sprintf(push, hash("base"), hash("app1")),
			head:    "app1",
			want:    "app:app/x",
			scope:   exact,
			says:    "push to main: 1 file changed",
		},
		"reset to an older commit": {
			event:   "push",
			payload: fmt.Sprintf(push, hash("db2"), hash("db1")),
			head:    "db1",
			want:    "net:net/x",
			scope:   exact,
		},
		"diverged push": {
			event:   "push",
			payload: fmt.Sprintf(push, hash("app1"), hash("db1")),
			head:    "db1",
			want:    "app:app/x db:db/x",
			scope:   exact,
		},
		"push of another history": {
			event:   "push",
			payload: fmt.Sprintf(push, hash("base"), hash("other")),
			head:    "other",
			want:    "app:app/x",
			scope:   exact,
		},
		"301 files": {
			event:   "push",
			payload: fmt.Sprintf(push, hash("base"), hash("many")),
			head:    "many",
			want:    "db:db/x",
			scope:   exact,
			says:    "301 files changed",
		},
		"3,001 files": {
			event:   "push",
			payload: fmt.Sprintf(push, hash("base"), hash("most")),
			head:    "most",
			want:    "db:db/x",
			scope:   exact,
			says:    "3001 files changed",
		},
		"first push": {
			event:   "push",
			payload: fmt.Sprintf(push, zero, hash("db1")),
			head:    "db1",
			with:    "ref=refs/heads/x",
			want:    "app:app/x db:db/x",
			scope:   exact,
			says:    "first push of x",
		},
		"first push of main": {
			event:   "push",
			payload: fmt.Sprintf(push, zero, hash("app1")),
			head:    "app1",
			want:    "app: db: net:",
			scope:   everything,
			says:    "it is the first push of the default branch main",
		},
		"push, before is gone": {
			event:   "push",
			payload: fmt.Sprintf(push, hash("9"), hash("app1")),
			head:    "app1",
			want:    "app: db: net:",
			scope:   everything,
			says:    "does not name the commits",
		},
		"another commit": {
			event:   "push",
			payload: fmt.Sprintf(push, hash("base"), hash("app1")),
			head:    "db1",
			want:    "app: db: net:",
			scope:   everything,
			says:    "the checkout is commit 6462312 and not 6170703",
		},

		"pull request": {
			event:   "pull_request",
			payload: fmt.Sprintf(pull, hash("db2"), hash("app1")),
			head:    "db2",
			want:    "db:db/x net:net/x",
			scope:   exact,
			says:    "pull request #7: 2 files changed",
		},
		"pull request, merge commit": {
			event:   "pull_request",
			payload: fmt.Sprintf(pull, hash("db2"), hash("base")),
			head:    "merge",
			want:    "db:db/x net:net/x",
			scope:   exact,
		},
		"pull request, 301 files": {
			event:   "pull_request",
			payload: fmt.Sprintf(pull, hash("many"), hash("base")),
			head:    "many",
			want:    "db:db/x",
			scope:   exact,
		},
		"pull request, 3,001 files": {
			event:   "pull_request",
			payload: fmt.Sprintf(pull, hash("most"), hash("base")),
			head:    "most",
			want:    "db:db/x",
			scope:   exact,
		},
		"re-run after a newer push": {
			event:   "pull_request",
			payload: fmt.Sprintf(pull, hash("db1"), hash("app1")),
			head:    "db1",
			want:    "db:db/x",
			scope:   exact,
		},
		"pull request target": {
			event:   "pull_request_target",
			payload: fmt.Sprintf(pull, hash("db2"), hash("app1")),
			head:    "app1",
			want:    "app: db: net:",
			scope:   everything,
			says:    "neither the head of pull request #7",
		},
		"merged by squashing": {
			event:   "pull_request",
			payload: fmt.Sprintf(pull, hash("db2"), hash("app1")),
			head:    "squash",
			want:    "app: db: net:",
			scope:   everything,
			says:    "neither the head of pull request #7",
		},
		"comment": {
			event:   "issue_comment",
			payload: `{"issue":{"number":7,"pull_request":{"url":"x"}}}`,
			head:    "db2",
			want:    "db:db/x net:net/x",
			scope:   exact,
		},
		"comment, default branch": {
			event:   "issue_comment",
			payload: `{"issue":{"number":7,"pull_request":{"url":"x"}}}`,
			head:    "app1",
			want:    "app: db: net:",
			scope:   everything,
		},
		"review": {
			event:   "pull_request_review",
			payload: fmt.Sprintf(pull, hash("db2"), hash("app1")),
			head:    "merge",
			want:    "db:db/x net:net/x",
			scope:   exact,
		},
		"dispatch": {
			event:   "workflow_dispatch",
			payload: `{}`,
			head:    "db2",
			with:    "pr-number=7",
			want:    "db:db/x net:net/x",
			scope:   exact,
		},
		"dispatch without a pull request": {
			event:   "workflow_dispatch",
			payload: `{}`,
			head:    "app1",
			want:    "app: db: net:",
			scope:   everything,
			says:    "the event workflow_dispatch has no change of its own",
		},
		"repository dispatch": {
			event:   "repository_dispatch",
			payload: `{"client_payload":{"pull_request":{"number":7}}}`,
			head:    "db2",
			want:    "db:db/x net:net/x",
			scope:   exact,
		},
		"pull request that does not exist": {
			event:   "workflow_dispatch",
			payload: `{}`,
			head:    "db2",
			with:    "pr-number=8",
			want:    "app: db: net:",
			scope:   everything,
			says:    "GitHub answered 404",
		},

		"merge queue, first entry": {
			event:   "merge_group",
			payload: fmt.Sprintf(group, hash("queue1"), hash("app1")),
			head:    "queue1",
			want:    "net:net/x",
			scope:   exact,
			says:    "merge group for main",
		},
		"merge queue, second entry": {
			event:   "merge_group",
			payload: fmt.Sprintf(group, hash("queue2"), hash("queue1")),
			head:    "queue2",
			want:    "db:db/x net:net/x",
			scope:   exact,
		},

		"schedule": {event: "schedule", payload: `{}`, head: "app1", want: "app: db: net:", scope: everything},
		"all": {
			event:   "schedule",
			payload: `{}`,
			head:    "app1",
			with:    "all=true",
			want:    "app: db: net:",
			scope:   everything,
		},
		"base": {
			event:   "workflow_dispatch",
			payload: `{}`,
			head:    "app1",
			with:    "base=" + hash("base"),
			want:    "app:app/x",
			scope:   exact,
			says:    "changes since",
		},
		"base is a branch": {
			event:   "workflow_dispatch",
			payload: `{}`,
			head:    "db1",
			with:    "base=main",
			want:    "app:app/x db:db/x",
			scope:   exact,
			says:    "changes since main",
		},
		"broken payload": {
			event:   "push",
			payload: `{`,
			head:    "app1",
			want:    "app: db: net:",
			scope:   everything,
			says:    "the event does not name the commits of the push",
		},
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
				p.says("::warning::Every workspace counts as affected, since it is unknown what changed: " +
					p.outputs["scope-reason"])
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
		"a run was evicted": {
			runs:  []githubtest.WorkflowRun{{SHA: hash("base")}, {SHA: hash("app1"), Conclusion: "cancelled"}},
			want:  "app:app/x net:net/x",
			scope: exact,
			says:  "changes since the last successful run, of 6261736: 2 files changed",
		},
		"no success yet": {
			runs:  []githubtest.WorkflowRun{{SHA: hash("app1"), Conclusion: "failure"}},
			want:  "app: db: net:",
			scope: everything,
			says:  "apply.yml has no successful run on main yet",
		},
		"an older run was repeated later": {
			runs: []githubtest.WorkflowRun{
				{SHA: hash("base"), StartedAt: time.Unix(2000, 0)},
				{SHA: hash("queue1"), StartedAt: time.Unix(1000, 0)},
			},
			want:  "app:app/x net:net/x",
			scope: exact,
		},
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
		"a truncated tree": {
			change: func(f *fleetStep) {
				f.options.MostFiles = 2
				f.payload = fmt.Sprintf(`{"before":%q,"after":%q}`, hash("db1"), hash("app1"))
			},
			says: "the repository has more files than GitHub lists of a commit",
		},
		"no permission": {
			change: func(f *fleetStep) {
				f.setup = func(s *githubtest.Server) {
					s.Fail(githubtest.Fault{
						Operation: githubtest.Compare,
						Status:    403,
						Body:      `{"message":"Resource not accessible by integration"}`,
					})
				}
			},
			says: "Resource not accessible by integration (the job needs `permissions: contents: read` and " +
				"`pull-requests: read`)",
		},
		"GitHub is down": {
			change: func(f *fleetStep) {
				f.setup = func(s *githubtest.Server) {
					s.Fail(githubtest.Fault{Operation: githubtest.Compare, Status: 502, Times: -1})
					s.Fail(githubtest.Fault{Operation: githubtest.ListTree, Reset: true, Times: -1})
				}
			},
			says: "list the files of acme/infra@6261736: ",
		},
		"no token": {
			change: func(f *fleetStep) { f.inputs = append(f.inputs, "github-token=") },
			says:   "github-token is empty",
		},
		"no GitHub": {
			change: func(f *fleetStep) { f.env = []string{"GITHUB_REPOSITORY="} },
			says:   "GITHUB_REPOSITORY is empty",
		},
		"another API": {
			change: func(f *fleetStep) { f.env = []string{"GITHUB_API_URL=http://github.test"} },
			says:   "is not https",
		},
		"no readable .git": {
			change: func(f *fleetStep) { f.without = []string{".git/HEAD"} },
			says:   "cannot be read from .git",
		},
		"no checkout, no .git": {
			change: func(f *fleetStep) { f.without, f.env = []string{".git"}, []string{"GITHUB_SHA="} },
			says:   "the commit that is checked out is unknown",
		},
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
					p.want(1, everything, "result=rejected", "error-code=change-unknown", "workspaces=").
						says("It is unknown what changed: ", c.says)
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
	f.play().want(0, everything).listed("app:").
		says(`the repository is checked out in "src" and not in the root of the workspace`)
}

// The head is found by name too, as in a checkout of a branch.
func TestAffectedReadsTheBranchThatIsCheckedOut(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"loose": {".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": commitID("b") + "\n"},
		"packed": {
			".git/HEAD": "ref: refs/heads/main\n",
			".git/packed-refs": "# pack-refs\n" + commitID("c") + " refs/heads/not-main\n" + commitID("b") +
				" refs/heads/main\n",
		},
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
