package bundle

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
)

// walker fills a listing. It visits one directory at a time.
type walker struct {
	tree  *tree
	l     *Listing
	rules *rules
	pulse *pulse

	pending *dirQueue
	current pendingDir // the directory being visited
	path    []byte     // path of the current entry in the archive
	base    int        // index of the last component in path
	copies  copies
	faults  faults

	states, secrets, specials, dangling, circular, linksToExcluded, excludedTargets, unread, repositories findings
}

// pendingDir is a directory that has not been visited yet.
type pendingDir struct {
	dir     uint32
	source  string  // its path in the checkout, for the readers
	verdict verdict // verdict for the path in the archive
	target  verdict // verdict for the path in the checkout; only for copies
	copy    *copied // nil unless the directory is in a copy
}

// maxPath limits the length of a path: the paths of a deep tree have a quadratic total size. Linux accepts
// 4,096 bytes per call.
const maxPath = 8 << 10

// errStopped stops a walk after its fault was recorded.
var errStopped = errors.New("the walk has been stopped")

func newWalker(ctx context.Context, t *tree, l *Listing, rs *rules) *walker {
	l.rules, l.names, l.notes = rs, newNames(), []note{{kind: kindFile}}
	l.leftOut, l.aliases = map[reason]*LeftOut{}, map[string]string{}
	l.dirs = []dir{{path: ".", source: l.base}}
	p := &pulse{ctx: ctx}
	pending := &dirQueue{ctx: ctx, tree: t}
	pending.add(pendingDir{source: l.base, verdict: top})
	return &walker{tree: t, l: l, rules: rs, pulse: p, pending: pending, copies: newCopies(t, p)}
}

func (w *walker) walk() error {
	defer w.pending.close()
	for {
		next, entries, ok := w.pending.next()
		if !ok {
			return w.faults.join()
		}
		w.current = next
		d := w.l.dirs[next.dir]
		w.path = w.path[:0]
		if d.path != "." {
			w.path = append(append(w.path, d.path...), '/')
		}
		w.base = len(w.path)
		err := entries.each(w.visit)
		if entries.skipped {
			err = w.tree.readDir(d.source, w.visit)
		}
		switch {
		case w.pulse.ctx.Err() != nil:
			return context.Cause(w.pulse.ctx)
		case errors.Is(err, errStopped):
			return w.faults.join()
		case err != nil && !w.current.verdict.excluded && !w.current.target.excluded:
			w.faults.add(&Error{Code: Unreadable, Path: d.source, Err: err})
		case err != nil:
			w.unread.add(d.path)
		}
	}
}

// visit adds or excludes one entry of the current directory.
func (w *walker) visit(name []byte, k kind) error {
	w.path = append(w.path[:w.base], name...)
	if err := w.pulse.spend(1); err != nil {
		return err
	}
	if alwaysExcluded(name) {
		w.leaveOut(reason{text: "never uploaded"})
		return nil
	}
	isDir := k == kindDir
	v, target, err := w.match(isDir)
	if err != nil {
		return err
	}
	if v.excluded || target.excluded {
		return w.excluded(v, target, k)
	}
	switch k {
	case kindDir:
		return w.directory(pendingDir{verdict: v, target: target, copy: w.current.copy}, w.source(), true)
	case kindFile:
		return w.file()
	case kindLink:
		return w.link()
	}
	w.specials.add(string(w.path))
	return nil
}

// match applies the rules to the current entry: to its path in the archive and, in the copy of a linked
// directory, also to its path in the checkout.
func (w *walker) match(isDir bool) (v, target verdict, err error) {
	m := w.rules.inArchive
	before := m.work
	v = m.match(w.current.verdict, w.path, w.base, isDir)
	spent := m.work - before
	if w.current.copy != nil {
		m, source := w.rules.outside(), []byte(w.source())
		before := m.work
		target = m.match(w.current.target, source, len(source)-len(w.path)+w.base, isDir)
		spent += m.work - before
	}
	return v, target, w.pulse.spend(spent)
}

func (w *walker) excluded(v, target verdict, k kind) error {
	r, around := reason{rule: v.by}, w.current.verdict
	if !v.excluded {
		r, around = reason{rule: target.by, byTarget: true}, w.current.target
	}
	w.debugLeftOut(r)
	// The content of an excluded directory was counted with the directory.
	if !around.excluded || around.by != r.rule {
		w.countLeftOut(r)
		if w.rules.list[r.rule].excludesState() {
			w.states.add(string(w.path))
		}
	}
	if k == kindDir && w.mayReinclude(v, target) {
		return w.directory(pendingDir{verdict: v, target: target, copy: w.current.copy}, w.source(), false)
	}
	return nil
}

// mayReinclude reports whether a later rule could include content of the current entry, an excluded
// directory.
func (w *walker) mayReinclude(v, target verdict) bool {
	return (!v.excluded || w.rules.inArchive.mayReinclude(v, w.path)) &&
		(!target.excluded || w.rules.outside().mayReinclude(target, []byte(w.source())))
}

// source returns the path of the current entry in the checkout.
func (w *walker) source() string {
	return path.Join(w.l.dirs[w.current.dir].source, string(w.path[w.base:]))
}

// directory adds a directory to the listing and to the pending directories. It sets p.dir.
func (w *walker) directory(p pendingDir, source string, packed bool) error {
	if len(source) > maxPath || len(w.path) > maxPath {
		why := fmt.Errorf("its path is longer than %d bytes", maxPath)
		w.faults.add(&Error{Code: Unreadable, Path: source, Err: why})
		return nil
	}
	if err := w.countCopy(p.copy, 0); err != nil {
		return err
	}
	w.l.dirs = append(w.l.dirs, dir{path: inBundlePath(source, w.path), source: source, packed: packed})
	p.dir, p.source = uint32(len(w.l.dirs)-1), source
	w.pending.add(p)
	return nil
}

// inBundlePath returns p as a string. If p is a suffix of source, the result shares the memory of source.
func inBundlePath(source string, p []byte) string {
	if strings.HasSuffix(source, string(p)) {
		return source[len(source)-len(p):]
	}
	return string(p)
}

// file adds the current entry, a regular file.
func (w *walker) file() error {
	switch {
	case isSecretPath(w.path):
		w.secrets.add(string(w.path))
	case w.current.copy != nil && isSecretPath([]byte(w.source())):
		w.secrets.add(arrow(w.path, w.source())) // the directory has a different name in the archive
	}
	if string(w.path[w.base:]) == repositoryConfig {
		w.repositoryConfig(w.source(), string(w.path))
	}
	size := int64(0)
	if w.current.copy != nil {
		size = w.sizeOf(w.source())
		w.current.copy.files++
	}
	w.l.files++
	return w.add(0, w.current.copy, size)
}

// sizeOf returns the size of a file, or 0 if it cannot be opened; packing reports the error.
func (w *walker) sizeOf(source string) int64 {
	info, err := w.tree.stat(source)
	if err != nil {
		return 0
	}
	return info.size
}

// add adds the current entry. n is the number of its note, and from the copy that contains it, or nil.
func (w *walker) add(n uint32, from *copied, size int64) error {
	name := w.path[w.base:]
	w.l.entries = append(w.l.entries, entry{name: w.l.names.add(name), dir: w.current.dir, note: n})
	if isTerraform(name) {
		w.l.dirs[w.current.dir].config = true
	}
	return w.countCopy(from, size)
}

// note adds a note and returns its number.
func (w *walker) note(k kind, text string) uint32 {
	w.l.notes = append(w.l.notes, note{kind: k, text: text})
	return uint32(len(w.l.notes) - 1)
}

// arrow formats a link and its target for messages.
func arrow(link []byte, target string) string { return string(link) + " -> " + target }
