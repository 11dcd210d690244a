package bundle

import (
	"bufio"
	"io"
	"path"
	"strings"
)

// warn tells what the walk found, once for each kind of finding.
func (w *walker) warn() {
	warn := w.l.options.Warn
	w.states.tell(warn, "Terraform state stays out of the bundle (%d): %s.")
	w.secrets.tell(warn, "Files that look like secrets are sent (%d): %s.")
	w.specials.tell(warn, "Sockets, fifos and devices stay out of the bundle (%d): %s.")
	w.dangling.tell(warn, "Links that lead to nothing (%d): %s.")
}

// warnEmptySubmodules tells about submodules that were not checked out.
func warnEmptySubmodules(t *tree, base string, warn func(string)) {
	var empty findings
	for at := base; ; at = path.Dir(at) {
		for _, p := range submodules(t, at) {
			p = path.Join(at, p)
			if within(base, p) && isEmptyDir(t, p) {
				empty.add(p)
			}
		}
		if at == "." {
			break
		}
	}
	empty.tell(warn, "Submodules are empty (%d): %s. They were not checked out; actions/checkout has the input submodules for that.")
}

// submodules reads the paths in a directory's .gitmodules; one that cannot be read has none.
func submodules(t *tree, dir string) (paths []string) {
	f, err := t.openFile(path.Join(dir, ".gitmodules"))
	if err != nil {
		return nil
	}
	defer f.close()
	s := bufio.NewScanner(io.LimitReader(f, 1<<20))
	for s.Scan() {
		key, value, ok := strings.Cut(s.Text(), "=")
		if ok && strings.TrimSpace(key) == "path" {
			paths = append(paths, strings.Trim(strings.TrimSpace(value), `"`))
		}
	}
	return paths
}

func isEmptyDir(t *tree, name string) bool {
	empty := true
	err := t.readDir(name, func([]byte, kind) error {
		empty = false
		return nil
	})
	return err == nil && empty
}
