package affected

import (
	"path"
	"slices"
)

// change is the changed paths, ready for questions.
type change struct {
	sorted []string
	set    map[string]bool
	known  map[string]string // answers of touches
}

func newChange(paths []string) *change {
	c := &change{set: map[string]bool{}, known: map[string]string{}}
	for _, p := range paths {
		c.set[path.Clean(p)] = true
	}
	for p := range c.set {
		c.sorted = append(c.sorted, p)
	}
	slices.Sort(c.sorted)
	return c
}

// exactly returns p if it has changed.
func (c *change) exactly(p string) string {
	if c.set[p] {
		return p
	}
	return ""
}

// above returns a changed path that p lies below: a submodule with a new commit,
// or a link with another target.
func (c *change) above(p string) string {
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		if c.set[dir] {
			return dir
		}
	}
	return ""
}

// touches returns the first changed path that is p, below p or above it.
func (c *change) touches(p string) string {
	if found, ok := c.known[p]; ok {
		return found
	}
	found := earlier(c.above(p), c.within(p))
	c.known[p] = found
	return found
}

func (c *change) within(p string) string {
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
