package tfplan

import (
	"strconv"
	"strings"
)

// key identifies a change: the address, the deposed object, the unit, and whether the
// change is drift.
type key struct {
	address, deposed string
	unit             string
	drifted          bool
}

// resourceBlock is the text of one resource change in a plan: its block and the comment
// lines above it.
type resourceBlock struct {
	key         key
	previous    string
	action      Action
	reason      string   // from the words after the address
	notes       []string // the comment lines after the first, without their "# "
	lines       []string
	size        int
	shallow     bool   // its lines lack the indentation of the block
	complete    bool   // its end was read, within the bounds
	outsidePlan bool   // it is counted, but listed only if the JSON contains it
	hides       bool   // a line says that a value is sensitive
	trigger     string // when the action is invoked, such as "after the change of a.b"; empty if no change triggers it

	scan *forceScanner // of a replacement whose lines are too large to be kept
}

// bodyLine reads a line of a block and reports whether it belonged to one. Each line
// inside a block is indented more than the lines that begin or end other parts.
func (p *planText) bodyLine(line string) bool {
	first := len(p.current.lines) == 0
	if first {
		line = alignSign(line)
	}
	if len(p.current.lines) == 1 && p.current.action == Forget && indent(line) == 4 {
		p.current.shallow = true // OpenTofu does not indent the lines by the block's depth
	}
	if p.current.shallow {
		line = addIndent(line)
	}
	if !first && line != "" && !strings.HasPrefix(line, "    ") {
		return false // no end mark: discard the block
	}
	p.current.hides = p.current.hides || hidesValue(line)
	if p.current.size += len(line) + lineOverhead; p.current.size <= maxChangeSize {
		p.current.lines = append(p.current.lines, line)
	} else if p.current.action == Replace || p.current.action == Succeed {
		if p.current.scan == nil {
			p.current.scan = scanForces(p.current.lines)
		}
		p.current.scan.add(line)
	}
	if line == "    }" || first && strings.HasSuffix(line, "}") {
		p.current.complete = p.current.size <= maxChangeSize && p.size+p.current.size <= maxTextSize
		p.end()
	}
	return true
}

// begin returns the first line without its sign.
func (t *resourceBlock) begin() string {
	_, line := cutSign(t.lines[0])
	return strings.TrimLeft(line, " .") // the sign of a forgotten object
}

// alignSign moves a sign of three characters at the start of a block to the first column,
// where other signs of that width are.
func alignSign(line string) string {
	if text := strings.TrimLeft(line, " "); len(text) > 3 && text[1] == '/' && text[3] == ' ' {
		return text
	}
	return line
}

// addIndent adds the indentation that a line has in other blocks.
func addIndent(line string) string {
	if line == "}" || strings.HasPrefix(line, "    ") {
		return "    " + line
	}
	return line
}

// end closes the block that is being read.
func (p *planText) end() {
	if p.current != nil && (!p.current.complete || p.current.action == Defer) {
		p.current.lines = nil
	} else if p.current != nil {
		p.size += p.current.size
	}
	p.current, p.inBody = nil, false
}

// endAllUnits closes the blocks of all units that are being read.
func (p *planText) endAllUnits() {
	p.end()
	for unit, other := range p.units {
		if other.current != nil {
			other.current.lines, other.current, other.inBody = nil, nil, false
			p.units[unit] = other
		}
	}
}

// header reads a line such as `aws_instance.web will be created`, or a note below it.
func (p *planText) header(text string) {
	address, rest := splitAddress(text)
	k := key{address: strings.Clone(address), unit: p.unit} // the line itself may be long
	if left := deposed.FindStringSubmatch(rest); left != nil {
		k.deposed, rest = strings.Clone(left[1]), rest[len(left[0]):]
	}
	action, drifted, ok := headline(rest)
	ok = ok && (action != Defer || p.part == inDeferred && !p.sealed)
	switch {
	case ok && action == Invoke && !actionAddress.MatchString(address):
		p.end()
		p.unknownHeader(k, rest)
	case ok:
		p.end()
		p.beginBlock(k, rest, action, drifted)
	case p.part == inChanges && rest != "" && resource.MatchString(address):
		p.end()
		p.unknownHeader(k, rest)
	case p.current != nil && !p.inBody:
		p.note(text)
	}
}

// note keeps a comment line of the block that is being read, within the bounds.
func (p *planText) note(text string) {
	if len(p.current.notes) < 10 && len(text) <= maxNoteSize {
		p.current.notes = append(p.current.notes, strings.Clone(text))
		p.keptSize += lineOverhead + len(text)
	}
}

// unknownHeader reads a header with unknown words.
func (p *planText) unknownHeader(k key, words string) {
	problem := "the words of a change are unknown"
	if words = p.redact.String(words); plainWords.MatchString(words) {
		problem = "the words " + strconv.Quote(words) + " are unknown"
	}
	p.openTotals.addProblem(problem)
	p.openTotals.Others++
	p.countOccurrence(k)
	k.drifted = true
	p.countOccurrence(k)
}

// beginBlock starts a new resource block.
func (p *planText) beginBlock(k key, words string, action Action, drifted bool) {
	if action != Defer {
		p.seal(words)
	}
	k.drifted = drifted || action == Move && p.part == inDrift
	one := &resourceBlock{key: k, action: action, reason: headlineReason(words)}
	p.inInvoked = p.inInvoked && action == Invoke
	if to, moved := strings.CutPrefix(words, "has moved to "); moved {
		one.previous, one.key.address = k.address, strings.Clone(to)
	}
	invoked := action == Invoke && p.part == inInvocations && p.ended // these follow the summary
	ended := p.ended && action == Defer                               // these may, too
	switch {
	case one.key.drifted:
		p.openTotals.Drift++
	case invoked && p.announced > 0:
		p.announced--
	default:
		p.openTotals.count(action, action == Import)
	}
	p.countOccurrence(one.key)
	p.ended = invoked || ended
	// A block outside of a plan was probably printed by another program that imitates a plan.
	one.outsidePlan = p.part == afterPlan || p.part == inInvocations && action != Invoke || p.sealed && !invoked
	if p.overflowed {
		p.omitted++
		return
	}
	p.current = one
	p.blocks = append(p.blocks, one)
	p.byKey[one.key] = one
}

// countOccurrence counts the occurrences of a change in the log.
func (p *planText) countOccurrence(k key) {
	if _, ok := p.occurrences[k]; !ok && len(p.occurrences) >= maxChanges || p.keptSize > maxListSize {
		p.overflowed = true
	}
	if p.overflowed {
		return
	}
	p.occurrences[k]++
	p.recordUnit(k)
	p.keptSize += changeOverhead + len(k.address) + len(k.deposed)
}

// single returns the block of a change that occurs once in the log, otherwise nil.
func (p *planText) single(k key) *resourceBlock {
	if p.overflowed || p.occurrences[k] != 1 {
		return nil
	}
	return p.byKey[k]
}
