package bundle

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestResolvedPaths: links are followed like the kernel does, and only within the checkout.
func TestResolvedPaths(t *testing.T) {
	t.Parallel()
	names := []string{"f", "d/f", "d/e/f", "l->d", "m->l/e", "up->..", "abs->/nowhere", "loop->loop",
		"gone->missing", "d/back->../f", "d/out->../../x", "dot->./d/."}
	for i := range 41 {
		target := fmt.Sprintf("hop%d", i-1)
		if i == 0 {
			target = "f"
		}
		names = append(names, fmt.Sprintf("hop%d->%s", i, target))
	}
	tree, err := openTree(makeTree(t, names...))
	if err != nil {
		t.Fatal(err)
	}
	defer tree.close()
	kinds := map[kind]string{kindMissing: "missing", kindFile: "file", kindDir: "dir", kindLoop: "loop"}
	for name, want := range map[string]string{
		"f": "f file", "d": "d dir", "d/f": "d/f file", "x": "x missing", "x/y": "x/y missing", ".": ". dir", "./d/./f": "d/f file", "d//f": "d/f file",
		"f/x": "f/x missing", "f/..": ". missing", "x/..": ". missing", "d/..": ". dir", "d/../f": "f file", "f/../f": "f missing", "d/e/../f": "d/f file",
		"l": "d dir", "l/f": "d/f file", "m": "d/e dir", "m/f": "d/e/f file", "m/../f": "d/f file", "dot/f": "d/f file",
		"d/back": "f file", "gone": "missing missing", "gone/x": "missing/x missing", "loop": ". loop", "loop/x": ". loop",
		"up": "outside ..", "up/x": "outside ..", "d/out": "outside ../../x", "..": "outside ..", "d/../..": "outside d/../..",
		"abs": "outside /nowhere", "abs/x": "outside /nowhere",
		"hop38": "f file", "hop39": "f file", "hop40": ". loop",
	} {
		end, err := resolve(tree, name)
		got := end.path + " " + kinds[end.kind]
		if end.outside != "" {
			got = "outside " + end.outside
		}
		if err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", name, got, err, want)
		}
	}
	for n, long := range map[int]bool{1023: false, 1024: true} {
		if _, err := resolve(tree, strings.Repeat("./", n)+"f"); (err == errTooManySteps) != long {
			t.Errorf("%d slashes: got %v", n, err)
		}
	}
}

// TestNamesOfLinkTarget checks the other names of a link's target, to which rules apply, too. A name with ".." after a link
// is none of them, because its meaning depends on the link.
func TestNamesOfLinkTarget(t *testing.T) {
	t.Parallel()
	tree, err := openTree(makeTree(t, "d/e/f", "d/f", "b->d/e", "up->b/../f", "chain->b2/f", "b2->b"))
	if err != nil {
		t.Fatal(err)
	}
	defer tree.close()
	for name, want := range map[string]string{
		"d/f": "d/f []", "b/f": "d/e/f []", "up": "d/f []", "chain": "d/e/f [b2/f b/f]", "b2/f": "d/e/f [b/f]",
	} {
		end, err := resolve(tree, name)
		if got := fmt.Sprint(end.path, " ", end.names); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", name, got, err, want)
		}
	}
}

// TestSizeOfCheckout: a file, a directory or a link counts as at least 4 KiB.
func TestSizeOfCheckout(t *testing.T) {
	t.Parallel()
	root := makeTree(t, "a", "d/b", "l->a")
	if err := os.WriteFile(filepath.Join(root, "d", "large"), make([]byte, 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	tree, err := openTree(root)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.close()
	const entries, bytes = 5, 4*4096 + 5000
	for _, c := range []struct {
		entries, bytes int64
		want           bool
	}{{0, 0, true}, {entries, 0, true}, {entries + 1, 0, false}, {0, bytes, true}, {0, bytes + 1, false}, {entries, bytes, true}, {entries + 1, bytes, false}} {
		n := newCopies(tree, &pulse{ctx: t.Context()})
		if got, err := n.checkout.atLeast(c.entries, c.bytes); err != nil || got != c.want {
			t.Errorf("%d entries and %d bytes: got %t, %v", c.entries, c.bytes, got, err)
		}
	}
}
