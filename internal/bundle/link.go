package bundle

import (
	"errors"
	"path"
	"path/filepath"
	"strings"
)

// copied is a directory that a link brought into the bundle, and those around it that came the same way.
type copied struct {
	link   string  // beneath the checkout
	text   string  // of the link
	target string  // the directory that is copied
	outer  *copied // nil: the link stands in the bundle's own directory
}

// maxCopied bounds what links can multiply: a few links to links to directories would fill any disk.
const maxCopied = 1_000_000

var (
	errEndless = errors.New("the directory contains the link, so a copy of it would never end")
	errTooMuch = errors.New("the copies of linked directories come to too many files")
)

// countCopy stops the walk when links have multiplied too much.
func (w *walker) countCopy(c *copied) {
	if c == nil {
		return
	}
	if w.copied++; w.copied == w.maxCopied {
		w.fault(&Error{Code: LinkCycle, Path: c.link, Target: c.text, Err: errTooMuch})
	}
	if w.copied >= w.maxCopied {
		w.todo = nil
	}
}

// link decides by where the link physically ends.
func (w *walker) link(v verdict) {
	source := w.source()
	_, target, err := w.tree.lookup(source)
	if err != nil {
		w.fault(&Error{Code: Unreadable, Path: source, Err: err})
		return
	}
	end, err := resolve(w.tree, source)
	switch {
	case err != nil:
		w.fault(&Error{Code: Unreadable, Path: source, Err: err})
	case end.outside != "":
		w.fault(&Error{Code: LinkOutside, Path: source, Target: end.outside})
	case end.kind == kindLoop:
		w.loop(target)
	case within(w.l.base, end.path):
		w.inner(target, end)
	default:
		w.outer(v, source, target, end)
	}
}

// inner keeps a link that ends in the bundle: as it is written if that leads there from any place, else rewritten.
func (w *walker) inner(target string, end ending) {
	if w.rewrites(target) {
		target = relative(w.l.dirs[w.now.dir].path, relative(w.l.base, end.path))
	}
	if end.kind == kindMissing {
		w.dangling.add(string(w.path))
	}
	if end.kind == kindDir {
		w.l.aliases[string(w.path)] = target
	}
	w.add(w.note(kindLink, target))
}

// rewrites says whether a link's text means something else, or leads out, where the bundle is unpacked.
func (w *walker) rewrites(target string) bool {
	return w.now.copy != nil || path.IsAbs(target) || leavesBundle(w.l.dirs[w.now.dir].path, target)
}

// loop keeps a link that leads in circles, if its text stays in the bundle.
func (w *walker) loop(target string) {
	w.dangling.add(string(w.path))
	if !w.rewrites(target) {
		w.add(w.note(kindLink, target))
		return
	}
	w.leaveOut("a link that leads in circles outside path")
}

// outer puts the content of what lies in the checkout but outside the bundle in the link's place.
func (w *walker) outer(v verdict, source, target string, end ending) {
	switch {
	case neverSentAnywhere(end.path):
		w.leaveOut("never sent")
	case end.kind == kindFile:
		w.file(w.note(kindFile, end.path))
	case end.kind == kindDir:
		w.outerDirectory(source, target, end.path)
	case end.kind == kindMissing:
		w.dangling.add(string(w.path))
		w.leaveOut("a link to nothing, outside path")
	default:
		w.specials.add(string(w.path))
	}
}

func (w *walker) outerDirectory(source, target, end string) {
	c := &copied{link: source, text: target, target: end, outer: w.now.copy}
	if c.endless() {
		w.fault(&Error{Code: LinkCycle, Path: source, Target: target, Err: errEndless})
		return
	}
	v := w.rules.judge(w.now.verdict, w.path, w.base, true)
	if v.excluded {
		w.leaveOut(w.rules[v.by].words)
		if !w.rules.mayBringBack(v, w.path) {
			return
		}
	}
	w.directory(v, end, !v.excluded, c)
}

// endless says whether the copied directory contains a link that is being followed, which would then be copied again.
func (c *copied) endless() bool {
	for o := c; o != nil; o = o.outer {
		if within(c.target, path.Dir(o.link)) {
			return true
		}
	}
	return false
}

// leavesBundle says whether a link's text, taken as text, leads above the bundle's root.
func leavesBundle(dir, target string) bool {
	depth := 0
	if dir != "." {
		depth = strings.Count(dir, "/") + 1
	}
	for part := range strings.SplitSeq(target, "/") {
		switch part {
		case "", ".":
		case "..":
			depth--
		default:
			depth++
		}
		if depth < 0 {
			return true
		}
	}
	return false
}

// relative is the way from dir to name. Both are clean and start at the same place.
func relative(dir, name string) string {
	r, err := filepath.Rel(dir, name)
	if err != nil { // not for two relative paths
		return name
	}
	return filepath.ToSlash(r)
}
