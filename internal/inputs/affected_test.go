package inputs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/secret"
)

func TestLoadAffected(t *testing.T) {
	t.Parallel()
	name := func(environment, workspace string) inputs.WorkspaceName {
		return inputs.WorkspaceName{Environment: environment, Workspace: workspace}
	}
	for title, tt := range map[string]struct {
		with   with
		change func(*inputs.Affected)
	}{
		"defaults": {nil, func(*inputs.Affected) {}},
		"everything": {with{"environment": "production", "query": "net", "filter-tag": "fleet", "filter-name": "network", "all": "True",
			"when-unknown": "fail", "github-token": "ghs_1234567890", "max-affected": "20", "batch-size": "256"},
			func(in *inputs.Affected) {
				in.Environment, in.Filter = "production", inputs.WorkspaceFilter{Query: "net", Tag: "fleet", Name: "network"}
				in.All, in.WhenUnknown, in.MaxAffected, in.BatchSize = true, inputs.UnknownFails, 20, 256
				in.GitHubToken = secret.New("ghs_1234567890")
			}},
		"workspaces": {with{"workspaces": "prod/a\n\n eu/prod/b \nprod/a", "base": "last-success"}, func(in *inputs.Affected) {
			in.Workspaces, in.Base = []inputs.WorkspaceName{name("prod", "a"), name("eu/prod", "b")}, "last-success"
		}},
		"directories": {with{"directories": "./infra/{environment}/{workspace}/\nprod/a = live/a=b\nprod/a=live/a=b\n/src/x/{workspace}", "pr-number": "7"},
			func(in *inputs.Affected) {
				in.Directories.Patterns = []string{"infra/{environment}/{workspace}", "x/{workspace}"}
				in.Directories.Exact[name("prod", "a")] = "live/a=b"
				in.PullRequest = 7
			}},
		"dependencies": {with{"depends-on": "prod/app: prod/db\nprod/app:prod/net\nprod/db: prod/net\nprod/app: prod/db"}, func(in *inputs.Affected) {
			in.DependsOn = []inputs.Dependency{{Workspace: name("prod", "app"), On: name("prod", "db")},
				{Workspace: name("prod", "app"), On: name("prod", "net")},
				{Workspace: name("prod", "db"), On: name("prod", "net")}}
		}},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			got, notes, err := inputs.LoadAffected(row{action: "affected", with: tt.with, env: map[string]string{"GITHUB_WORKSPACE": "/src"}}.source())
			if err != nil || len(notes) > 0 {
				t.Fatalf("got %v and notes %v", err, notes)
			}
			want := inputs.Affected{Access: access(), WhenUnknown: inputs.UnknownEverything,
				Directories: inputs.Directories{Exact: map[inputs.WorkspaceName]string{}}}
			tt.change(&want)
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("got -, want +:\n%s", diff)
			}
		})
	}
}

func TestAffectedByKeepsPatterns(t *testing.T) {
	t.Parallel()
	in, _, err := inputs.LoadAffected(row{action: "affected", with: with{"affected-by": "# shared\nglobal/\n\n !**/*.md"}}.source())
	if got := fmt.Sprint(in.AffectedBy); err != nil || got != "[global/ !**/*.md]" {
		t.Errorf("got %s and %v", got, err)
	}
}

// TestAffectedByKeepsEscapedBlanks checks that a blank at the end of a line that follows a backslash belongs to the pattern.
func TestAffectedByKeepsEscapedBlanks(t *testing.T) {
	t.Parallel()
	in, _, err := inputs.LoadAffected(row{action: "affected", with: with{"affected-by": "global/  \na\\\\ \nglobal\\ "}}.source())
	if got := fmt.Sprintf("%q", in.AffectedBy); err != nil || got != `["global/" "a\\\\" "global\\ "]` {
		t.Errorf("got %s and %v", got, err)
	}
}

func TestBadAffected(t *testing.T) {
	t.Parallel()
	one := func(name, input, value, says string) row {
		return row{name: name, action: "affected", with: with{input: value}, input: input, says: says}
	}
	runRows(t, []row{
		one("workspace without environment", "workspaces", "prod/a\nb", "line 2 is not of the form environment/workspace|workspaces: production/network"),
		one("half a workspace", "workspaces", "prod/", "line 1 is not of the form"),
		one("workspaces not evaluated", "workspaces", "${{ inputs.x }}/a", "the expression was not evaluated"),
		{
			name: "workspaces and a filter", action: "affected", with: with{"workspaces": "a/b", "query": "x"},
			input: "query", says: "cannot be combined with workspaces|Remove workspaces",
		},
		{
			name: "workspaces and an environment", action: "affected",
			with: with{"workspaces": "a/b", "environment": "x"}, input: "environment",
			says: "cannot be combined with workspaces",
		},
		{
			name: "workspaces and a tag", action: "affected", with: with{"workspaces": "a/b", "filter-tag": "x"},
			input: "filter-tag", says: "cannot be combined with workspaces|Remove workspaces",
		},
		{
			name: "workspaces and a name", action: "affected", with: with{"workspaces": "a/b", "filter-name": "x"},
			input: "filter-name", says: "cannot be combined with workspaces|Remove workspaces",
		},
		one("query of two lines", "query", "a\nb", "contains a line break|query: network"),
		one("tag of two lines", "filter-tag", "a\nb", "contains a line break|filter-tag: preview"),
		one("name of two lines", "filter-name", "a\nb", "contains a line break|filter-name: network"),
		one("base of two lines", "base", "a\nb", "contains a line break|base: last-success"),
		one("nothing before the slash", "workspaces", "/network", "line 1 is not of the form"),
		one("all", "all", "yes", "is neither true nor false|all: true"),
		one("placeholder mistyped", "directories", "infra/{enviroment}/{workspace}", "line 1 has an unknown placeholder|Did you mean environment?"),
		one("second placeholder mistyped", "directories", "infra/{environment}/{workspce}", "line 1 has an unknown placeholder|Did you mean workspace?"),
		one("placeholder with a dollar sign", "directories", "infra/{workspace}\ninfra/${workspace}", "line 2 has a $ before a placeholder|without it"),
		one("pattern with a dollar sign", "affected-by", "vars/${workspace}.tfvars", "line 1 is not a pattern|it has a $ before a placeholder"),
		one("placeholder open", "directories", "infra/{workspace", "line 1 has an unknown placeholder"),
		one("placeholder closed", "directories", "infra/workspace}", "line 1 has an unknown placeholder"),
		one("directory with a star", "directories", "infra/*", "line 1 has a wildcard|infra/{environment}/{workspace}"),
		one("directory out of it", "directories", "prod/a=../x", "line 1 points outside the checkout"),
		one("directory missing", "directories", "prod/a=", "line 1 has no directory"),
		one("directory of nothing", "directories", "prod=x", "line 1 does not name a workspace"),
		one("directory twice", "directories", "prod/a=x\nprod/a=y", "line 2 gives \"prod/a\" a different directory"),
		one("directory that is an address", "directories", "https://github.com/acme/infra", "line 1 is not a path"),
		one("directory elsewhere, then right", "directories", "prod/a=/etc\nprod/a=x", "line 1 points outside the checkout"),
		{
			name: "directory outside the workspace, then right", action: "affected", env: map[string]string{"GITHUB_WORKSPACE": "/home/runner/infra"},
			with: with{"directories": "prod/a=/etc\nprod/a=x"}, input: "directories", says: "line 1 points outside the checkout",
		},
		one("directory elsewhere", "directories", "/etc", "points outside the checkout"),
		one("pattern", "affected-by", "a\n[b", "line 2 is not a pattern|a [ without a ]|affected-by: "),
		one("pattern with a control character that is none", "affected-by", "a\x01[b", "line 1 contains the control character"),
		one("pattern placeholder", "affected-by", "vars/{env}.tfvars", "line 1 is not a pattern|a placeholder other than"),
		one("pattern upward", "affected-by", "../x", "line 1 is not a pattern"),
		one("base", "base", "HEAD~1", "is neither a commit, a branch, a tag nor last-success|base: main"),
		one("base range", "base", "a..b", "is neither a commit"),
		one("base not evaluated", "base", "${{ github.event.before }}", "the expression was not evaluated"),
		one("when-unknown", "when-unknown", "ignore", "is not one of the allowed values|everything, fail"),
		one("dependency", "depends-on", "prod/a: b", "line 1 is not of the form environment/workspace: other/one|depends-on: "),
		one("dependency of no workspace", "depends-on", "app: prod/db", "line 1 is not of the form environment/workspace: other/one"),
		one("dependency of nothing", "depends-on", "prod/a", "line 1 is not of the form"),
		one("dependencies in a circle", "depends-on", "p/x: p/a\np/a: p/b\np/b: p/c\np/c: p/a", "has a cycle"),
		one("on itself", "depends-on", "p/a: p/a", "has a cycle"),
		one("directory not evaluated", "directories", "infra/${{ inputs.x }}", "the expression was not evaluated"),
		one("pattern not evaluated", "affected-by", "${{ inputs.x }}", "the expression was not evaluated"),
		one("pattern with a control character", "affected-by", "a\x01b", "line 1 contains the control character U+0001"),
		one("dependency not evaluated", "depends-on", "${{ inputs.x }}: a/b", "the expression was not evaluated"),
		one("workspace that is an address", "workspaces", "https://github.com/acme/infra", "line 1 is not of the form"),
		one("workspace with a control character", "workspaces", "a/b\x01c", "line 1 is not of the form"),
		one("workspace that is too long", "workspaces", "a/"+strings.Repeat("b", 2039), "line 1 is not of the form"),
		one("directory that is too long", "directories", strings.Repeat("a", 4097), "line 1 is not a path"),
		one("directory with a control character", "directories", "a\x01b", "line 1 is not a path"),
		one("directory upward", "directories", "a/../..", "line 1 points outside the checkout"),
		one("directory upward with a mistyped placeholder", "directories", "../{enviroment}", "line 1 points outside the checkout"),
		one("directory twice, once with a star", "directories", "prod/a=x\nprod/a=y*", "line 2 has a wildcard"),
		one("max-affected", "max-affected", "0", "is not a whole number above zero"),
		one("batch-size", "batch-size", "257", "exceeds the size of a GitHub matrix|batch-size: 256"),
	})
	_, _, err := inputs.LoadAffected(row{action: "affected", with: with{"depends-on": "p/x: p/a\np/a: p/b\np/b: p/a"}}.source())
	if err == nil || !strings.Contains(err.Error(), "p/a → p/b → p/a") {
		t.Errorf("got %v, want the circle alone", err)
	}
}

// TestManyDependenciesWithoutCycle checks that each workspace is visited once: there are 2^60 ways through these.
func TestManyDependenciesWithoutCycle(t *testing.T) {
	t.Parallel()
	var list strings.Builder
	for layer := range 60 {
		for _, from := range "ab" {
			fmt.Fprintf(&list, "p/%c%d: p/a%d\np/%c%d: p/b%d\n", from, layer, layer+1, from, layer, layer+1)
		}
	}
	in, _, err := inputs.LoadAffected(row{action: "affected", with: with{"depends-on": list.String()}}.source())
	if err != nil || len(in.DependsOn) != 240 {
		t.Errorf("got %d dependencies and %v, want 240", len(in.DependsOn), err)
	}
}

func TestAffectedWarnings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		with with
		want string
	}{
		{with{"all": "true", "base": "main", "pr-number": "7"}, "all: true lists every workspace; base, pr-number have no effect."},
		{with{"base": "main", "pr-number": "7"}, "base sets what to compare with; pr-number has no effect."},
	} {
		_, notes, err := inputs.LoadAffected(row{action: "affected", with: tt.with}.source())
		if err != nil || len(notes) != 1 || notes[0].Text != tt.want {
			t.Errorf("got %v and %v, want %q", notes, err, tt.want)
		}
	}
}

// TestAffectedBorders covers the longest values and the bases that are names of branches.
func TestAffectedBorders(t *testing.T) {
	t.Parallel()
	longest, path := strings.Repeat("b", 2038), strings.Repeat("a", 4096)
	in, _, err := inputs.LoadAffected(row{action: "affected", with: with{"workspaces": "a/" + longest, "directories": path + "\n" + path,
		"batch-size": "256", "max-affected": "1", "depends-on": "a/b:a/c\na/b: a/c\na/c: d/e"}}.source())
	if err != nil || len(in.Workspaces) != 1 || in.Workspaces[0].Workspace != longest || len(in.Directories.Patterns) != 1 ||
		in.Directories.None() || in.BatchSize != 256 || in.MaxAffected != 1 || fmt.Sprint(in.DependsOn) != "[{a/b a/c} {a/c d/e}]" {
		t.Errorf("got %+v and %v", in, err)
	}
	for base, valid := range map[string]bool{
		"main": true, "release/1.x": true, "v1.0": true, "last-success": true, "a@b": true, "a{b}": true, "a.locked": true,
		"a b": false, "a~1": false, "a^": false, "a:b": false, "a?": false, "a*": false, "a[b": false, `a\b`: false, "a..b": false, "a@{1}": false,
		"-a": false, "/a": false, "a/": false, "a//b": false, "a.lock": false, "a.": false,
	} {
		in, _, err := inputs.LoadAffected(row{action: "affected", with: with{"base": base}}.source())
		if (err == nil) != valid || valid && in.Base != base {
			t.Errorf("%q: got %q and %v", base, in.Base, err)
		}
	}
	if (inputs.Directories{Exact: map[inputs.WorkspaceName]string{{}: "a"}}).None() || !(inputs.Directories{}).None() {
		t.Error("got the wrong result of None")
	}
}
