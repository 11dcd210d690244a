package repository_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// scratch is a copy of this repository with one commit on main, for scripts that change it.
type scratch struct {
	t   *testing.T
	dir string
}

// newScratch copies the files of the repository with uncommitted changes, except those that a release does not change.
func newScratch(t *testing.T) scratch { return copied(t, "internal", "test", "bench", "demo") }

// copied copies the files of the repository without some directories.
func copied(t *testing.T, without ...string) scratch {
	t.Helper()
	needTools(t, "bash", "git", "jq", "perl")
	if action, err := os.ReadFile("action.yml"); err != nil || strings.Contains(string(action), "\n  image: docker://") {
		t.Skipf("a released tree is not released again (%v)", err)
	}
	s := scratch{t, filepath.Join(t.TempDir(), "repository")}
	if err := os.CopyFS(s.dir, repositoryFiles{append(without, ".git", "dist", "scalr-run")}); err != nil {
		t.Fatal(err)
	}
	s.git("init", "-q", "-b", "main")
	s.commit("one")
	return s
}

// repositoryFiles are the files of this repository but for some of its directories.
type repositoryFiles struct{ without []string }

func (repositoryFiles) Open(name string) (fs.File, error) { return os.Open(filepath.FromSlash(name)) }

func (r repositoryFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := os.ReadDir(filepath.FromSlash(name))
	return slices.DeleteFunc(all,
		func(e fs.DirEntry) bool { return name == "." && slices.Contains(r.without, e.Name()) }), err
}

// needAll skips a test of a second or more of processes, unless all tests are run, as in CI.
func needAll(t *testing.T) {
	t.Helper()
	if os.Getenv("TESTS") != "all" && os.Getenv("SOAK") == "" {
		t.Skip("it takes seconds of git and bash: set TESTS=all")
	}
}

func needTools(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("the scripts of a release need %s, which is not on the PATH", name)
		}
	}
}

func (s scratch) path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

func (s scratch) read(name string) string {
	s.t.Helper()
	content, err := os.ReadFile(s.path(name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(content)
}

func (s scratch) write(name, content string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), []byte(content), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// commit commits all files and returns the commit's id.
func (s scratch) commit(message string) string {
	s.t.Helper()
	s.git("add", "--all")
	s.git("-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "commit", "-q", "--allow-empty", "-m", message)
	return s.git("rev-parse", "HEAD")
}

func (s scratch) git(args ...string) string {
	s.t.Helper()
	return s.run("git", args...)
}

// release runs a release script, which must succeed, and returns its output.
func (s scratch) release(script string, args ...string) string {
	s.t.Helper()
	return s.run(s.path(".github/release/"+script), args...)
}

func (s scratch) run(name string, args ...string) string {
	s.t.Helper()
	out, log, err := s.try(name, args...)
	if err != nil {
		s.t.Fatalf("%s %q: %v: %s", filepath.Base(name), args, err, log)
	}
	return out
}

// try returns the output of a command, and its standard error if it fails.
func (s scratch) try(name string, args ...string) (out, log string, err error) {
	s.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = s.dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	return strings.TrimSpace(string(output)), stderr.String(), err
}

// changed names the files that differ between two commits, or between a commit and the work tree.
func (s scratch) changed(commits ...string) []string {
	s.t.Helper()
	return strings.Fields(s.git(append([]string{"diff", "--name-only"}, commits...)...))
}

func exitCode(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return exit.ExitCode()
}
