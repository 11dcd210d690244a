package repository_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const releaseImage = "ghcr.io/acme-corp/scalr-run-action@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

// TestReleaseCheck tests the script that decides whether a version can be released.
func TestReleaseCheck(t *testing.T) {
	t.Parallel()
	s := scratch{t, t.TempDir()}
	needTools(t, "bash", "git")
	for _, script := range []string{"check", "channel"} {
		content, err := os.ReadFile(".github/release/" + script)
		if err != nil {
			t.Fatal(err)
		}
		s.write(".github/release/"+script, string(content))
		if err := os.Chmod(s.path(".github/release/"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.write("CHANGELOG.md",
		"# Changelog\n\n## Unreleased\n\n## 1.2.0\n\n## 1.1.0\n\nSomething new.\n\n## 1.0.0\n\nThe first.\n\n"+
			"## 0.9.0\n\nOld.\n\n## 10.0.0\n\nBig.\n")
	s.git("init", "-q")
	s.commit("one")
	for _, tag := range []string{"v1.0.0", "v1.1.0-rc.1", "v1", "v9.9.9-rc.1", "w2.0.0"} {
		s.git("tag", tag)
	}
	for name, c := range map[string]struct {
		version, says string
		code          int
	}{
		"in the changelog":      {"v1.1.0", "Something new.", 0},
		"two digits":            {"v10.0.0", "Big.", 0},
		"released already":      {"v1.0.0", "exists", 1},
		"older than released":   {"v0.9.0", "older than v1.0.0", 1},
		"not in the changelog":  {"v2.0.0", "has no text", 1},
		"nothing changed":       {"v1.2.0", "has no text", 1},
		"not a version":         {"1.1.0", "must be of the form", 2},
		"a script":              {"v1.1.0;id", "must be of the form", 2},
		"a second line":         {"v1.1.0\nv1.2.0", "must be of the form", 2},
		"a leading zero":        {"v01.1.0", "must be of the form", 2},
		"a rehearsal":           {"v1.1.0-rc.2", "Something new.", 0},
		"a rehearsal again":     {"v1.1.0-rc.1", "exists", 1},
		"a rehearsal too late":  {"v1.0.0-rc.1", "exists", 1},
		"a rehearsal's zero":    {"v1.1.0-rc.0", "must be of the form", 2},
		"another early version": {"v1.1.0-beta.1", "must be of the form", 2},
	} {
		t.Run(name, func(t *testing.T) {
			out, log, err := s.try(s.path(".github/release/check"), c.version)
			code := 0
			if err != nil {
				code = exitCode(t, err)
			}
			if said := out + log; code != c.code || !strings.Contains(said, c.says) || strings.Contains(said, "The first.") {
				t.Errorf("got exit code %d and %q, want %d and %q", code, said, c.code, c.says)
			}
		})
	}
}

// TestReleaseCommit checks that a release commit contains only the changes of the scripts: its tree is that of its
// parent with the placeholders replaced and the image pinned in every action.
func TestReleaseCommit(t *testing.T) {
	t.Parallel()
	needAll(t)
	s := newScratch(t)
	s.write("overview/action.yml",
		"name: Overview\nruns:\n  using: docker\n  image: ../Dockerfile\n  entrypoint: /scalr-overview\n")
	main := s.commit("an action that is not there today")
	s.write("README.md", "not committed\n")
	s.write("stray.txt", "not committed\n")
	commit := s.release("commit", releaseRepository, "v1.2.3", releaseImage)
	if again := s.release("commit", releaseRepository, "v1.2.3", releaseImage); again != commit {
		t.Errorf("two commits of one release are %s and %s", commit, again)
	}
	s.git("checkout", "-q", "--", "README.md")
	s.release("rewrite", releaseRepository, "v1.2.3", releaseImage)
	if different := s.changed(commit); len(different) > 0 {
		t.Errorf("the commit differs in %q from what the scripts write into main", different)
	}
	if parents := s.git("log", "-1", "--format=%P", commit); parents != main {
		t.Errorf("the parents are %s, want main, %s", parents, main)
	}
	s.git("checkout", "-q", "--detach", "-f", commit)
	for _, file := range []string{"action.yml", "environment/action.yml", "workspace/action.yml", "overview/action.yml"} {
		if got := regexp.MustCompile(`(?m)^  image: .*`).
			FindAllString(s.read(file), -1); !slices.Equal(got, []string{"  image: docker://" + releaseImage}) {
			t.Errorf("%s has %q", file, got)
		}
		diff := s.git("diff", "--numstat", main, commit, "--", file)
		if !strings.HasPrefix(diff, "1\t1\t") {
			t.Errorf("%s differs in more than its image: %s", file, diff)
		}
	}
	if _, err := os.Stat(s.path("stray.txt")); err != nil {
		t.Fatal(err)
	}
	if s.git("ls-tree", "--name-only", commit, "stray.txt") != "" {
		t.Error("the commit holds a file that is not committed in main")
	}
}

// TestPinRefuses holds that no action keeps another image than the released one.
func TestPinRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, content, image string }{
		"no image":        {"a/action.yml", "runs:\n  using: composite\n", releaseImage},
		"another image":   {"a/action.yml", "runs:\n  image: docker://alpine\n", releaseImage},
		"two images":      {"a/action.yml", "runs:\n  image: ../Dockerfile\n  image: docker://alpine\n", releaseImage},
		"image by tag":    {"a/action.yml", "runs:\n  image: ../Dockerfile\n", "ghcr.io/acme/a:v1"},
		"a short digest":  {"a/action.yml", "runs:\n  image: ../Dockerfile\n", strings.TrimSuffix(releaseImage, "a")},
		"an image by sed": {"a/action.yml", "runs:\n  image: ../Dockerfile\n", "a|e id|" + releaseImage},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scratch{t, t.TempDir()}
			needTools(t, "bash", "git")
			content, err := os.ReadFile(".github/release/pin")
			if err != nil {
				t.Fatal(err)
			}
			s.write(".github/release/pin", string(content))
			s.write(c.file, c.content)
			s.git("init", "-q")
			s.commit("one")
			if out, log, err := s.try("bash", s.path(".github/release/pin"), c.image); err == nil ||
				!strings.Contains(log, "pin: ") {
				t.Errorf("pin succeeded, or did not say why: %s %s", out, log)
			}
		})
	}
}

// TestVerifyFindsWhatNoScriptWrote tries release commits that hold something else: verify refuses them and lists each
// different file.
func TestVerifyFindsWhatNoScriptWrote(t *testing.T) {
	needAll(t)
	t.Parallel()
	s := newScratch(t)
	main := s.git("rev-parse", "HEAD")
	good := s.release("commit", releaseRepository, "v1.2.3", releaseImage)
	s.release("verify", releaseRepository, "v1.2.3", releaseImage, good)
	for name, c := range map[string]struct {
		change func() error
		files  []string // that differ
	}{
		"another file, a changed one, a mode, a link and a lost file": {
			change: func() error {
				s.write("internal/extra.go", "package internal\n")
				s.write("action.yml", s.read("action.yml")+"# more\n")
				return errors.Join(os.Chmod(s.path("main.go"), 0o755), os.Remove(s.path("SECURITY.md")),
					os.Remove(s.path("LICENSE")), os.Symlink("/etc/passwd", s.path("LICENSE")))
			},
			files: []string{"LICENSE", "SECURITY.md", "action.yml", "internal/extra.go", "main.go"},
		},
		"the same files by another author": {change: func() error { return nil }},
	} {
		s.git("checkout", "-q", "--detach", "-f", good)
		s.git("clean", "-q", "-f", "-d")
		if err := c.change(); err != nil {
			t.Fatal(err)
		}
		s.git("add", "--all")
		bad := s.git("-c", "user.name=Eve", "-c", "user.email=eve@acme.example", "commit-tree", s.git("write-tree"), "-p",
			main, "-m", "Release v1.2.3")
		s.git("checkout", "-q", "--detach", "-f", main)
		_, log, err := s.try(s.path(".github/release/verify"), releaseRepository, "v1.2.3", releaseImage, bad)
		if err == nil || !strings.Contains(log, "the scripts create "+good) {
			t.Errorf("%s: verified, or refused for another reason: %s", name, log)
		}
		var listed []string
		for _, line := range regexp.MustCompile(`(?m)^ (\S+) +\|`).FindAllStringSubmatch(log, -1) {
			listed = append(listed, line[1])
		}
		if !slices.Equal(listed, c.files) {
			t.Errorf("%s: the log lists %q, want %q: %s", name, listed, c.files, log)
		}
	}
}

// TestReleasesStayOnTheirBranch creates a second release: the first one must be an ancestor, so that no force push
// is needed, and the difference to main must be the changes of the scripts.
func TestReleasesStayOnTheirBranch(t *testing.T) {
	needAll(t)
	t.Parallel()
	s := newScratch(t)
	first := s.release("commit", releaseRepository, "v1.0.0", releaseImage)
	s.git("update-ref", "refs/remotes/origin/releases/v1", first)
	s.write("main.go", s.read("main.go")+"// changed\n")
	main := s.commit("two")
	second := s.release("commit", releaseRepository, "v1.1.0", releaseImage)
	if got, want := s.git("log", "-1", "--format=%P", second), main+" "+first; got != want {
		t.Errorf("the parents are %s, want %s", got, want)
	}
	s.release("rewrite", releaseRepository, "v1.1.0", releaseImage)
	if different := s.changed(second); len(different) > 0 {
		t.Errorf("the second release differs in %q from what the scripts write", different)
	}
	for version, beside := range map[string]string{"v1.2.0-rc.1": "", "v2.0.0": ""} {
		s.git("checkout", "-q", "-f", "main")
		commit := s.release("commit", releaseRepository, version, releaseImage)
		if got := s.git("log", "-1", "--format=%P", commit); got != main+beside {
			t.Errorf("%s has the parents %s, want main alone: its branch is another one", version, got)
		}
	}
}

// TestRecipesArePinned pins the recipes of a released commit, and leaves all else.
func TestRecipesArePinned(t *testing.T) {
	needAll(t)
	t.Parallel()
	for _, repository := range []string{releaseRepository, "acme/scalr.run"} {
		s := newScratch(t)
		s.write("examples/planted.yml",
			"- uses: acme/other@v1\n- uses: acme/scalrxrun@v1\n- uses: OWNER/scalr-run-action/overview@v1\n")
		s.commit("planted")
		commit := s.release("commit", repository, "v1.2.3", releaseImage)
		pinned := s.release("derive", "Pin", commit, "--", ".github/release/recipes", repository, "v1.2.3", commit)
		s.git("checkout", "-q", "--detach", "-f", pinned)
		moving := regexp.MustCompile(`uses: ` + regexp.QuoteMeta(repository) + `\S*@v`)
		changed := s.changed(commit, pinned)
		files, err := filepath.Glob(s.path("examples/*.yml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			name := "examples/" + filepath.Base(file)
			text := s.read(name)
			uses := strings.Contains(text, "uses: "+repository) // a recipe may only call another one
			if moving.MatchString(text) || uses && !strings.Contains(text, "@"+commit+" # v1.2.3") {
				t.Errorf("%s is not pinned to %s:\n%s", name, commit, text)
			}
			changed = slices.DeleteFunc(changed, func(c string) bool { return c == name })
		}
		if len(changed) > 0 {
			t.Errorf("pinning the recipes changed %q as well", changed)
		}
		if text := s.read("examples/planted.yml"); !strings.HasPrefix(text,
			"- uses: acme/other@v1\n- uses: acme/scalrxrun@v1\n") {
			t.Errorf("actions of others were pinned: %s", text)
		}
	}
}

// TestBuilderIsPinned holds the pinned builder of releases to the one that the Dockerfile names.
func TestBuilderIsPinned(t *testing.T) {
	t.Parallel()
	found := map[string]string{}
	for file, pattern := range map[string]string{
		".github/release/Dockerfile": `(?m)^FROM golang:([0-9]+\.[0-9]+)\.[0-9]+@sha256:[0-9a-f]{64}$`,
		"Dockerfile":                 `(?m)^ARG GO_IMAGE=golang:([0-9]+\.[0-9]+)$`,
		"go.mod":                     `(?m)^go ([0-9]+\.[0-9]+)(?:\.[0-9]+)?$`,
	} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m := regexp.MustCompile(pattern).FindAllSubmatch(content, -1)
		if len(m) != 1 {
			t.Fatalf("%s names %d versions of Go", file, len(m))
		}
		found[file] = string(m[0][1])
	}
	if versions := slices.Compact(slices.Sorted(maps.Values(found))); len(versions) != 1 {
		t.Errorf("the builders differ: %v", found)
	}
}
