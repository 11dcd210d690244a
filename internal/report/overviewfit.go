package report

import (
	"cmp"
	"slices"
	"strings"
)

// errorForm is the form in which errors are shown.
type errorForm int

const (
	allErrors  errorForm = iota
	firstError           // the first error of each workspace, and the first message of each policy
	briefError           // the first error, on one line, and the first policy
)

// layout defines what an overview shows. It is reduced in the same order for every overview: see reductions.
type layout struct {
	unchangedLinks, unchangedNames bool // of the workspaces without changes
	wide                           bool // whether the optional columns are shown
	errorNames                     int  // number of workspaces named above an error that they share; -1 for all
	errors                         errorForm
	destroys                       int // number of addresses for each workspace; -1 for all
	changing                       int // number of rows that only change; -1 for all

	// The other fields are reduced only if the page would still be too long.
	failures      int // number of different errors; -1 for all
	rowLinks      bool
	maxNameLength int
	lists         bool // whether to list destroyed resources and waiting runs
	rows          int  // number of rows; -1 for all
}

// maxErrorNames is the number of workspaces named above an error if there is little space. The table names all of them.
const maxErrorNames = 5

// maxDestroys is the number of addresses listed for a workspace if there is little space.
const maxDestroys = 25

// reductions are applied one after the other, once the diffs are omitted.
var reductions = []func(*layout){
	func(l *layout) { l.unchangedLinks = false },
	func(l *layout) { l.unchangedNames = false },
	func(l *layout) { l.wide = false },
	func(l *layout) { l.errorNames = maxErrorNames },
	func(l *layout) { l.errors = firstError },
	func(l *layout) { l.errors = briefError },
	func(l *layout) { l.destroys = maxDestroys },
}

// finalReductions are applied once all rows that only change are omitted.
var finalReductions = []func(*layout){
	func(l *layout) { l.destroys = 0 },
	func(l *layout) { l.failures = 0 },
	func(l *layout) { l.rowLinks = false },
	func(l *layout) { l.maxNameLength = 80 },
	func(l *layout) { l.lists = false },
}

// render builds the page, the most important part first, at most limit bytes long.
func (o Overview) render(limit int, s style) string {
	o = o.sorted()
	top, groups := o.headline(s)+o.about(), o.groups()
	l := layout{
		unchangedLinks: true,
		unchangedNames: true,
		wide:           true,
		errorNames:     -1,
		failures:       -1,
		destroys:       -1,
		changing:       -1,
		rowLinks:       true,
		maxNameLength:  maxNameLength,
		lists:          true,
		rows:           -1,
	}
	over := func() int { return len(o.page(l, top, groups)) - limit }
	for _, smaller := range []itemForm{brief, absent} {
		shrink(groups, smaller, over)
	}
	for _, step := range reductions {
		if over() > 0 {
			step(&l)
		}
	}
	if over() > 0 {
		l.changing = maxFitting(countKind(o.Rows, Changes), func(n int) bool { l.changing = n; return over() <= 0 })
	}
	for _, step := range finalReductions {
		if over() > 0 {
			step(&l)
		}
	}
	if over() > 0 {
		l.rows = maxFitting(len(o.Rows), func(n int) bool { l.rows = n; return over() <= 0 })
	}
	if l.failures == 0 && over() <= 0 {
		o.restoreErrors(&l, over)
	}
	if page := o.page(l, top, groups); len(page) <= limit {
		return page
	}
	return fallbackPage([]section{{open: o.headline(s)}}, limit, o.more())
}

// restoreErrors shows as many of the errors as fit into a page that fits without them.
func (o Overview) restoreErrors(l *layout, over func() int) {
	fits := func(n int) bool { l.failures = n; return over() <= 0 }
	if !fits(-1) { // without a note on omitted errors
		l.failures = maxFitting(countKind(o.Rows, Failed)-1, fits)
	}
}

// shrink applies the smaller form to the groups, the largest first, until the page fits.
func shrink(groups []group, smaller itemForm, over func() int) {
	left := over()
	order := make([]int, len(groups))
	for i := range order {
		order[i] = i
	}
	length := func(i int) int { return len(groups[i].text()) }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(length(b), length(a)) })
	for _, i := range order {
		if left <= 0 {
			return
		}
		before := length(i)
		groups[i].form = smaller
		left -= before - length(i)
	}
}

// maxFitting returns the greatest n up to a limit that fits; 0 if none does.
func maxFitting(limit int, fits func(n int) bool) int {
	low, high := 0, limit
	for low < high {
		middle := (low + high + 1) / 2
		if fits(middle) {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low
}

func (o Overview) page(l layout, top string, groups []group) string {
	var out strings.Builder
	out.WriteString(top + o.table(l) + o.unchanged(l))
	if l.lists {
		out.WriteString(o.destroyedSection(l) + o.waiting(l))
	}
	out.WriteString(o.failures(l))
	if slices.ContainsFunc(groups, func(g group) bool { return g.form != absent }) {
		out.WriteString("#### Changes\n\n")
	}
	for _, g := range groups {
		out.WriteString(g.text())
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}
