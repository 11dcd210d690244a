package affected

import (
	"path"
	"slices"
)

// change indexes the changed paths.
type change struct {
	sorted []string
	set    map[string]bool
}

func newChange(paths []string) *change {
	c := &change{set: map[string]bool{}}
	for _, p := range paths {
		c.set[path.Clean(p)] = true
	}
	for p := range c.set {
		c.sorted = append(c.sorted, p)
	}
	slices.Sort(c.sorted)
	return c
}

// exactMatch returns p if it has changed.
func (c *change) exactMatch(p string) string {
	if c.set[p] {
		return p
	}
	return ""
}

// changedParent returns a changed path that contains p: a submodule with a new commit, or a link with a new target.
func (c *change) changedParent(p string) string {
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		if c.set[dir] {
			return dir
		}
	}
	return ""
}

// touches returns the first changed path that is p, or is below or above it.
func (c *change) touches(p string) string {
	return firstByName(c.changedParent(p), c.changedBelow(p))
}

func (c *change) changedBelow(p string) string {
	if p == "." {
		if len(c.sorted) > 0 {
			return c.sorted[0]
		}
		return ""
	}
	if c.set[p] {
		return p
	}
	i, _ := slices.BinarySearch(c.sorted, p+"/")
	if i < len(c.sorted) && below(c.sorted[i], p) {
		return c.sorted[i]
	}
	return ""
}
