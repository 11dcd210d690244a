package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// section is a part of the page: fixed text, and items that are shortened or dropped if the page is too long.
type section struct {
	open  string // Markdown before the items
	items []item
	close string // Markdown after the items
}

// item is one entry of a section in its two forms. An item without a full form is a line of a list; one without a brief
// form is either complete or absent.
type item struct {
	full  string // a collapsed section or a code block, followed by a blank line
	brief string // one line of a list
	rank  int    // items with a higher rank are dropped first
}

// size is the form in which an item is shown.
type size int

const (
	absent size = iota
	brief
	full
)

// noteSize is the space for the note on the missing items of a section.
const noteSize = 400

// fit builds a page of at most limit bytes. Items that do not fit are never cut: first, diffs become lines of a list,
// then lines are replaced by a link to the run. Items with lower ranks are kept longer.
func fit(page []section, limit int, run string) string {
	used := 0
	var order []place
	for s, sec := range page {
		used += len(sec.open) + len(sec.close)
		if len(sec.items) > 0 {
			used += noteSize + len(run)
		}
		for i := range sec.items {
			order = append(order, place{s, i})
		}
	}
	slices.SortStableFunc(order, func(a, b place) int {
		return cmp.Compare(page[a.section].items[a.item].rank, page[b.section].items[b.item].rank)
	})
	sizes := map[place]size{}
	for _, form := range []size{brief, full} {
		for _, at := range order {
			it := page[at.section].items[at.item]
			more := it.length(form) - it.length(sizes[at])
			if it.form(form) != "" && used+more <= limit {
				used += more
				sizes[at] = form
			}
		}
	}
	if used > limit {
		return fallbackPage(page, limit, run)
	}
	var out strings.Builder
	for s, sec := range page {
		sec.write(&out, sizes, s, run)
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

type place struct{ section, item int }

func (it item) form(s size) string {
	return [...]string{"", it.brief, it.full}[s]
}

// length includes a blank line for every form, since one may have to follow.
func (it item) length(s size) int {
	if s == absent {
		return 0
	}
	return len(it.form(s)) + 1
}

func (sec section) write(out *strings.Builder, sizes map[place]size, at int, run string) {
	out.WriteString(sec.open)
	shortened, omitted := 0, 0
	last := absent
	for i, it := range sec.items {
		form := sizes[place{at, i}]
		if form == brief && it.full != "" {
			shortened++
		}
		if form == absent {
			omitted++
			continue
		}
		if last == brief && form == full {
			out.WriteByte('\n')
		}
		last = form
		out.WriteString(it.form(form))
	}
	if last == brief {
		out.WriteByte('\n')
	}
	if shortened > 0 {
		fmt.Fprintf(out, "The details do not fit here for %s: %s.\n\n", pluralize(shortened, "entry", "entries"), run)
	}
	if omitted > 0 {
		fmt.Fprintf(out, "… and %d more: %s.\n\n", omitted, run)
	}
	out.WriteString(sec.close)
}

// fallbackPage returns the page if not even its fixed parts fit: the headline and a link to the run.
func fallbackPage(page []section, limit int, run string) string {
	head := page[0].open
	if text := head + "More does not fit here: " + run + ".\n"; len(text) <= limit {
		return text
	}
	if len(head) <= limit {
		return head
	}
	return ""
}

func pluralize(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
