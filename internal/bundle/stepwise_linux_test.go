package bundle

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func setStepwise(t *tree, on bool) { t.stepwise = on }

// TestOpenRejectsLinks checks that open rejects the same paths with and without openat2.
func TestOpenRejectsLinks(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "checkout")
	for _, err := range []error{os.MkdirAll(root+"/a/b", 0o755), os.WriteFile(root+"/a/b/f", nil, 0o644), os.Symlink("a", root+"/link"),
		os.Symlink("b/f", root+"/a/f"), os.WriteFile(filepath.Dir(root)+"/outside", nil, 0o644), os.Symlink("/proc/self", root+"/magic")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	tr, err := openTree(root)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	for _, stepwise := range []bool{false, true} {
		tr.stepwise = stepwise
		for name, want := range map[string]bool{"a/b/f": true, "a": true, ".": true, "link/b/f": false, "a/f": false, "link": false, "../outside": false,
			"a/../../outside": false, "magic/status": false, "nope": false, "a/b/f/x": false} {
			fd, err := tr.open(name, unix.O_RDONLY)
			if err == nil {
				unix.Close(fd)
			}
			if got := err == nil; got != want {
				t.Errorf("stepwise %v, %q: got opened %v (%v), want %v", stepwise, name, got, err, want)
			}
		}
	}
}
