package tfplan

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

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
	if trimmed == "null" { // null; many providers treat it as an empty string
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
