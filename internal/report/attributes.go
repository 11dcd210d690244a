package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// attributes words a resource change out of its JSON, for the case that
// Terraform's own words are not to be had.
func attributes(raw []byte) string {
	var c tfjson.ResourceChange
	if decode(raw, &c) != nil || c.Change == nil {
		return ""
	}
	w := attributeWriter{replace: map[string]bool{}}
	for _, p := range c.Change.ReplacePaths {
		if path, ok := p.([]any); ok {
			w.replace[dotted(path)] = true
		}
	}
	w.object(0, nil, valuesOf(c.Change))
	return w.text()
}

// output words the change of one output.
func output(name string, raw []byte) string {
	var c tfjson.Change
	if decode(raw, &c) != nil {
		return ""
	}
	var w attributeWriter
	w.attribute(0, []any{name}, name, valuesOf(&c))
	return w.text() + "\n"
}

func decode(raw []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(to)
}

// values is one place in a change: what stands there before and after, and
// Terraform's marks for it. A mark is true, or has the shape of the value.
type values struct {
	before, after             any
	unknown                   any
	hiddenBefore, hiddenAfter any
}

func valuesOf(c *tfjson.Change) values {
	return values{c.Before, c.After, c.AfterUnknown, c.BeforeSensitive, c.AfterSensitive}
}

// at is a deeper place. What is marked as a whole is marked in all its parts.
func (v values) at(step any) values {
	return values{child(v.before, step), child(v.after, step), mark(v.unknown, step),
		mark(v.hiddenBefore, step), mark(v.hiddenAfter, step)}
}

func child(value, step any) any {
	switch value := value.(type) {
	case map[string]any:
		name, _ := step.(string)
		return value[name]
	case []any:
		if i, ok := step.(int); ok && i < len(value) {
			return value[i]
		}
	}
	return nil
}

func mark(marks, step any) any {
	if marks == true {
		return true
	}
	return child(marks, step)
}

// attributeWriter writes in the form of a diff: the sign in the first column.
type attributeWriter struct {
	lines   []string
	replace map[string]bool // the paths that force a replacement
}

// mostLines is how long a change may get that we word ourselves.
const mostLines = 400

func (w *attributeWriter) text() string {
	if len(w.lines) > mostLines {
		return ""
	}
	return strings.Join(w.lines, "\n")
}

// object writes what differs among an object's attributes, in their order by name.
func (w *attributeWriter) object(depth int, path []any, v values) {
	names := map[string]bool{}
	for _, side := range []any{v.before, v.after, v.unknown} {
		if m, ok := side.(map[string]any); ok {
			for name := range m {
				names[name] = true
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		w.attribute(depth, append(slices.Clip(path), name), name, v.at(name))
	}
}

// attribute writes one attribute if it differs.
func (w *attributeWriter) attribute(depth int, path []any, name string, v values) {
	if len(w.lines) > mostLines || v.same() {
		return
	}
	sign, force := v.sign(), ""
	if w.replace[dotted(path)] {
		force = " # forces replacement"
	}
	indent := strings.Repeat("    ", depth)
	name = line(name, longestName)
	if v.nested() {
		w.lines = append(w.lines, fmt.Sprintf("%s   %s%s = {%s", sign, indent, name, force))
		w.object(depth+1, path, v)
		w.lines = append(w.lines, fmt.Sprintf("    %s}", indent))
		return
	}
	before, after := show(v.before, v.hiddenBefore, nil), show(v.after, v.hiddenAfter, v.unknown)
	change := after
	switch sign {
	case "!":
		change = before + " -> " + after
	case "-":
		change = before
	}
	w.lines = append(w.lines, fmt.Sprintf("%s   %s%s = %s%s", sign, indent, name, change, force))
}

// same reports whether nothing changes. Under a mark of sensitivity only the
// value itself can tell, and telling that it changed is what Terraform does too.
func (v values) same() bool {
	return !marked(v.unknown) && reflect.DeepEqual(v.before, v.after)
}

// marked reports whether a mark, or one within it, is set.
func marked(marks any) bool {
	switch marks := marks.(type) {
	case bool:
		return marks
	case map[string]any:
		for _, m := range marks {
			if marked(m) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(marks, marked)
	}
	return false
}

func (v values) sign() string {
	switch {
	case v.before == nil:
		return "+"
	case v.after == nil && !marked(v.unknown):
		return "-"
	}
	return "!"
}

// nested reports whether both sides are objects, so that only their differences count.
func (v values) nested() bool {
	_, before := v.before.(map[string]any)
	_, after := v.after.(map[string]any)
	return before && after && v.unknown != true && v.hiddenBefore != true && v.hiddenAfter != true
}

// show writes one side's value on a line. A value of which any part is sensitive
// is not shown at all.
func show(value, hidden, unknown any) string {
	switch {
	case marked(hidden):
		return "(sensitive value)"
	case unknown == true || value == nil && marked(unknown):
		return "(known after apply)"
	}
	return line(compact(value), 1000)
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
