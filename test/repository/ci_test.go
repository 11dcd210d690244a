package repository_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// TestOwnWorkflows checks that the workflows of the repository follow the rules for the examples, and some
// additional rules.
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
	const good = "on: push\npermissions: {}\nconcurrency: x\njobs:\n  a:\n    permissions: {}\n    timeout-minutes: " +
		"5\n    steps: []\n"
	if got := ownProblems(good); len(got) != 0 {
		t.Errorf("got the problems %q for a good workflow", got)
	}
	for name, c := range map[string]struct{ from, to, want string }{
		"permissions for all":         {"permissions: {}\nc", "permissions: {contents: read}\nc", "permissions for all jobs"},
		"no time limit":               {"    timeout-minutes: 5\n", "", "no time limit"},
		"a job without":               {"    permissions: {}\n", "", "has no permissions of its own"},
		"no concurrency":              {"concurrency: x\n", "", "no concurrency"},
		"trigger of another workflow": {"on: push", "on:\n  workflow_run:\n    workflows: [b]", "workflow_run"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(ownProblems(strings.Replace(good, c.from, c.to, 1)), "; "); !strings.Contains(got, c.want) {
				t.Errorf("got the problems %q, want %q among them", got, c.want)
			}
		})
	}
}

// ownProblems are the rules that only a workflow of this project must keep.
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

// TestPinsAgree checks that all pins of a third-party action have the same commit and version. Dependabot updates
// only workflows and recipes, so documents must be updated with them.
func TestPinsAgree(t *testing.T) {
	t.Parallel()
	files := documents(t)
	for _, pattern := range []string{".github/workflows/*.yml", "examples/*.yml"} {
		more, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
	}
	first := map[string]string{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pin.FindAllStringSubmatch(string(content), -1) {
			// The same action may lie in several directories of one repository.
			owner, rest, _ := strings.Cut(m[1], "/")
			name, _, _ := strings.Cut(rest, "/")
			repository, version := owner+"/"+name, m[2]
			if name == "scalr-run-action" {
				continue
			}
			if first[repository] == "" {
				first[repository] = version
			}
			if first[repository] != version {
				t.Errorf("%s pins %s at %s, another file at %s", file, repository, version, first[repository])
			}
		}
	}
	if len(first) < 5 {
		t.Errorf("found only the pins %v: does the search still work?", first)
	}
}

var pin = regexp.MustCompile(`uses: ([A-Za-z0-9_.-]+/[A-Za-z0-9_./-]+)@([0-9a-f]{40} # \S+)`)

// TestDependabotCoversAll holds that each module and each pinned image has an entry that updates it.
func TestDependabotCoversAll(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(".github/dependabot.yml")
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directory   string
			Directories []string
		}
	}
	if err := yaml.Unmarshal(content, &config); err != nil {
		t.Fatal(err)
	}
	covered := map[string]bool{}
	for _, u := range config.Updates {
		for _, directory := range append(u.Directories, u.Directory) {
			covered[u.Ecosystem+" "+directory] = true
		}
	}
	for pattern, ecosystem := range map[string]string{
		"go.mod":               "gomod",
		"*/go.mod":             "gomod",
		"*/*/go.mod":           "gomod",
		".github/*/Dockerfile": "docker",
		"examples/*.yml":       "github-actions",
	} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 && pattern != "*/*/go.mod" {
			t.Fatalf("no file matches %s: %v", pattern, err)
		}
		for _, file := range files {
			if directory := path.Join("/", filepath.ToSlash(filepath.Dir(file))); !covered[ecosystem+" "+directory] {
				t.Errorf("no entry for %s updates %s", ecosystem, directory)
			}
		}
	}
}
