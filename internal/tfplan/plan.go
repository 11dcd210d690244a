// Package tfplan reads what Terraform and OpenTofu write about a plan or an
// apply: the plan JSON and the logs. Input of any size and any content makes a
// model of bounded size. It fetches nothing and renders nothing.
package tfplan

import (
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
	Read    Action = "read"
	Other   Action = "other" // an action that we do not know
)

// Change is one resource of a plan that is not left alone.
type Change struct {
	Address  string
	Previous string // the address that it moves from
	Deposed  string // the key of an object left over from an earlier replacement
	Action   Action
	Imported bool
	ImportID string
	Reason   string // why it is replaced, destroyed or read; `code` in backticks
	Diff     string // the change itself for a diff block; empty when not known or too long
}

// Plan is what a plan does, as far as its JSON and its log tell.
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

	Planned *Counts // nil when neither source tells
}

// Counts is how much a plan changes, as Terraform counts: a replacement is an
// addition and a destruction.
type Counts struct{ Imports, Additions, Changes, Destructions int }

// ReadPlan digests the plan's JSON (Scalr's sanitized one) and its log. Both may
// be nil, broken, hostile or huge: each is read once, from its start, and memory
// is bounded. Either alone still makes a plan: from the JSON comes what changes,
// from the log how Terraform puts it.
func ReadPlan(planJSON, log *io.SectionReader) Plan {
	var end tail
	text := planText{byKey: map[key]*passage{}}
	found := diagnostics{count: map[string]int{}}
	for l := range lines(log) {
		end.add(l)
		text.add(l)
		found.add(l)
	}
	text.end()
	found.close()
	plan := Plan{Diagnostics: found.found, Tail: end.text(), Partial: text.errored}
	doc, err := readJSON(planJSON, text.byKey)
	if err != nil {
		plan.JSONProblem = err.Error()
	}
	if err != nil || planJSON == nil {
		doc = text.document()
	}
	plan.Changes, plan.Drift, plan.Outputs = doc.changes, doc.drift, doc.outputs
	plan.Planned = doc.planned
	if text.counts != nil && plan.Planned == nil {
		plan.Planned = text.counts
	}
	plan.OutputDiff = doc.outputDiff
	if len(text.outputs) > 0 {
		plan.OutputDiff = diff(text.outputs)
	}
	return plan
}

// document is a plan out of one source.
type document struct {
	changes, drift []Change
	outputs        []string
	outputDiff     string
	planned        *Counts
}

// document makes a plan of nothing but the text.
func (p *planText) document() document {
	var doc document
	for _, one := range p.passages {
		c := Change{Address: one.key.address, Deposed: one.key.deposed, Previous: one.previous, Action: one.action}
		one.describe(&c)
		if one.key.drifted {
			doc.drift = append(doc.drift, c)
		} else {
			doc.changes = append(doc.changes, c)
		}
	}
	if p.counts == nil && len(doc.changes) > 0 {
		doc.planned = count(doc.changes)
	}
	return doc
}

// Known reports whether either source says what the plan does.
func (p Plan) Known() bool { return p.Planned != nil || p.HasChanges() }

// HasChanges reports whether an apply would do anything. A read alone is nothing.
func (p Plan) HasChanges() bool {
	for _, c := range p.Changes {
		if c.Action != Read {
			return true
		}
	}
	return len(p.Outputs) > 0 || p.OutputDiff != ""
}

// describe adds to a change what the text knows of it.
func (t *passage) describe(c *Change) {
	c.Diff = diff(settled(t.lines))
	for _, note := range t.notes {
		note = strings.TrimSuffix(strings.TrimPrefix(note, "("), ")")
		if from, ok := strings.CutPrefix(note, "moved from "); ok {
			c.Previous = from
		} else if id, ok := strings.CutPrefix(note, "imported from "); ok {
			c.Imported, c.ImportID = true, strings.Trim(id, `"`)
		} else if c.Reason == "" {
			c.Reason = strings.ReplaceAll(note, "`", "'")
		}
	}
	c.Imported = c.Imported || c.Action == Import
	if c.Action == Replace && c.Reason == "" {
		c.Reason = forces(t.lines)
	}
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

// count adds up what a plan will do, as Terraform counts it.
func count(changes []Change) *Counts {
	var n Counts
	for _, c := range changes {
		switch c.Action {
		case Create:
			n.Additions++
		case Update:
			n.Changes++
		case Destroy:
			n.Destructions++
		case Replace:
			n.Additions++
			n.Destructions++
		}
		if c.Imported {
			n.Imports++
		}
	}
	return &n
}
