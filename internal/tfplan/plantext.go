package tfplan

import (
	"strconv"
	"strings"

	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/secret"
)

// planText reads a plan as printed by Terraform or OpenTofu, line by line. It does not
// trust the text: a part without an end is discarded at the next one, and text that
// follows the plan, such as the message of a check, does not belong to it.
//
// A text may contain several plans, one after the other, each of which ends with its
// summary. The totals include all their changes, wherever they occur, because a missing
// change is worse than an additional one.
type planText struct {
	redact  *secret.Redactor
	several bool // the text contains the plans of several units

	blocks             []*resourceBlock
	byKey              map[key]*resourceBlock
	occurrences        map[key]int // number of blocks of each change, including those not kept
	overflowed         bool        // not all blocks are kept
	keptSize           int         // bytes of the addresses and notes that are kept
	omitted            int         // number of changes that are not kept
	outputLines        []string
	sections           int  // number of sections with changes of outputs
	outputsOutsidePlan bool // the first of these sections is outside of a plan
	errored            bool // planning ended in an error
	limited            bool // the plan does not cover all objects
	inconsistent       bool // a summary counts more changes than are listed: it is forged, or lines are missing
	truncated          bool // the current line has no line break

	closedTotals Totals      // of the plans that ended
	mostOthers   OtherCounts // the maximum of each number in one of these plans
	position
	unit    string              // the current unit; empty without Terragrunt's prefix
	units   map[string]position // position in the text of each other unit
	unitsOf map[key][]string    // the units of each change
	size    int                 // of all kept lines in bytes

	comparisons int // remaining budget of line comparisons

	oldVersion    bool              // the JSON is of a version that does not mark all sensitive values
	marks         map[key]textMarks // what the blocks of a change hide; nil until it is needed
	hiddenOutputs map[string]bool   // the outputs whose values the text hides
	outputName    string            // the last one that was read

	invocations map[invocationKey]invocationTexts // nil until it is needed
}

// part is a part of a plan's text.
type part int

const (
	beforePlan part = iota // before the first plan
	inDrift                // changes made outside of Terraform
	inDeferred             // objects whose changes are deferred to the next plan
	inChanges
	inOutputs
	inInvocations
	afterPlan
)

// position is the state of reading the text of one unit. Terragrunt interleaves the
// lines of units that it plans concurrently.
type position struct {
	openTotals Totals // of the plan that has not ended yet
	ended      bool   // no part of a plan was read since the last end
	ending     bool   // inside the last paragraph of the plan
	sealed     bool   // the only plan has ended: what follows is not listed

	// announced is the number of invocations in the last summary that were not listed before it.
	announced int
	// inInvoked is set below the title of the actions that the change triggering is followed or preceded by.
	inInvoked           bool
	trigger, triggering string

	part    part
	current *resourceBlock
	inBody  bool // inside the block of current
}

func newPlanText(redact *secret.Redactor) *planText {
	return &planText{
		redact:      redact,
		comparisons: maxComparisons,
		byKey:       map[key]*resourceBlock{},
		occurrences: map[key]int{},
	}
}

func (p *planText) add(line string) {
	if p.inBody && p.bodyLine(line) {
		return
	}
	switch {
	case isHeader(line):
		p.header(line[strings.Index(line, "#")+2:])
	case p.current != nil && planBody.MatchString(line):
		p.inBody = true
		p.bodyLine(line)
	case p.current != nil && !p.inBody && isNote(line):
		if strings.HasPrefix(line, " (because ") { // OpenTofu prints it without "#"
			p.note(strings.TrimSpace(line))
		}
	case p.part == inOutputs && (line == "" || strings.HasPrefix(line, "  ")):
		p.outputLine(line)
	default:
		p.end()
		p.startPart(line)
	}
}

// startPart detects the beginning of a new part, and the end of the plan.
func (p *planText) startPart(line string) {
	p.seal(line)
	switch {
	case strings.HasPrefix(line, "Note: Objects have changed outside of"),
		byTool(line) && strings.Contains(line, "changes made outside of"):
		p.part, p.ended = inDrift, false
	case byTool(line) && (strings.HasSuffix(line, "will perform the following actions:") ||
		strings.Contains(line, "planned the following actions, but then encountered")):
		p.part, p.ended = inChanges, false
		p.errored = p.errored || strings.Contains(line, "but then encountered")
	case byTool(line) && strings.HasSuffix(line, "will invoke the following action(s):"):
		p.part = inInvocations
	case strings.HasPrefix(line, "    # "):
		p.invocationNote(line[len("    # "):])
	case p.inInvoked && p.part == inChanges && strings.HasPrefix(line, `    action "`):
		p.invocationBlock(line)
	case strings.HasPrefix(line, "Planning failed."):
		p.errored = true
	case line == outputsTitle:
		p.part = inOutputs
		p.outputsOutsidePlan = p.outputsOutsidePlan || p.sealed
		p.sections++
		p.openTotals.Others++
	case strings.HasPrefix(line, "Plan: "):
		p.sum(line)
	case isEnd(line):
		p.close(Totals{})
		p.ending = true
		p.limited = p.limited || hasOnlyDeferred(line)
	case isProgress(line), p.ended && p.part != inInvocations && isBlock(line):
		p.ended = false // the end belonged to another text
	case isPartial(line):
		p.limited, p.part = true, inDeferred
	case p.part == inOutputs:
		p.part = afterPlan
	}
}

// seal detects the end of the only plan of a text: after its end only outputs may
// follow, and a plan that failed ends with its first error. Text that the author of a
// configuration controls occurs in warnings, errors and import ids.
func (p *planText) seal(line string) {
	p.ending = p.ending && line != ""
	if p.several || p.units != nil || p.sealed || p.ending || line == "" || isRule(line) {
		return
	}
	p.sealed = p.closedTotals.Documents > 0 && line != outputsTitle && !isPartial(line) ||
		p.part != beforePlan && (line == "╷" || isTitle(line))
}

// sum reads the summary line of a plan.
func (p *planText) sum(line string) {
	m := planSum.FindStringSubmatch(line)
	if m == nil {
		if !p.truncated && strings.Contains(line, " to destroy") {
			p.openTotals.addProblem("the plan's summary line cannot be read")
		}
		return
	}
	t := Totals{Counts: Counts{
		Imports:      number(m[1]),
		Additions:    number(m[2]),
		Changes:      number(m[3]),
		Destructions: number(m[4]),
	}}
	t.Others = number(m[5]) + number(m[6])
	t.OtherCounts = OtherCounts{Forgets: number(m[5]), Invocations: number(m[6])}
	if !t.HasChanges() && !p.openTotals.HasChanges() {
		t.Others++ // Terraform prints a summary only for a plan with changes
	}
	p.close(t)
}

// close ends a plan. Each number is the maximum of the summary and of the listed changes.
func (p *planText) close(sum Totals) {
	p.closedTotals.Counts.add(p.openTotals.Counts.Worst(sum.Counts))
	p.closedTotals.Others += max(p.openTotals.Others, sum.Others)
	others := p.openTotals.OtherCounts.maximum(sum.OtherCounts)
	p.closedTotals.OtherCounts.add(others)
	p.mostOthers = p.mostOthers.maximum(others)
	p.announced = max(sum.OtherCounts.Invocations-p.openTotals.OtherCounts.Invocations, 0)
	p.closedTotals.Most = p.closedTotals.Most.Worst(p.openTotals.Counts.Worst(sum.Counts))
	p.closedTotals.Drift += p.openTotals.Drift
	p.closedTotals.Reads += p.openTotals.Reads
	for _, d := range p.openTotals.Problems {
		p.closedTotals.addProblem(d)
	}
	p.closedTotals.Documents++
	listed := p.openTotals.Counts
	p.inconsistent = p.inconsistent || sum.Additions > listed.Additions ||
		sum.Changes > listed.Changes || sum.Destructions > listed.Destructions
	p.openTotals, p.ended, p.part = Totals{}, true, afterPlan
}

// totals returns the text's counts of what the plan does.
func (p *planText) totals() Totals {
	t := p.closedTotals
	t.addOpen(p.openTotals)
	for _, other := range p.units {
		t.addOpen(other.openTotals)
	}
	// The text of several units is never complete: it does not report the number of units.
	t.Complete, t.Limited = t.Documents > 0 && p.ended && !p.errored && !p.inconsistent && p.units == nil, p.limited
	return t
}

// addOpen adds the counts of a plan that has not ended.
func (t *Totals) addOpen(open Totals) {
	t.Counts.add(open.Counts)
	t.Most = t.Most.Worst(open.Counts)
	t.Others += open.Others
	t.OtherCounts.add(open.OtherCounts)
	t.Drift += open.Drift
	t.Reads += open.Reads
	for _, d := range open.Problems {
		t.addProblem(d)
	}
}

var plainWords = lazyregexp.New(`^[A-Za-z ,'-]{1,80}$`)

func (p *planText) outputLine(line string) {
	p.addOutputMark(line)
	if p.size += len(line) + lineOverhead; p.size <= maxTextSize && p.sections == 1 {
		p.outputLines = append(p.outputLines, line)
	}
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits) // at most nine digits, or none
	return n
}
