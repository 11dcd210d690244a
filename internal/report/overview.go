package report

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/secret"
	"scalr-run-action/internal/tfplan"
	"scalr-run-action/internal/units"
)

// Overview is the report on all workspaces of a matrix.
type Overview struct {
	Rejected bool     // whether the step fails
	Reasons  []string // why; text in backticks is rendered as code
	// Unlisted is set if the list of workspaces is unknown.
	Unlisted bool
	Rows     []Row
	Source   Source
	Attempt  int // attempt of the workflow run; 0 if unknown
}

// Row is one workspace. Its Result is a result of the action, or one of the Row constants.
type Row struct {
	Report
	Because string // the file that affected it; may be empty
	// DiffsOmitted is true if the plan has no diffs because those of all rows are too large.
	DiffsOmitted bool

	cache *rowParts // set while a page is rendered, which takes several attempts
}

// rowParts are the parts of a row that do not depend on the page's layout.
type rowParts struct {
	kind      Kind
	cells     []string // by column
	failures  map[errorForm]string
	destroyed []string // lines of destroyed and replaced resources
}

// The results of rows without a finished run.
const (
	RowMissing = "missing" // there is no run
	RowUnknown = "unknown" // no run was found, but the search was incomplete
	RowRunning = "started" // the run has not finished
)

// Kind is the urgency of a row. Smaller values are more urgent.
type Kind int

// The kinds, in the order of the rows.
const (
	Failed   Kind = iota
	Missing       // no finished run
	Waiting       // waiting for a person
	Destroys      // or may do so
	Changes       // or may do so
	Unchanged
)

// rowWords are the presentations of results in the table.
var rowWords = map[result.Result]outcome{
	RowMissing:     {icon: "❔", word: "no run"},
	RowUnknown:     {icon: "❔", word: "unknown"},
	RowRunning:     {icon: "▶️", word: "not finished"},
	result.Planned: {icon: "📋", word: "planned"},
	result.Applied: {icon: "🚀", word: "applied"},
}

// Kind returns the urgency of the row. An unknown result is a failure.
func (r Row) Kind() Kind {
	if r.cache != nil {
		return r.cache.kind
	}
	switch r.Result {
	case RowMissing, RowUnknown, RowRunning:
		return Missing
	case result.NeedsConfirmation, result.Saved:
		return Waiting
	case result.NoChanges:
		if !r.limited() || r.Effects().Changes == gate.No {
			return Unchanged
		}
		return Changes
	case result.Planned, result.Applied:
		return r.effect()
	}
	return Failed
}

func (r Row) effect() Kind {
	f, effects := r.Facts(), r.Effects()
	destroys := f.Destructions != nil && *f.Destructions > 0
	switch {
	case effects.Changes == gate.No && r.Plan.OtherCounts == tfplan.OtherCounts{}:
		return Unchanged
	case destroys, effects.Destroys != gate.No:
		return Destroys
	}
	return Changes
}

// Summary is the job summary in Markdown, at most SummaryLimit bytes.
func (o Overview) Summary() string { return o.render(SummaryLimit, summaryStyle) }

// Comment is the comment on a pull request in Markdown, at most limit bytes, and so at most as many characters.
func (o Overview) Comment(limit int) string { return o.render(min(limit, CommentLimit), commentStyle) }

// Redacted returns a copy of the overview with its texts redacted.
func (o Overview) Redacted(redact *secret.Redactor) Overview {
	o.Reasons = redacted(redact, o.Reasons)
	o.Rows = slices.Clone(o.Rows)
	for i, r := range o.Rows {
		o.Rows[i] = Row{Report: r.Report.Redacted(redact), Because: redact.String(r.Because), DiffsOmitted: r.DiffsOmitted}
	}
	for _, text := range []*string{&o.Source.Repository, &o.Source.CommitURL, &o.Source.WorkflowRunURL, &o.Source.Actor} {
		*text = redact.String(*text)
	}
	return o
}

// OutdatedNote returns the note that is placed above an earlier overview if a later workflow run ended before it read its
// runs: Markdown of at most limit characters.
func (o Overview) OutdatedNote(limit int, code, problem string) string {
	return Report{ErrorCode: code, Problem: problem, Source: o.Source}.OutdatedNote(limit)
}

func (r Row) prepare() *rowParts {
	r.cache = &rowParts{kind: r.Kind(), failures: map[errorForm]string{}}
	for _, c := range columns {
		cell := ""
		if c.cell != nil {
			cell = noBreak.Replace(c.cell(r))
		}
		r.cache.cells = append(r.cache.cells, cell)
	}
	if r.cache.kind == Failed {
		for _, form := range []errorForm{allErrors, firstError, briefError} {
			r.cache.failures[form] = r.failure(form)
		}
	}
	r.cache.destroyed = r.destroyedLines()
	return r.cache
}

// sorted returns the overview with its rows sorted by urgency, then by name.
func (o Overview) sorted() Overview {
	o.Rows = slices.Clone(o.Rows)
	for i, r := range o.Rows {
		o.Rows[i].cache = r.prepare()
	}
	slices.SortStableFunc(o.Rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Kind(), b.Kind()), strings.Compare(a.name(), b.name()))
	})
	return o
}

// headline summarizes the overview on one line.
func (o Overview) headline(s style) string {
	var parts []string
	add := func(part string) {
		if part != "" {
			parts = append(parts, part)
		}
	}
	kinds := map[Kind]int{}
	for _, r := range o.Rows {
		kinds[r.Kind()]++
	}
	add(o.lead(kinds))
	if n := kinds[Missing]; n > 0 && kinds[Failed] > 0 {
		add(fmt.Sprintf("%d without a finished run", n))
	}
	add(o.driftSummary())
	add(o.sum(result.Applied, "%d applied", "added", "changed", "destroyed"))
	add(o.sum("", "%d with changes", "to add", "to change", "to destroy"))
	if n := kinds[Waiting]; n > 0 {
		add(fmt.Sprintf("%d waiting for a person", n))
	}
	switch n := kinds[Unchanged]; {
	case n == 0:
	case n == len(o.Rows):
		parts[0] = units.Count(n, "workspace", "workspaces") + " without changes"
		if o.Rejected {
			parts = append([]string{"the workflow run failed"}, parts...)
		}
	case len(parts) > 1 && kinds[Destroys]+kinds[Changes]+kinds[Waiting] > 0:
		add(fmt.Sprintf("%d without", n))
	default:
		add(fmt.Sprintf("%d without changes", n))
	}
	add(o.cost())
	return s.heading + o.icon(kinds) + " " + capitalized(strings.Join(parts, " · ")) + "\n\n"
}

func capitalized(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func (o Overview) icon(kinds map[Kind]int) string {
	switch {
	case o.Rejected || kinds[Failed] > 0:
		return "❌"
	case kinds[Missing] > 0:
		return "❔"
	case kinds[Waiting] > 0:
		return "⏸️"
	case kinds[Destroys]+kinds[Changes] > 0:
		return "📋"
	}
	return "✅"
}

// lead returns the most important part of the headline.
func (o Overview) lead(kinds map[Kind]int) string {
	all := units.Count(len(o.Rows), "workspace", "workspaces")
	switch {
	case o.Unlisted:
		return "which workspaces are affected is unknown"
	case kinds[Failed] > 0:
		return fmt.Sprintf("%d of %s failed", kinds[Failed], all)
	case kinds[Missing] > 0:
		verb := "have"
		if kinds[Missing] == 1 {
			verb = "has"
		}
		return fmt.Sprintf("%d of %s %s no finished run", kinds[Missing], all, verb)
	case len(o.Rows) == 0 && o.Rejected:
		return "no workspace is affected, but the workflow run failed"
	case len(o.Rows) == 0:
		return "no workspace is affected"
	case o.Rejected:
		return "the workflow run failed · " + all
	}
	return all
}

// driftSummary counts the workspaces in which a refresh-only run found drift.
func (o Overview) driftSummary() string {
	n := 0
	for _, r := range o.Rows {
		if k := r.Kind(); r.Run.RefreshOnly && k != Failed && k != Missing && k != Unchanged {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d with drift", n)
}

// countedRows returns the rows that are added up: those that were applied, or all others with changes.
func (o Overview) countedRows(wanted result.Result) []Row {
	var rows []Row
	for _, r := range o.Rows {
		k := r.Kind()
		if !r.Run.RefreshOnly && r.Result != result.NoChanges && k != Failed && k != Missing && k != Unchanged &&
			(r.Result == result.Applied) == (wanted == result.Applied) {
			rows = append(rows, r)
		}
	}
	return rows
}

// sum adds up the changes of the rows. Unknown numbers are reported and never added as 0.
func (o Overview) sum(wanted result.Result, count, add, change, destroy string) string {
	rows := o.countedRows(wanted)
	if len(rows) == 0 {
		return ""
	}
	unknown := 0
	var additions, changes, destructions, imports int
	for _, r := range rows {
		f := r.Facts()
		if f.Additions == nil || f.Changes == nil || f.Destructions == nil {
			unknown++
		}
		additions += valueOrZero(f.Additions)
		changes += valueOrZero(f.Changes)
		destructions += valueOrZero(f.Destructions)
		imports += valueOrZero(f.Imports)
	}
	text := fmt.Sprintf(count, len(rows))
	if unknown == len(rows) && additions+changes+destructions == 0 {
		return text + " (numbers unknown)"
	}
	if unknown > 0 {
		text += fmt.Sprintf(" (numbers unknown for %d): at least ", unknown)
	} else {
		text += ": "
	}
	if imports > 0 {
		text += fmt.Sprintf("%d %s, ", imports,
			map[bool]string{true: "imported", false: "to import"}[wanted == result.Applied])
	}
	text += fmt.Sprintf("%d %s, %d %s, ", additions, add, changes, change)
	lost := fmt.Sprintf("%d %s", destructions, destroy)
	if destructions > 0 {
		lost = "**" + lost + "**"
	}
	return text + lost
}

func valueOrZero(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// cost adds up the estimates, and reports the number of workspaces that have one if some have none. It is empty if the cost
// does not change, as in the report on a single run.
func (o Overview) cost() string {
	total, estimated, changing := new(big.Rat), 0, 0
	for _, r := range o.Rows {
		if k := r.Kind(); k == Failed || k == Missing || k == Unchanged {
			continue
		}
		changing++
		if delta, ok := gate.Amount(cost(r.Run).Delta); ok {
			estimated++
			total.Add(total, delta)
		}
	}
	delta := money(total.FloatString(3))
	if estimated == 0 || delta == "0.00" {
		return ""
	}
	text := monthly(delta)
	if estimated < changing {
		text += fmt.Sprintf(" for %d of %d", estimated, changing)
	}
	return text
}
