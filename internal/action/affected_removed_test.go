package action_test

import (
	"cmp"
	"encoding/json"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// TestAffectedRemovedDirectories covers changes after which the directory of a workspace is missing, although they do not
// delete files in the directory of this name: links, submodules and the root of the repository.
func TestAffectedRemovedDirectories(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, after string
		workspaces    string
		inputs        string
		submodule     string // a submodule that is checked out
		removed       string
		says          string
	}{
		"link": {
			before:  "infra/prod/a: -> ../../live\nlive/x: 1\ninfra/prod/b/x: 1",
			after:   "live/x: 1\ninfra/prod/b/x: 1",
			removed: "a:infra/prod/a",
		},
		"link, exact line": {
			before:  "infra/prod/a: -> ../../live\nlive/x: 1\ninfra/prod/b/x: 1",
			after:   "live/x: 1\ninfra/prod/b/x: 1",
			inputs:  "directories=prod/a=infra/prod/a\nprod/b=infra/prod/b",
			removed: "a:infra/prod/a",
		},
		"target of a link": {
			before:  "infra/prod/a: -> ../../live\nlive/x: 1\ninfra/prod/b/x: 1",
			after:   "infra/prod/a: -> ../../live\ninfra/prod/b/x: 1",
			removed: "a:infra/prod/a",
		},
		"link with a new target": {
			before:  "infra/prod/a: -> ../../live\nlive/x: 1\ninfra/prod/b/x: 1",
			after:   "infra/prod/a: -> ../../gone\nlive/x: 1\ninfra/prod/b/x: 1",
			removed: "a:infra/prod/a",
		},
		"target of a linked parent": {
			before:  "infra/prod: -> ../live\nlive/a/x: 1\nlive/b/x: 1",
			after:   "infra/prod: -> ../live\nlive/b/x: 1",
			removed: "a:infra/prod/a",
		},
		"linked parent": {
			before:  "infra/prod: -> ../live\nlive/a/x: 1\nlive/b/x: 1\nx: 1",
			after:   "live/a/x: 1\nlive/b/x: 1",
			removed: "a:infra/prod/a b:infra/prod/b",
		},
		"submodule": {
			before:  "infra/prod/a: commit 1\ninfra/prod/b/x: 1",
			after:   "infra/prod/b/x: 1",
			removed: "a:infra/prod/a",
		},
		"submodule with all": {
			before:  "infra/prod: commit 1\nx: 1",
			after:   "x: 1",
			removed: "a:infra/prod/a b:infra/prod/b",
		},
		"new commit of a submodule": {
			before:    "infra/prod: commit 1\nx: 1",
			after:     "infra/prod: commit 2\nx: 1",
			submodule: "infra/prod",
			says: "This change may delete the directory of prod/a (infra/prod/a), prod/b (infra/prod/b): a submodule or a link above it has changed. " +
				"If it does, resources that the workspaces manage stay: destroy them before the change is merged.",
		},
		"root": {
			workspaces: "a b=infra",
			inputs:     "directories=",
			before:     "main.tf: 1\ninfra/x: 1",
			after:      "infra/x: 1",
			removed:    "a:.",
		},
	} {
		workspaces := cmp.Or(c.workspaces, "a b")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.inputs == "" {
				c.inputs = "directories=infra/{environment}/{workspace}"
			}
			f := afterPush(t, workspaces, c.before, c.after, c.inputs)
			if c.submodule != "" {
				f.git = map[string]string{c.submodule + "/.git": "gitdir: elsewhere"}
			}
			p := f.play().want(0, "scope=exact", "result=done")
			var items []struct{ Name, Directory string }
			if err := json.Unmarshal([]byte(p.outputs["removed"]), &items); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, i := range items {
				got = append(got, i.Name+":"+i.Directory)
			}
			if text := strings.Join(got, " "); text != c.removed {
				t.Errorf("removed is %q, want %q\n%s", text, c.removed, p.log)
			}
			if c.removed != "" {
				p.logContains("destroy them before the change is merged")
			}
			p.logContains(c.says)
		})
	}
}

// TestAffectedOwners checks that workspaces that are never listed own their directories.
func TestAffectedOwners(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		settings map[string]any // of the workspace in infra/prod/net
		owns     bool
	}{
		"VCS":                {map[string]any{"vcs-repo": map[string]any{"identifier": "Acme/Infra"}}, true},
		"another repository": {map[string]any{"vcs-repo": map[string]any{"identifier": "acme/other"}}, false},
		"local":              {map[string]any{"execution-mode": "local"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, after := "infra/x: 1\ninfra/prod/net/x: 1", "infra/x: 1\ninfra/prod/net/x: 2"
			f := afterPush(t, "all", before, after, "directories=prod/all=infra\ninfra/{environment}/{workspace}")
			f.world = func(s *scalrsim.Server, environment string) { s.AddWorkspace(environment, "net", c.settings) }
			p := f.play()
			if c.owns {
				p.want(0, "unclaimed=[]").wantWorkspaces("")
			} else {
				p.want(0, `unclaimed=["infra/prod/net"]`).wantWorkspaces("all:infra/prod/net/x")
			}
		})
	}
}
