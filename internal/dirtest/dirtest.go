// Package dirtest creates directories for tests.
package dirtest

import (
	"os"
	"testing"
)

// InMemory returns a new directory, which is removed when the test ends. If the system has a file system in memory with enough
// free space, the directory is there, because to create a small file on disk takes ten times as long. Programs in the
// directory cannot be executed on every system.
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
