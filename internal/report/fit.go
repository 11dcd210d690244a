package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// section is a part of the page: what always stands there, and items that give
// way when the page is too long.
type section struct {
	open  string // Markdown ahead of the items
	items []item
	close string // Markdown behind them
}

// item is one entry of a section in its two forms. An item without a full form
// is a line of a list; one without a brief form is whole or absent.
type item struct {
	full  string // a fold or a block, with a blank line at its end
	brief string // one line of a list
	rank  int    // what has a higher one is dropped first
}

// size is how much of an item is shown.
type size int

const (
	absent size = iota
	brief
	full
)

// noteSize is room for what a section says about its missing items.
const noteSize = 400

// fit puts a page together, at most limit bytes long. What does not fit is dropped
// whole, never cut: first the diffs, which become lines of a list, then lines of
// lists, for which a link to the run stands. Lower ranks outlive higher ones.
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
		return shortest(page, limit, run)
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

// length counts a blank line with every form, since one may have to follow.
func (it item) length(s size) int {
	if s == absent {
		return 0
	}
	return len(it.form(s)) + 1
}

func (sec section) write(out *strings.Builder, sizes map[place]size, at int, run string) {
	out.WriteString(sec.open)
	cut, gone := 0, 0
	last := absent
	for i, it := range sec.items {
		now := sizes[place{at, i}]
		if now == brief && it.full != "" {
			cut++
		}
		if now == absent {
			gone++
			continue
		}
		if last == brief && now == full {
			out.WriteByte('\n')
		}
		last = now
		out.WriteString(it.form(now))
	}
	if last == brief {
		out.WriteByte('\n')
	}
	if cut > 0 {
		fmt.Fprintf(out, "The details do not fit here for %s: %s.\n\n", things(cut, "entry", "entries"), run)
	}
	if gone > 0 {
		fmt.Fprintf(out, "… and %d more: %s.\n\n", gone, run)
	}
	out.WriteString(sec.close)
}

// shortest is what stays of a page that does not fit without any of its items:
// its headline, and where to read on.
func shortest(page []section, limit int, run string) string {
	head := page[0].open
	if text := head + "More does not fit here: " + run + ".\n"; len(text) <= limit {
		return text
	}
	if len(head) <= limit {
		return head
	}
	return ""
}

func things(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
