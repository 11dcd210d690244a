package tfplan

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxValueLength is the number of characters of a value, or of a line of a text, that are shown.
	maxValueLength = 1000
	// maxLeadLength is the number of characters shown before the first difference of two long values.
	maxLeadLength = 100
	// maxContextLines is the number of consecutive unchanged lines that are shown of a long text.
	maxContextLines = 6
	// maxTextLines is the number of lines above which a text is long, and the number of its
	// added or removed lines that are shown.
	maxTextLines = 100
)

// visible escapes invisible characters, so that values that differ look different.
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

// aroundDifference shortens two long values to the text around their first difference, and around their last one if it is
// far from the first.
func aroundDifference(before, after string) (string, string) {
	if utf8.RuneCountInString(before) <= maxValueLength && utf8.RuneCountInString(after) <= maxValueLength {
		return before, after
	}
	b, a := []rune(before), []rune(after)
	same := 0
	for same < min(len(b), len(a)) && b[same] == a[same] {
		same++
	}
	from := max(0, same-maxLeadLength)
	sameEnd := 0
	for sameEnd < min(len(b), len(a))-same && b[len(b)-1-sameEnd] == a[len(a)-1-sameEnd] {
		sameEnd++
	}
	tail := max(0, sameEnd-maxLeadLength)
	if min(len(b), len(a))-tail-from < maxValueLength {
		return cutOut(b, from), cutOut(a, from)
	}
	return cutMiddle(b, from, len(b)-tail), cutMiddle(a, from, len(a)-tail)
}

// cutMiddle shortens a value to the first and the last characters between two indexes.
func cutMiddle(value []rune, from, to int) string {
	half := from + maxValueLength/2
	return cutOut(value[:half], from) + cutOut(value[:to], to-maxValueLength/2+1) + strings.Repeat("…", min(1, len(value)-to))
}

// cutOut shortens a value to the part that is shown, starting at an index.
func cutOut(value []rune, from int) string {
	lead, end := "", ""
	if from > 0 {
		lead = "…"
	}
	value = value[min(from, len(value)):]
	if len(value) > maxValueLength {
		value, end = value[:maxValueLength-1], "…"
	}
	return lead + string(value) + end
}

// isText reports whether a value is shown line by line: one side has several lines, and
// the other is a text, missing, or unknown.
func (v values) isText() bool {
	if v.sensitive() {
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

// multiLine writes a multi-line text as Terraform does.
func (w *attributeWriter) multiLine(depth int, label, end, force string, v values) {
	before, after := linesOfText(redactedValue(w.redact, v.before)), linesOfText(redactedValue(w.redact, v.after))
	sign := v.sign()
	if len(before) > 0 && len(after) > 0 && before[len(before)-1] == "" && after[len(after)-1] == "" {
		before, after = before[:len(before)-1], after[:len(after)-1]
	} else if v.before == nil || v.after == nil {
		before, after = trimFinalEmpty(before), trimFinalEmpty(after)
	}
	w.add(sign, depth, label+"<<-"+endMark+force)
	long := len(before) > maxTextLines || len(after) > maxTextLines
	for _, h := range lineDiff(before, after, w.comparisons) {
		w.unchangedLines(depth, h.unchanged, long)
		w.changedLines(depth, h)
	}
	if sign != "+" && sign != "-" {
		sign = ""
	}
	if v.unknown == true {
		end = " -> (known after apply)" + end
	}
	w.add(sign, depth, endMark+end)
}

// trimFinalEmpty removes the empty string after the last line break.
func trimFinalEmpty(lines []string) []string {
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

// unchangedLines writes the unchanged lines of a text; for a long text only those next
// to the changes.
func (w *attributeWriter) unchangedLines(depth int, lines []string, long bool) {
	lines = slices.Clone(lines)
	for i, l := range lines {
		lines[i], _ = aroundDifference(visible(l), "")
	}
	if !long || len(lines) <= 2*maxContextLines {
		w.addLines("", depth, lines)
		return
	}
	w.addLines("", depth, lines[:maxContextLines/2])
	w.add("", depth, fmt.Sprintf("# (%d unchanged lines hidden)", len(lines)-maxContextLines))
	w.addLines("", depth, lines[len(lines)-maxContextLines/2:])
}

// changedLines writes the removed lines, and the lines that replace them.
func (w *attributeWriter) changedLines(depth int, h hunk) {
	removed, added := distinguishable(h.removed, h.added)
	for i := range max(len(removed), len(added)) {
		switch {
		case i >= len(added):
			removed[i], _ = aroundDifference(visible(removed[i]), "")
		case i >= len(removed):
			_, added[i] = aroundDifference("", visible(added[i]))
		default:
			removed[i], added[i] = aroundDifference(visible(removed[i]), visible(added[i]))
		}
	}
	w.limitedLines("-", depth, removed)
	w.limitedLines("+", depth, added)
}

// limitedLines writes at most maxTextLines lines and the number of the others.
func (w *attributeWriter) limitedLines(sign string, depth int, lines []string) {
	w.addLines(sign, depth, lines[:min(len(lines), maxTextLines)])
	if more := len(lines) - maxTextLines; more > 0 {
		w.add(sign, depth, fmt.Sprintf("# (%d more lines not shown)", more))
	}
}

func (w *attributeWriter) addLines(sign string, depth int, lines []string) {
	for _, l := range lines {
		w.add(sign, depth+1, l)
		w.lines[len(w.lines)-1] = strings.TrimRight(w.lines[len(w.lines)-1], " ")
	}
}
