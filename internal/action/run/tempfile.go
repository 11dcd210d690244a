package run

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"scalr-run-action/internal/job"
)

// openTempFile opens a new file for data that is too large for memory. A shared file is for later steps: it stays in
// RUNNER_TEMP, and shown is its name there. Any other file has no name and ends with the process. The file is nil if no
// directory takes one.
func openTempFile(j *job.Job, shared bool, name string) (file *os.File, shown string) {
	if temp := j.Env("RUNNER_TEMP"); shared && temp != "" {
		if f, err := createShared(temp, name); err == nil {
			return f, filepath.Base(f.Name())
		}
	}
	for _, dir := range j.TempDirs() {
		f, err := os.CreateTemp(dir, "scalr-")
		if err == nil {
			os.Remove(f.Name())
			return f, ""
		}
	}
	return nil, ""
}

// mostNames is how many times a shared file is tried: another process may take each name first.
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
