package bundle_test

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/bundle"
)

func directory(name string) tar.Header { return tar.Header{Typeflag: tar.TypeDir, Name: name} }

func hardLink(name, target string) tar.Header {
	return tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: target}
}

// TestReplacedEntries checks archives in which a later entry has the name of an earlier one.
func TestReplacedEntries(t *testing.T) {
	t.Parallel()
	const unsafe = `the archive's entry %q is not safe to unpack`
	const outside = `the archive's link %q points to %q, outside the archive`
	for name, c := range map[string]struct {
		entries []tar.Header
		want    string
	}{
		"a directory replaces a link": {
			entries: []tar.Header{link("d", "e"), directory("d/"), file("d/x")},
		},
		"a link replaces a directory": {
			entries: []tar.Header{file("d/x"), link("d", "e"), file("d/x")},
			want:    fmt.Sprintf(unsafe, "d/x"),
		},
		"a link replaces a directory of directories": {
			entries: []tar.Header{directory("d/e/f/"), link("d/e", "g"), directory("d/e/f/")},
			want:    fmt.Sprintf(unsafe, "d/e/f/"),
		},
		"a new file below a link to a directory": {
			entries: []tar.Header{directory("e/"), link("d", "e"), file("d/x/y")},
			want:    fmt.Sprintf(unsafe, "d/x/y"),
		},
		"a file replaces a link to the outside of a directory": {
			entries: []tar.Header{link("d/l", "../x"), file("d/l"), hardLink("h", "d/l")},
		},
		"a hard link to a link": {
			entries: []tar.Header{link("l", "main.tf"), hardLink("h", "l")},
			want:    fmt.Sprintf(outside, "h", "l"),
		},
		"a hard link through a link": {
			entries: []tar.Header{file("d/x"), link("l", "d"), hardLink("h", "l/x")},
			want:    fmt.Sprintf(outside, "h", "l/x"),
		},
		"a hard link to a clean path": {
			entries: []tar.Header{file("d/x"), hardLink("h", "./d//x")},
		},
		"a hard link to an absolute path": {
			entries: []tar.Header{hardLink("h", "/d/x")},
			want:    fmt.Sprintf(outside, "h", "/d/x"),
		},
		"a link to the root": {
			entries: []tar.Header{link("d/e/l", "../..")},
		},
		"a link above the root": {
			entries: []tar.Header{link("d/e/l", "../../..")},
			want:    fmt.Sprintf(outside, "d/e/l", "../../.."),
		},
		"a link to an absolute path": {
			entries: []tar.Header{link("l", "/")},
			want:    fmt.Sprintf(outside, "l", "/"),
		},
		"links that leave the archive together": {
			entries: []tar.Header{link("a/b/c/l", "../../.."), link("x", "a/b/c/l/../secret")},
			want:    fmt.Sprintf(outside, "x", "a/b/c/l/../secret"),
		},
		"a link with too many components": {
			entries: []tar.Header{link("l", strings.Repeat("./", 1030)+"x")},
			want:    fmt.Sprintf(unsafe, "l") + ": resolving the path takes too many lookups",
		},
		"a directory with more components than a link may resolve": {
			entries: []tar.Header{directory(strings.Repeat("d/", 1500)), file(strings.Repeat("d/", 2000) + "f"), link("l", "main.tf")},
		},
		"links in a cycle": {
			entries: []tar.Header{link("a", "b"), link("b", "a")},
		},
		"a device": {
			entries: []tar.Header{{Typeflag: tar.TypeBlock, Name: "b"}},
			want:    fmt.Sprintf(unsafe, "b") + `: it is not a file, directory or link (type '4')`,
		},
		"an absolute directory": {
			entries: []tar.Header{directory("/d/")},
			want:    fmt.Sprintf(unsafe, "/d/"),
		},
		"a comment": {
			entries: []tar.Header{{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": "x"}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := checkout(t)
			must(t, os.WriteFile(filepath.Join(root, "x.tgz"), gzipped(t, tarball(t, append([]tar.Header{file("main.tf")}, c.entries...)...)), 0o600))
			_, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: "x.tgz"})
			if err == nil && c.want == "" {
				return
			}
			if e := wantError(t, err, bundle.ArchiveUnsafe); e.Error() != c.want {
				t.Errorf("got %s, want %s", e, c.want)
			}
		})
	}
}

// TestDirectoriesOfPrebuiltArchive checks which directories an archive contains, and which of them have Terraform files.
func TestDirectoriesOfPrebuiltArchive(t *testing.T) {
	t.Parallel()
	root := checkout(t)
	archive := tarball(t, file("readme"), file("a/main.tf"), file("a/b/x.txt"), directory("empty/"), link("linked/main.tf", "../a/main.tf"),
		link("way", "a"), link("lost", "nowhere"), hardLink("hard/main.tofu", "a/main.tf"), file("replaced/x"), link("replaced", "a/b"))
	must(t, os.WriteFile(filepath.Join(root, "x.tgz"), gzipped(t, archive), 0o600))
	l, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: "x.tgz"})
	must(t, err)
	for dir, want := range map[string][2]bool{
		"": {true, false}, ".": {true, false}, "a": {true, true}, "./a/": {true, true}, "a/b": {true, false}, "empty": {true, false},
		"linked": {true, true}, "way": {true, true}, "way/b": {true, false}, "hard": {true, true}, "replaced": {true, false},
		"lost": {false, false}, "none": {false, false}, "readme": {false, false}, "..": {false, false},
	} {
		if got := [2]bool{l.HasDir(dir), l.HasTerraform(dir)}; got != want {
			t.Errorf("%q: got directory and Terraform %v, want %v", dir, got, want)
		}
	}
	if l.Files() != 5 || len(l.LeftOut())+len(l.LinkedContent()) != 0 {
		t.Errorf("got %d files, excluded paths %v and linked content %v", l.Files(), l.LeftOut(), l.LinkedContent())
	}
}

// TestEntriesOfPrebuiltArchive checks the entries of an archive, and the errors if it changes after the check.
func TestEntriesOfPrebuiltArchive(t *testing.T) {
	t.Parallel()
	good := gzipped(t, tarball(t, tar.Header{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": "x"}}, directory("d/"),
		file("d/main.tf"), link("l", "d")))
	want := []bundle.Entry{{Name: "d/"}, {Name: "d/main.tf", Size: 9}, {Name: "l", Target: "d"}}
	ended := errors.New("the job was canceled")
	for name, c := range map[string]struct {
		change  func(file string) error
		entries int
		listed  string // error of the entries
		packed  string // error of packing
		ended   bool
		most    int
	}{
		"unchanged": {
			entries: 3,
		},
		"stopped after two entries": {
			entries: 2, most: 2,
		},
		"an ended context": {
			ended: true, listed: ended.Error(), packed: ended.Error(),
		},
		"removed": {
			change: os.Remove,
			listed: `"x.tgz" changed while it was packed: it was removed`,
			packed: `"x.tgz" changed while it was packed: it was removed`,
		},
		"replaced by a directory": {
			change: func(file string) error { return errors.Join(os.Remove(file), os.Mkdir(file, 0o700)) },
			listed: `"x.tgz" changed while it was packed: it was replaced`,
			packed: `"x.tgz" changed while it was packed: it was replaced`,
		},
		"no longer compressed": {
			change: func(file string) error { return os.WriteFile(file, []byte("this is not an archive"), 0o600) },
			listed: "gzip: invalid header",
			packed: `"x.tgz" changed while it was packed`,
		},
		"cut off": {
			change:  func(file string) error { return os.WriteFile(file, good[:len(good)-20], 0o600) },
			entries: 3, listed: io.ErrUnexpectedEOF.Error(),
			packed: `"x.tgz" changed while it was packed`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := checkout(t)
			archive := filepath.Join(root, "x.tgz")
			must(t, os.WriteFile(archive, good, 0o600))
			l, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: "x.tgz"})
			must(t, err)
			if c.change != nil {
				must(t, c.change(archive))
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			if c.ended {
				cancel(ended)
			}
			var got []bundle.Entry
			failed := ""
			for e, err := range l.Entries(ctx) {
				if err != nil {
					failed = err.Error()
					continue
				}
				if got = append(got, e); len(got) == c.most {
					break
				}
			}
			if diff := cmp.Diff(want[:c.entries], got); diff != "" && len(got)+c.entries > 0 || failed != c.listed {
				t.Errorf("got error %q, want %q; the entries differ (-want +got):\n%s", failed, c.listed, diff)
			}
			if a, err := l.Pack(ctx); err == nil != (c.packed == "") || err != nil && (err.Error() != c.packed || a != nil) {
				t.Errorf("pack: got %v, want %q", err, c.packed)
			}
		})
	}
}

// TestDamagedArchiveTexts checks the errors about archives that cannot be used.
func TestDamagedArchiveTexts(t *testing.T) {
	t.Parallel()
	one := tarball(t, file("main.tf"))
	good := gzipped(t, one)
	const damaged = `archive "x.tgz" is damaged: `
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"not compressed":     {one, `path "./x.tgz" is neither a directory nor a .tar.gz archive`},
		"a byte after gzip":  {append(good[:len(good):len(good)], "x"...), damaged + "it has trailing data"},
		"a second header":    {append(good[:len(good):len(good)], "\x1f\x8bx"...), damaged + "unexpected EOF"},
		"data after gzip":    {append(good[:len(good):len(good)], "more than ten bytes"...), damaged + "it has trailing data"},
		"data after the end": {gzipped(t, append(one[:len(one):len(one)], "more"...)), damaged + "there is data after the end of the tar stream"},
		"one byte after the end": {
			gzipped(t, slices.Concat(one, make([]byte, 600), []byte{1}, make([]byte, 423))), damaged + "there is data after the end of the tar stream",
		},
		"no end":                {gzipped(t, one[:1024]), damaged + "the tar stream is cut off before its end"},
		"incomplete block":      {gzipped(t, append(one[:len(one):len(one)], 0)), damaged + "the tar stream is cut off before its end"},
		"incomplete gzip":       {good[:len(good)-1], damaged + "unexpected EOF"},
		"a wrong checksum":      {append(good[:len(good)-8:len(good)-8], "12345678"...), damaged + "gzip: invalid checksum"},
		"incomplete content":    {gzipped(t, one[:515]), damaged + "unexpected EOF"},
		"only directories":      {gzipped(t, tarball(t, directory("d/"))), `"x.tgz" contains nothing to upload`},
		"more zeros at the end": {gzipped(t, append(one[:len(one):len(one)], make([]byte, 100<<10)...)), ""},
	} {
		root := checkout(t)
		must(t, os.WriteFile(filepath.Join(root, "x.tgz"), c.content, 0o600))
		_, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: "./x.tgz"})
		if got := fmt.Sprint(err); got != c.want && (c.want != "" || err != nil) {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

// TestWarningsAboutPrebuiltArchive compares all warnings about an archive.
func TestWarningsAboutPrebuiltArchive(t *testing.T) {
	t.Parallel()
	root := checkout(t)
	must(t, os.WriteFile(filepath.Join(root, "x.tgz"), gzipped(t, tarballOf(t, "main.tf", "module \"a\" {\n  source = \"../a\"\n}\n", ".git/config", "x",
		"terraform.tfstate", "{}", ".env", "A=b", "a.pem", "-----BEGIN PRIVATE KEY-----\nMIIE\n",
		"large.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")), 0o600))
	var warned messages
	_, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: "x.tgz", Warn: warned.add})
	must(t, err)
	want := []string{
		`The archive contains files that are never uploaded from a directory (1): ".git/config". ` +
			`Rebuild it without .git, gha-creds-*.json and gha-kubeconfig-*: they may contain credentials of this job.`,
		`The archive contains Terraform state (1): "terraform.tfstate". Rebuild it without state.`,
		`The archive contains files that may contain secrets (1): ".env".`,
		`Git LFS pointers, not the files themselves, are uploaded (1): "large.bin". Check out with lfs: true if they are needed.`,
		`Files with a private key are uploaded (1): "a.pem".`,
		"Terraform files use modules outside `path`, which are not uploaded (1): \"main.tf\". Set `path` to a parent directory to include them.",
	}
	if diff := cmp.Diff(want, warned.lines); diff != "" {
		t.Errorf("the warnings differ (-want +got):\n%s", diff)
	}
}
