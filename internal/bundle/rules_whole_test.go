//go:build linux

package bundle_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/bundle"
)

func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

// TestLargest checks the largest files and directories. The size of an archive is not limited.
func TestLargest(t *testing.T) {
	t.Parallel()
	root := checkout(t, "main.tf", "a/deep/er/x", "empty/")
	for i := range 14 {
		writeFiles(t, root, fmt.Sprintf("many/d%02d/f=%s", i, strings.Repeat("x", 100*i)))
	}
	writeFiles(t, root, "a/deep/er/big="+strings.Repeat("y", 5000), "top="+strings.Repeat("z", 2000))
	l := pack(t, root, ".").archive.Largest()
	if len(l.Files) != 10 || len(l.Dirs) != 10 {
		t.Fatalf("got %d files and %d directories, want ten each", len(l.Files), len(l.Dirs))
	}
	want := []bundle.Sized{{Name: "a/deep/er/big", Bytes: 5000}, {Name: "top", Bytes: 2000}, {Name: "many/d13/f", Bytes: 1300}}
	if diff := cmp.Diff(want, l.Files[:3]); diff != "" {
		t.Errorf("files differ (-want +got):\n%s", diff)
	}
	// a and a/deep contain nothing but a/deep/er.
	want = []bundle.Sized{{Name: "many", Bytes: 9100}, {Name: "a/deep/er", Bytes: 5011}, {Name: "many/d13", Bytes: 1300}}
	if diff := cmp.Diff(want, l.Dirs[:3]); diff != "" {
		t.Errorf("directories differ (-want +got):\n%s", diff)
	}
}

func TestSameTreeSameBytes(t *testing.T) {
	t.Parallel()
	entries := []string{"main.tf", "b/main.tf=2", "a/main.tf=1", "a.md", "link->a/main.tf", "empty/", "z/y/x/w", ".dot", "noext"}
	one := checkout(t, entries...)
	slices.Reverse(entries)
	other := checkout(t, entries...)
	for _, name := range []string{"main.tf", "b", "a/main.tf"} {
		must(t, os.Chtimes(filepath.Join(other, name), time.Unix(5, 0), time.Unix(7, 0)))
		must(t, os.Chmod(filepath.Join(other, name), 0o700&^(0o100*os.FileMode(strings.Count(name, ".")))))
	}
	a, b := pack(t, one, "."), pack(t, filepath.Dir(other), "checkout")
	if a.archive.SHA256 != b.archive.SHA256 {
		t.Errorf("got two digests of the same tree: entries %q and %q", a.names, b.names)
	}
	want := []string{"a/", "b/", "empty/", "z/", "z/y/", "z/y/x/", "link", "noext", "z/y/x/w", ".dot", "a.md", "main.tf", "a/main.tf", "b/main.tf"}
	if diff := cmp.Diff(want, a.names); diff != "" {
		t.Errorf("order differs (-want +got):\n%s", diff)
	}
	writeFiles(t, one, "a/main.tf=!")
	if pack(t, one, ".").archive.SHA256 == a.archive.SHA256 {
		t.Error("a different tree has the same digest")
	}
}

// TestCopiesAreAdjacent checks that copies of a file are adjacent, because the window of the compressor has
// only 32 KiB.
func TestCopiesAreAdjacent(t *testing.T) {
	t.Parallel()
	s := pack(t, checkout(t, "main.tf", "env-1/vpc/main.tf", "env-1/web/main.tf", "env-1/vpc/outputs.tf", "env-2/vpc/main.tf", "env-2/web/main.tf",
		"env-2/a/vpc/main.tf"), ".")
	got := slices.DeleteFunc(s.names, func(name string) bool { return strings.HasSuffix(name, "/") })
	want := []string{"main.tf", "env-2/a/vpc/main.tf", "env-1/vpc/main.tf", "env-2/vpc/main.tf", "env-1/web/main.tf", "env-2/web/main.tf",
		"env-1/vpc/outputs.tf"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order differs (-want +got):\n%s", diff)
	}
}

// TestInnermostDirectoryFirst checks that files of the same name are sorted by the last component of their directory, also
// if one directory is in another one.
func TestInnermostDirectoryFirst(t *testing.T) {
	t.Parallel()
	s := pack(t, checkout(t, "main.tf", "b/zone/main.tf", "changed/main.tf", "d/main.tf"), ".")
	want := []string{"b/", "b/zone/", "changed/", "d/", "main.tf", "changed/main.tf", "d/main.tf", "b/zone/main.tf"}
	if diff := cmp.Diff(want, s.names); diff != "" {
		t.Errorf("order differs (-want +got):\n%s", diff)
	}
}

// TestGoldenDigest checks that the digest is stable. Users compare digests: a change must be mentioned in the
// changelog.
func TestGoldenDigest(t *testing.T) {
	t.Parallel()
	s := pack(t, checkout(t, "main.tf=resource \"null_resource\" \"a\" {}\n", "modules/a/main.tf=locals {}\n", "link->modules/a", "empty/"), ".")
	const want = "7bfc4ec8e0311eee84727291319f5ea7fa7998010a80c2ffaf564963c3377766"
	if s.archive.SHA256 != want {
		t.Errorf("got digest %s, want %s", s.archive.SHA256, want)
	}
}

func TestNoPartialArchive(t *testing.T) {
	t.Parallel()
	root, temp := checkout(t, "main.tf"), t.TempDir()
	must(t, os.WriteFile(filepath.Join(root, "noise"), noise(5<<20), 0o644))
	l, err := bundle.List(t.Context(), bundle.Options{Root: root, Temp: []string{temp}})
	must(t, err)

	stopped := errors.New("the job was canceled")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stopped)
	if _, err := bundle.List(ctx, bundle.Options{Root: root}); !errors.Is(err, stopped) {
		t.Errorf("listing: got %v, want the cause of the context", err)
	}
	if a, err := l.Pack(ctx); !errors.Is(err, stopped) || a != nil {
		t.Errorf("packing: got %v and %v, want the cause of the context", a, err)
	}
	must(t, os.Remove(filepath.Join(root, "main.tf")))
	if a, err := l.Pack(t.Context()); err == nil || a != nil {
		t.Errorf("got an archive without a listed file")
	}
	wantEmpty(t, temp)
}

func wantEmpty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	must(t, err)
	if len(left) > 0 {
		t.Errorf("got %v in the directory for temporary files, want no files", left)
	}
}

func TestTemporaryFileHasNoName(t *testing.T) {
	t.Parallel()
	root, temp := checkout(t, "main.tf"), t.TempDir()
	content := noise(6 << 20)
	must(t, os.WriteFile(filepath.Join(root, "noise"), content, 0o644))
	l, err := bundle.List(t.Context(), bundle.Options{Root: root, Temp: []string{"", filepath.Join(temp, "missing"), root, temp}})
	must(t, err)
	a, err := l.Pack(t.Context())
	must(t, err)
	wantEmpty(t, temp)
	if a.Size() < 5<<20 {
		t.Fatalf("got %d bytes, want at least 5 MiB of incompressible data", a.Size())
	}
	// Two concurrent readers, as if an upload were retried before the previous attempt has ended.
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			if got := unpack(t, a.Reader()).content["noise"]; got != string(content) {
				t.Error("the content of a reader differs")
			}
		})
	}
	group.Wait()
	must(t, a.Close())
	must(t, a.Close())
}

func TestNoTemporaryDirectory(t *testing.T) {
	t.Parallel()
	root := checkout(t, "main.tf")
	must(t, os.WriteFile(filepath.Join(root, "noise"), noise(7<<20), 0o644))
	s := pack(t, root, ".") // the parent of root is writable
	list := func() *bundle.Listing {
		l, err := bundle.List(t.Context(), bundle.Options{Root: root, Temp: []string{filepath.Join(root, "no/such/dir"), root}})
		must(t, err)
		return l
	}
	a, err := list().Pack(t.Context())
	must(t, err)
	if a.SHA256 != s.archive.SHA256 {
		t.Error("the archive in memory differs from the one in a file")
	}
	if got, err := io.ReadAll(a.Reader()); err != nil || int64(len(got)) != a.Size() {
		t.Errorf("got %d bytes and %v", len(got), err)
	}
	must(t, os.WriteFile(filepath.Join(root, "more"), noise(2<<20), 0o644))
	_, err = list().Pack(t.Context())
	wantError(t, err, bundle.NoRoom)
}

func TestDiskFull(t *testing.T) {
	t.Parallel()
	small := filepath.Join(t.TempDir(), "small")
	must(t, os.Mkdir(small, 0o755))
	if err := syscall.Mount("none", small, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("mounting a small file system failed: %v", err)
	}
	defer syscall.Unmount(small, 0)
	root := checkout(t, "main.tf")
	must(t, os.WriteFile(filepath.Join(root, "noise"), noise(6<<20), 0o644))
	l, err := bundle.List(t.Context(), bundle.Options{Root: root, Temp: []string{small}})
	must(t, err)
	_, err = l.Pack(t.Context())
	wantError(t, err, bundle.NoRoom, fmt.Sprintf("%q", small), "bytes")
	wantEmpty(t, small)
}

func TestConcurrentPacking(t *testing.T) {
	t.Parallel()
	root, temp := checkout(t, "a/main.tf", "b/main.tf"), t.TempDir()
	must(t, os.WriteFile(filepath.Join(root, "a/noise"), noise(3<<20), 0o644))
	must(t, os.WriteFile(filepath.Join(root, "b/noise"), bytes.Repeat(noise(1<<20), 3), 0o644))
	before := walkNames(t, root)
	var group sync.WaitGroup
	for i := range 6 {
		group.Go(func() {
			path := []string{"a", "b"}[i%2]
			l, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: path, Temp: []string{temp}})
			if err != nil {
				t.Error(err)
				return
			}
			a, err := l.Pack(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			defer a.Close()
			if got := len(unpack(t, a.Reader()).content["noise"]); got != 3<<20 {
				t.Errorf("%s: got %d bytes of noise", path, got)
			}
		})
	}
	group.Wait()
	if diff := cmp.Diff(before, walkNames(t, root)); diff != "" {
		t.Errorf("the checkout changed:\n%s", diff)
	}
}

func walkNames(t *testing.T, root string) (names []string) {
	t.Helper()
	must(t, filepath.WalkDir(root, func(name string, _ os.DirEntry, err error) error {
		names = append(names, name)
		return err
	}))
	return names
}

func TestWorkingDirectory(t *testing.T) {
	t.Parallel()
	root := checkout(t, "main.tf", "env/dev/x.tofu", "env/prod/readme", "env/shared.tf->../main.tf", "live->env/dev", "again->live", "out/",
		".terraformignore=hidden", "hidden/a.tf",
		"j/a.tf.json", "h/terragrunt.hcl")
	l := pack(t, root, ".").listing
	for dir, want := range map[string][2]bool{"": {true, true}, ".": {true, true}, "./env/dev/": {true, true}, "env": {true, true}, "env/prod": {true, false},
		"live": {
			true, true,
		}, "again": {true, true}, "out": {true, false}, "hidden": {false, false}, "main.tf": {false, false}, "nope": {false, false}, "..": {false, false},
		"env/../live": {true, true}, "j": {true, true}, "h": {true, false}} {
		if got := [2]bool{l.HasDir(dir), l.HasTerraform(dir)}; got != want {
			t.Errorf("%q: got directory %v, Terraform %v; want %v", dir, got[0], got[1], want)
		}
	}
}

func TestEntries(t *testing.T) {
	t.Parallel()
	l := pack(t, checkout(t, "main.tf", "d/x=12345", "l->d/x"), ".").listing
	var got []bundle.Entry
	for e, err := range l.Entries(t.Context()) {
		must(t, err)
		got = append(got, e)
	}
	want := []bundle.Entry{{Name: "d/"}, {Name: "l", Target: "d/x"}, {Name: "d/x", Size: 5}, {Name: "main.tf", Size: 7}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries differ (-want +got):\n%s", diff)
	}
	if l.Files() != 2 {
		t.Errorf("got %d files, want 2", l.Files())
	}
}

// TestLargestOfPrebuiltArchive: the largest files and directories of a prebuilt archive are those in it.
func TestLargestOfPrebuiltArchive(t *testing.T) {
	t.Parallel()
	root := checkout(t)
	must(t, os.MkdirAll(root, 0o755))
	must(t, os.WriteFile(filepath.Join(root, "x.tgz"), gzipped(t, tarballOf(t, "main.tf", "12345", "d/a.tf", "1234567", "d/e/b", "123")), 0o644))
	a := pack(t, root, "x.tgz").archive
	want := bundle.Largest{Dirs: []bundle.Sized{{Name: "d", Bytes: 10}, {Name: "d/e", Bytes: 3}},
		Files: []bundle.Sized{{Name: "d/a.tf", Bytes: 7}, {Name: "main.tf", Bytes: 5}, {Name: "d/e/b", Bytes: 3}}}
	if diff := cmp.Diff(want, a.Largest()); diff != "" || a.Files != 3 || a.Bytes != 15 {
		t.Errorf("%d files with %d bytes; the largest differ (-want +got):\n%s", a.Files, a.Bytes, diff)
	}
}
