package tfplan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/sanitize"
	"scalr-run-action/internal/secret"
)

// attributeWriter renders attributes as Terraform does, but as a diff: the sign is in
// the first column, and unchanged attributes are omitted.
type attributeWriter struct {
	redact  *secret.Redactor
	lines   []string
	replace map[string]bool // the paths that force a replacement

	hideValues  bool // only the names of the top level are shown
	comparisons *int // remaining budget of line comparisons
}

// maxNameLength is the number of characters of a name that are shown.
const maxNameLength = 300

// maxLines is the maximum number of lines of a change rendered from JSON.
const maxLines = 500

// cutNote follows the first lines of a longer change.
const cutNote = "# (the remaining lines are not shown)"

func (w *attributeWriter) text() string {
	w.cut(0)
	return strings.Join(w.lines, "\n")
}

// cut replaces the lines after maxLines with a note.
func (w *attributeWriter) cut(depth int) {
	if len(w.lines) > maxLines {
		w.lines = w.lines[:maxLines]
		w.add("", depth, cutNote)
	}
}

func (w *attributeWriter) add(sign string, depth int, text string) {
	gap := max(1, 2+4*depth-len(sign))
	w.lines = append(w.lines, sign+strings.Repeat(" ", gap)+text)
}

// removeSign removes a sign of one character from all lines.
func (w *attributeWriter) removeSign(sign string) {
	for i, l := range w.lines {
		if rest, ok := strings.CutPrefix(l, sign); ok {
			w.lines[i] = " " + rest
		}
	}
}

// object writes the attributes of an object that differ, and those of its identity, sorted by name.
func (w *attributeWriter) object(depth int, path []any, v values, identity []string) {
	var names, labels []string
	width, unknown, masked := 0, 0, 0
	for _, name := range members(v) {
		switch at := v.child(name); {
		case at.masked(), at.unchanged() && at.hidesParts():
			masked++
		case at.unchanged() && !slices.Contains(identity, name):
		default:
			if at.unknownAfterApply() && depth == 1 {
				unknown++
			}
			label := w.label(name)
			names, labels = append(names, name), append(labels, label)
			width = max(width, utf8.RuneCountInString(label))
		}
	}
	for i, name := range names {
		if len(w.lines) > maxLines {
			return
		}
		label := fmt.Sprintf("%-*s = ", width, labels[i])
		switch at := v.child(name); {
		case at.unchanged():
			w.add("", depth, label+w.inline(at, "+"))
		case unknown < 4 || !at.unknownAfterApply():
			w.attribute(depth, append(slices.Clip(path), name), label, "", at)
		}
	}
	if unknown >= 4 {
		w.add("", depth, fmt.Sprintf("# (%d attributes known after apply)", unknown))
	}
	if masked > 0 {
		w.add("", depth, maskedNote(masked))
	}
}

var identifier = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// label returns the displayed form of a name: in quotes unless it is an identifier, as
// in Terraform, so that a map's key cannot imitate an attribute or a line.
func (w *attributeWriter) label(name string) string {
	if name = w.redact.String(name); !identifier.MatchString(name) {
		name = strconv.Quote(name)
	}
	return sanitize.Name(name, maxNameLength)
}

// maskedNote reports the number of sensitive attributes that are not shown.
func maskedNote(n int) string {
	if n == 1 {
		return "# (1 sensitive attribute not shown)"
	}
	return fmt.Sprintf("# (%d sensitive attributes not shown)", n)
}

// maskedElementsNote reports the number of elements that are shown as unchanged, but have sensitive parts.
func maskedElementsNote(n int) string {
	if n == 1 {
		return "# (1 element with sensitive values not shown)"
	}
	return fmt.Sprintf("# (%d elements with sensitive values not shown)", n)
}

// members returns the sorted attribute names of both sides.
func members(v values) []string {
	names := map[string]bool{}
	for _, side := range []any{v.before, v.after, v.unknown} {
		if m, ok := side.(map[string]any); ok {
			for name := range m {
				names[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// elements writes the elements of two lists that differ.
func (w *attributeWriter) elements(depth int, path []any, v values) {
	pairs := v.pairs(w.comparisons)
	others, masked := v.marksOf(pairs), 0
	for _, p := range pairs {
		if len(w.lines) > maxLines {
			return
		}
		at := v.element(p, others)
		if p.before >= 0 && p.after >= 0 && at.unchanged() && at.hidesParts() {
			masked++
		}
		switch { // to attribute, a value that is empty or not in the JSON is not a change
		case p.before < 0 && isEmpty(at.after) && at.unchanged():
			w.add("+", depth, w.inline(at, "+")+",")
		case p.after < 0 && isEmpty(at.before) && at.unchanged():
			w.add("-", depth, w.inline(at, "-")+",")
		default:
			w.attribute(depth, append(slices.Clip(path), max(p.before, p.after)), "", ",", at)
		}
	}
	if masked > 0 {
		w.add("", depth, maskedElementsNote(masked))
	}
}

// attribute writes one value with its label if it differs.
func (w *attributeWriter) attribute(depth int, path []any, label, end string, v values) {
	if len(w.lines) > maxLines || v.unchanged() {
		return
	}
	sign, force := v.sign(), ""
	if w.replace[dotted(path)] {
		force = " # forces replacement"
	}
	switch c := v.container(); {
	case w.hideValues:
		w.add(sign, depth, label+hiddenInline(v, sign)+end+force)
	case v.isText():
		w.multiLine(depth, label, end, force, v)
	case c == '{':
		w.add(sign, depth, label+"{"+force)
		var identity []string
		if end == "," && v.before != nil && v.after != nil {
			identity = v.identity()
		}
		w.object(depth+1, path, v, identity)
		w.add("", depth, "}"+end)
	case c == '[':
		w.add(sign, depth, label+"["+force)
		w.elements(depth+1, path, v)
		w.add("", depth, "]"+end)
	default:
		w.add(sign, depth, label+w.inline(v, sign)+end+force)
	}
}

// hiddenInline returns the change of a value without the value.
func hiddenInline(v values, sign string) string {
	switch {
	case v.sensitive():
		return "(sensitive value)"
	case v.unknown == true && sign == "+":
		return "(known after apply)"
	case v.unknown == true:
		return hiddenValue + " -> (known after apply)"
	}
	return hiddenValue
}

// inline returns the change of a value on one line, without expanding it.
func (w *attributeWriter) inline(v values, sign string) string {
	if v.sensitive() {
		return "(sensitive value)"
	}
	before, after := w.format(v.before, nil), w.format(v.after, v.unknown)
	switch {
	case sign == "+":
		return cutOut([]rune(after), 0)
	case sign == "-":
		return cutOut([]rune(before), 0)
	}
	before, after = aroundDifference(before, after)
	return before + " -> " + after
}

// format returns the value of one side on one line.
func (w *attributeWriter) format(value, unknown any) string {
	if unknown == true || value == nil && marked(unknown) {
		return "(known after apply)"
	}
	return visible(compact(redactedValue(w.redact, value)))
}

func compact(value any) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(value) // a value that was decoded from JSON can be encoded
	return strings.TrimSpace(out.String())
}
