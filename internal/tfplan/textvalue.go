package tfplan

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// longestValue is how much of a value, or of a line of a text, is shown.
	longestValue = 1000
	// longestLead is how much stands before the first difference of two long values.
	longestLead = 100
	// longestContext is how many lines that stay a text may show in a row, if it is long.
	longestContext = 6
	// mostTextLines is when a text is long, and how many lines that come or go it may show.
	mostTextLines = 100
)

// visible escapes what cannot be seen, so that two values that differ look different.
func visible(s string) string {
	if strings.IndexFunc(s, isInvisible) < 0 {
		return s
	}
	var out strings.Builder
	for _, r := range s {
		if isInvisible(r) {
			fmt.Fprintf(&out, "\\u%04x", r)
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}

func isInvisible(r rune) bool { return r != '\t' && !unicode.IsPrint(r) }

// around cuts two values to the neighborhood of their first difference, if they are long.
func around(before, after string) (string, string) {
	if utf8.RuneCountInString(before) <= longestValue && utf8.RuneCountInString(after) <= longestValue {
		return before, after
	}
	b, a := []rune(before), []rune(after)
	same := 0
	for same < min(len(b), len(a)) && b[same] == a[same] {
		same++
	}
	from := max(0, same-longestLead)
	return cutOut(b, from), cutOut(a, from)
}

// cutOut is what is shown of a value from a place on.
func cutOut(value []rune, from int) string {
	lead, end := "", ""
	if from > 0 {
		lead = "…"
	}
	value = value[min(from, len(value)):]
	if len(value) > longestValue {
		value, end = value[:longestValue-1], "…"
	}
	return lead + string(value) + end
}

// isText reports a value that is shown line by line: one side has several lines, and
// the other is a text, or not there, or not known yet.
func (v values) isText() bool {
	if marked(v.hiddenBefore) || marked(v.hiddenAfter) {
		return false
	}
	lines := false
	for _, side := range []any{v.before, v.after} {
		text, ok := side.(string)
		if !ok && side != nil {
			return false
		}
		lines = lines || strings.Contains(text, "\n")
	}
	return lines
}

// multiLine writes a text over several lines, as Terraform does.
func (w *attributeWriter) multiLine(depth int, label, end, force string, v values) {
	before, after := linesOfText(redactedValue(w.redact, v.before)), linesOfText(redactedValue(w.redact, v.after))
	sign := v.sign()
	if len(before) > 0 && len(after) > 0 && before[len(before)-1] == "" && after[len(after)-1] == "" {
		before, after = before[:len(before)-1], after[:len(after)-1]
	} else if v.before == nil || v.after == nil {
		before, after = withoutLast(before), withoutLast(after)
	}
	w.add(sign, depth, label+"<<-"+endMark+force)
	long := len(before) > mostTextLines || len(after) > mostTextLines
	for _, h := range lineDiff(before, after, w.comparisons) {
		w.stay(depth, h.stay, long)
		w.comeAndGo(depth, h)
	}
	if sign != "+" && sign != "-" {
		sign = ""
	}
	if v.unknown == true {
		end = " -> (known after apply)" + end
	}
	w.add(sign, depth, endMark+end)
}

// withoutLast leaves out what stands behind the last line's end, which is nothing.
func withoutLast(lines []string) []string {
	if n := len(lines); n > 0 && lines[n-1] == "" {
		return lines[:n-1]
	}
	return lines
}

func linesOfText(value any) []string {
	text, ok := value.(string)
	if !ok {
		return nil
	}
	return strings.Split(text, "\n")
}

// stay writes lines of a text that stay as they are; of a long one only those next to
// what comes and goes.
func (w *attributeWriter) stay(depth int, lines []string, long bool) {
	lines = slices.Clone(lines)
	for i, l := range lines {
		lines[i], _ = around(visible(l), "")
	}
	if !long || len(lines) <= 2*longestContext {
		w.addLines("", depth, lines)
		return
	}
	w.addLines("", depth, lines[:longestContext/2])
	w.add("", depth, fmt.Sprintf("# (%d unchanged lines hidden)", len(lines)-longestContext))
	w.addLines("", depth, lines[len(lines)-longestContext/2:])
}

// comeAndGo writes the lines that are removed, and those that take their place.
func (w *attributeWriter) comeAndGo(depth int, h hunk) {
	gone, come := slices.Clone(h.gone), slices.Clone(h.come)
	for i := range max(len(gone), len(come)) {
		switch {
		case i >= len(come):
			gone[i], _ = around(visible(gone[i]), "")
		case i >= len(gone):
			_, come[i] = around("", visible(come[i]))
		default:
			gone[i], come[i] = around(visible(gone[i]), visible(come[i]))
		}
	}
	w.atMost("-", depth, gone)
	w.atMost("+", depth, come)
}

// atMost writes so many lines as can be read, and says how many there are beyond.
func (w *attributeWriter) atMost(sign string, depth int, lines []string) {
	w.addLines(sign, depth, lines[:min(len(lines), mostTextLines)])
	if more := len(lines) - mostTextLines; more > 0 {
		w.add(sign, depth, fmt.Sprintf("# (%d more lines not shown)", more))
	}
}

func (w *attributeWriter) addLines(sign string, depth int, lines []string) {
	for _, l := range lines {
		w.add(sign, depth+1, l)
		w.lines[len(w.lines)-1] = strings.TrimRight(w.lines[len(w.lines)-1], " ")
	}
}
