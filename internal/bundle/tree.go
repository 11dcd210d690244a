package bundle

import (
	"io"
	"os"
	"path/filepath"
	"strings"
)

// kind is the type of a file.
type kind uint8

const (
	kindMissing kind = iota
	kindFile
	kindDir
	kindLink
	kindSpecial // a socket, a fifo or a device
	kindLoop    // a link in a cycle
)

// rootPaths returns the absolute and the physical path of root: an absolute link may use either.
func rootPaths(root string) ([]string, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	physical, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return nil, err
	}
	return []string{abs, physical}, nil
}

// inside returns the path of abs relative to the root. It compares only text: a path that reaches the root
// through ".." or a link elsewhere is outside. The result may contain "..".
func (t *tree) inside(abs string) (rest string, ok bool) {
	for _, root := range t.roots {
		if abs == root {
			return ".", true
		}
		if rest, ok := strings.CutPrefix(abs, strings.TrimSuffix(root, "/")+"/"); ok {
			return rest, true
		}
	}
	return "", false
}

// endOfFile returns io.EOF for a read of no bytes, which is the system's indication of the end of a file.
func endOfFile(n int, err error) (int, error) {
	if n == 0 && err == nil {
		return 0, io.EOF
	}
	return n, err
}

func createAndUnlink(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, "scalr-bundle-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// within reports whether name is dir or below dir. Both must be clean; "." is the root.
func within(dir, name string) bool {
	return dir == "." || name == dir || strings.HasPrefix(name, dir+"/")
}
