package tfplan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	tfjson "github.com/hashicorp/terraform-json"

	"scalr-run-action/internal/sanitize"
	"scalr-run-action/internal/secret"
)

// detail says how a resource changes, and what forces a replacement: in
// Terraform's words where the log has them for this change just once and they say
// the same as the JSON, else out of the JSON. The author of a configuration can write
// into the log, too.
func (p *planText) detail(to *Change, raw []byte, drifted bool) {
	var c tfjson.ResourceChange
	if tooDeep(raw) || decode(raw, &c) != nil || c.Change == nil {
		return
	}
	if to.Reason == "" && to.Action != Forget {
		to.Reason = forced(replacePaths(&c))
	}
	one := p.only(key{address: to.Address, deposed: to.Deposed, unit: to.Unit, drifted: drifted})
	if one != nil && one.action == to.Action && to.Reason == "" && c.ActionReason != "" && reasons[c.ActionReason] == "" {
		to.Reason = one.because()
	}
	if one != nil && one.action == to.Action && one.agrees(&c) {
		to.Diff = diff(elided(redactedLines(p.redact, one.lines)))
		return
	}
	to.Diff = p.attributes(&c, to.Action)
}

// replacePaths names the attributes that force a replacement.
func replacePaths(c *tfjson.ResourceChange) []string {
	var names []string
	for _, p := range c.Change.ReplacePaths {
		if path, ok := p.([]any); ok {
			names = append(names, dotted(path))
		}
	}
	return names
}

// attributes words a resource change out of its JSON.
func (p *planText) attributes(c *tfjson.ResourceChange, a Action) string {
	w := attributeWriter{redact: p.redact, comparisons: &p.comparisons, replace: map[string]bool{}}
	for _, path := range replacePaths(c) {
		w.replace[path] = true
	}
	kind := "resource"
	if c.Mode == tfjson.DataResourceMode {
		kind = "data"
	}
	w.add(signs[a], 0, fmt.Sprintf("%s %q %q {", kind, c.Type, c.Name))
	w.object(1, nil, valuesOf(c.Change))
	w.add("", 0, "}")
	if a == Forget { // which changes nothing: Terraform shows it without signs
		for i, l := range w.lines {
			if rest, ok := strings.CutPrefix(l, "-"); ok {
				w.lines[i] = " " + rest
			}
		}
	}
	return w.text()
}

var signs = map[Action]string{Create: "+", Destroy: "-", Update: "!", Replace: "-/+", Succeed: "+/.", Read: "<="}

// outputChange words the change of one output.
func (p *planText) outputChange(name string, c *tfjson.Change) string {
	w := attributeWriter{redact: p.redact, comparisons: &p.comparisons}
	v := valuesOf(c)
	label := w.label(name) + " = "
	if v.veiled() {
		w.add("!", 0, label+"(sensitive value)")
	}
	w.attribute(0, []any{name}, label, "", v)
	return w.text()
}

func decode(raw []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(to)
}

// attributeWriter writes as Terraform does, in the form of a diff: the sign in
// the first column, what is the same left out.
type attributeWriter struct {
	redact  *secret.Redactor
	lines   []string
	replace map[string]bool // the paths that force a replacement

	comparisons *int // of lines of texts, that may still be made
}

// longestName is how much of a name is shown.
const longestName = 300

// mostLines is how long a change may get that we word ourselves.
const mostLines = 500

func (w *attributeWriter) text() string {
	if len(w.lines) > mostLines {
		return ""
	}
	return strings.Join(w.lines, "\n")
}

func (w *attributeWriter) add(sign string, depth int, text string) {
	gap := max(1, 2+4*depth-len(sign))
	w.lines = append(w.lines, sign+strings.Repeat(" ", gap)+text)
}

// object writes what differs among an object's attributes, in their order by name.
func (w *attributeWriter) object(depth int, path []any, v values) {
	var names, labels []string
	width, later, veiled := 0, 0, 0
	for _, name := range members(v) {
		switch at := v.at(name); {
		case at.veiled():
			veiled++
		case at.same():
		default:
			if at.later() && depth == 1 {
				later++
			}
			label := w.label(name)
			names, labels = append(names, name), append(labels, label)
			width = max(width, utf8.RuneCountInString(label))
		}
	}
	for i, name := range names {
		if len(w.lines) > mostLines {
			return
		}
		if at := v.at(name); later < 4 || !at.later() {
			w.attribute(depth, append(slices.Clip(path), name), fmt.Sprintf("%-*s = ", width, labels[i]), "", at)
		}
	}
	if later >= 4 {
		w.add("", depth, fmt.Sprintf("# (%d attributes known after apply)", later))
	}
	if veiled > 0 {
		w.add("", depth, veiledNote(veiled))
	}
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// label is how a name is shown: in quotes unless it is an identifier, as
// Terraform has it, so that a map's key cannot pass for an attribute or a line.
func (w *attributeWriter) label(name string) string {
	if name = w.redact.String(name); identifier.MatchString(name) {
		return sanitize.Line(name, longestName)
	}
	return sanitize.Line(compact(name), longestName)
}

// veiledNote says how many attributes cannot be shown.
func veiledNote(n int) string {
	if n == 1 {
		return "# (1 sensitive attribute not shown)"
	}
	return fmt.Sprintf("# (%d sensitive attributes not shown)", n)
}

// members are the names on either side.
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

// elements writes what differs between two lists, place by place.
func (w *attributeWriter) elements(depth int, path []any, v values) {
	before, _ := v.before.([]any)
	after, _ := v.after.([]any)
	for i := range max(len(before), len(after)) {
		if len(w.lines) > mostLines {
			return
		}
		w.attribute(depth, append(slices.Clip(path), i), "", ",", v.at(i))
	}
}

// attribute writes one value with what names it, if it differs.
func (w *attributeWriter) attribute(depth int, path []any, label, end string, v values) {
	if len(w.lines) > mostLines || v.same() {
		return
	}
	sign, force := v.sign(), ""
	if w.replace[dotted(path)] {
		force = " # forces replacement"
	}
	switch c := v.container(); {
	case v.isText():
		w.multiLine(depth, label, end, force, v)
	case c == '{':
		w.add(sign, depth, label+"{"+force)
		w.object(depth+1, path, v)
		w.add("", depth, "}"+end)
	case c == '[':
		w.add(sign, depth, label+"["+force)
		w.elements(depth+1, path, v)
		w.add("", depth, "]"+end)
	default:
		w.add(sign, depth, label+w.words(v, sign)+end+force)
	}
}

// words writes a change of a value that is not opened.
func (w *attributeWriter) words(v values, sign string) string {
	before, after := w.show(v.before, v.hiddenBefore, nil), w.show(v.after, v.hiddenAfter, v.unknown)
	switch {
	case sign == "+":
		return cutOut([]rune(after), 0)
	case sign == "-":
		return cutOut([]rune(before), 0)
	}
	switch before, after = around(before, after); {
	case before == after:
		return before // (sensitive value), as Terraform has it
	}
	return before + " -> " + after
}

// show writes one side's value on a line. A value of which any part is sensitive
// is not shown at all.
func (w *attributeWriter) show(value, hidden, unknown any) string {
	switch {
	case marked(hidden):
		return "(sensitive value)"
	case unknown == true || value == nil && marked(unknown):
		return "(known after apply)"
	}
	return visible(compact(redactedValue(w.redact, value)))
}

func compact(value any) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if e.Encode(value) != nil {
		return "?"
	}
	return strings.TrimSpace(out.String())
}
