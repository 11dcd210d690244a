package action_test

import (
	"fmt"
	"testing"
	"time"

	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/scalrsim"
)

// The run for app1 was skipped because a newer one replaced it in the queue. The change to apply is therefore the one
// since the last successful run.
func TestAffectedSinceLastSuccess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		runs        []githubtest.WorkflowRun
		want, scope string
		says        string
	}{
		"run replaced in queue": {
			runs:  []githubtest.WorkflowRun{{SHA: hash("base")}, {SHA: hash("app1"), Conclusion: "cancelled"}},
			want:  "app:app/x net:net/x",
			scope: exact,
			says:  "changes since the last successful run, of 6261736: 2 files changed",
		},
		"no successful run": {
			runs:  []githubtest.WorkflowRun{{SHA: hash("app1"), Conclusion: "failure"}},
			want:  "app: db: net:",
			scope: everything,
			says:  "apply.yml has no successful run on main yet",
		},
		"older run repeated later": {
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
			f.play().want(0, c.scope).wantWorkspaces(c.want).logContains(c.says)
		})
	}
}

// If GitHub does not report the change, every workspace is affected, or the step fails if when-unknown is fail.
func TestAffectedWithUnknownChange(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*fleetStep)
		says   string
	}{
		"truncated tree": {
			change: func(f *fleetStep) {
				f.options.MostFiles = 2
				f.payload = fmt.Sprintf(`{"before":%q,"after":%q}`, hash("db1"), hash("app1"))
			},
			says: "the repository has more files than GitHub lists of a commit",
		},
		"missing permission": {
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
		"GitHub unavailable": {
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
		"not on GitHub": {
			change: func(f *fleetStep) { f.env = []string{"GITHUB_REPOSITORY="} },
			says:   "GITHUB_REPOSITORY is empty",
		},
		"different API": {
			change: func(f *fleetStep) { f.env = []string{"GITHUB_API_URL=http://github.test"} },
			says:   "is not https",
		},
		"unreadable .git": {
			change: func(f *fleetStep) { f.without = []string{".git/HEAD"} },
			says:   "cannot be read from .git",
		},
		"no checkout": {
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
						logContains("It is unknown what changed: ", c.says)
				} else {
					p.want(0, everything, "result=done").wantWorkspaces("app: db: net:").logContains(c.says)
				}
			}
		})
	}
}

// Without .git, the commit in GITHUB_SHA is used.
func TestAffectedUsesGITHUBSHAWithoutGit(t *testing.T) {
	t.Parallel()
	f := fromHistory(t)
	f.event, f.head, f.without = "push", hash("app1"), []string{".git"}
	f.payload = fmt.Sprintf(`{"before":%q,"after":%q}`, hash("base"), hash("app1"))
	f.play().want(0, exact).wantWorkspaces("app:app/x")
}

// If the checkout is in another directory, all paths are wrong, so the change is unknown.
func TestAffectedWithCheckoutInSubdirectory(t *testing.T) {
	t.Parallel()
	f := afterPush(t, "app=src/app", "", "src/app/x: 1\nsrc/.git: gitdir")
	f.without = []string{".git"}
	f.play().want(0, everything).wantWorkspaces("app:").
		logContains(`the repository is checked out in "src" instead of the root of the workspace`)
}

// HEAD may name a branch instead of a commit.
func TestAffectedReadsCheckedOutBranch(t *testing.T) {
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
			f := afterPush(t, "app=app", "app/x: 1", "app/x: 2")
			f.git = files
			f.env = []string{"GITHUB_SHA=" + commitID("f")}
			f.play().want(0, exact).wantWorkspaces("app:app/x")
		})
	}
}

func TestAffectedIsReadOnly(t *testing.T) {
	t.Parallel()
	f := afterPush(t, "app=app", "app/x: 1", "app/x: 2")
	f.faults = []scalrsim.Fault{{Op: "GET /workspaces", Status: 503, Action: scalrsim.Status}}
	p := f.play().want(0, exact)
	for _, r := range p.record.all() {
		if r.method != "GET" {
			t.Errorf("%s %s is not a read request", r.method, r.path)
		}
	}
}
