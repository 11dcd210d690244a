// Package dirtest creates directories for tests.
package dirtest

import (
	"os"
	"testing"
)

// InMemory returns a new directory, which is removed when the test ends. The directory is in memory if the system has a file
// system there with enough free space: creating a small file on disk takes ten times as long. Some systems do not execute
// programs in that file system.
func InMemory(t testing.TB) string {
	t.Helper()
	parent := memory()
	if parent == "" {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(parent, "scalr-run-action-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("cannot remove the directory of the test: %v", err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil { // like the directories of package testing
		t.Fatal(err)
	}
	return dir
}
