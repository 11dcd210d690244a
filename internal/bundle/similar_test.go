package bundle

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestNearestDirectoryReadsLimitedEntries checks that the search for a similar directory ends after the given number of
// entries, in a directory and in those after it.
func TestNearestDirectoryReadsLimitedEntries(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for i := range 3 {
		if err := os.Mkdir(filepath.Join(root, fmt.Sprint("app", i)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	tr, err := openTree(root)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	for left, want := range map[int]string{0: "", 3: "app0", 4: "app0"} {
		remaining := left
		if got := nearestDirectory(tr, ".", "app", &remaining); got != want || remaining != max(left-3, -1) {
			t.Errorf("with %d entries: got %q and %d left, want %q and %d", left, got, remaining, want, max(left-3, -1))
		}
	}
	one := 1
	if got := nearestDirectory(tr, ".", "app", &one); got == "" {
		t.Error("with one entry: got none, want the directory that was read")
	}
	if got := nearestDirectory(tr, "missing", "app", &one); got != "" {
		t.Errorf("in a missing directory: got %q, want none", got)
	}
}
