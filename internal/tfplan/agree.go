package tfplan

import (
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"scalr-run-action/internal/sanitize"
)

// Terraform is not the only one that writes a plan's log: check blocks, hooks and
// import ids, which the author of a configuration writes, can print what looks like a
// plan. So a passage is shown only if it says what the JSON says, no more and no less: each
// attribute that changes in the JSON changes in it and no other, what it shows as
// removed or added is there before or after, and what goes or comes is shown.

// agrees reports whether the passage says the same as the JSON of the change.
func (t *passage) agrees(c *tfjson.ResourceChange) bool {
	kind := "resource"
	if c.Mode == tfjson.DataResourceMode {
		kind = "data"
	}
	if len(t.lines) < 2 {
		return false
	}
	_, head := cutSign(t.lines[0])
	head = strings.TrimLeft(head, " .") // the sign of what is forgotten
	if head != kind+` "`+c.Type+`" "`+c.Name+`" {` || t.lines[len(t.lines)-1] != "    }" {
		return false
	}
	v := valuesOf(c.Change)
	if t.action == Forget { // which changes nothing, and is shown without signs
		v.after, v.hiddenAfter, v.unknown = v.before, v.hiddenBefore, nil
	}
	regions, ok := split(t.lines[1:len(t.lines)-1], 8)
	return ok && agree(regions, v)
}

// agree compares the regions of a text, each of which is about one attribute, with the values.
func agree(regions []region, v values) bool {
	shown := map[string][]region{}
	for _, r := range regions {
		if shown[r.name] != nil && !r.block {
			return false
		}
		shown[r.name] = append(shown[r.name], r)
	}
	known := 0
	for _, name := range members(v) {
		if at := v.at(name); shown[name] != nil {
			known++
		} else if !at.same() && !at.blank() {
			return false
		}
	}
	if known < len(shown) {
		return false // of something else
	}
	for name, regions := range shown {
		e := evidenceOf(name, v.at(name))
		for _, r := range regions {
			if !e.take(r) {
				return false
			}
		}
		if !e.complete() {
			return false
		}
	}
	return true
}

// agreeing gives the text on how the outputs change, if the log has it once and it
// says what the JSON says of each of them.
func (p *planText) agreeing(changes map[string]*tfjson.Change) []string {
	regions, ok := split(p.outputs, 4)
	if p.sections != 1 || !ok {
		return nil
	}
	v := values{before: map[string]any{}, after: map[string]any{}}
	unknown, hiddenBefore, hiddenAfter := map[string]any{}, map[string]any{}, map[string]any{}
	for name, c := range changes {
		v.before.(map[string]any)[name], v.after.(map[string]any)[name] = c.Before, c.After
		unknown[name], hiddenBefore[name], hiddenAfter[name] = c.AfterUnknown, c.BeforeSensitive, c.AfterSensitive
	}
	v.unknown, v.hiddenBefore, v.hiddenAfter = unknown, hiddenBefore, hiddenAfter
	for _, r := range regions {
		if changes[r.name] == nil || r.block {
			return nil
		}
	}
	// The JSON says of a sensitive output that it is updated, also if it stays as it is.
	if len(regions) == 0 || !agree(regions, v) {
		return nil
	}
	return p.outputs
}

// evidence compares the lines about one attribute with its values.
type evidence struct {
	names         map[string]bool // of the attribute and of all that it holds
	before, after map[string]int  // how often each value is there
	gone, come    map[string]int  // how often each is shown as removed, as added
	optional      map[string]bool // what need not be shown, since the other side is sensitive
	was, will     bool            // there is something before, after
	changes       bool
	hidden        bool // some of it is sensitive
	unknown       bool // some of it is known after the apply only,
	saysUnknown   bool // and that was shown
}

func evidenceOf(name string, v values) *evidence {
	e := &evidence{names: map[string]bool{name: true}, before: map[string]int{}, after: map[string]int{}, gone: map[string]int{}, come: map[string]int{},
		optional: map[string]bool{}}
	e.collect(v.before, v.hiddenBefore, v.hiddenAfter, e.before)
	e.collect(v.after, v.hiddenAfter, v.hiddenBefore, e.after)
	e.collect(v.unknown, nil, nil, map[string]int{}) // for the names
	e.unknown, e.changes = marked(v.unknown), !v.same()
	e.was, e.will = v.before != nil || marked(v.hiddenBefore), v.after != nil || marked(v.hiddenAfter)
	e.hidden = marked(v.hiddenBefore) || marked(v.hiddenAfter)
	return e
}

// collect takes down the values that a text may show. What is sensitive is not shown;
// what stands opposite to it may be.
func (e *evidence) collect(value, hidden, opposite any, to map[string]int) {
	if hidden == true {
		return
	}
	switch value := value.(type) {
	case map[string]any:
		for name, v := range value {
			e.names[plainText(name)] = true
			e.collect(v, mark(hidden, name), mark(opposite, name), to)
		}
	case []any:
		for i, v := range value {
			e.collect(v, mark(hidden, i), mark(opposite, i), to)
		}
	case string:
		if inner, ok := encoded(value); ok {
			e.collect(inner, nil, opposite, to)
			return
		}
		for _, leaf := range leavesOf(value) {
			e.put(leaf, opposite, to)
		}
	case json.Number:
		e.put(numberLeaf(value.String()), opposite, to)
	case bool:
		e.put("word "+strconv.FormatBool(value), opposite, to)
	}
}

func (e *evidence) put(leaf string, opposite any, to map[string]int) {
	to[leaf]++
	if opposite == true {
		e.optional[pool(leaf)] = true
	}
}

// leavesOf are the lines of a text, or what is on its one line.
func leavesOf(text string) (leaves []string) {
	if !strings.Contains(text, "\n") {
		return []string{"text " + plainText(text)}
	}
	for l := range strings.SplitSeq(text, "\n") {
		if l = strings.TrimSpace(plainText(l)); l != "" {
			leaves = append(leaves, "line "+l)
		}
	}
	return leaves
}

// pool is where the leaves are counted that may stand for each other, since a text
// over several lines may become one of one line, and the other way round.
func pool(leaf string) string {
	if text, ok := strings.CutPrefix(leaf, "line "); ok {
		return "text " + text
	}
	if text, ok := strings.CutPrefix(leaf, "text "); ok {
		return "text " + strings.TrimSpace(text)
	}
	return leaf
}

// encoded is a value that Terraform shows as jsonencode(...).
func encoded(s string) (value any, ok bool) {
	if !strings.HasPrefix(s, "{") && !strings.HasPrefix(s, "[") || !json.Valid([]byte(s)) {
		return nil, false
	}
	return value, decode([]byte(s), &value) == nil
}

// plainText is a text as the log's lines give it.
func plainText(s string) string { return strings.ReplaceAll(sanitize.Text(s), "\t", "    ") }

// plainNumber is a number that can be compared with others. One with a huge
// exponent, or with very many digits, takes minutes.
var plainNumber = regexp.MustCompile(`^[-+]?[0-9.]{1,100}([eE][-+]?[0-9]{1,3})?$`)

func numberLeaf(s string) string {
	if !plainNumber.MatchString(s) {
		return "number " + s
	}
	if f, _, err := big.ParseFloat(s, 10, 128, big.ToNearestEven); err == nil {
		return "number " + f.Text('g', 30)
	}
	return "number " + s
}

// take checks the lines of a region.
func (e *evidence) take(r region) bool {
	for _, l := range r.lines {
		if !e.may(l.sign) {
			return false
		}
		if l.tokens == nil {
			if !e.textLine(l) {
				return false
			}
			continue
		}
		if !e.line(l) {
			return false
		}
	}
	return true
}

// may reports whether a line of the attribute may have the sign: only what is there
// before can go, only what is there after can come, and both of what changes.
func (e *evidence) may(sign string) bool {
	was, will, differs := e.was, e.will || e.unknown, e.changes || e.hidden
	switch sign {
	case "-":
		return was && (differs || !will) // an empty list is the same as none, and shown
	case "+":
		return will && (differs || !was)
	case "":
		return true
	}
	return was && will && differs
}

// line checks one line: the name that it begins with, and its values.
func (e *evidence) line(l textLine) bool {
	tokens, ok := e.named(l.tokens)
	if !ok {
		return false
	}
	arrow := slices.Contains(tokens, token{aSign, "->"})
	for _, t := range tokens {
		switch {
		case t == token{aSign, "->"}:
			l.sign = "+"
			continue
		case t.kind == aNote && t.text == "(known after apply)":
			e.saysUnknown = true
			ok = e.unknown
		case t.kind == aWord && !isFiller(t.text), t.kind == aString:
			sign := l.sign
			if arrow && sign != "+" {
				sign = "-"
			}
			ok = e.value(leafOf(t), sign)
		}
		if !ok {
			return false
		}
	}
	return true
}

// textLine checks a line of a text over several lines, which may have been, or become,
// a text of one line. Lines of blanks say nothing.
func (e *evidence) textLine(l textLine) bool {
	if strings.TrimSpace(l.text) == "" {
		return true
	}
	was, will := leafOfLine(l.text, e.before, e.gone), leafOfLine(l.text, e.after, e.come)
	if was != "" && was == will && l.sign == "" {
		return true
	}
	if l.sign != "+" {
		e.gone[was]++
	}
	if l.sign != "-" {
		e.come[will]++
	}
	return (was != "" || l.sign == "+") && (will != "" || l.sign == "-")
}

// leafOfLine is what a line of a text is in the values of one side, "" if it is not
// there. What was shown already is only taken again if nothing else fits.
func leafOfLine(line string, there, shown map[string]int) string {
	trimmed := strings.TrimSpace(line)
	candidates := []string{"line " + trimmed, "text " + line, "text " + trimmed}
	if i := slices.IndexFunc(candidates, func(leaf string) bool { return there[leaf] > shown[leaf] }); i >= 0 {
		return candidates[i]
	}
	if i := slices.IndexFunc(candidates, func(leaf string) bool { return there[leaf] > 0 }); i >= 0 {
		return candidates[i]
	}
	if trimmed == "null" { // where there is no text; to many providers an empty one is the same
		return "text "
	}
	return ""
}

// named takes off a line the names of an attribute or a block that it begins with.
func (e *evidence) named(tokens []token) ([]token, bool) {
	n := 0
	for n < len(tokens) && tokens[n].kind <= aString {
		n++
	}
	if n == len(tokens) || n == 0 || tokens[n] == (token{aSign, "->"}) || tokens[n].kind == aBracket && tokens[n].text != "{" {
		return tokens, true // an element of a list, or a bracket
	}
	for _, t := range tokens[:n] {
		if !e.names[plainText(t.text)] {
			return nil, false
		}
	}
	return tokens[n:], true
}

// value checks one value, with the sign that it is shown with.
func (e *evidence) value(leaf, sign string) bool {
	was, will := e.before[leaf] > 0, e.after[leaf] > 0
	switch sign {
	case "-":
		e.gone[leaf]++
		return was
	case "+":
		e.come[leaf]++
		return will
	case "":
		if !will && e.unknown { // of a text that is followed by -> (known after apply)
			e.gone[leaf]++
			return was
		}
		return was && will
	}
	return false
}

// blank reports a value that is nothing or an empty text on both sides, which are
// the same to many providers.
func (v values) blank() bool {
	return !marked(v.unknown) && (v.before == nil || v.before == "") && (v.after == nil || v.after == "")
}

// complete reports whether all that goes and comes was shown: what is left of each
// value before and after must be the same.
func (e *evidence) complete() bool {
	before, after := remaining(e.before, e.gone), remaining(e.after, e.come)
	for _, side := range []map[string]int{before, after} {
		for leaf, left := range side {
			// An empty text is as good as none to many providers, and a line of blanks says nothing.
			if leaf != "text " && !e.optional[leaf] && (left < 0 || before[leaf] != after[leaf]) {
				return false
			}
		}
	}
	return !e.unknown || e.saysUnknown
}

// remaining counts what is there on one side and was not shown as removed, or added.
func remaining(there, shown map[string]int) map[string]int {
	left := map[string]int{}
	for leaf, n := range there {
		left[pool(leaf)] += n
	}
	for leaf, n := range shown {
		left[pool(leaf)] -= n
	}
	return left
}
