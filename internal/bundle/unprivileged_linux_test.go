package bundle_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// asUnprivilegedUser changes the owner of a tree to a user without privileges and runs the rest of the test
// as that user. It changes the user only for this thread, until the end of the test.
func asUnprivilegedUser(t *testing.T, tree string) {
	t.Helper()
	if os.Getuid() != 0 {
		return // the file modes are sufficient
	}
	const unprivileged = 65534 // the user `nobody`
	must(t, filepath.WalkDir(tree, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(name, unprivileged, unprivileged)
	}))
	for dir := filepath.Dir(tree); strings.HasPrefix(dir, filepath.Clean(os.TempDir())+"/"); dir = filepath.Dir(dir) {
		must(t, os.Chmod(dir, 0o755))
	}
	runtime.LockOSThread()
	must(t, unix.Setfsuid(unprivileged))
	t.Cleanup(func() {
		must(t, unix.Setfsuid(0))
		runtime.UnlockOSThread()
	})
}
