package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// openBelow returns the files below dir that the process has open.
func openBelow(t *testing.T, dir string) (names []string) {
	t.Helper()
	descriptors, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	for _, d := range descriptors {
		name, err := os.Readlink("/proc/self/fd/" + d.Name())
		if err == nil && (name == dir || strings.HasPrefix(name, dir+"/")) {
			names = append(names, name)
		}
	}
	return names
}

// deepTree creates a directory whose path below root has n bytes, with a file f in it.
func deepTree(t *testing.T, root string, n int) (name string) {
	t.Helper()
	dir, err := os.OpenRoot(root)
	for n > 0 && err == nil {
		part := strings.Repeat("d", min(n, 200))
		if n == 201 { // a slash and at least one more byte do not fit
			part = part[1:]
		}
		n -= len(part) + 1
		name = filepath.Join(name, part)
		err = dir.Mkdir(part, 0o755)
		if next, failed := dir.OpenRoot(part); failed == nil {
			dir.Close()
			dir = next
		} else {
			err = errors.Join(err, failed)
		}
	}
	if err == nil {
		err = errors.Join(dir.WriteFile("f", []byte("deep"), 0o600), dir.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func incompressible(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

// TestNoFileRemainsOpen checks that listing and packing close each file and directory, also after an error.
func TestNoFileRemainsOpen(t *testing.T) {
	t.Parallel()
	root := makeTree(t, "infra/main.tf", "infra/a.tf", "infra/gone.tf", "infra/l->main.tf", "infra/outer->../shared", "infra/outer.tf->../shared/x.tf",
		"shared/x.tf", "shared/l->x.tf", ".gitmodules", "sub/", "broken->nothing", "infra/terraform.tfstate", "infra/.terraformignore->../rules", "rules")
	deepTree(t, filepath.Join(root, "infra"), 5000)
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	w := tar.NewWriter(gz)
	if err := errors.Join(
		w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "main.tf", Mode: 0o644}), w.Close(), gz.Close(),
		os.WriteFile(filepath.Join(root, "ready.tgz"), b.Bytes(), 0o600),
		os.WriteFile(filepath.Join(root, ".gitmodules"), []byte("path=sub\npath=infra\n"), 0o600),
		os.WriteFile(filepath.Join(root, "large"), incompressible(3<<20), 0o600),
		os.Link(filepath.Join(root, "infra/terraform.tfstate"), filepath.Join(root, "infra/hard")),
	); err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	wantClosed := func(after string) {
		t.Helper()
		if open := append(openBelow(t, root), openBelow(t, temp)...); len(open) > 0 {
			t.Errorf("after %s: %q are still open", after, open)
		}
	}
	listed := map[string]*Listing{}
	for _, path := range []string{".", "infra", "ready.tgz", "infra/main.tf", "nothing", "..", "broken/x"} {
		l, err := List(t.Context(), Options{Root: root, Path: path, Temp: []string{temp}})
		if works := slices.Contains([]string{".", "infra", "ready.tgz"}, path); works != (err == nil) {
			t.Errorf("%s: got %v", path, err)
		}
		wantClosed("listing " + path)
		listed[path] = l
	}
	for _, change := range []string{"nothing", "removing a file"} {
		for _, path := range []string{".", "infra", "ready.tgz"} {
			for _, par := range parallelisms {
				a, err := listed[path].pack(t.Context(), par)
				if err == nil {
					err = a.Close()
				}
				if works := change == "nothing" || path == "ready.tgz"; works != (err == nil) {
					t.Errorf("after %s, %s: got %v", change, path, err)
				}
				wantClosed("packing " + path)
			}
			for range listed[path].Entries(t.Context()) {
				continue
			}
			wantClosed("listing the entries of " + path)
		}
		if err := os.RemoveAll(filepath.Join(root, "infra/gone.tf")); err != nil {
			t.Fatal(err)
		}
	}
	for _, stepwise := range []bool{false, true} {
		tr, err := openTree(root)
		if err != nil {
			t.Fatal(err)
		}
		tr.stepwise = stepwise
		for _, name := range []string{".", "infra", "infra/main.tf", "infra/l", "infra/nothing", "infra/main.tf/x", "nothing/x/y"} {
			tr.lookup(name)
			tr.stat(name)
			tr.readDir(name, func([]byte, kind) error { return io.EOF })
			if f, err := tr.openFile(name); err == nil {
				f.close()
			}
			if fd, err := tr.open(name, unix.O_RDONLY); err == nil {
				unix.Close(fd)
			}
		}
		tr.close()
		wantClosed("opening files")
	}
}

// TestDirectoriesReadWithinAnother checks that reading a directory during a visit of another does not change what is visited.
func TestDirectoriesReadWithinAnother(t *testing.T) {
	t.Parallel()
	tr, err := openTree(makeTree(t, append(many(100, "outer/a%d"), many(100, "inner/b%d")...)...))
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	if err := tr.readDir("inner", func([]byte, kind) error { return nil }); err != nil {
		t.Fatal(err)
	}
	var got []string
	err = tr.readDir("outer", func(name []byte, _ kind) error {
		got = append(got, string(name))
		return tr.readDir("inner", func([]byte, kind) error { return nil })
	})
	slices.Sort(got)
	want := many(100, "a%d")
	slices.Sort(want)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q and %v, want %q", got, err, want)
	}
}
