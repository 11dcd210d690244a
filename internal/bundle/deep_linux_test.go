package bundle

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestLongestPath checks that paths of up to 8 KiB are listed, packed, searched and measured.
func TestLongestPath(t *testing.T) {
	t.Parallel()
	for n, fits := range map[int]bool{8192: true, 8193: false} {
		root := makeTree(t, "infra/main.tf", "infra/x")
		deep := deepTree(t, root, n)
		dir, err := os.OpenRoot(root)
		if err != nil {
			t.Fatal(err)
		}
		// The deepest directory contains another name of x, which excludes x.
		err = errors.Join(dir.MkdirAll(deep, 0o700), linkAt(dir, "infra/x", deep, "a.tfstate"), dir.Close())
		if err != nil {
			t.Fatal(err)
		}
		l, err := List(t.Context(), Options{Root: root})
		if fits != (err == nil) {
			t.Errorf("%d bytes: got %v", n, err)
		}
		if err == nil && l.Files() != 3 {
			t.Errorf("%d bytes: got %d files, want main.tf, x and the deep file", n, l.Files())
		}
		want := fmt.Sprintf("%q cannot be read: its path is longer than 8192 bytes", shortened(deep))
		if err != nil && err.Error() != want {
			t.Errorf("%d bytes: got %v, want %s", n, err, want)
		}
		if l, err = List(t.Context(), Options{Root: root, Path: "infra"}); err != nil {
			t.Fatal(err)
		}
		a, err := l.Pack(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if found := a.Files == 1; found != fits {
			t.Errorf("%d bytes: got %d files, found the other name of x: %t", n, a.Files, found)
		}
		a.Close()
		tr, err := openTree(root)
		if err != nil {
			t.Fatal(err)
		}
		entries := int64(3 + strings.Count(deep, "/") + 1)
		size := newCopies(tr, &pulse{ctx: t.Context()})
		if measured, err := size.checkout.atLeast(entries+2, 0); err != nil || measured != fits {
			t.Errorf("%d bytes: measured %d entries of %d: %v", n, size.checkout.entries, entries+2, err)
		}
		tr.close()
	}
}

// TestLongestPathOfEachKind checks that both paths of a directory are limited: the one in the checkout and the one in the
// archive.
func TestLongestPathOfEachKind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tree   []string
		below  string
		length int // of the path below
		fits   bool
	}{
		"in the checkout, 8,192 bytes": {nil, "infra", 8192 - len("infra/"), true},
		"in the checkout, 8,193 bytes": {nil, "infra", 8193 - len("infra/"), false},
		"in the archive, 8,192 bytes":  {[]string{"shared/x", "infra/longer-link->../shared"}, "shared", 8192 - len("longer-link/"), true},
		"in the archive, 8,193 bytes":  {[]string{"shared/x", "infra/longer-link->../shared"}, "shared", 8193 - len("longer-link/"), false},
	} {
		root := makeTree(t, append(c.tree, "infra/main.tf")...)
		deepTree(t, filepath.Join(root, c.below), c.length)
		_, err := List(t.Context(), Options{Root: root, Path: "infra"})
		if (err == nil) != c.fits || err != nil && !strings.Contains(err.Error(), "longer than 8192 bytes") {
			t.Errorf("%s: got %.300v", name, err)
		}
	}
}

// linkAt creates a hard link in a directory whose path is longer than a system call accepts.
func linkAt(root *os.Root, old, dir, name string) error {
	from, err := root.Open(".")
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := root.Open(dir)
	if err != nil {
		return err
	}
	defer to.Close()
	return unix.Linkat(int(from.Fd()), old, int(to.Fd()), name, 0)
}

// TestPathsOfAnyLengthAreOpened checks lengths around the limit of a system call, 4,096 bytes with the final NUL.
func TestPathsOfAnyLengthAreOpened(t *testing.T) {
	t.Parallel()
	root := makeTree(t, "main.tf")
	tr, err := openTree(root)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	for n := 4090; n <= 4100; n++ {
		parent := fmt.Sprint(n)
		if err := os.Mkdir(filepath.Join(root, parent), 0o755); err != nil {
			t.Fatal(err)
		}
		deep := parent + "/" + deepTree(t, filepath.Join(root, parent), n-len(parent)-1)
		if len(deep) != n {
			t.Fatalf("got a path of %d bytes, want %d", len(deep), n)
		}
		for _, stepwise := range []bool{false, true} {
			tr.stepwise = stepwise
			if k, _, err := tr.lookup(deep); k != kindDir || err != nil {
				t.Errorf("%d bytes, stepwise %t: got %d, %v", n, stepwise, k, err)
			}
			if i, err := tr.stat(deep + "/f"); i.kind != kindFile || i.size != 4 || err != nil {
				t.Errorf("%d bytes and a file, stepwise %t: got %+v, %v", n, stepwise, i, err)
			}
			for _, missing := range []string{deep + "/none/x", "none/" + deep, deep + "/f/x"} {
				if k, _, err := tr.lookup(missing); k != kindMissing || err != nil {
					t.Errorf("%d bytes and a missing file, stepwise %t: got %d, %v", n, stepwise, k, err)
				}
				if i, err := tr.stat(missing); i.kind != kindMissing || err == nil {
					t.Errorf("%d bytes and a missing file, stepwise %t: got %+v, %v", n, stepwise, i, err)
				}
			}
		}
	}
	tr.stepwise = false
	if _, err := tr.open(strings.Repeat("x", 5000), unix.O_PATH); err != unix.ENAMETOOLONG {
		t.Errorf("a component of 5000 bytes: got %v, want %v", err, unix.ENAMETOOLONG)
	}
	if k, _, err := tr.lookup(strings.Repeat("x", 5000)); err != unix.ENAMETOOLONG {
		t.Errorf("looking up a component of 5000 bytes: got %d, %v, want %v", k, err, unix.ENAMETOOLONG)
	}
}

// TestDeepDirectoryBecomesLink checks that packing does not follow a link that has replaced a directory of a long path, at
// the end of what one system call can open.
func TestDeepDirectoryBecomesLink(t *testing.T) {
	t.Parallel()
	root := makeTree(t, "main.tf")
	// The first 20 directories with 200 bytes each are opened by one call, the others and the file by another one.
	deep := deepTree(t, root, 25*201-1) + "/f"
	cut := deep[:20*201-1]
	dir, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	for _, par := range parallelisms {
		l := listFor(t, root, nil)
		if err := errors.Join(dir.Rename(cut, "moved"), dir.Symlink(strings.Repeat("../", 19)+"moved", cut)); err != nil {
			t.Fatal(err)
		}
		if text, err := dir.ReadFile(deep); err != nil || string(text) != "deep" {
			t.Fatalf("the link does not lead to the directory: %q, %v", text, err)
		}
		_, err := l.pack(t.Context(), par)
		var e *Error
		if !errors.As(err, &e) || e.Code != Changed || e.Path != deep || !strings.HasSuffix(err.Error(), ": it was removed") {
			t.Errorf("%+v: got %v, want that the file was removed", par, err)
		}
		if err := errors.Join(dir.Remove(cut), dir.Rename("moved", cut)); err != nil {
			t.Fatal(err)
		}
	}
}
