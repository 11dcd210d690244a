package tfplan

import (
	"maps"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// The JSON of old versions does not mark all sensitive values: before 0.15 it has no marks, and 0.15 omits
// the attributes that are sensitive by the provider's schema (hashicorp/terraform#28522). Terraform's text
// hides them in all versions. So the marks of a change are those of the JSON and those of the text.

const (
	// unmarkedNote is shown in a change of which the JSON may contain secrets without a mark.
	unmarkedNote = "# (values not shown: the plan's JSON does not mark all sensitive values)"
	hiddenValue  = "(value not shown)"
)

// hidesValue reports whether a line says that a value is sensitive.
func hidesValue(line string) bool {
	return strings.Contains(line, "(sensitive") || strings.Contains(line, "is (or was) sensitive")
}

// unmarked reports whether the JSON of a change may contain sensitive values without a mark.
func (p *planText) unmarked(c *tfjson.Change) bool {
	return p.oldVersion || c.Before != nil && c.BeforeSensitive == nil || c.After != nil && c.AfterSensitive == nil
}

// textMarks holds what the text hides of a change.
type textMarks struct {
	parts map[string]any // the hidden parts by name, as nested maps; true if all of a part is hidden
	lost  bool           // the text hides something, but it is not kept
}

// marksOf returns the marks of all blocks of a change, also of those that occur several times.
func (p *planText) marksOf(k key) textMarks {
	if p.marks == nil {
		p.marks = map[key]textMarks{}
		for _, one := range p.blocks {
			if !one.hides {
				continue
			}
			marks := p.marks[one.key]
			if marks.parts == nil {
				marks.parts = map[string]any{}
			}
			marks.lost = marks.lost || len(one.lines) == 0
			addHiddenParts(marks.parts, one.lines, hidesValue)
			p.marks[one.key] = marks
		}
	}
	return p.marks[k]
}

// addHiddenParts adds the paths of the values that the lines of a block hide according to a function.
func addHiddenParts(parts map[string]any, lines []string, hides func(line string) bool) {
	var scan blockScanner
	for _, l := range lines[min(1, len(lines)):] {
		if rest, ok := scan.next(l); ok && hides(rest) {
			addPart(parts, scan.path.names())
		}
	}
}

// addPart adds the path of a part of which all is hidden.
func addPart(parts map[string]any, path []string) {
	for i, name := range path {
		switch {
		case parts[name] == true:
			return
		case i == len(path)-1:
			parts[name] = true
			return
		}
		inside, _ := parts[name].(map[string]any)
		if inside == nil {
			inside = map[string]any{}
			parts[name] = inside
		}
		parts = inside
	}
}

// addTo adds the marks to those of a change.
func (m textMarks) addTo(c *tfjson.Change) {
	c.BeforeSensitive = addMarks(c.BeforeSensitive, c.Before, m.parts)
	c.AfterSensitive = addMarks(c.AfterSensitive, c.After, m.parts)
}

// addMarks returns the marks of a value with those of the parts, which do not contain the indices of lists.
func addMarks(marks, value, parts any) any {
	names, _ := parts.(map[string]any)
	switch {
	case marks == true, parts == true:
		return true
	case len(names) == 0:
		return marks
	}
	switch value := value.(type) {
	case nil:
		return marks
	case map[string]any:
		own, _ := marks.(map[string]any)
		all := maps.Clone(own)
		if all == nil {
			all = map[string]any{}
		}
		for name, part := range names {
			all[name] = addMarks(all[name], value[name], part)
		}
		return all
	case []any:
		all := make([]any, len(value))
		for i, v := range value {
			if _, isObject := v.(map[string]any); isObject && len(names) > maxNesting {
				all[i] = true // a copy of the names for each element would be too large
			} else {
				all[i] = addMarks(mark(marks, i), v, parts)
			}
		}
		return all
	}
	return true // such as a JSON document in a string
}

// addOutputMark records that the text hides an output, whose lines follow its label.
func (p *planText) addOutputMark(line string) {
	if _, rest := cutSign(line); len(line)-len(rest) == 4 || indent(line) == 4 {
		if name := labelOf(strings.TrimLeft(rest, " ")); name != "" {
			p.outputName = name
		}
	}
	if !hidesValue(line) || p.hiddenOutputs[p.outputName] || len(p.hiddenOutputs) == maxChanges {
		return
	}
	if p.hiddenOutputs == nil {
		p.hiddenOutputs = map[string]bool{}
	}
	name := strings.Clone(p.outputName)
	p.hiddenOutputs[name] = true
	p.keptSize += changeOverhead + len(name)
}

// outputValues returns the values of an output, with the mark of the text.
func (p *planText) outputValues(name string, c *tfjson.Change) values {
	v := valuesOf(c)
	if p.hiddenOutputs[name] {
		v.sensitiveBefore, v.sensitiveAfter = true, true
	}
	return v
}
