package tfplan

import (
	"strings"

	"scalr-run-action/internal/secret"
)

// appearance returns what a reader sees of a line of a text: neither the difference between a tab and spaces, nor
// invisible characters, nor spaces at the end.
func appearance(line string) string { return strings.TrimRight(plainText(line), " ") }

// invisibleNote is added to a diff in which a removed and an added line, or value, look the same.
const invisibleNote = "# (lines or values that look the same differ in tabs, spaces at the end, or invisible characters)"

// lookalikes finds changes that are not visible, in the lines of a diff in Terraform's form.
type lookalikes struct {
	removed, added []string // the lines of the current hunk of a multi-line text
	found          bool
}

// add reads the next line without its sign. It compares a removed line with the added one at the same position of the hunk:
// at other positions, Terraform also shows lines that have moved.
func (l *lookalikes) add(sign, line string, where place) {
	if where != insideText || sign != "-" && sign != "+" {
		l.removed, l.added = nil, nil
		l.found = l.found || where == outsideText && becomesItself(line)
		return
	}
	own, other := &l.removed, l.added
	if sign == "+" {
		own, other = &l.added, l.removed
	}
	seen, n := appearance(line), len(*own)
	*own = append(*own, seen)
	// Blank lines change with the indentation of a text.
	l.found = l.found || seen != "" && n < len(other) && other[n] == seen && !hides(seen)
}

// becomesItself reports whether a line shows the same value before and after the change.
func becomesItself(line string) bool {
	const becomes = " -> "
	_, value, ok := strings.Cut(strings.TrimSuffix(line, forcesReplacement), " = ")
	if !ok {
		value = line
	}
	value = strings.TrimSuffix(strings.TrimSpace(value), ",")
	n := (len(value) - len(becomes)) / 2
	return n > 0 && value[:n]+becomes+value[:n] == value && !hides(value)
}

// hides reports whether a part of a line may not be shown, which is then the difference: a secret, or the end of a long line.
func hides(line string) bool {
	return strings.Contains(line, secret.Mask) || strings.Contains(line, "…")
}

// distinguishable returns copies of the removed and the added lines of a text. In those that look like a line on the other
// side, tabs and the spaces at the end are escaped, as invisible characters are in all lines.
func distinguishable(removed, added []string) (before, after []string) {
	in := func(lines []string) map[string]bool {
		seen := map[string]bool{}
		for _, l := range lines {
			seen[appearance(l)] = true
		}
		delete(seen, "") // blank lines change with the indentation of a text
		return seen
	}
	inRemoved, inAdded := in(removed), in(added)
	escaped := func(lines []string, others map[string]bool) []string {
		list := make([]string, len(lines))
		for i, l := range lines {
			if list[i] = l; others[appearance(l)] {
				list[i] = escapeSpace(l)
			}
		}
		return list
	}
	return escaped(removed, inAdded), escaped(added, inRemoved)
}

// escapeSpace escapes the tabs and the spaces at the end of a line.
func escapeSpace(line string) string {
	line = strings.ReplaceAll(line, "\t", `\u0009`)
	end := strings.TrimRight(line, " ")
	return end + strings.Repeat(`\u0020`, len(line)-len(end))
}
