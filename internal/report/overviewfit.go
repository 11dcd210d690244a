package report

import (
	"cmp"
	"slices"
	"strings"
)

// errorForm is how much of the errors is shown.
type errorForm int

const (
	allErrors  errorForm = iota
	firstError           // of each workspace
	briefError           // the same, in one line
	noErrors
)

// layout is how much of an overview is shown. What gives way is the same for every
// overview, and in the same order: see layouts.
type layout struct {
	sameLinks, sameNames bool // of the workspaces without changes
	wide                 bool // the columns that are less important
	errors               errorForm
	destroys             int // addresses for each workspace; -1 for all
	changing             int // rows that only change; -1 for all

	// The rest is for pages of which the rest alone would be too long.
	rowLinks    bool
	longestName int
	lists       bool // of what is destroyed, and of what waits
	rows        int  // -1 for all
}

// mostDestroys is how many addresses of a workspace are listed when there is little room.
const mostDestroys = 25

// steps are what gives way once the diffs have, one after the other.
var steps = []func(*layout){
	func(l *layout) { l.sameLinks = false },
	func(l *layout) { l.sameNames = false },
	func(l *layout) { l.wide = false },
	func(l *layout) { l.errors = firstError },
	func(l *layout) { l.errors = briefError },
	func(l *layout) { l.destroys = mostDestroys },
}

// lastSteps are what gives way once no row that only changes is left.
var lastSteps = []func(*layout){
	func(l *layout) { l.destroys = 0 },
	func(l *layout) { l.errors = noErrors },
	func(l *layout) { l.rowLinks = false },
	func(l *layout) { l.longestName = 80 },
	func(l *layout) { l.lists = false },
}

// render builds the page, the most important part first, at most limit bytes long.
func (o Overview) render(limit int, s style) string {
	o = o.sorted()
	top, groups := o.headline(s)+o.about(), o.groups()
	l := layout{sameLinks: true, sameNames: true, wide: true, destroys: -1, changing: -1, rowLinks: true, longestName: longestName, lists: true, rows: -1}
	over := func() int { return len(o.page(l, top, groups)) - limit }
	for _, smaller := range []size{brief, absent} {
		shrink(groups, smaller, over)
	}
	for _, step := range steps {
		if over() > 0 {
			step(&l)
		}
	}
	if over() > 0 {
		l.changing = most(countKind(o.Rows, Changes), func(n int) bool { l.changing = n; return over() <= 0 })
	}
	for _, step := range lastSteps {
		if over() > 0 {
			step(&l)
		}
	}
	if over() > 0 {
		l.rows = most(len(o.Rows), func(n int) bool { l.rows = n; return over() <= 0 })
	}
	if page := o.page(l, top, groups); len(page) <= limit {
		return page
	}
	return shortest([]section{{open: o.headline(s)}}, limit, o.more())
}

// shrink gives the groups the smaller form, the largest first, until the page fits.
func shrink(groups []group, smaller size, over func() int) {
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

// most is the greatest n up to a limit that fits; 0 if none does.
func most(limit int, fits func(n int) bool) int {
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
		out.WriteString(o.lost(l) + o.waiting(l))
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
