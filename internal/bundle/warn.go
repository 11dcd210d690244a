package bundle

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"strings"
)

// warn tells what the walk found, once for each kind of finding.
func (w *walker) warn() {
	tell := func(f findings, format string) {
		if len(f) > 0 {
			w.l.options.Warn(fmt.Sprintf(format, len(f), f))
		}
	}
	tell(w.states, "%d Terraform state files stay out of the bundle, since state belongs to the workspace: %s.")
	tell(w.secrets, "%d files look like secrets and are sent: %s.")
	tell(w.specials, "%d sockets, fifos or devices stay out of the bundle: %s.")
	tell(w.dangling, "%d links lead to nothing: %s.")
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
	if len(empty) > 0 {
		warn(fmt.Sprintf("%d submodules are empty: %s. They were not checked out (the input submodules of actions/checkout).", len(empty), empty))
	}
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
