package bundle

import (
	"bytes"
	"context"
	"path"
)

// hardLinks applies rules to the other names of a file, as the walk applies them to the targets of links. A
// file is excluded if another name is never uploaded or is excluded by a built-in rule, and causes a warning
// if another name suggests a secret. The rules of the ignore file do not apply to other names: users exclude
// the cache of a package manager, and files in it may be hard links to files that are uploaded.
//
// The checkout is searched for other names when the first file with several names is packed.
type hardLinks struct {
	l     *Listing
	tree  *tree
	pulse *pulse
	found map[inode]otherName // nil until needed

	excluded, secrets findings
}

// otherName is another name of a file that is excluded or may contain secrets.
type otherName struct {
	name     string // relative to the checkout
	excluded bool   // false if the name only suggests a secret
}

func newHardLinks(ctx context.Context, l *Listing, t *tree) *hardLinks {
	return &hardLinks{l: l, tree: t, pulse: &pulse{ctx: ctx}}
}

// leavesOut reports whether the file with this name in the archive is excluded. It records the file for warn.
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
		if !isSecretPath([]byte(name)) { // otherwise List has reported it
			h.secrets.add(arrow([]byte(name), other.name))
		}
		return false, nil
	case h.l.rules.inArchive.matchPath(name, false).by != none:
		return false, nil // a rule of the ignore file includes this name
	}
	h.excluded.add(arrow([]byte(name), other.name))
	return true, nil
}

func (h *hardLinks) warn(warn func(string)) {
	h.excluded.report(warn, "Hard links are excluded because another name of the file is excluded (%d): %s.")
	h.secrets.report(warn, "Hard links to files that may contain secrets are uploaded (%d): %s.")
}

// searched is a directory that is searched for other names.
type searched struct {
	path          string
	neverUploaded bool // the path or one of its parents is never uploaded
	verdict       verdict
}

func (h *hardLinks) search() error {
	h.found = map[inode]otherName{}
	pending := []searched{{path: ".", verdict: top}}
	for len(pending) > 0 {
		d := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
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
			} else if len(below.path) <= maxPath && !(d.neverUploaded && isObjectStore(name)) {
				pending = append(pending, below)
			}
			return h.pulse.spend(10)
		})
		if err != nil && h.pulse.ctx.Err() != nil {
			return context.Cause(h.pulse.ctx)
		}
	}
	return nil
}

// isObjectStore reports whether a directory of a Git repository contains no credentials, but only content of
// the working tree. Extensions for large files create hard links to it.
func isObjectStore(name []byte) bool {
	return string(name) == "objects" || string(name) == "annex" || string(name) == "lfs"
}

// match applies the rules to a file or directory in d.
func (h *hardLinks) match(d searched, name string, isDir bool) searched {
	below := searched{path: name, neverUploaded: d.neverUploaded || alwaysExcluded([]byte(path.Base(name)))}
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
	excluded := f.neverUploaded || f.verdict.excluded && h.l.rules.list[f.verdict.by].line == 0
	if !excluded && !isSecretPath([]byte(f.path)) {
		return
	}
	i, err := h.tree.stat(f.path)
	if err != nil || i.kind != kindFile || i.inode.names < 2 || h.found[i.inode].excluded {
		return
	}
	h.found[i.inode] = otherName{name: f.path, excluded: excluded}
}
