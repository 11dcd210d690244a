package bundle

import (
	"bytes"
	"context"
	"path"
)

// hardLinks treats a file by its other names too, as links are treated by their targets' names: one that is never uploaded, or
// that a built-in rule excludes, keeps it out; one that looks like a secret is warned of. Other rules do not count: people
// exclude the cache of a package manager whose files are hard links of those that they send.
//
// The checkout is searched only once a file with several names is packed.
type hardLinks struct {
	l     *Listing
	tree  *tree
	pulse *pulse
	found map[inode]otherName // nil until it is needed

	excluded, secrets findings
}

// otherName is a name of a file that decides about it.
type otherName struct {
	name     string // beneath the checkout
	excluded bool   // else it looks like a secret
}

func newHardLinks(ctx context.Context, l *Listing, t *tree) *hardLinks {
	return &hardLinks{l: l, tree: t, pulse: &pulse{ctx: ctx}}
}

// leavesOut decides about the file which is name in the archive, and remembers what is to be reported.
func (h *hardLinks) leavesOut(name string, i inode) (bool, error) {
	if i.names < 2 {
		return false, nil
	}
	if h.found == nil {
		if err := h.search(); err != nil {
			return false, err
		}
	}
	other, ok := h.found[i]
	switch {
	case !ok:
		return false, nil
	case !other.excluded:
		if !looksSecret([]byte(name)) { // else that has been reported
			h.secrets.add(arrow([]byte(name), other.name))
		}
		return false, nil
	case h.l.rules.inArchive.matchPath(name, false).by != none:
		return false, nil // a rule of the ignore file wants this name
	}
	h.excluded.add(arrow([]byte(name), other.name))
	return true, nil
}

func (h *hardLinks) warn(warn func(string)) {
	h.excluded.report(warn, "Hard links are left out because another name of the file is excluded (%d): %s.")
	h.secrets.report(warn, "Hard links to files that may contain secrets are uploaded (%d): %s.")
}

// searched is a directory in which other names are looked for.
type searched struct {
	path    string
	never   bool // it is in one that is never uploaded
	verdict verdict
}

func (h *hardLinks) search() error {
	h.found = map[inode]otherName{}
	todo := []searched{{path: ".", verdict: top}}
	for len(todo) > 0 {
		d := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if d.path == h.l.base {
			d.verdict = top
		}
		err := h.tree.readDir(d.path, func(name []byte, k kind) error {
			if k != kindFile && k != kindDir {
				return nil
			}
			below := h.match(d, join(d.path, string(name)), k == kindDir)
			if k == kindFile {
				h.file(below)
			} else if len(below.path) <= maxPath && !(d.never && isObjectStore(name)) {
				todo = append(todo, below)
			}
			return h.pulse.spend(10)
		})
		if err != nil && h.pulse.ctx.Err() != nil {
			return context.Cause(h.pulse.ctx)
		}
	}
	return nil
}

// isObjectStore reports whether a directory of a Git repository holds content of the working tree, which large-file extensions
// link to, and no credentials.
func isObjectStore(name []byte) bool {
	return string(name) == "objects" || string(name) == "annex" || string(name) == "lfs"
}

// match judges something in d.
func (h *hardLinks) match(d searched, name string, isDir bool) searched {
	below := searched{path: name, never: d.never || alwaysExcluded([]byte(path.Base(name)))}
	m, own := h.l.rules.outside(), []byte(name)
	if within(h.l.base, d.path) {
		m = h.l.rules.inArchive
		if h.l.base != "." {
			own = own[len(h.l.base)+1:]
		}
	}
	below.verdict = m.match(d.verdict, own, bytes.LastIndexByte(own, '/')+1, isDir)
	return below
}

func (h *hardLinks) file(f searched) {
	excluded := f.never || f.verdict.excluded && h.l.rules.list[f.verdict.by].line == 0
	if !excluded && !looksSecret([]byte(f.path)) {
		return
	}
	i, err := h.tree.stat(f.path)
	if err != nil || i.kind != kindFile || i.inode.names < 2 || h.found[i.inode].excluded {
		return
	}
	h.found[i.inode] = otherName{name: f.path, excluded: excluded}
}
