package tfplan

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	planBody   = regexp.MustCompile(`^(?:  [-+~.]| \.|-/\+|\+/-| <=|   ) \S+ "`)
	planCounts = regexp.MustCompile(`^Plan: (?:(\d{1,9}) to import, )?(\d{1,9}) to add, (\d{1,9}) to change, (\d{1,9}) to destroy(?:, \d+ to forget)?\.`)
	deposed    = regexp.MustCompile(`^\(deposed object ([0-9a-zA-Z]+)\) `)
	rule       = regexp.MustCompile(`^(?:─{20,}|-{20,})$`)
)

// A log may have millions of lines, so that what comes first is cheap.
func isRule(line string) bool {
	return (strings.HasPrefix(line, "-") || strings.HasPrefix(line, "─")) && rule.MatchString(line)
}

// isHeader reports a comment line above a block: one or two blanks deep.
func isHeader(line string) bool {
	text, ok := strings.CutPrefix(strings.TrimPrefix(line, " "), " # ")
	if !ok {
		text, ok = strings.CutPrefix(line, " # ")
	}
	return ok && text != "" && text[0] != ' '
}

// byTool reports a sentence that begins with the tool's name.
func byTool(line string) bool {
	return strings.HasPrefix(line, "Terraform ") || strings.HasPrefix(line, "OpenTofu ")
}

// The bounds on what is kept of a plan: the text of one change, of all, and
// how many changes.
const (
	longestChange = 256 << 10
	longestText   = 8 << 20
	mostChanges   = 100_000
)

// key names one change: an address, an object left over from a replacement, and
// whether it happened outside.
type key struct {
	address, deposed string
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
	whole    bool // its end was seen, within the bounds
}

// planText reads a plan as Terraform or OpenTofu prints it, line by line. It
// believes nothing: a part that does not end is dropped at the next one.
type planText struct {
	passages []*passage
	byKey    map[key]*passage
	outputs  []string
	counts   *Counts
	errored  bool // planning did not finish

	part  part
	now   *passage
	begun bool // the block of now has begun
	size  int  // of all that is kept
}

// part is where in a plan's text a line stands.
type part int

const (
	outside part = iota
	inDrift
	inChanges
	inOutputs
)

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
	case p.part == inOutputs && (line == "" || strings.HasPrefix(line, "  ")):
		p.output(line)
	default:
		p.end()
		p.turn(line)
	}
}

// turn sees where a new part of the plan begins.
func (p *planText) turn(line string) {
	switch {
	case strings.HasPrefix(line, "Note: Objects have changed outside of"), byTool(line) && strings.Contains(line, "changes made outside of"):
		p.part = inDrift
	case byTool(line) && (strings.HasSuffix(line, "will perform the following actions:") || strings.Contains(line, "planned the following actions, but then encountered")):
		p.part, p.errored = inChanges, strings.Contains(line, "but then encountered")
	case line == "Changes to Outputs:":
		p.part = inOutputs
	case strings.HasPrefix(line, "Plan: "):
		p.part = outside
		p.count(line)
	case isRule(line), strings.HasPrefix(line, "╷"), p.part == inOutputs:
		p.part = outside
	}
}

// body takes a line of a block, and reports whether it was one. Inside, every
// line is indented deeper than the marks that begin or end anything else.
func (p *planText) body(line string) bool {
	first := len(p.now.lines) == 0
	if !first && line != "" && !strings.HasPrefix(line, "    ") {
		return false // no end mark: drop it
	}
	if p.now.size += len(line) + 1; p.now.size <= longestChange {
		p.now.lines = append(p.now.lines, line)
	}
	if line == "    }" || first && strings.HasSuffix(line, "}") {
		p.now.whole = p.now.size <= longestChange && p.size+p.now.size <= longestText
		p.end()
	}
	return true
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

// header takes a line such as `aws_instance.web will be created`, or a note below it.
func (p *planText) header(text string) {
	address, rest := splitAddress(text)
	k := key{address: address}
	if left := deposed.FindStringSubmatch(rest); left != nil {
		k.deposed, rest = left[1], rest[len(left[0]):]
	}
	action, drifted, ok := headline(rest)
	if !ok {
		if p.now != nil && !p.begun && len(p.now.notes) < 10 {
			p.now.notes = append(p.now.notes, text)
		}
		return
	}
	p.end()
	k.drifted = drifted || p.part == inDrift
	one := &passage{key: k, action: action}
	if to, moved := strings.CutPrefix(rest, "has moved to "); moved {
		one.previous, one.key.address = address, to
	}
	if len(p.passages) == mostChanges {
		return
	}
	p.now = one
	p.passages = append(p.passages, one)
	p.byKey[one.key] = one
}

// headline tells what Terraform's words behind an address mean.
func headline(words string) (action Action, drifted, ok bool) {
	for _, row := range headlines {
		if strings.HasPrefix(words, row.words) {
			return row.action, row.drifted, true
		}
	}
	return "", false, false
}

// headlines are the words of hashicorp/terraform, internal/command/jsonformat/plan.go.
var headlines = []struct {
	words   string
	action  Action
	drifted bool
}{
	{words: "will be created", action: Create},
	{words: "will be updated in-place", action: Update},
	{words: "will be destroyed", action: Destroy},
	{words: "must be replaced", action: Replace},
	{words: "will be replaced", action: Replace},
	{words: "is tainted, so ", action: Replace},
	{words: "will be read during apply", action: Read},
	{words: "has moved to ", action: Move},
	{words: "will be imported", action: Import},
	{words: "will no longer be managed by ", action: Forget},
	{words: "has changed", action: Update, drifted: true},
	{words: "has been deleted", action: Destroy, drifted: true},
}

func (p *planText) output(line string) {
	if p.size += len(line) + 1; p.size <= longestText {
		p.outputs = append(p.outputs, line)
	}
}

// count takes the line that sums the plan up.
func (p *planText) count(line string) {
	if m := planCounts.FindStringSubmatch(line); m != nil {
		p.counts = &Counts{Imports: number(m[1]), Additions: number(m[2]), Changes: number(m[3]), Destructions: number(m[4])}
	}
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits) // at most nine digits, or none
	return n
}
