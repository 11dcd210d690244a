package tfplan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// setDiff sets the diff of a change and what forces a replacement. It takes Terraform's
// own text if the log contains it exactly once for this change and it agrees with the
// JSON, else it renders the JSON: the author of a configuration can write to the log.
//
// If the JSON may contain sensitive values without a mark, those that the text hides are
// sensitive, and without a text that agrees no values are shown.
func (p *planText) setDiff(to *Change, raw []byte, drifted bool) {
	var c tfjson.ResourceChange
	if decode(raw, &c) != nil || c.Change == nil {
		return
	}
	readMarks(c.Change)
	if to.Reason == "" && to.Action != Forget {
		to.Reason = forcedReason(replacePaths(&c))
	}
	k := key{address: to.Address, deposed: to.Deposed, unit: to.Unit, drifted: drifted}
	one, marks := p.single(k), p.marksOf(k)
	unmarked := p.unmarked(c.Change)
	if unmarked {
		marks.addTo(c.Change)
	}
	if one != nil && one.action == to.Action && to.Reason == "" && c.ActionReason != "" && reasons[c.ActionReason] == "" {
		to.Reason = one.noteReason()
	}
	if one != nil && one.action == to.Action && one.agrees(&c) {
		to.Diff = diff(elideUnknown(redactedLines(p.redact, one.lines)))
		return
	}
	if !unmarked {
		marks.addTo(c.Change)
	}
	to.Diff = p.attributes(&c, to.Action, unmarked || marks.lost)
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

// attributes renders a resource change from its JSON.
func (p *planText) attributes(c *tfjson.ResourceChange, a Action, hideValues bool) string {
	w := attributeWriter{redact: p.redact, comparisons: &p.comparisons, replace: map[string]bool{}, hideValues: hideValues}
	for _, path := range replacePaths(c) {
		w.replace[path] = true
	}
	kind := "resource"
	if c.Mode == tfjson.DataResourceMode {
		kind = "data"
	}
	sign := signs[a]
	if a == Replace && c.Change.Actions.CreateBeforeDestroy() {
		sign = "+/-"
	} else if a == Succeed && slices.Equal(c.Change.Actions, tfjson.Actions{tfjson.ActionForget, tfjson.ActionCreate}) {
		sign = "./+"
	}
	w.add(sign, 0, fmt.Sprintf("%s %q %q {", kind, c.Type, c.Name))
	w.object(1, nil, valuesOf(c.Change), nil)
	if hideValues {
		w.add("", 1, unmarkedNote)
	}
	w.cut(1)
	w.add("", 0, "}")
	if a == Forget { // changes no attribute: Terraform shows it without signs
		w.removeSign("-")
	}
	return strings.Join(w.lines, "\n")
}

var signs = map[Action]string{Create: "+", Destroy: "-", Update: "!", Replace: "-/+", Succeed: "+/.", Read: "<="}

// outputChange renders the change of one output.
func (p *planText) outputChange(name string, c *tfjson.Change) string {
	hideValues := p.unmarked(c)
	w := attributeWriter{redact: p.redact, comparisons: &p.comparisons, hideValues: hideValues}
	v := p.outputValues(name, c)
	v.onBothSides = true // an output is never a block
	label := w.label(name) + " = "
	sign := "!"
	switch {
	case c.Actions.Create():
		sign = "+"
	case c.Actions.Delete():
		sign = "-"
	}
	switch {
	case v.masked():
		w.add(sign, 0, label+"(sensitive value)")
	case hideValues && v.unchanged(): // it is redacted on both sides
		w.add(sign, 0, label+hiddenValue)
	}
	w.attribute(0, []any{name}, label, "", v)
	return w.text()
}

func decode(raw []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(to)
}
