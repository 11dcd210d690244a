// Package tfplan parses the plan JSON and the logs of plans and applies written by
// Terraform and OpenTofu. Input of any size and content results in a model of bounded
// size. The package neither fetches nor renders anything.
package tfplan

import (
	"context"
	"io"
	"strings"
)

// Action is the action of a plan on a resource.
type Action string

// The actions. Move, Import and Forget are used only if there is no other change; a resource that is moved or
// imported and also changed has the other action.
const (
	Destroy Action = "destroy"
	Replace Action = "replace"
	Update  Action = "update"
	Create  Action = "create"
	Import  Action = "import"
	Move    Action = "move"
	Forget  Action = "forget"
	// Succeed creates a new object and keeps the previous one, which is no longer managed:
	// "create, then forget", or vice versa.
	Succeed Action = "create-forget"
	Invoke  Action = "invoke" // invokes an action (Terraform 1.14)
	Read    Action = "read"
	Defer   Action = "defer" // not a change of this plan: what changes is known only in the next one
	Other   Action = "other" // an unknown action
)

// Change is a change of one resource in a plan.
type Change struct {
	Address  string
	Unit     string // Terragrunt unit of the address; empty if there is none or it is unknown
	Previous string // the address that it moves from
	Deposed  string // the key of a deposed object
	Action   Action
	Imported bool
	ImportID string
	Reason   string // why it is replaced, destroyed, read or deferred; `code` in backticks
	Diff     string // the change as a diff; empty if unknown or too long
}

// Plan describes what a plan does, as far as its JSON and its log show.
type Plan struct {
	Changes     []Change // in the plan's order, including deferred ones
	Drift       []Change // changes made outside of Terraform
	Outputs     []string // sorted names of the outputs that change; from the JSON only
	OutputDiff  string   // the changes of outputs as a diff
	Diagnostics []Diagnostic
	Tail        string // the end of the log, without colors
	Partial     bool   // planning ended in an error; the changes were planned before it

	// JSONLog is set if the log is not a text, but one of `terraform plan -json`, of which only the diagnostics are read.
	JSONLog bool

	// JSONProblem is the reason why the plan JSON could not be used; empty if it was used or missing.
	JSONProblem string

	Planned     *Counts     // nil if neither source reports it
	OtherCounts OtherCounts // counts of other kinds of changes
	// Omitted is the number of changes, drift and outputs that are counted but not listed:
	// there are too many, or they follow the end of the plan.
	Omitted int

	// JSON and Text are the separate counts of each source, for the gate.
	JSON, Text Totals
}

// IsLimited reports whether a source says that the plan does not cover all objects.
func (p Plan) IsLimited() bool { return p.JSON.Limited || p.Text.Limited || p.Text.Targeted }

// Plan returns the plan of the log and of planJSON, which may be nil. Either source is
// sufficient: the JSON determines the changes, the log provides Terraform's text.
func (l *Log) Plan(ctx context.Context, planJSON io.Reader) Plan {
	l.flush()
	plan := Plan{Diagnostics: l.diagnostics(), Tail: l.tail.text(l.redact), Partial: l.text.errored, Text: l.totals()}
	plan.JSONLog = l.json.found && plan.Text.Documents == 0
	doc := l.text.document()
	if planJSON != nil {
		read, totals, err := readJSON(ctx, planJSON, l.text)
		plan.JSON = totals
		if err != nil {
			plan.JSONProblem = err.Error()
		} else {
			doc = read
		}
	}
	plan.Changes, plan.Drift, plan.Outputs = doc.changes.changes, doc.drift.changes, doc.outputs
	removeOnlyUnit(plan.Changes, plan.Drift)
	plan.Omitted = doc.changes.omitted + doc.drift.omitted
	plan.Partial = plan.Partial || doc.errored
	plan.Planned, plan.OutputDiff = doc.planned, doc.outputDiff
	plan.OtherCounts = plan.JSON.OtherCounts.maximum(l.text.otherCounts(plan.Text, plan.JSON))
	return plan.Redacted(l.redact)
}

// document is a plan from one source.
type document struct {
	changes, drift list
	outputs        []string
	outputDiff     string
	planned        *Counts
	errored        bool // planning ended in an error: changes may be missing
}

// document builds a plan from the text alone.
func (p *planText) document() document {
	var doc document
	doc.changes.omitted = p.omitted
	listed := map[key]bool{}
	for _, one := range p.blocks {
		switch {
		case one.outsidePlan:
			doc.changes.omitted++
			continue
		case listed[one.key] && one.action != Invoke: // several changes may trigger an action
			continue
		}
		listed[one.key] = true
		c := Change{
			Address:  one.key.address,
			Unit:     one.key.unit,
			Deposed:  one.key.deposed,
			Previous: one.previous,
			Action:   one.action,
		}
		one.describe(&c)
		if (p.single(one.key) != nil || one.action == Invoke) && len(one.lines) > 0 {
			c.Diff = diff(elideUnknown(redactedLines(p.redact, one.lines)))
		}
		if c.Diff == "" && one.size > maxChangeSize {
			c.Diff = tooLargeDiff(c.Address, c.Action)
		}
		to := &doc.changes
		if one.key.drifted {
			to = &doc.drift
		}
		if to.reserve(c) {
			to.changes = append(to.changes, c)
		}
	}
	switch {
	case p.closedTotals.Documents > 0:
		counts := p.closedTotals.Counts
		doc.planned = &counts
	case len(doc.changes.changes) > p.openTotals.OtherCounts.Deferrals:
		counts := p.openTotals.Counts
		doc.planned = &counts
	}
	if p.sections == 1 && !p.outputsOutsidePlan {
		doc.outputDiff = diff(redactedLines(p.redact, p.outputLines))
	}
	return doc
}

// describe adds the details of the block's notes to a change.
func (t *resourceBlock) describe(c *Change) {
	c.Reason = t.reason
	for _, note := range t.notes {
		note = strings.TrimSuffix(strings.TrimPrefix(note, "("), ")")
		switch from, moved := strings.CutPrefix(note, "moved from "); {
		case moved:
			c.Previous = from
		case t.importNote(note, c), note == "}": // the end of a multi-line identity
		case c.Reason == "":
			c.Reason = strings.ReplaceAll(note, "`", "'")
		}
	}
	c.Imported = c.Imported || c.Action == Import
	if (c.Action == Replace || c.Action == Succeed) && c.Reason == "" {
		c.Reason = t.forcedReason()
	}
}

// importNote reads a note on how the object is imported: by its id, by its identity
// (OpenTofu shows it, Terraform does not), or before it is replaced.
func (t *resourceBlock) importNote(note string, c *Change) bool {
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

// keptReason returns the note about the setting because of which an object is kept; empty
// if there is none.
func (p *planText) keptReason(c Change) string {
	one := p.single(key{address: c.Address, deposed: c.Deposed, unit: c.Unit})
	if one == nil || one.action != Forget {
		return ""
	}
	for _, note := range one.notes {
		if note == "(destroy = false is set in the configuration)" || strings.HasPrefix(note, "(because lifecycle.destroy = false ") {
			return strings.Trim(note, "()")
		}
	}
	return ""
}

// noteReason returns the reason given in a note; empty if there is none.
func (t *resourceBlock) noteReason() string {
	for _, note := range t.notes {
		if inner, ok := strings.CutPrefix(note, "(because "); ok {
			return strings.ReplaceAll(strings.TrimSuffix(inner, ")"), "`", "'")
		}
	}
	return ""
}
