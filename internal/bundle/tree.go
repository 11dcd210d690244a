package bundle

import (
	"io"
	"os"
	"path/filepath"
	"strings"
)

// kind is what a name stands for.
type kind uint8

const (
	kindMissing kind = iota
	kindFile
	kindDir
	kindLink
	kindSpecial // a socket, a fifo or a device
	kindLoop    // a link that never ends
)

// spellings returns the root as given and as it is physically: an absolute link may use either.
func spellings(root string) ([]string, error) {
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

// inside returns what is left of an absolute path below the root. The text decides: a path that only gets here through
// ".." or of a link elsewhere is outside. What is left may still have ".." in it.
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

// endOfFile turns the system's way to say "end" into Go's.
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

// within reports whether name is dir or below it. Both are clean; "." is the root.
func within(dir, name string) bool {
	return dir == "." || name == dir || strings.HasPrefix(name, dir+"/")
}
