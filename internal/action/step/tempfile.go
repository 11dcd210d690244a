package step

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// CreateSharedFile creates a file in RUNNER_TEMP for later steps, which receive its base name. The base name differs
// from name if name is taken by a file that cannot be removed. CreateSharedFile returns nil if RUNNER_TEMP is not
// writable.
func (s *Step) CreateSharedFile(name string) *os.File {
	return createShared(s.Job.Env("RUNNER_TEMP"), name)
}

// maxSharedNames is the maximum number of attempts to create a shared file: another process may create the same file
// first.
const maxSharedNames = 5

// createShared creates a file that later steps can read as any user. Other steps also write to RUNNER_TEMP, so an
// existing file with this name is removed and never opened: it may be a link to another file. os.Root opens files
// with O_NOFOLLOW, and O_EXCL guarantees a new file. If the existing file cannot be removed, because it is a
// directory or belongs to another user, the new file gets another name. createShared returns nil if it fails.
func createShared(dir, name string) *os.File {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil
	}
	defer root.Close()
	next := name
	for range maxSharedNames {
		f, err := root.OpenFile(next, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
		if err == nil {
			_ = f.Chmod(0o644) // regardless of the umask; not all file systems support modes
			return f
		}
		if !errors.Is(err, fs.ErrExist) {
			break
		}
		if root.Remove(next) != nil {
			next = withSuffix(name)
		}
	}
	return nil
}

// withSuffix returns name with a random suffix before the extension.
func withSuffix(name string) string {
	ext := filepath.Ext(name)
	return strings.TrimSuffix(name, ext) + "-" + strings.ToLower(rand.Text()[:8]) + ext
}
