package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"scalr-run-action/internal/units"
)

// section is a part of the page: fixed text around items that are dropped when the page is too long.
// A section whose items are all dropped is dropped with them.
type section struct {
	heading string // Markdown that precedes the first of adjacent sections with the same heading
	open    string // Markdown before the items
	items   []item
	close   string // Markdown after the items
	quoted  bool   // all of it is a block quote, as alerts are
}

// item is one entry of a section in its two forms. An item without a full form is a line of a list; one without a brief
// form is either complete or absent.
type item struct {
	full  string // a collapsed section or a code block, followed by a blank line
	brief string // one line of a list
	rank  int    // items with a higher rank are dropped first
	keep  bool   // the brief form is kept longer than any other item
	lead  bool   // the full form is placed before all other items
}

// itemForm is the form in which an item is shown, or a group of workspaces in an overview.
type itemForm int

const (
	absent itemForm = iota
	brief
	full
)

// noteSize is the space for the note on the missing items of a section or the page.
const noteSize = 400

// fit builds a page of at most limit bytes. Items that do not fit are never cut: first, diffs become lines of a list,
// then lines are replaced by a link to the run. Items with lower ranks are kept longer, and no other item is shown
// while one with keep is missing.
func fit(page []section, limit int, run string) string {
	f := fitting{page: page, forms: map[place]itemForm{}, shown: make([]bool, len(page)), room: limit, run: run}
	if !f.reserveFixed() {
		return fallbackPage(page, limit, run)
	}
	f.grow(full, func(it item) bool { return it.lead })
	if f.grow(brief, func(it item) bool { return it.keep }) {
		f.grow(brief, func(item) bool { return true })
		f.grow(full, func(item) bool { return true })
	}
	return f.write()
}

// fitting is a page while its items are selected.
type fitting struct {
	page  []section
	forms map[place]itemForm
	shown []bool // by section
	room  int    // free bytes
	run   string // URL of the omitted content
}

type place struct{ section, item int }

func (f *fitting) item(at place) item { return f.page[at.section].items[at.item] }

// reserveFixed reserves space for the sections without items, and reports whether they fit.
func (f *fitting) reserveFixed() bool {
	hasItems := false
	for i, sec := range f.page {
		if len(sec.items) > 0 {
			hasItems = true
			continue
		}
		f.shown[i] = true
		f.room -= sec.length(sec.heading + sec.open + sec.close)
	}
	if hasItems {
		f.room -= noteSize + len(f.run)
	}
	return f.room >= 0
}

// grow shows the selected items in a form, in the order of their ranks. It reports whether all of them fit.
func (f *fitting) grow(form itemForm, selected func(item) bool) bool {
	var order []place
	for s, sec := range f.page {
		for i, it := range sec.items {
			if selected(it) && it.form(form) != "" {
				order = append(order, place{s, i})
			}
		}
	}
	slices.SortStableFunc(order, func(a, b place) int { return cmp.Compare(f.item(a).rank, f.item(b).rank) })
	all := true
	for _, at := range order {
		all = f.show(at, form) && all
	}
	return all
}

// show shows an item at least in a form, and reports whether it fits.
func (f *fitting) show(at place, form itemForm) bool {
	it, sec, old := f.item(at), f.page[at.section], f.forms[at]
	if old >= form {
		return true
	}
	more := sec.length(it.form(form)) + sec.length("\n") // a blank line may have to follow
	if old != absent {
		more -= sec.length(it.form(old)) + sec.length("\n")
	}
	if !f.shown[at.section] {
		more += sec.length(sec.heading+sec.open+sec.close) + noteSize + len(f.run)
	}
	if more > f.room {
		return false
	}
	f.room -= more
	f.forms[at], f.shown[at.section] = form, true
	return true
}

func (it item) form(form itemForm) string {
	return [...]string{"", it.brief, it.full}[form]
}

// length is the size of a text in the section, in bytes.
func (sec section) length(text string) int {
	if !sec.quoted {
		return len(text)
	}
	return len(text) + len("> ")*strings.Count(text, "\n")
}

// write returns the page. It ends with the number of items whose whole sections are missing.
func (f *fitting) write() string {
	var out strings.Builder
	heading, dropped := "", 0
	for i, sec := range f.page {
		if !f.shown[i] {
			dropped += len(sec.items)
			continue
		}
		if sec.heading != heading {
			out.WriteString(sec.heading)
		}
		heading = sec.heading
		text := f.section(i)
		if sec.quoted {
			text = quoted(text)
		}
		out.WriteString(text)
	}
	if dropped > 0 {
		fmt.Fprintf(&out, "\n%s not fit here: %s.\n", units.Count(dropped, "more entry does", "more entries do"), f.run)
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// quoted makes a block quote of Markdown that ends in a blank line.
func quoted(text string) string {
	if text = strings.TrimRight(text, "\n"); text == "" {
		return ""
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if lines[i] = ">"; l != "" {
			lines[i] = "> " + l
		}
	}
	return strings.Join(lines, "\n") + "\n\n"
}

// section returns a section without its heading, with the items that fit.
func (f *fitting) section(at int) string {
	var out strings.Builder
	sec := f.page[at]
	out.WriteString(sec.open)
	shortened, omitted := 0, 0
	last := absent
	for i, it := range sec.items {
		form := f.forms[place{at, i}]
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
		fmt.Fprintf(&out, "The details do not fit here for %s: %s.\n\n", units.Count(shortened, "entry", "entries"), f.run)
	}
	if omitted > 0 {
		fmt.Fprintf(&out, "… and %d more: %s.\n\n", omitted, f.run)
	}
	out.WriteString(sec.close)
	return out.String()
}

// fallbackPage returns the page if not even its fixed parts fit: the headline and a link to the run.
func fallbackPage(page []section, limit int, run string) string {
	head := page[0].open
	if text := head + "The full report does not fit here: " + run + ".\n"; len(text) <= limit {
		return text
	}
	if len(head) <= limit {
		return head
	}
	return ""
}
