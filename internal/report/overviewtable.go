package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/sanitize"
	"scalr-run-action/internal/units"
)

// column is a column of an overview's table. It is omitted if it is empty in every row.
type column struct {
	head, align string
	cell        func(Row) string
	wide        bool // dropped if the page is too long
}

var columns = []column{
	{"Result", ":--", Row.resultCell, false},
	{"Workspace", ":--", nil, false}, // see rowName
	{"Add", "--:", func(r Row) string { return r.number(r.Facts().Additions) }, false},
	{"Change", "--:", func(r Row) string { return r.number(r.Facts().Changes) }, false},
	{"Destroy", "--:", func(r Row) string { return r.number(r.Facts().Destructions) }, false},
	{"Import", "--:", func(r Row) string {
		if valueOrZero(r.Facts().Imports) == 0 {
			return ""
		}
		return r.number(r.Facts().Imports)
	}, false},
	{"USD per month", "--:", Row.costCell, false},
	{"Policies", ":--", Row.policyCounts, false},
	{"Because of", ":--", func(r Row) string { return code(r.Because) }, true},
	{"Time", "--:", Row.timeCell, true},
}

func (r Row) resultCell() string {
	o, ok := rowWords[r.Result]
	switch {
	case r.Result == RowUnknown && r.Run.ID != "":
		o.word = "unreadable"
	case r.Result == RowRunning && r.Run.Status != "":
		o.word = strings.ReplaceAll(safeWord(string(r.Run.Status)), "_", " ")
	case r.Run.RefreshOnly && (r.Result == result.Planned || r.Result == result.Applied):
		o = outcome{icon: "🌊", word: "drift"}
	case !ok:
		o = r.outcome()
	}
	if r.Result == result.Errored && r.failed() != "" {
		o.word = r.failed() + " failed"
	}
	if r.Run.Destroy {
		o.word += ", destroy run"
	}
	return strings.TrimSpace(o.icon + " " + sanitize.Line(strings.ReplaceAll(o.word, "|", ""), 60))
}

// number formats one of the three numbers; as a question mark if the number is unexpectedly unknown.
func (r Row) number(n *int) string {
	switch k := r.Kind(); {
	case r.Run.RefreshOnly:
		return ""
	case n == nil && (k == Failed || k == Missing):
		return ""
	case n == nil:
		return "?"
	}
	return bold(n)
}

func (r Row) costCell() string {
	delta := money(cost(r.Run).Delta)
	switch {
	case delta == "", r.Kind() == Missing:
		return ""
	case delta == "0.00", strings.HasPrefix(delta, "-"):
		return delta
	}
	return "+" + delta
}

func (r Row) timeCell() string {
	if r.Took <= 0 {
		return ""
	}
	return units.Duration(r.Took)
}

// rowName returns the name of the workspace, linked to its run.
func (r Row) rowName(linked bool, longest int) string {
	name := code(sanitize.Line(r.name(), longest))
	switch {
	case !linked:
		return name
	case r.RunURL != "":
		return link(name, r.RunURL)
	}
	return link(name, r.WorkspaceURL)
}

// table has a row for each workspace with changes. If the layout limits the number of rows that only change, the others
// are omitted.
func (o Overview) table(l layout) string {
	var rows []Row
	left := 0
	for _, r := range o.Rows {
		switch k := r.Kind(); {
		case k == Unchanged:
		case k == Changes && l.changing >= 0 && countKind(rows, Changes) >= l.changing:
			left++
		default:
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		return ""
	}
	cut := 0
	if l.rows >= 0 && len(rows) > l.rows {
		cut = len(rows) - l.rows
		rows = rows[:l.rows]
	}
	used := o.columns(rows, l)
	var heads, aligns []string
	for _, c := range used {
		heads, aligns = append(heads, columns[c].head), append(aligns, columns[c].align)
	}
	var out strings.Builder
	out.WriteString(row(heads) + row(aligns))
	for _, r := range rows {
		var cells []string
		for _, c := range used {
			cell := r.cache.cells[c]
			if columns[c].cell == nil {
				cell = r.rowName(l.rowLinks, l.maxNameLength)
			}
			cells = append(cells, cell)
		}
		out.WriteString(row(cells))
	}
	out.WriteString("\n")
	if left > 0 {
		fmt.Fprintf(&out, "… and %s with changes that destroy nothing: %s.\n\n",
			units.Count(left, "more workspace", "more workspaces"), o.more())
	}
	if cut > 0 {
		fmt.Fprintf(&out, "… and %s, left out to stay within the size limit: %s.\n\n",
			units.Count(cut, "more workspace", "more workspaces"), o.more())
	}
	return out.String()
}

func countKind(rows []Row, k Kind) int {
	n := 0
	for _, r := range rows {
		if r.Kind() == k {
			n++
		}
	}
	return n
}

// columns returns the indexes of the columns that are not empty.
func (o Overview) columns(rows []Row, l layout) []int {
	var used []int
	for i, c := range columns {
		filled := c.cell == nil || slices.ContainsFunc(rows, func(r Row) bool { return r.cache.cells[i] != "" })
		if filled && (l.wide || !c.wide) {
			used = append(used, i)
		}
	}
	return used
}

// more returns a link to the omitted content.
func (o Overview) more() string {
	if to := link("see the workflow run", o.Source.WorkflowRunURL); to != "see the workflow run" {
		return to
	}
	return "see the job's log"
}

// unchanged lists the workspaces without changes, by environment.
func (o Overview) unchanged(l layout) string {
	byEnvironment, order := map[string][]string{}, []string{}
	n := 0
	for _, r := range o.Rows {
		if r.Kind() != Unchanged {
			continue
		}
		n++
		environment := r.Workspace.Environment
		if _, known := byEnvironment[environment]; !known {
			order = append(order, environment)
		}
		short := r
		short.Workspace.Environment = ""
		byEnvironment[environment] = append(byEnvironment[environment], short.rowName(l.unchangedLinks, maxNameLength))
	}
	if n == 0 {
		return ""
	}
	title := "✅ <b>" + strconv.Itoa(n) + " without changes</b>"
	if !l.unchangedNames {
		return title + "\n\n"
	}
	text := ""
	for _, environment := range order {
		if environment != "" {
			text += "**" + code(environment) + "** (" + strconv.Itoa(len(byEnvironment[environment])) + "): "
		}
		text += strings.Join(byEnvironment[environment], " · ") + "\n\n"
	}
	return details(title, text)
}

// destroysUnknown reports whether the row may destroy resources although no number counts them.
func (r Row) destroysUnknown() bool {
	return r.Kind() == Destroys && r.Effects().Destroys == gate.Unknown && valueOrZero(r.Facts().Destructions) == 0
}
