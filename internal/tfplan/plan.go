// Package tfplan reads what Terraform and OpenTofu write about a plan or an
// apply: the plan JSON and the logs. Input of any size and any content makes a
// model of bounded size. It fetches nothing and renders nothing.
package tfplan

import (
	"context"
	"io"
	"strings"
)

// Action is what a plan does with a resource.
type Action string

// The actions. Move, Import and Forget stand for changes that do nothing else;
// a resource that is moved or imported and changed has the other action.
const (
	Destroy Action = "destroy"
	Replace Action = "replace"
	Update  Action = "update"
	Create  Action = "create"
	Import  Action = "import"
	Move    Action = "move"
	Forget  Action = "forget"
	// Succeed creates an object in the place of one that is kept, but no longer
	// managed: "create, then forget", or the other way round.
	Succeed Action = "create-forget"
	Invoke  Action = "invoke" // of an action in Terraform 1.14's sense
	Read    Action = "read"
	Other   Action = "other" // an action that we do not know
)

// Change is one resource of a plan that is not left alone.
type Change struct {
	Address  string
	Unit     string // of Terragrunt, in which the address counts; empty if there are none or it is not known
	Previous string // the address that it moves from
	Deposed  string // the key of an object left over from an earlier replacement
	Action   Action
	Imported bool
	ImportID string
	Reason   string // why it is replaced, destroyed or read; `code` in backticks
	Diff     string // the change itself for a diff block; empty when not known or too long
}

// Plan is what a plan does, as far as its JSON and its log show.
type Plan struct {
	Changes     []Change // in the plan's order
	Drift       []Change // what changed outside of Terraform
	Outputs     []string // names of the outputs that change, sorted; from the JSON only
	OutputDiff  string   // how they change, for a diff block
	Diagnostics []Diagnostic
	Tail        string // the end of the log, without colours
	Partial     bool   // planning ended in an error; what is here was planned before

	// JSONProblem says why the plan JSON was of no use although it was there.
	JSONProblem string

	Planned *Counts // nil if neither source says
	Besides Besides // what it does besides
	Omitted int     // changes, drift and outputs that are counted and not listed: there are too many, or they stand behind the end of a plan

	// JSON and Text are what each source says by itself, for those who judge.
	JSON, Text Tally
}

// Plan gives the plan that the log is of, and of which the JSON is given; nil
// where there is none. Either alone makes a plan: from the JSON comes what changes,
// from the log how Terraform puts it.
func (l *Log) Plan(ctx context.Context, planJSON io.Reader) Plan {
	l.flush()
	plan := Plan{Diagnostics: l.diagnostics(), Tail: l.end.text(l.redact), Partial: l.text.errored, Text: l.tally()}
	doc := l.text.document()
	if planJSON != nil {
		read, tally, err := readJSON(ctx, planJSON, l.text)
		plan.JSON = tally
		if err != nil {
			plan.JSONProblem = err.Error()
		} else {
			doc = read
		}
	}
	plan.Changes, plan.Drift, plan.Outputs = doc.changes.changes, doc.drift.changes, doc.outputs
	plan.Omitted = doc.changes.omitted + doc.drift.omitted
	plan.Planned, plan.OutputDiff, plan.Besides = doc.planned, doc.outputDiff, plan.JSON.Besides.worst(plan.Text.Besides)
	return plan.Redacted(l.redact)
}

// document is a plan out of one source.
type document struct {
	changes, drift list
	outputs        []string
	outputDiff     string
	planned        *Counts
}

// document makes a plan of nothing but the text.
func (p *planText) document() document {
	var doc document
	doc.changes.omitted = p.omitted
	listed := map[key]bool{}
	for _, one := range p.passages {
		switch {
		case one.unlisted:
			doc.changes.omitted++
			continue
		case listed[one.key]:
			continue
		}
		listed[one.key] = true
		c := Change{Address: one.key.address, Unit: one.key.unit, Deposed: one.key.deposed, Previous: one.previous, Action: one.action}
		one.describe(&c)
		if p.only(one.key) != nil && len(one.lines) > 0 {
			c.Diff = diff(elided(redactedLines(p.redact, one.lines)))
		}
		to := &doc.changes
		if one.key.drifted {
			to = &doc.drift
		}
		if to.place(c) {
			to.changes = append(to.changes, c)
		}
	}
	switch {
	case p.closed.Documents > 0:
		counts := p.closed.Counts
		doc.planned = &counts
	case len(doc.changes.changes) > 0:
		counts := p.open.Counts
		doc.planned = &counts
	}
	if p.sections == 1 && !p.unlisted {
		doc.outputDiff = diff(redactedLines(p.redact, p.outputs))
	}
	return doc
}

// describe adds to a change what the text knows of it.
func (t *passage) describe(c *Change) {
	for _, note := range t.notes {
		note = strings.TrimSuffix(strings.TrimPrefix(note, "("), ")")
		switch from, moved := strings.CutPrefix(note, "moved from "); {
		case moved:
			c.Previous = from
		case t.imports(note, c), note == "}": // the end of an identity over several lines
		case c.Reason == "":
			c.Reason = strings.ReplaceAll(note, "`", "'")
		}
	}
	c.Imported = c.Imported || c.Action == Import
	if (c.Action == Replace || c.Action == Succeed) && c.Reason == "" {
		c.Reason = forces(t.lines)
	}
}

// imports takes a note that says how the object is imported: by its id, by its
// identity (OpenTofu shows it, Terraform does not), or before it is replaced.
func (t *passage) imports(note string, c *Change) bool {
	id, byID := strings.CutPrefix(note, "imported from ")
	switch {
	case byID:
		c.ImportID = strings.Trim(id, `"`)
	case note == "will be imported first", strings.HasPrefix(note, "imported using resource identity"):
	case note == "Warning: this will destroy the imported resource":
	default:
		return false
	}
	c.Imported = true
	return true
}

// because is the reason that the text gives in a note: empty if there is none.
func (t *passage) because() string {
	for _, note := range t.notes {
		if inner, ok := strings.CutPrefix(note, "(because "); ok {
			return strings.ReplaceAll(strings.TrimSuffix(inner, ")"), "`", "'")
		}
	}
	return ""
}

// forces names the attributes that Terraform marked.
func forces(lines []string) string {
	var names []string
	for _, l := range lines {
		if head, ok := strings.CutSuffix(l, " # forces replacement"); ok {
			if f := strings.Fields(strings.TrimLeft(head, " -+~/")); len(f) > 0 {
				names = append(names, f[0])
			}
		}
	}
	return forced(names)
}
