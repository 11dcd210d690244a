package bundle

import (
	"bufio"
	"errors"
	"io"
	"path"
	"strings"
)

// warn prints one warning for each kind of finding of the walk.
func (w *walker) warn() {
	warn := w.l.options.Warn
	w.states.report(warn, "Terraform state is excluded (%d): %s.")
	w.excludedTargets.report(warn, "Links are excluded because their targets are never uploaded or are excluded by a rule (%d): %s.")
	w.secrets.report(warn, "Files that may contain secrets are uploaded (%d): %s. Exclude them in .terraformignore if they are not needed.")
	w.repositories.report(warn, "Git repositories whose configuration may contain credentials are uploaded (%d): %s.")
	w.specials.report(warn, "Sockets, fifos and devices are excluded (%d): %s.")
	w.dangling.report(warn, "The targets of links do not exist (%d): %s.")
	w.circular.report(warn, "Links form a cycle (%d): %s.")
	w.linksToExcluded.report(warn, "Links point to files that are excluded from the archive (%d): %s.")
	w.unread.report(warn, "Excluded directories cannot be read (%d): %s. Files in them that a later rule would include are not uploaded.")
}

// maxSubmodules is the largest number of submodules that are checked.
const maxSubmodules = 2000

// warnEmptySubmodules warns about submodules that were not checked out.
func warnEmptySubmodules(t *tree, p *pulse, base string, warn func(string)) error {
	var empty findings
	left := maxSubmodules
	for at := base; ; at = path.Dir(at) {
		for _, name := range submodules(t, at, left) {
			left--
			if err := p.spend(submoduleWork); err != nil {
				return err
			}
			name = path.Join(at, name)
			if within(base, name) && isEmptyDir(t, name) {
				empty.add(name)
			}
		}
		if at == "." {
			break
		}
	}
	empty.report(warn, "Submodules are empty (%d): %s. They were not checked out; set the input submodules of actions/checkout.")
	return nil
}

// submoduleWork is the cost, in steps, of checking one submodule.
const submoduleWork = 100

// submodules returns at most limit paths from the .gitmodules file of a directory, and none if the file
// cannot be read.
func submodules(t *tree, dir string, limit int) (paths []string) {
	f, err := t.openFile(path.Join(dir, ".gitmodules"))
	if err != nil {
		return nil
	}
	defer f.close()
	s := bufio.NewScanner(io.LimitReader(f, 1<<20))
	for len(paths) < limit && s.Scan() {
		key, value, ok := strings.Cut(s.Text(), "=")
		if ok && strings.TrimSpace(key) == "path" {
			paths = append(paths, strings.Trim(strings.TrimSpace(value), `"`))
		}
	}
	return paths
}

var errNotEmpty = errors.New("it is not empty")

func isEmptyDir(t *tree, name string) bool {
	return t.readDir(name, func([]byte, kind) error { return errNotEmpty }) == nil
}
