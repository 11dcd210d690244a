package bundle

import (
	"bytes"
	"context"
	"path"
)

// hardLinks treats a file by its other names too, as links are treated by their targets' names: one that is never sent, or
// that a built-in rule excludes, keeps it out; one that looks like a secret is warned of. Other rules do not count: people
// exclude the cache of a package manager whose files are hard links of those that they send.
//
// The checkout is searched only once a file with several names is packed.
type hardLinks struct {
	l     *Listing
	tree  *tree
	pulse *pulse
	found map[inode]otherName // nil until it is needed
}

// otherName is a name of a file that decides about it.
type otherName struct {
	name     string // beneath the checkout
	excluded bool   // else it looks like a secret
}

func newHardLinks(ctx context.Context, l *Listing, t *tree) *hardLinks {
	return &hardLinks{l: l, tree: t, pulse: &pulse{ctx: ctx}}
}

// of is the name that decides about the file which is name in the archive, if there is one.
func (h *hardLinks) of(name string, i inode) (other otherName, ok bool, err error) {
	if i.names < 2 {
		return other, false, nil
	}
	if h.found == nil {
		if err := h.search(); err != nil {
			return other, false, err
		}
	}
	other, ok = h.found[i]
	switch {
	case !ok:
	case !other.excluded:
		ok = !looksSecret([]byte(name)) // else that has been reported
	case h.l.rules.inArchive.judgeAll(name, false).by != none:
		ok = false // a rule of the ignore file wants this name
	}
	return other, ok, nil
}

// searched is a directory in which other names are looked for.
type searched struct {
	path    string
	never   bool // it is in one that is never sent
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
			below := h.judge(d, join(d.path, string(name)), k == kindDir)
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

// isObjectStore says whether a directory of a Git repository holds content of the working tree, which large-file extensions
// link to, and no credentials.
func isObjectStore(name []byte) bool {
	return string(name) == "objects" || string(name) == "annex" || string(name) == "lfs"
}

// judge judges something in d.
func (h *hardLinks) judge(d searched, name string, isDir bool) searched {
	below := searched{path: name, never: d.never || neverSent([]byte(path.Base(name)))}
	m, own := h.l.rules.outside(), []byte(name)
	if within(h.l.base, d.path) {
		m = h.l.rules.inArchive
		if h.l.base != "." {
			own = own[len(h.l.base)+1:]
		}
	}
	below.verdict = m.judge(d.verdict, own, bytes.LastIndexByte(own, '/')+1, isDir)
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
