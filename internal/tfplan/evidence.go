package tfplan

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// evidence compares the lines that describe one attribute with its values.
type evidence struct {
	names                     map[string]bool // of the attribute and of all that it contains
	before, after             map[string]int  // the number of occurrences of each value
	removed, added            map[string]int  // how often each is shown as removed or added
	optional                  map[string]bool // values that may be omitted because the other side is sensitive
	existsBefore, existsAfter bool            // there is a value before, after
	differs                   bool
	sensitive                 bool // a part is sensitive
	unknown                   bool // a part is known only after the apply
	unknownVisible            bool // and not sensitive
	unknownShown              bool // the text shows that
}

func evidenceOf(name string, v values) *evidence {
	e := &evidence{
		names:    map[string]bool{name: true},
		before:   map[string]int{},
		after:    map[string]int{},
		removed:  map[string]int{},
		added:    map[string]int{},
		optional: map[string]bool{},
	}
	e.collect(v.before, v.sensitiveBefore, v.sensitiveAfter, e.before)
	e.collect(v.after, v.sensitiveAfter, v.sensitiveBefore, e.after)
	for _, marks := range []any{v.unknown, v.sensitiveBefore, v.sensitiveAfter} {
		e.collect(marks, nil, nil, map[string]int{}) // for the names
	}
	e.unknown, e.differs = marked(v.unknown), !v.unchanged()
	e.unknownVisible = markedOutside(v.unknown, v.sensitiveBefore, v.sensitiveAfter)
	e.existsBefore = v.before != nil || marked(v.sensitiveBefore)
	e.existsAfter = v.after != nil || marked(v.sensitiveAfter)
	e.sensitive = marked(v.sensitiveBefore) || marked(v.sensitiveAfter)
	return e
}

// collect counts the values that a text may show. Sensitive values are not shown; the
// values opposite to them may be.
func (e *evidence) collect(value, sensitive, opposite any, to map[string]int) {
	if sensitive == true {
		return
	}
	switch value := value.(type) {
	case map[string]any:
		for name, v := range value {
			e.names[plainText(name)] = true
			e.collect(v, mark(sensitive, name), mark(opposite, name), to)
		}
	case []any:
		for i, v := range value {
			e.collect(v, mark(sensitive, i), mark(opposite, i), to)
		}
	case string:
		if inner, ok := encoded(value); ok {
			e.collect(inner, nil, opposite, to)
			return
		}
		for _, leaf := range leavesOf(value) {
			e.count(leaf, opposite, to)
		}
	case json.Number:
		e.count(numberLeaf(value.String()), opposite, to)
	case bool:
		e.count("word "+strconv.FormatBool(value), opposite, to)
	}
}

func (e *evidence) count(leaf string, opposite any, to map[string]int) {
	to[leaf]++
	if opposite == true {
		e.optional[interchangeable(leaf)] = true
	}
}

// check checks the lines of a region.
func (e *evidence) check(r region) bool {
	for _, l := range r.lines {
		// The JSON does not contain write-only values.
		if !e.allowsSign(l.sign) && !slices.Contains(l.tokens, token{aNote, writeOnlyValue}) {
			return false
		}
		if l.tokens == nil {
			if !e.checkTextLine(l) {
				return false
			}
			continue
		}
		if !e.checkLine(l) {
			return false
		}
	}
	return true
}

// allowsSign reports whether a line of the attribute may have the sign: only a value
// from before can be removed, only one from after added, and both only if it changes.
func (e *evidence) allowsSign(sign string) bool {
	was, will, differs := e.existsBefore, e.existsAfter || e.unknown, e.differs || e.sensitive
	switch sign {
	case "-":
		return was && (differs || !will) // an empty list counts as no value, but Terraform prints it
	case "+":
		return will && (differs || !was)
	case "":
		return true
	}
	return was && will && differs
}

// checkLine checks one line: the name at its start, and its values.
func (e *evidence) checkLine(l textLine) bool {
	tokens, ok := e.cutNames(l.tokens)
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
			e.unknownShown = true
			ok = e.unknown
		case t.kind == aWord && !isFiller(t.text), t.kind == aString:
			sign := l.sign
			if arrow && sign != "+" {
				sign = "-"
			}
			ok = e.checkValue(leafOf(t), sign)
		}
		if !ok {
			return false
		}
	}
	return true
}

// checkTextLine checks a line of a multi-line text, which may be a text of one line on
// the other side. Blank lines are ignored.
func (e *evidence) checkTextLine(l textLine) bool {
	if strings.TrimSpace(l.text) == "" {
		return true
	}
	was, will := leafOfLine(l.text, e.before, e.removed), leafOfLine(l.text, e.after, e.added)
	if was != "" && was == will && l.sign == "" {
		return true
	}
	if l.sign != "+" {
		e.removed[was]++
	}
	if l.sign != "-" {
		e.added[will]++
	}
	return (was != "" || l.sign == "+") && (will != "" || l.sign == "-")
}

// leafOfLine returns the leaf that a line of a text has in the values of one side, ""
// if it has none. A leaf that was shown already is returned only if no other matches.
func leafOfLine(line string, there, shown map[string]int) string {
	trimmed := strings.TrimSpace(line)
	candidates := []string{"line " + trimmed, "text " + line, "text " + trimmed}
	if i := slices.IndexFunc(candidates, func(leaf string) bool { return there[leaf] > shown[leaf] }); i >= 0 {
		return candidates[i]
	}
	if i := slices.IndexFunc(candidates, func(leaf string) bool { return there[leaf] > 0 }); i >= 0 {
		return candidates[i]
	}
	if trimmed == "null" { // many providers treat null as an empty string
		return "text "
	}
	return ""
}

// cutNames removes the names of an attribute or a block from the start of a line; ok is
// false if a name is unknown.
func (e *evidence) cutNames(tokens []token) (rest []token, ok bool) {
	n := 0
	for n < len(tokens) && tokens[n].kind <= aString {
		n++
	}
	if n == len(tokens) || n == 0 || tokens[n] == (token{aSign, "->"}) ||
		tokens[n].kind == aBracket && tokens[n].text != "{" {
		return tokens, true // an element of a list, or a bracket
	}
	for _, t := range tokens[:n] {
		if !e.names[plainText(t.text)] {
			return nil, false
		}
	}
	return tokens[n:], true
}

// checkValue checks one value with its sign.
func (e *evidence) checkValue(leaf, sign string) bool {
	was, will := e.before[leaf] > 0, e.after[leaf] > 0
	switch sign {
	case "-":
		e.removed[leaf]++
		return was
	case "+":
		e.added[leaf]++
		return will
	case "":
		if !will && e.unknown { // in a text that is followed by -> (known after apply)
			e.removed[leaf]++
			return was
		}
		return was && will
	}
	return false
}

// bothEmpty reports whether both sides are null or an empty text, which are the same to
// many providers, or null or empty lists: Terraform does not show blocks that do not exist.
func (v values) bothEmpty() bool {
	noText := (v.before == nil || v.before == "") && (v.after == nil || v.after == "")
	return !marked(v.unknown) && (noText || isEmpty(v.before) && isEmpty(v.after))
}

// complete reports whether all removed and added values were shown: the remaining
// values of both sides must be the same.
func (e *evidence) complete() bool {
	before, after := remaining(e.before, e.removed), remaining(e.after, e.added)
	for _, side := range []map[string]int{before, after} {
		for leaf, left := range side {
			// Many providers treat an empty text as none, and blank lines are ignored.
			if leaf != "text " && !e.optional[leaf] && (left < 0 || before[leaf] != after[leaf]) {
				return false
			}
		}
	}
	return !e.unknownVisible || e.unknownShown
}

// remaining counts the values of one side that were not shown as removed or added.
func remaining(there, shown map[string]int) map[string]int {
	left := map[string]int{}
	for leaf, n := range there {
		left[interchangeable(leaf)] += n
	}
	for leaf, n := range shown {
		left[interchangeable(leaf)] -= n
	}
	return left
}
