package bundle

import (
	"fmt"
	"slices"
	"strings"
)

// Links that end outside path are replaced by their targets. A few links to directories of links could fill any disk, so
// the copied entries and bytes are limited to ten times those of the whole checkout.
const (
	maxMultiple = 10
	freeEntries = 1000    // always allowed
	freeBytes   = 1 << 20 // always allowed
	blockBytes  = 4 << 10 // minimum disk usage of a file, directory or link
)

// copies counts the entries and bytes that links add.
type copies struct {
	entries, bytes int64
	checkout       checkoutSize
}

func newCopies(t *tree, p *pulse) copies {
	return copies{checkout: checkoutSize{tree: t, pulse: p, todo: []string{"."}}}
}

// checkoutSize measures the checkout lazily, and only until the limit is known to hold.
type checkoutSize struct {
	tree           *tree
	pulse          *pulse
	todo           []string // directories still to measure
	entries, bytes int64
}

// atLeast reports whether the checkout is at least that large.
func (s *checkoutSize) atLeast(entries, bytes int64) (bool, error) {
	for s.entries < entries || s.bytes < bytes {
		if len(s.todo) == 0 {
			return false, nil
		}
		dir := s.todo[len(s.todo)-1]
		s.todo = s.todo[:len(s.todo)-1]
		err := s.tree.readDir(dir, func(name []byte, k kind) error { return s.count(join(dir, string(name)), k) })
		if err != nil && s.pulse.ctx.Err() != nil {
			return false, err
		}
	}
	return true, nil
}

func (s *checkoutSize) count(name string, k kind) error {
	s.entries++
	size := int64(0)
	switch k {
	case kindDir:
		if len(name) <= maxPath {
			s.todo = append(s.todo, name)
		}
	case kindFile:
		if f, err := s.tree.stat(name); err == nil {
			size = f.size
		}
	}
	s.bytes += max(size, blockBytes)
	return s.pulse.spend(1)
}

// countCopy counts an entry that a link adds, and stops the walk above the limit.
func (w *walker) countCopy(from *copied, size int64) error {
	if from == nil {
		return nil
	}
	n := &w.copies
	n.entries++
	n.bytes += size
	ok, err := n.checkout.atLeast(part(n.entries, freeEntries), part(n.bytes, freeBytes))
	if ok || err != nil {
		return err
	}
	for from.outer != nil { // the link that stands below path, which people can do something about
		from = from.outer
	}
	w.faults.add(&Error{Code: LinksMultiply, Path: from.link, Target: from.text, Err: n.tooMuch()})
	return errStopped
}

// part is how much the checkout must hold for links to bring n.
func part(n, free int64) int64 {
	if n <= free {
		return 0
	}
	return (n + maxMultiple - 1) / maxMultiple
}

func (n *copies) tooMuch() error {
	s := &n.checkout
	if n.entries > maxMultiple*s.entries {
		return fmt.Errorf("links bring in more than %d times as many files and directories as the checkout holds (%d)", maxMultiple, s.entries)
	}
	return fmt.Errorf("links bring in more than %d times as many bytes as the checkout holds (%d)", maxMultiple, s.bytes)
}

// LinkedContent describes the content that a link adds to the archive from outside Path.
type LinkedContent struct {
	Link   string // in the archive
	Target string // a file or directory, beneath the checkout
	Files  int    // regular files, without those that links in the target bring
}

// LinkedContent lists the content that links add, sorted by the links' names. It is empty for a prebuilt archive.
func (l *Listing) LinkedContent() []LinkedContent {
	var all []LinkedContent
	for _, c := range l.copies {
		if c.files == 0 { // a directory without packed files
			continue
		}
		all = append(all, LinkedContent{Link: c.name, Target: c.target, Files: c.files})
	}
	slices.SortFunc(all, func(a, b LinkedContent) int { return strings.Compare(a.Link, b.Link) })
	return all
}
