//go:build !linux

package bundle

import (
	"errors"
	"io/fs"
	"os"
)

// tree is the checkout on systems other than Linux, which the action does not support. os.Root is slower, but
// also rejects paths outside the root.
type tree struct {
	root  *os.Root
	roots []string
}

func openTree(root string) (*tree, error) {
	roots, err := rootPaths(root)
	if err != nil {
		return nil, err
	}
	r, err := os.OpenRoot(roots[0])
	return &tree{root: r, roots: roots}, err
}

func (t *tree) forGoroutine() *tree { return t }

func (t *tree) close() { t.root.Close() }

func (t *tree) lookup(path string) (kind, string, error) {
	info, err := t.root.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return kindMissing, "", nil
	}
	if err != nil {
		return kindMissing, "", err
	}
	k := kindOfType(info.Mode())
	if k != kindLink {
		return k, "", nil
	}
	target, err := t.root.Readlink(path)
	return k, target, err
}

// inode is always zero, so hard links are not detected.
type inode struct{ device, number, names uint64 }

type info struct {
	kind  kind
	size  int64
	inode inode
}

func (t *tree) stat(path string) (info, error) {
	i, err := t.root.Lstat(path)
	if err != nil {
		return info{}, err
	}
	return info{kind: kindOfType(i.Mode()), size: i.Size()}, nil
}

type file struct {
	f     *os.File
	size  int64
	exec  bool
	inode inode
}

var errNotRegular = errors.New("not a regular file")

func (t *tree) openFile(path string) (file, error) {
	if info, err := t.root.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return file{}, errors.Join(err, errNotRegular)
	}
	f, err := t.root.Open(path)
	if err != nil {
		return file{}, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errNotRegular
	}
	if err != nil {
		f.Close()
		return file{}, err
	}
	return file{f: f, size: info.Size(), exec: info.Mode()&0o111 != 0}, nil
}

func (f file) Read(p []byte) (int, error) { return f.f.Read(p) }

func (f file) close() { f.f.Close() }

func (t *tree) readDir(path string, visit func(name []byte, k kind) error) error {
	entries, err := fs.ReadDir(t.root.FS(), path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := visit([]byte(e.Name()), kindOfType(e.Type())); err != nil {
			return err
		}
	}
	return nil
}

func kindOfType(mode fs.FileMode) kind {
	switch mode.Type() {
	case 0:
		return kindFile
	case fs.ModeDir:
		return kindDir
	case fs.ModeSymlink:
		return kindLink
	}
	return kindSpecial
}

func createTemp(dir string) (*os.File, error) { return createAndUnlink(dir) }
