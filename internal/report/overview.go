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
)

// Overview is what became of all workspaces of a matrix.
type Overview struct {
	Rejected bool     // the step fails
	Reasons  []string // why: sentences of ours; `code` in backticks is set as code
	// Unlisted is set if it is unknown which workspaces there are.
	Unlisted bool
	Rows     []Row
	Source   Source
	Attempt  int // of the workflow run; 0 if unknown
}

// Row is one workspace. Its Result is a word of the contract, or one of the Row results.
type Row struct {
	Report
	Because string // the file that affected it; may be empty

	made *rowParts // while a page is made, which takes several attempts
}

// rowParts are parts of a row that do not depend on the page's layout.
type rowParts struct {
	kind     Kind
	cells    []string // by column
	failures map[errorForm]string
	lost     []string // lines of what is destroyed or replaced
}

// What a row says of a workspace that has no finished run.
const (
	RowMissing = "missing" // there is no run
	RowUnknown = "unknown" // none was found as far as was looked
	RowRunning = "started" // the run has not finished
)

// Kind is what a row means to somebody who reads many. Smaller is more urgent.
type Kind int

// The kinds, in the order in which rows stand.
const (
	Failed   Kind = iota
	Missing       // no run, or none that has finished
	Waiting       // for a person
	Destroys      // or that cannot be ruled out
	Changes       // or that cannot be ruled out
	Unchanged
)

// rowWords are the words for results that the table shows.
var rowWords = map[result.Result]outcome{
	RowMissing:     {icon: "❔", word: "no run"},
	RowUnknown:     {icon: "❔", word: "unknown"},
	RowRunning:     {icon: "▶️", word: "not finished"},
	result.Planned: {icon: "📋", word: "planned"},
	result.Applied: {icon: "🚀", word: "applied"},
}

// Kind says what the row means. A result that is new is a failure.
func (r Row) Kind() Kind {
	if r.made != nil {
		return r.made.kind
	}
	switch r.Result {
	case RowMissing, RowUnknown, RowRunning:
		return Missing
	case result.NeedsConfirmation, result.Saved:
		return Waiting
	case result.NoChanges:
		return Unchanged
	case result.Planned, result.Applied:
		return r.effect()
	}
	return Failed
}

func (r Row) effect() Kind {
	f, effects := r.Facts(), r.Effects()
	destroys := f.Destructions != nil && *f.Destructions > 0
	switch {
	case effects.Changes == gate.No && r.Plan.Besides == tfplan.Besides{}:
		return Unchanged
	case destroys, effects.Destroys != gate.No:
		return Destroys
	}
	return Changes
}

// Summary is the job summary in Markdown, at most SummaryLimit bytes.
func (o Overview) Summary() string { return o.render(SummaryLimit, summaryStyle) }

// Comment is the comment on a pull request in Markdown, at most limit bytes (and so
// at most as many characters).
func (o Overview) Comment(limit int) string { return o.render(min(limit, CommentLimit), commentStyle) }

// Redacted is the overview without secrets in what others wrote.
func (o Overview) Redacted(redact *secret.Redactor) Overview {
	o.Reasons = redacted(redact, o.Reasons)
	o.Rows = slices.Clone(o.Rows)
	for i, r := range o.Rows {
		o.Rows[i] = Row{Report: r.Report.Redacted(redact), Because: redact.String(r.Because)}
	}
	for _, text := range []*string{&o.Source.Repository, &o.Source.CommitURL, &o.Source.WorkflowRunURL, &o.Source.Actor} {
		*text = redact.String(*text)
	}
	return o
}

// OutdatedNote is what stands above an earlier overview when a later workflow run
// ended before it read its runs: Markdown of at most limit characters.
func (o Overview) OutdatedNote(limit int, code, problem string) string {
	return Report{ErrorCode: code, Problem: problem, Source: o.Source}.OutdatedNote(limit)
}

func (r Row) parts() *rowParts {
	r.made = &rowParts{kind: r.Kind(), failures: map[errorForm]string{}}
	for _, c := range columns {
		cell := ""
		if c.cell != nil {
			cell = together.Replace(c.cell(r))
		}
		r.made.cells = append(r.made.cells, cell)
	}
	if r.made.kind == Failed {
		for _, form := range []errorForm{allErrors, firstError, briefError} {
			r.made.failures[form] = r.failure(form)
		}
	}
	r.made.lost = r.lostLines()
	return r.made
}

// sorted is the overview with its rows in order: the most urgent first, then by name.
func (o Overview) sorted() Overview {
	o.Rows = slices.Clone(o.Rows)
	for i, r := range o.Rows {
		o.Rows[i].made = r.parts()
	}
	slices.SortStableFunc(o.Rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Kind(), b.Kind()), strings.Compare(a.name(), b.name()))
	})
	return o
}

// headline says in one line how it went.
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
	add(o.drifted())
	add(o.sum(result.Applied, "%d applied", "added", "changed", "destroyed"))
	add(o.sum("", "%d with changes", "to add", "to change", "to destroy"))
	if n := kinds[Waiting]; n > 0 {
		add(fmt.Sprintf("%d waiting for a person", n))
	}
	switch n := kinds[Unchanged]; {
	case n == 0:
	case n == len(o.Rows):
		parts[0] = things(n, "workspace", "workspaces") + " without changes"
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

// lead is the most important part.
func (o Overview) lead(kinds map[Kind]int) string {
	all := things(len(o.Rows), "workspace", "workspaces")
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

// drifted counts the workspaces in which a refresh-only run found something.
func (o Overview) drifted() string {
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

// counted are the rows that the sums are made of: those that were applied, or all
// others that would change something.
func (o Overview) counted(wanted result.Result) []Row {
	var rows []Row
	for _, r := range o.Rows {
		k := r.Kind()
		if !r.Run.RefreshOnly && k != Failed && k != Missing && k != Unchanged && (r.Result == result.Applied) == (wanted == result.Applied) {
			rows = append(rows, r)
		}
	}
	return rows
}

// sum adds up what the rows do. What is unknown is said, and never added as 0.
func (o Overview) sum(wanted result.Result, count, add, change, destroy string) string {
	rows := o.counted(wanted)
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
		additions, changes, destructions = additions+value(f.Additions), changes+value(f.Changes), destructions+value(f.Destructions)
		imports += value(f.Imports)
	}
	text := fmt.Sprintf(count, len(rows))
	if unknown == len(rows) && additions+changes+destructions == 0 {
		return text + " of unknown extent"
	}
	text += ": "
	if unknown > 0 {
		text = fmt.Sprintf("%s, %d of them of unknown extent: at least ", strings.TrimSuffix(text, ": "), unknown)
	}
	if imports > 0 {
		text += fmt.Sprintf("%d %s, ", imports, map[bool]string{true: "imported", false: "to import"}[wanted == result.Applied])
	}
	text += fmt.Sprintf("%d %s, %d %s, ", additions, add, changes, change)
	if lost := fmt.Sprintf("%d %s", destructions, destroy); destructions > 0 {
		return text + "**" + lost + "**"
	}
	return text + fmt.Sprintf("%d %s", destructions, destroy)
}

func value(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// cost adds up the estimates, and says of how many workspaces they are, if not of all
// that change.
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
	if estimated == 0 {
		return ""
	}
	text := money(total.FloatString(3))
	if !strings.HasPrefix(text, "-") {
		text = "+" + text
	}
	text = "**" + text + " USD** a month"
	if estimated < changing {
		text += fmt.Sprintf(" for %d of %d", estimated, changing)
	}
	return text
}
