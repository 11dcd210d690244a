package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// TestOwnWorkflows holds the repository's own workflows to the rules for the
// examples, and to some more.
func TestOwnWorkflows(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(".github/workflows/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("got no workflows: %v", err)
	}
	actions := actionFiles(t)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range append(workflowProblems(string(content), actions), ownProblems(string(content))...) {
			t.Errorf("%s: %s", file, problem)
		}
	}
}

// TestOwnProblems makes sure that the additional rules can be broken.
func TestOwnProblems(t *testing.T) {
	t.Parallel()
	const good = "on: push\npermissions: {}\nconcurrency: x\njobs:\n  a:\n    permissions: {}\n    timeout-minutes: 5\n    steps: []\n"
	if got := ownProblems(good); len(got) != 0 {
		t.Errorf("got the problems %q for a good workflow", got)
	}
	for name, c := range map[string]struct{ from, to, want string }{
		"permissions for all": {"permissions: {}\nc", "permissions: {contents: read}\nc", "permissions for all jobs"},
		"no time limit":       {"    timeout-minutes: 5\n", "", "no time limit"},
		"a job without":       {"    permissions: {}\n", "", "has no permissions of its own"},
		"no concurrency":      {"concurrency: x\n", "", "no concurrency"},
		"another's trigger":   {"on: push", "on:\n  workflow_run:\n    workflows: [b]", "workflow_run"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(ownProblems(strings.Replace(good, c.from, c.to, 1)), "; "); !strings.Contains(got, c.want) {
				t.Errorf("got the problems %q, want %q among them", got, c.want)
			}
		})
	}
}

// TestReleaseCheck plays the script that says whether a version can be released.
func TestReleaseCheck(t *testing.T) {
	t.Parallel()
	dir := releasable(t)
	for name, c := range map[string]struct {
		version, says string
		code          int
	}{
		"in the changelog":     {"v1.1.0", "Something new.", 0},
		"released already":     {"v1.0.0", "released already", 1},
		"not in the changelog": {"v2.0.0", "says nothing", 1},
		"nothing changed":      {"v1.2.0", "says nothing", 1},
		"no version":           {"1.1.0", "not of the form", 2},
		"a script":             {"v1.1.0;id", "not of the form", 2},
		"a leading zero":       {"v01.1.0", "not of the form", 2},
		"an early version":     {"v1.1.0-rc1", "not of the form", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command("bash", filepath.Join(dir, ".github/release/check"), c.version)
			out, err := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(string(out), c.says) || strings.Contains(string(out), "The first.") {
				t.Errorf("got exit code %d (%v) and %q, want %d and %q", code, err, out, c.code, c.says)
			}
		})
	}
}

// releasable is a repository with one release and a changelog.
func releasable(t *testing.T) (dir string) {
	t.Helper()
	for _, tool := range []string{"bash", "git"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the script needs %s, which is not on the PATH", tool)
		}
	}
	script, err := os.ReadFile(".github/release/check")
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for name, content := range map[string]string{
		".github/release/check": string(script),
		"CHANGELOG.md":          "# Changelog\n\n## Unreleased\n\n## 1.2.0\n\n## 1.1.0\n\nSomething new.\n\n## 1.0.0\n\nThe first.\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=A", "-c", "user.email=a@acme.example", "commit", "-q", "-m", "one"}, {"tag", "v1.0.0"}} {
		git := exec.Command("git", args...)
		git.Dir = dir
		if out, err := git.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v: %s", args, err, out)
		}
	}
	return dir
}

// ownProblems are the rules that only a workflow of ours must keep.
func ownProblems(content string) []string {
	var w struct {
		On          yaml.Node
		Permissions map[string]string
		Concurrency yaml.Node
		Jobs        map[string]struct {
			Permissions map[string]string
			Timeout     int `yaml:"timeout-minutes"`
			Uses        string
		}
	}
	if err := yaml.Unmarshal([]byte(content), &w); err != nil {
		return []string{err.Error()}
	}
	l := &lint{}
	if w.Permissions == nil || len(w.Permissions) > 0 {
		l.addf("there are permissions for all jobs")
	}
	if w.Concurrency.IsZero() {
		l.addf("there is no concurrency group")
	}
	if strings.Contains(content, "workflow_run:") {
		l.addf("it runs on workflow_run")
	}
	for name, j := range w.Jobs {
		if j.Permissions == nil {
			l.addf("job %q has no permissions of its own", name)
		}
		if j.Timeout == 0 && j.Uses == "" {
			l.addf("job %q has no time limit", name)
		}
	}
	return l.problems
}
