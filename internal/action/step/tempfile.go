package step

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// CreateSharedFile creates a file in RUNNER_TEMP, where it stays for later steps. Its base name is what they know it by;
// it differs from name where that cannot be had. The file is nil if RUNNER_TEMP takes none.
func (s *Step) CreateSharedFile(name string) *os.File {
	temp := s.Job.Env("RUNNER_TEMP")
	if temp == "" {
		return nil
	}
	f, err := createShared(temp, name)
	if err != nil {
		return nil
	}
	return f
}

// mostNames is the maximum number of names that are tried for a shared file: another process may create each name
// first.
const mostNames = 5

// createShared creates a file that later steps can read, whatever user they run as. Other steps write to RUNNER_TEMP
// too. Whatever has the name already is removed and never opened: it may be a link to a file that is not ours. os.Root
// opens with O_NOFOLLOW, and O_EXCL makes sure that the file is new. Where the name cannot be freed, because it is a
// directory or another user's, the file gets another name.
func createShared(dir, name string) (*os.File, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	next := name
	for range mostNames {
		var f *os.File
		f, err = root.OpenFile(next, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
		if err == nil {
			_ = f.Chmod(0o644) // whatever the umask is; a file system without modes shows all files alike
			return f, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			break
		}
		if root.Remove(next) != nil {
			next = withSuffix(name)
		}
	}
	return nil, err
}

// withSuffix makes name unique and keeps its extension.
func withSuffix(name string) string {
	ext := filepath.Ext(name)
	return strings.TrimSuffix(name, ext) + "-" + strings.ToLower(rand.Text()[:8]) + ext
}
