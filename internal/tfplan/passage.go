package tfplan

import (
	"strconv"
	"strings"
)

// key names one change: an address, an object left over from a replacement, and
// whether it happened outside.
type key struct {
	address, deposed string
	unit             string
	drifted          bool
}

// passage is one resource's part of a plan's text: the comment lines above it,
// and its block.
type passage struct {
	key      key
	previous string
	action   Action
	notes    []string // the comment lines after the first, without their "# "
	lines    []string
	size     int
	shallow  bool // its lines were indented by the block's depth less than others
	whole    bool // its end was seen, within the bounds
	unlisted bool // it stands where no plan is: it counts, and is believed only if the JSON has it
}

// body takes a line of a block, and reports whether it was one. Inside, every
// line is indented deeper than the marks that begin or end anything else.
func (p *planText) body(line string) bool {
	first := len(p.now.lines) == 0
	if len(p.now.lines) == 1 && p.now.action == Forget && indent(line) == 4 {
		p.now.shallow = true // OpenTofu's way: nothing inside is indented by the block
	}
	if p.now.shallow {
		line = deeper(line)
	}
	if !first && line != "" && !strings.HasPrefix(line, "    ") {
		return false // no end mark: drop it
	}
	if p.now.size += len(line) + lineOverhead; p.now.size <= longestChange {
		p.now.lines = append(p.now.lines, line)
	}
	if line == "    }" || first && strings.HasSuffix(line, "}") {
		p.now.whole = p.now.size <= longestChange && p.size+p.now.size <= longestText
		p.end()
	}
	return true
}

// deeper moves a line of a block to where it stands in other blocks.
func deeper(line string) string {
	if line == "}" || strings.HasPrefix(line, "    ") {
		return "    " + line
	}
	return line
}

// end closes the passage that is being read.
func (p *planText) end() {
	if p.now != nil && !p.now.whole {
		p.now.lines = nil
	} else if p.now != nil {
		p.size += p.now.size
	}
	p.now, p.begun = nil, false
}

// endAll closes what is being read of every unit.
func (p *planText) endAll() {
	p.end()
	for unit, other := range p.units {
		if other.now != nil {
			other.now.lines, other.now, other.begun = nil, nil, false
			p.units[unit] = other
		}
	}
}

// header takes a line such as `aws_instance.web will be created`, or a note below it.
func (p *planText) header(text string) {
	address, rest := splitAddress(text)
	k := key{address: strings.Clone(address), unit: p.unit} // the line itself may be long
	if left := deposed.FindStringSubmatch(rest); left != nil {
		k.deposed, rest = strings.Clone(left[1]), rest[len(left[0]):]
	}
	action, drifted, ok := headline(rest)
	switch {
	case ok && action == Invoke && !actionAddress.MatchString(address):
		p.end()
		p.unknown(k, rest)
	case ok:
		p.end()
		p.passage(k, rest, action, drifted)
	case p.part == inChanges && rest != "" && resource.MatchString(address):
		p.end()
		p.unknown(k, rest)
	case p.now != nil && !p.begun && len(p.now.notes) < 10 && len(text) <= longestNote:
		p.now.notes = append(p.now.notes, strings.Clone(text))
		p.kept += lineOverhead + len(text)
	}
}

// unknown takes a header whose words are not known.
func (p *planText) unknown(k key, words string) {
	if words = p.redact.String(words); !plainWords.MatchString(words) {
		words = "of a change"
	}
	p.open.doubt("the words " + strconv.Quote(words) + " are not known")
	p.open.Others++
	p.head(k)
	k.drifted = true
	p.head(k)
}

// passage begins one.
func (p *planText) passage(k key, words string, action Action, drifted bool) {
	p.seal(words)
	k.drifted = drifted || action == Move && p.part == inDrift
	one := &passage{key: k, action: action}
	if to, moved := strings.CutPrefix(words, "has moved to "); moved {
		one.previous, one.key.address = k.address, strings.Clone(to)
	}
	invoked := action == Invoke && p.part == inInvocations && p.ended // they stand behind the sum
	switch {
	case one.key.drifted:
		p.open.Drift++
	case invoked && p.announced > 0:
		p.announced--
	default:
		p.open.count(action, action == Import)
	}
	p.head(one.key)
	p.ended = invoked
	// Of what stands where no plan is, it seems that something else printed it in the plan's words.
	one.unlisted = p.part == behind || p.part == inInvocations && action != Invoke || p.sealed && !invoked
	if p.flooded {
		p.omitted++
		return
	}
	p.now = one
	p.passages = append(p.passages, one)
	p.byKey[one.key] = one
}

// head counts how often the log has a change.
func (p *planText) head(k key) {
	if _, ok := p.heads[k]; !ok && len(p.heads) >= mostChanges || p.kept > longestList {
		p.flooded = true
	}
	if p.flooded {
		return
	}
	p.heads[k]++
	p.home(k)
	p.kept += changeOverhead + len(k.address) + len(k.deposed)
}

// only gives the passage of a change that the log has once.
func (p *planText) only(k key) *passage {
	if p.flooded || p.heads[k] != 1 {
		return nil
	}
	return p.byKey[k]
}
