package bundle

import (
	"cmp"
	"fmt"
	"slices"
)

// LeftOut counts the paths that one rule excluded from the archive. A directory that is excluded completely
// counts as one path.
type LeftOut struct {
	Rule  string // description of the rule, with its text quoted
	Count int
	First string // the first path in alphabetical order
}

// reason is the reason why a file, directory or link is excluded.
type reason struct {
	text     string // description; empty if the reason is a rule
	rule     int    // number of the rule
	byTarget bool   // the rule matches the target of a link, not the link
}

func (w *walker) describe(r reason) string {
	if r.text != "" {
		return r.text
	}
	text := w.rules.list[r.rule].describe()
	if r.byTarget {
		text += ", which excludes the link's target"
	}
	return text
}

// LeftOut returns the number of excluded paths by rule, largest first. It is empty for a prebuilt archive.
func (l *Listing) LeftOut() []LeftOut {
	var all []LeftOut
	for _, o := range l.leftOut {
		all = append(all, *o)
	}
	slices.SortStableFunc(all, func(a, b LeftOut) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Rule, b.Rule))
	})
	return all
}

func (w *walker) leaveOut(r reason) {
	w.debugLeftOut(r)
	w.countLeftOut(r)
}

func (w *walker) debugLeftOut(r reason) {
	if w.l.options.Debug != nil {
		w.l.options.Debug(fmt.Sprintf("excluded %q: %s", w.path, w.describe(r)))
	}
}

func (w *walker) countLeftOut(r reason) {
	o := w.l.leftOut[r]
	if o == nil {
		o = &LeftOut{Rule: w.describe(r), First: string(w.path)}
		w.l.leftOut[r] = o
	}
	o.Count++
	if string(w.path) < o.First {
		o.First = string(w.path)
	}
}
