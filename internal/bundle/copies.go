package bundle

import (
	"fmt"
	"slices"
	"strings"
)

// Links to targets outside path are replaced by copies of their targets. A few links to directories of links
// could fill any disk, so the copied entries and bytes are limited to ten times those of the checkout.
const (
	maxMultiple = 10
	freeEntries = 1000    // always allowed
	freeBytes   = 1 << 20 // always allowed
	blockBytes  = 4 << 10 // minimum disk usage of a file, directory or link
)

// copies counts the entries and bytes of copied targets.
type copies struct {
	entries, bytes int64
	checkout       checkoutSize
}

func newCopies(t *tree, p *pulse) copies {
	return copies{checkout: checkoutSize{tree: t, pulse: p, pending: []string{"."}}}
}

// checkoutSize measures the checkout lazily, only as far as needed to decide whether the limit holds.
type checkoutSize struct {
	tree           *tree
	pulse          *pulse
	pending        []string // directories not measured yet
	entries, bytes int64
}

// atLeast reports whether the checkout has at least the given number of entries and bytes.
func (s *checkoutSize) atLeast(entries, bytes int64) (bool, error) {
	for s.entries < entries || s.bytes < bytes {
		if len(s.pending) == 0 {
			return false, nil
		}
		dir := s.pending[len(s.pending)-1]
		s.pending = s.pending[:len(s.pending)-1]
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
			s.pending = append(s.pending, name)
		}
	case kindFile:
		if f, err := s.tree.stat(name); err == nil {
			size = f.size
		}
	}
	s.bytes += max(size, blockBytes)
	return s.pulse.spend(1)
}

// countCopy counts an entry of the copied target from, and stops the walk if the copies exceed the limit. It
// ignores a nil from.
func (w *walker) countCopy(from *copied, size int64) error {
	if from == nil {
		return nil
	}
	n := &w.copies
	n.entries++
	n.bytes += size
	ok, err := n.checkout.atLeast(minimumSize(n.entries, freeEntries), minimumSize(n.bytes, freeBytes))
	if ok || err != nil {
		return err
	}
	for from.outer != nil { // report the outermost link, which is below path
		from = from.outer
	}
	w.faults.add(&Error{Code: LinksMultiply, Path: from.link, Target: from.text, Err: n.limitError()})
	return errStopped
}

// minimumSize returns the minimum size of the checkout for copies of the size n.
func minimumSize(n, free int64) int64 {
	if n <= free {
		return 0
	}
	return (n + maxMultiple - 1) / maxMultiple
}

func (n *copies) limitError() error {
	s := &n.checkout
	if n.entries > freeEntries && n.entries > maxMultiple*s.entries {
		return fmt.Errorf("links add more than %d times as many files and directories as the checkout contains (%d)", maxMultiple, s.entries)
	}
	return fmt.Errorf("links add more than %d times as many bytes as the checkout contains (%d)", maxMultiple, s.bytes)
}

// LinkedContent describes the content that a link adds to the archive from outside Path.
type LinkedContent struct {
	Link   string // in the archive
	Target string // file or directory, relative to the checkout
	Files  int    // number of regular files, without those added by links in the target
}

// LinkedContent lists the content that links add, sorted by the names of the links. It is empty for a
// prebuilt archive.
func (l *Listing) LinkedContent() []LinkedContent {
	var all []LinkedContent
	for _, c := range l.copies {
		if c.files == 0 { // directory without packed files
			continue
		}
		all = append(all, LinkedContent{Link: c.name, Target: c.target, Files: c.files})
	}
	slices.SortStableFunc(all, func(a, b LinkedContent) int { return strings.Compare(a.Link, b.Link) })
	return all
}
