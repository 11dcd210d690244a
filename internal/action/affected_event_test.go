package action_test

import (
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/github/githubtest"
)

// history is a repository with the directories app, db and net. The name of a commit contains the directory that it
// changes. The branch main is at app1. Pull request 7 has the commits db1 and db2 and branches off at base.
//
//	base ── app1 ── queue1 (net) ── queue2 (db)
//	   └─── db1 ─── db2 (net)
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

// hash returns the commit ID for a name in history, and any other text unchanged.
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
				commit.Files[fmt.Sprintf("a-other/%04d", i)] = "x" // sorts before app
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
		head           string // the checked-out commit
		with           string // inputs; ref= sets GITHUB_REF
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
		"push of unrelated history": {
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
		"push, missing before": {
			event:   "push",
			payload: fmt.Sprintf(push, hash("9"), hash("app1")),
			head:    "app1",
			want:    "app: db: net:",
			scope:   everything,
			says:    "does not name the commits",
		},
		"different commit": {
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
			says:    "the event workflow_dispatch does not describe a change",
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
			says:    "GitHub returned 404",
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
		"branch as base": {
			event:   "workflow_dispatch",
			payload: `{}`,
			head:    "db1",
			with:    "base=main",
			want:    "app:app/x db:db/x",
			scope:   exact,
			says:    "changes since main",
		},
		"invalid payload": {
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
			p := f.play().want(0, c.scope, "result=done", "error-code=").wantWorkspaces(c.want).logContains(c.says)
			if c.scope == everything && c.with != "all=true" {
				p.logContains("::warning::Every workspace is listed as affected, because it is unknown what changed: " +
					p.outputs["scope-reason"])
			}
		})
	}
}
