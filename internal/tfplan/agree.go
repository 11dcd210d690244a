package tfplan

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/sanitize"
)

// Terraform does not control all that a plan's log contains: check blocks, hooks and
// import ids, which the author of a configuration writes, can print text that looks
// like a plan. So a resource block is shown only if it matches the JSON exactly: it
// changes the attributes that change in the JSON and no others, each value that it
// shows as removed or added exists before or after, and each such value is shown.

// agrees reports whether the block describes the same change as the JSON.
func (t *resourceBlock) agrees(c *tfjson.ResourceChange) bool {
	kind := "resource"
	if c.Mode == tfjson.DataResourceMode {
		kind = "data"
	}
	if len(t.lines) < 2 {
		return false
	}
	if t.begin() != kind+` "`+c.Type+`" "`+c.Name+`" {` || t.lines[len(t.lines)-1] != "    }" {
		return false
	}
	v := valuesOf(c.Change)
	if t.action == Forget { // changes no attribute and is shown without signs
		v.after, v.sensitiveAfter, v.unknown = v.before, v.sensitiveBefore, nil
	}
	regions, ok := split(t.lines[1:len(t.lines)-1], 8)
	return ok && agree(regions, v)
}

// agree compares the regions of a text, each of which describes one attribute, with the values.
func agree(regions []region, v values) bool {
	shown := map[string][]region{}
	for _, r := range regions {
		if shown[r.name] != nil && !r.block {
			return false
		}
		shown[r.name] = append(shown[r.name], r)
	}
	names := members(v)
	for _, name := range names {
		if at := v.child(name); shown[name] == nil && !at.unchanged() && !at.bothEmpty() {
			return false
		}
	}
	for name := range shown {
		if _, inJSON := slices.BinarySearch(names, name); !inJSON && !v.child(name).sensitive() {
			return false // the text has an attribute that the JSON does not have
		}
	}
	for name, regions := range shown {
		e := evidenceOf(name, v.child(name))
		for _, r := range regions {
			if !e.check(r) {
				return false
			}
		}
		if !e.complete() {
			return false
		}
	}
	return true
}

// verifiedOutputs returns the log's text of the output changes if the log contains it
// once and it agrees with the JSON for each output; otherwise nil.
func (p *planText) verifiedOutputs(changes map[string]*tfjson.Change) []string {
	regions, ok := split(p.outputLines, 4)
	if p.sections != 1 || !ok {
		return nil
	}
	v := values{before: map[string]any{}, after: map[string]any{}}
	unknown, hiddenBefore, hiddenAfter := map[string]any{}, map[string]any{}, map[string]any{}
	for name, c := range changes {
		one := valuesOf(c)
		if p.unmarked(c) || c.BeforeSensitive == nil && c.AfterSensitive == nil {
			one = p.outputValues(name, c)
		}
		v.before.(map[string]any)[name], v.after.(map[string]any)[name] = c.Before, c.After
		unknown[name], hiddenBefore[name], hiddenAfter[name] = c.AfterUnknown, one.sensitiveBefore, one.sensitiveAfter
	}
	v.unknown, v.sensitiveBefore, v.sensitiveAfter = unknown, hiddenBefore, hiddenAfter
	for _, r := range regions {
		if changes[r.name] == nil || r.block {
			return nil
		}
	}
	// The JSON reports each sensitive output as updated, even if it is unchanged.
	if len(regions) == 0 || !agree(regions, v) {
		return nil
	}
	return p.outputLines
}

// leavesOf returns the lines of a text as leaves, or the text itself if it has one line.
func leavesOf(text string) (leaves []string) {
	if !strings.Contains(text, "\n") {
		return []string{"text " + plainText(text)}
	}
	for l := range strings.SplitSeq(text, "\n") {
		if l = strings.TrimSpace(plainText(l)); l != "" {
			leaves = append(leaves, "line "+l)
		}
	}
	return leaves
}

// interchangeable returns the key under which equivalent leaves are counted together:
// a text of several lines may become one of a single line, and vice versa.
func interchangeable(leaf string) string {
	if text, ok := strings.CutPrefix(leaf, "line "); ok {
		return "text " + text
	}
	if text, ok := strings.CutPrefix(leaf, "text "); ok {
		return "text " + strings.TrimSpace(text)
	}
	return leaf
}

// encoded decodes a string that Terraform shows as jsonencode(...).
func encoded(s string) (value any, ok bool) {
	if !strings.HasPrefix(s, "{") && !strings.HasPrefix(s, "[") || !json.Valid([]byte(s)) {
		return nil, false
	}
	return value, decode([]byte(s), &value) == nil
}

// plainText returns a text in the form that it has in a line of the log.
func plainText(s string) string { return strings.ReplaceAll(sanitize.Text(s), "\t", "    ") }

// plainNumber matches the numbers that are compared by value. Parsing one with a huge
// exponent, or with very many digits, would take minutes.
var plainNumber = lazyregexp.New(`^[-+]?[0-9.]{1,100}([eE][-+]?[0-9]{1,3})?$`)

func numberLeaf(s string) string {
	if !plainNumber.MatchString(s) {
		return "number " + s
	}
	if f, _, err := big.ParseFloat(s, 10, 128, big.ToNearestEven); err == nil {
		return "number " + f.Text('g', 30)
	}
	return "number " + s
}
