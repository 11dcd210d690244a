package tfplan

import (
	"regexp"
	"strconv"
	"strings"

	"scalr-run-action/internal/secret"
)

// planText reads a plan as Terraform or OpenTofu prints it, line by line. It
// believes nothing: a part that does not end is dropped at the next one, and what
// is printed behind the plan, such as the message of a check, does not belong to it.
//
// A text may hold several plans, one behind the other, of which each ends with
// its sum. What it tallies are all the changes of all of them, wherever they
// stand, since only too few of them could do harm.
type planText struct {
	redact  *secret.Redactor
	several bool // plans of several units

	passages []*passage
	byKey    map[key]*passage
	heads    map[key]int // how many passages there are of each, also those that are not kept
	flooded  bool        // there were more than are kept
	kept     int         // bytes of their addresses and notes
	omitted  int         // changes beyond
	outputs  []string
	sections int  // in which outputs change
	unlisted bool // the first of them stands where no plan is
	errored  bool // planning did not finish
	foreign  bool // a sum counts more than the text lists: something else has printed it, or lines are missing
	cut      bool // the line that is read has no end

	closed Tally // of the plans whose end was seen
	position
	unit  string              // whose lines are read; empty without Terragrunt's prefix
	units map[string]position // of the other units
	homes map[key][]string    // by change, its units
	size  int                 // of all that is kept

	comparisons int // that are left between the lines of texts
}

// part is where in a plan's text a line stands.
type part int

const (
	before  part = iota // of the first plan
	inDrift             // what changed outside
	inChanges
	inOutputs
	inInvocations
	behind // a plan's end
)

// position is where the text of one unit stands. Terragrunt mixes the lines of units
// that it plans at the same time.
type position struct {
	open   Tally // since then
	ended  bool  // nothing of a plan came since the last end
	ending bool  // the paragraph with which the plan ends goes on
	sealed bool  // the one plan of the text is over: what follows is not listed

	// announced is how many invocations the last sum counts that were not listed before it.
	announced int
	trigger   string // the change before or after which the next actions are invoked

	part  part
	now   *passage
	begun bool // the block of now has begun
}

func newPlanText(redact *secret.Redactor) *planText {
	return &planText{redact: redact, comparisons: mostComparisons, byKey: map[key]*passage{}, heads: map[key]int{}}
}

func (p *planText) add(line string) {
	if p.begun && p.body(line) {
		return
	}
	switch {
	case isHeader(line):
		p.header(line[strings.Index(line, "#")+2:])
	case p.now != nil && planBody.MatchString(line):
		p.begun = true
		p.body(line)
	case p.now != nil && !p.begun && isNote(line):
	case p.part == inOutputs && (line == "" || strings.HasPrefix(line, "  ")):
		p.output(line)
	default:
		p.end()
		p.turn(line)
	}
}

// turn sees where a new part of the plan begins, and where the plan ends.
func (p *planText) turn(line string) {
	p.seal(line)
	switch {
	case strings.HasPrefix(line, "Note: Objects have changed outside of"), byTool(line) && strings.Contains(line, "changes made outside of"):
		p.part, p.ended = inDrift, false
	case byTool(line) && (strings.HasSuffix(line, "will perform the following actions:") || strings.Contains(line, "planned the following actions, but then encountered")):
		p.part, p.ended = inChanges, false
		p.errored = p.errored || strings.Contains(line, "but then encountered")
	case byTool(line) && strings.HasSuffix(line, "will invoke the following action(s):"):
		p.part = inInvocations
	case strings.HasPrefix(line, "    # "):
		p.invocation(line[len("    # "):])
	case strings.HasPrefix(line, "Planning failed."):
		p.errored = true
	case line == outputsTitle:
		p.part = inOutputs
		p.unlisted = p.unlisted || p.sealed
		p.sections++
		p.open.Others++
	case strings.HasPrefix(line, "Plan: "):
		p.sum(line)
	case isEnd(line):
		p.close(Tally{})
		p.ending = true
	case isProgress(line), p.ended && p.part != inInvocations && isBlock(line):
		p.ended = false // the end that was seen was that of something else
	case strings.HasPrefix(line, "Note: This is a partial plan"):
		p.open.Others++ // something is left for the next plan
	case p.part == inOutputs:
		p.part = behind
	}
}

// seal sees that the one plan of a text is over: with its end, which only the
// outputs may follow, or with the errors of a plan that has none. Whatever the author
// of a configuration prints comes with warnings and errors, or by an import id.
func (p *planText) seal(line string) {
	p.ending = p.ending && line != ""
	if p.several || p.units != nil || p.sealed || p.ending || line == "" || isRule(line) {
		return
	}
	p.sealed = p.closed.Documents > 0 && line != outputsTitle || p.part != before && (line == "╷" || isTitle(line))
}

// sum takes the line that sums the plan up.
func (p *planText) sum(line string) {
	m := planSum.FindStringSubmatch(line)
	if m == nil {
		if !p.cut && strings.Contains(line, " to destroy") {
			p.open.doubt("the plan's sum cannot be read")
		}
		return
	}
	t := Tally{Counts: Counts{Imports: number(m[1]), Additions: number(m[2]), Changes: number(m[3]), Destructions: number(m[4])}}
	t.Others = number(m[5]) + number(m[6])
	t.Besides = Besides{Forgets: number(m[5]), Invocations: number(m[6])}
	p.close(t)
}

// close ends a plan, of which each number is the greater of those of its sum and
// of its changes.
func (p *planText) close(sum Tally) {
	p.closed.Counts.add(p.open.Counts.Worst(sum.Counts))
	p.closed.Others += max(p.open.Others, sum.Others)
	p.closed.Besides.add(p.open.Besides.worst(sum.Besides))
	p.announced = max(sum.Besides.Invocations-p.open.Besides.Invocations, 0)
	p.closed.Most = p.closed.Most.Worst(p.open.Counts.Worst(sum.Counts))
	p.closed.Drift += p.open.Drift
	p.closed.Reads += p.open.Reads
	for _, d := range p.open.Doubts {
		p.closed.doubt(d)
	}
	p.closed.Documents++
	listed := p.open.Counts
	p.foreign = p.foreign || sum.Additions > listed.Additions || sum.Changes > listed.Changes || sum.Destructions > listed.Destructions
	p.open, p.ended, p.part = Tally{}, true, behind
}

// tally is what the text says that the plan does.
func (p *planText) tally() Tally {
	t := p.closed
	t.begun(p.open)
	for _, other := range p.units {
		t.begun(other.open)
	}
	// Of how many units there should be, a text says nothing.
	t.Complete = t.Documents > 0 && p.ended && !p.errored && !p.foreign && p.units == nil
	return t
}

// begun adds a plan of which the end was not seen.
func (t *Tally) begun(open Tally) {
	t.Counts.add(open.Counts)
	t.Most = t.Most.Worst(open.Counts)
	t.Others += open.Others
	t.Besides.add(open.Besides)
	t.Drift += open.Drift
	t.Reads += open.Reads
	for _, d := range open.Doubts {
		t.doubt(d)
	}
}

var plainWords = regexp.MustCompile(`^[A-Za-z ,'-]{1,80}$`)

func (p *planText) output(line string) {
	if p.size += len(line) + lineOverhead; p.size <= longestText && p.sections == 1 {
		p.outputs = append(p.outputs, line)
	}
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits) // at most nine digits, or none
	return n
}
