package bundle_test

import (
	"archive/tar"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/bundle"
)

func wantLinks(t *testing.T, s unpacked, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, s.links()); diff != "" {
		t.Errorf("links differ (-want +got):\n%s", diff)
	}
}

func TestLinksInsideBundle(t *testing.T) {
	t.Parallel()
	root := checkout(t, "infra/main.tf", "infra/a/b/c.tf", "infra/file->main.tf", "infra/a/up->../main.tf", "infra/dir->a/b",
		"infra/odd->./a//b/../b/c.tf", "infra/dangling->nowhere/x", "infra/loop->loop", "infra/self->.", "infra/two->file",
		"infra/through->dir/c.tf", "other/back->../infra/a")
	s := pack(t, root, "infra")
	wantLinks(t, s, map[string]string{"file": "main.tf", "a/up": "../main.tf", "dir": "a/b", "odd": "./a//b/../b/c.tf",
		"dangling": "nowhere/x", "loop": "loop", "self": ".", "two": "file", "through": "dir/c.tf"})
	if !s.warned.mentions("do not exist", `(1): "dangling"`) || !s.warned.mentions("form a cycle", `(1): "loop"`) {
		t.Errorf("got warnings %q, want one about the missing target and one about the cycle", s.warned.lines)
	}
}

// TestLinksInsideBundleAreRewritten checks that links with absolute targets or targets via the outside are
// rewritten, because they would not be valid where the bundle is unpacked.
func TestLinksInsideBundleAreRewritten(t *testing.T) {
	t.Parallel()
	root := checkout(t, "infra/main.tf", "infra/a/b/c.tf", "other/back->../infra/a", "infra/x/round->../../other/back/b",
		"infra/l->a/b", "infra/text->l/../../main.tf")
	must(t, os.Symlink(filepath.Join(root, "infra/main.tf"), filepath.Join(root, "infra/a/absolute")))
	must(t, os.Symlink(filepath.Join(root, "infra/gone"), filepath.Join(root, "infra/gone-too")))
	must(t, os.Symlink(filepath.Join(root, "infra"), filepath.Join(root, "infra/top")))
	s := pack(t, root, "infra")
	wantLinks(t, s, map[string]string{"a/absolute": "../main.tf", "gone-too": "gone", "top": ".", "x/round": "../a/b",
		"l": "a/b", "text": "main.tf"})
}

// TestLinksThroughOtherLinksStayInBundle checks links whose text leads through another link to the outside and back: a
// directory above the bundle, or one that the archive contains as a copy.
func TestLinksThroughOtherLinksStayInBundle(t *testing.T) {
	t.Parallel()
	root := checkout(t, "infra/main.tf=m", "infra/d/a.tf", "infra/k/l/in->../../d", "infra/k/l/above->in/../../infra/main.tf",
		"infra/k/l/round->in/../../infra/k/l/round", "infra/x/mod->../../shared/mod", "infra/x/copy->mod/../../infra/main.tf", "shared/mod/m.tf")
	must(t, os.Symlink(filepath.Join(root, "infra/d"), filepath.Join(root, "infra/absolute")))
	must(t, os.Symlink("absolute/../../infra/d/a.tf", filepath.Join(root, "infra/far.tf")))
	must(t, os.Symlink("absolute/../main.tf", filepath.Join(root, "infra/near.tf")))
	s := pack(t, root, "infra")
	wantLinks(t, s, map[string]string{"k/l/in": "../../d", "k/l/above": "../../main.tf", "x/copy": "../main.tf", "absolute": "d", "far.tf": "d/a.tf",
		"near.tf": "absolute/../main.tf"})
	if !s.warned.mentions("form a cycle", `(1): "k/l/round"`) {
		t.Errorf("got warnings %q, want one with the cycle that leaves the bundle", s.warned.lines)
	}
}

func TestLinksOutsidePathAreCopied(t *testing.T) {
	t.Parallel()
	root := checkout(t, "infra/main.tf", "infra/versions.tf->../shared/versions.tf", "infra/mod->../shared/mod", "infra/.terraformignore=*.md\nskip/\n",
		"shared/versions.tf=v", "shared/mod/main.tf=m", "shared/mod/readme.md", "shared/mod/skip/x", "shared/mod/.git/config=token",
		"shared/mod/near->main.tf", "shared/mod/home->../../infra/main.tf", "shared/mod/far->../other", "shared/other/o.tf=o", "shared/mod/gone->nowhere",
		"infra/x/y/z->../../../shared/flat", "shared/flat/back->../../infra/main.tf")
	must(t, os.Chmod(filepath.Join(root, "shared/mod/main.tf"), 0o700))
	s := pack(t, root, "infra")
	wantNames(t, s, "mod/", "mod/far/", "main.tf", ".terraformignore", "versions.tf", "mod/main.tf", "mod/near", "mod/home", "mod/far/o.tf",
		"x/", "x/y/", "x/y/z/", "x/y/z/back")
	wantLinks(t, s, map[string]string{"mod/home": "../main.tf", "x/y/z/back": "../../../main.tf"})
	for name, want := range map[string]string{"versions.tf": "v", "mod/main.tf": "m", "mod/near": "m", "mod/far/o.tf": "o"} {
		if got := s.content[name]; got != want || s.headers[name].Typeflag != tar.TypeReg {
			t.Errorf("%s: got %q of type %q, want a regular file with %q", name, got, s.headers[name].Typeflag, want)
		}
	}
	if s.headers["mod/main.tf"].Mode != 0o755 {
		t.Error("the copied file is not executable")
	}
	if !s.warned.mentions(`"mod/gone"`) {
		t.Errorf("got warnings %q, want one with the broken link", s.warned.lines)
	}
}

func TestLinksToNeverUploadedFiles(t *testing.T) {
	t.Parallel()
	root := checkout(t, "infra/main.tf", "infra/g->../.git", "infra/config.txt->../.git/config", "infra/k->../gha-creds-1.json", "infra/h->../hop",
		"hop->.git", ".git/config=token", "gha-creds-1.json=key")
	s := pack(t, root, "infra")
	wantNames(t, s, "main.tf")
}

func TestRecursiveCopiesAreRejected(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, link, target string }{
		{"the checkout itself", "infra/all->..", "infra/all"},
		{"a parent of the link", "shared/a/b/up->../..", "shared/a/b/up"},
		{"two directories that contain each other", "shared/y->../more", "more/x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := checkout(t, "infra/main.tf", "infra/s->../shared", "shared/f", "more/x->../shared", c.link)
			_, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: "infra"})
			wantError(t, err, bundle.LinkCycle, fmt.Sprintf("%q", c.target),
				"cannot be followed: the directory contains the link, so a copy of it would never end")
		})
	}
}

func TestLinksOutsideCheckoutAreRejected(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, target, outside string }{
		{"absolute", "/etc/passwd", "/etc/passwd"},
		{"proc", "/proc/self/environ", "/proc/self/environ"},
		{"device", "/dev/zero", "/dev/zero"},
		{"the runner's files", "/github/runner_temp/x", "/github/runner_temp/x"},
		{"relative", "../../outside/secret", "../../outside/secret"},
		{"missing and outside", "../../outside/nothing", "../../outside/nothing"},
		{"same prefix", "../../checkout-evil/secret", "../../checkout-evil/secret"},
		{"through another link", "hop/secret", "../outside"},
		{"in and out", "../infra/../../outside/secret", "../infra/../../outside/secret"},
		{"out and back", "../../outside/back/infra/main.tf", "../../outside/back/infra/main.tf"},
		{"below what is missing", "nothing/../../../outside/secret", "nothing/../../../outside/secret"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := checkout(t, "infra/main.tf", "infra/hop->../h", "h->../outside", "infra/leak->"+c.target)
			writeFiles(t, filepath.Join(root, "../outside"), "secret=runner secret", "back->../checkout")
			writeFiles(t, root+"-evil", "secret=runner secret")
			must(t, os.WriteFile(filepath.Join(root, "infra/.terraformignore"), []byte("hop"), 0o644))
			_, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: "infra"})
			e := wantError(t, err, bundle.LinkOutside, `"infra/leak"`, "outside the checkout")
			if e.Path != "infra/leak" || e.Target != c.outside {
				t.Errorf("got path %q and target %q, want infra/leak and %q", e.Path, e.Target, c.outside)
			}
			if strings.Contains(err.Error(), "runner secret") {
				t.Error("the target was read")
			}
		})
	}
}

func TestAllInvalidLinksAreReported(t *testing.T) {
	t.Parallel()
	root := checkout(t, "main.tf", "b->/etc/passwd", "a->/etc/group", "x\n::error::->/proc/1")
	_, err := bundle.List(t.Context(), bundle.Options{Root: root})
	wantError(t, err, bundle.LinkOutside, `"a"`, `"b"`, `"x\n::error::"`)
	if strings.Contains(err.Error(), "\n::") {
		t.Errorf("got %q, want no workflow command", err)
	}
}

// TestFaultsInCopiesAreReportedOnce: otherwise those of one directory hide all others.
func TestFaultsInCopiesAreReportedOnce(t *testing.T) {
	t.Parallel()
	files := []string{"infra/main.tf", "shared/a->/etc/passwd", "shared/b->.", "shared/c->/etc/group", "infra/z->/etc/hosts"}
	for i := range 12 {
		files = append(files, fmt.Sprintf("infra/env%d->../shared", i))
	}
	_, err := bundle.List(t.Context(), bundle.Options{Root: checkout(t, files...), Path: "infra"})
	wantError(t, err, bundle.LinkOutside, `"infra/z"`, `"shared/a"`, `"shared/b"`, `"shared/c"`)
	if n := strings.Count(err.Error(), "\n"); n != 3 {
		t.Errorf("got %s, want four faults", err)
	}
}

func TestExcludedLinksAreIgnored(t *testing.T) {
	t.Parallel()
	root := checkout(t, "main.tf", "cache->/etc", ".terraform/providers->/usr/share", ".git->/srv/git", ".terraformignore=cache")
	wantNames(t, pack(t, root, "."), "main.tf", ".terraformignore")
}

func TestHardLinksAreFiles(t *testing.T) {
	t.Parallel()
	root := checkout(t, "main.tf=same")
	must(t, os.Link(filepath.Join(root, "main.tf"), filepath.Join(root, "alias.tf")))
	s := pack(t, root, ".")
	for _, name := range []string{"main.tf", "alias.tf"} {
		if s.headers[name].Typeflag != tar.TypeReg || s.content[name] != "same" {
			t.Errorf("%s: got type %q with %q, want a regular file with its own content", name, s.headers[name].Typeflag, s.content[name])
		}
	}
}

// TestTargetOfLinkIsNotAccessible checks that a link into a directory that cannot be searched is an error.
func TestTargetOfLinkIsNotAccessible(t *testing.T) {
	t.Parallel()
	root := checkout(t, "infra/main.tf", "infra/x->../locked/f", "locked/f")
	asUnprivilegedUser(t, root)
	locked := filepath.Join(root, "locked")
	must(t, os.Chmod(locked, 0))
	_, err := tryPack(t, root, "infra")
	must(t, os.Chmod(locked, 0o700))
	const want = `"infra/x" cannot be read: "locked/f" cannot be read: permission denied`
	if e := wantError(t, err, bundle.Unreadable); e.Error() != want {
		t.Errorf("got %s, want %s", e, want)
	}
}

// TestRulesForDirectoriesApplyToCopies checks that a rule for a directory excludes a copy of a directory with the name of
// the link, and that a later rule includes parts of it.
func TestRulesForDirectoriesApplyToCopies(t *testing.T) {
	t.Parallel()
	for ignore, c := range map[string]struct {
		want   string
		left   []bundle.LeftOut
		linked []bundle.LinkedContent
	}{
		"#":  {want: "x/ x/d/ x/a x/d/b", linked: []bundle.LinkedContent{{Link: "x", Target: "shared", Files: 2}}},
		"x/": {left: []bundle.LeftOut{{Rule: `.terraformignore line 1, "x/"`, Count: 1, First: "x"}}},
		"x/\n!x/d/": {
			want:   "x/d/ x/d/b",
			left:   []bundle.LeftOut{{Rule: `.terraformignore line 1, "x/"`, Count: 1, First: "x"}},
			linked: []bundle.LinkedContent{{Link: "x", Target: "shared", Files: 1}},
		},
	} {
		root := checkout(t, "infra/main.tf", "infra/x->../shared", "infra/.terraformignore="+ignore, "shared/a", "shared/d/b")
		s := pack(t, root, "infra")
		wantNames(t, s, append(strings.Fields(c.want), "main.tf", ".terraformignore")...)
		if diff := cmp.Diff(c.left, s.listing.LeftOut()); diff != "" {
			t.Errorf("%q: the excluded paths differ (-want +got):\n%s", ignore, diff)
		}
		if diff := cmp.Diff(c.linked, s.listing.LinkedContent()); diff != "" {
			t.Errorf("%q: the linked content differs (-want +got):\n%s", ignore, diff)
		}
		if len(s.warned.lines) > 0 {
			t.Errorf("%q: got warnings %q", ignore, s.warned.lines)
		}
	}
}

// TestNamesOfLinksAreSecret checks that the name of a link to a file outside the bundle can suggest a secret, too.
func TestNamesOfLinksAreSecret(t *testing.T) {
	t.Parallel()
	s := pack(t, checkout(t, "infra/main.tf", "infra/.env->../values", "values"), "infra")
	want := []string{`Files that may contain secrets are uploaded (1): ".env". Exclude them in .terraformignore if they are not needed.`}
	if diff := cmp.Diff(want, s.warned.lines); diff != "" {
		t.Errorf("the warnings differ (-want +got):\n%s", diff)
	}
}

// TestExcludedDirectoriesAreNotRead checks that the content of an excluded directory is only read, and logged, if a later
// rule could include a part of it.
func TestExcludedDirectoriesAreNotRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ignore string
		want   []string
	}{
		"a name": {
			ignore: "skip",
			want: []string{
				`excluded "own/skip": .terraformignore line 1, "skip"`,
				`excluded "x/skip": .terraformignore line 1, "skip"`,
			},
		},
		"a path in the checkout": {
			ignore: "shared/skip",
			want:   []string{`excluded "x/skip": .terraformignore line 1, "shared/skip", which excludes the link's target`},
		},
		"a path in the archive": {
			ignore: "/x/skip",
			want:   []string{`excluded "x/skip": .terraformignore line 1, "/x/skip"`},
		},
		"a later rule for a part of the archive": {
			ignore: "skip\n!/x/skip/a",
			want: []string{
				`excluded "own/skip": .terraformignore line 1, "skip"`,
				`excluded "x/skip": .terraformignore line 1, "skip"`,
			},
		},
		"a later rule for a part of the checkout": {
			ignore: "shared/skip\n!skip/a",
			want: []string{
				`excluded "x/skip": .terraformignore line 1, "shared/skip", which excludes the link's target`,
				`excluded "x/skip/b": .terraformignore line 1, "shared/skip", which excludes the link's target`,
			},
		},
		"a later rule for both": {
			ignore: "skip\n!skip/a",
			want: []string{
				`excluded "own/skip": .terraformignore line 1, "skip"`,
				`excluded "own/skip/b": .terraformignore line 1, "skip"`,
				`excluded "x/skip": .terraformignore line 1, "skip"`,
				`excluded "x/skip/b": .terraformignore line 1, "skip"`,
			},
		},
		"an earlier rule": {
			ignore: "!skip/a\nskip",
			want: []string{
				`excluded "own/skip": .terraformignore line 2, "skip"`,
				`excluded "x/skip": .terraformignore line 2, "skip"`,
			},
		},
	} {
		root := checkout(t, "infra/main.tf", "infra/x->../shared", "infra/own/skip/a", "infra/own/skip/b", "infra/.terraformignore="+c.ignore,
			"shared/skip/a", "shared/skip/b")
		var debug messages
		_, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: "infra", Debug: debug.add})
		must(t, err)
		slices.Sort(debug.lines)
		if diff := cmp.Diff(c.want, debug.lines); diff != "" {
			t.Errorf("%s: the log differs (-want +got):\n%s", name, diff)
		}
	}
}
