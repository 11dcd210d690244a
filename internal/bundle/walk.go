package bundle

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// walker fills a listing. It reads one directory at a time, from a list of those still to read.
type walker struct {
	tree  *tree
	l     *Listing
	rules rules

	todo   []pending
	now    pending // the directory being read
	path   []byte  // of the entry being looked at, in the bundle
	base   int     // where its last component starts
	copied int     // entries in copied directories
	faults []*Error

	maxCopied int

	states, secrets, specials, dangling findings
}

// pending is a directory still to read.
type pending struct {
	dir     uint32
	verdict verdict
	copy    *copied // nil unless it got here through a link
}

func newWalker(t *tree, l *Listing, rs rules) *walker {
	l.names, l.notes = newNames(), []note{{kind: kindFile}}
	l.leftOut, l.aliases = map[string]*LeftOut{}, map[string]string{}
	l.dirs = []dir{{path: ".", source: l.base}}
	return &walker{tree: t, l: l, rules: rs, todo: []pending{{verdict: top}}, maxCopied: maxCopied}
}

func (w *walker) walk(ctx context.Context) error {
	for len(w.todo) > 0 {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		w.now = w.todo[len(w.todo)-1]
		w.todo = w.todo[:len(w.todo)-1]
		d := w.l.dirs[w.now.dir]
		w.path = w.path[:0]
		if d.path != "." {
			w.path = append(append(w.path, d.path...), '/')
		}
		w.base = len(w.path)
		err := w.tree.readDir(d.source, w.see)
		switch {
		case err != nil && !w.now.verdict.excluded:
			w.fault(&Error{Code: Unreadable, Path: d.source, Err: err})
		case err != nil:
			w.l.options.Warn(fmt.Sprintf("Directory %q is left out and cannot be read: what a later rule might bring back in it is not sent.", d.path))
		}
	}
	return w.allFaults()
}

// see takes one entry of the directory being read.
func (w *walker) see(name []byte, k kind) error {
	w.path = append(w.path[:w.base], name...)
	if neverSent(name) {
		w.leaveOut("never sent")
		return nil
	}
	v := w.rules.judge(w.now.verdict, w.path, w.base, k == kindDir)
	if v.excluded {
		w.excluded(v, k)
		return nil
	}
	switch k {
	case kindDir:
		w.directory(v, w.source(), true, w.now.copy)
	case kindFile:
		w.file(0)
	case kindLink:
		w.link(v)
	default:
		w.specials.add(string(w.path))
	}
	return nil
}

func (w *walker) excluded(v verdict, k kind) {
	r := &w.rules[v.by]
	w.debugLeftOut(r.words)
	// What is in a directory that was left out has been counted with it.
	if around := w.now.verdict; !around.excluded || around.by != v.by {
		w.countLeftOut(r.words)
		if r.state {
			w.states.add(string(w.path))
		}
	}
	if k == kindDir && w.rules.mayBringBack(v, w.path) {
		w.directory(v, w.source(), false, w.now.copy)
	}
}

// source is where the entry being looked at lies beneath the checkout.
func (w *walker) source() string {
	return path.Join(w.l.dirs[w.now.dir].source, string(w.path[w.base:]))
}

func (w *walker) directory(v verdict, source string, sent bool, c *copied) {
	w.countCopy(c)
	w.l.dirs = append(w.l.dirs, dir{path: inBundlePath(source, w.path), source: source, sent: sent})
	w.todo = append(w.todo, pending{dir: uint32(len(w.l.dirs) - 1), verdict: v, copy: c})
}

// inBundlePath is p as a string, which most often is the end of source and then takes no memory of its own.
func inBundlePath(source string, p []byte) string {
	if strings.HasSuffix(source, string(p)) {
		return source[len(source)-len(p):]
	}
	return string(p)
}

// file adds the entry being looked at as a regular file; n is the number of its note.
func (w *walker) file(n uint32) {
	w.add(n)
	w.l.files++
	if looksSecret(w.path[w.base:]) {
		w.secrets.add(string(w.path))
	}
}

func (w *walker) add(n uint32) {
	w.countCopy(w.now.copy)
	name := w.path[w.base:]
	w.l.entries = append(w.l.entries, entry{name: w.l.names.add(name), dir: w.now.dir, note: n})
	if isTerraform(name) {
		w.l.dirs[w.now.dir].config = true
	}
}

// note keeps what a link or a copied file needs and returns its number.
func (w *walker) note(k kind, text string) uint32 {
	w.l.notes = append(w.l.notes, note{kind: k, text: text})
	return uint32(len(w.l.notes) - 1)
}

func (w *walker) leaveOut(rule string) {
	w.debugLeftOut(rule)
	w.countLeftOut(rule)
}

func (w *walker) debugLeftOut(rule string) {
	if w.l.options.Debug != nil {
		w.l.options.Debug(fmt.Sprintf("left out %q: %s", w.path, rule))
	}
}

func (w *walker) countLeftOut(rule string) {
	o := w.l.leftOut[rule]
	if o == nil {
		o = &LeftOut{Rule: rule, First: string(w.path)}
		w.l.leftOut[rule] = o
	}
	o.Count++
	o.First = min(o.First, string(w.path))
}

func (w *walker) fault(e *Error) { w.faults = append(w.faults, e) }

// maxFaults is how many faults are told at once.
const maxFaults = 10

// allFaults joins the faults in the order of their paths.
func (w *walker) allFaults() error {
	slices.SortFunc(w.faults, func(a, b *Error) int { return strings.Compare(a.Path, b.Path) })
	var all []error
	for _, e := range w.faults[:min(len(w.faults), maxFaults)] {
		all = append(all, e)
	}
	if len(w.faults) > maxFaults {
		all = append(all, fmt.Errorf("and %d more", len(w.faults)-maxFaults))
	}
	if len(all) == 1 {
		return all[0]
	}
	return errors.Join(all...)
}
