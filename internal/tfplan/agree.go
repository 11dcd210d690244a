package tfplan

import (
	"encoding/json"
	"math/big"
	"regexp"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"scalr-run-action/internal/sanitize"
)

// Terraform is not the only one that writes a plan's log: check blocks, hooks and
// import ids, which the author of a configuration writes, can print what looks like a
// plan. So a passage is shown only if it says what the JSON says, no more and no less: each
// attribute that changes in the JSON changes in it and no other, what it shows as
// removed or added is there before or after, and what goes or comes is shown.

// agrees reports whether the passage says the same as the JSON of the change.
func (t *passage) agrees(c *tfjson.ResourceChange) bool {
	kind := "resource"
	if c.Mode == tfjson.DataResourceMode {
		kind = "data"
	}
	if len(t.lines) < 2 {
		return false
	}
	_, head := cutSign(t.lines[0])
	head = strings.TrimLeft(head, " .") // the sign of what is forgotten
	if head != kind+` "`+c.Type+`" "`+c.Name+`" {` || t.lines[len(t.lines)-1] != "    }" {
		return false
	}
	v := valuesOf(c.Change)
	if t.action == Forget { // which changes nothing, and is shown without signs
		v.after, v.hiddenAfter, v.unknown = v.before, v.hiddenBefore, nil
	}
	regions, ok := split(t.lines[1:len(t.lines)-1], 8)
	return ok && agree(regions, v)
}

// agree compares the regions of a text, each of which is about one attribute, with the values.
func agree(regions []region, v values) bool {
	shown := map[string][]region{}
	for _, r := range regions {
		if shown[r.name] != nil && !r.block {
			return false
		}
		shown[r.name] = append(shown[r.name], r)
	}
	known := 0
	for _, name := range members(v) {
		if at := v.at(name); shown[name] != nil {
			known++
		} else if !at.same() && !at.blank() {
			return false
		}
	}
	if known < len(shown) {
		return false // of something else
	}
	for name, regions := range shown {
		e := evidenceOf(name, v.at(name))
		for _, r := range regions {
			if !e.take(r) {
				return false
			}
		}
		if !e.complete() {
			return false
		}
	}
	return true
}

// agreeing gives the text on how the outputs change, if the log has it once and it
// says what the JSON says of each of them.
func (p *planText) agreeing(changes map[string]*tfjson.Change) []string {
	regions, ok := split(p.outputs, 4)
	if p.sections != 1 || !ok {
		return nil
	}
	v := values{before: map[string]any{}, after: map[string]any{}}
	unknown, hiddenBefore, hiddenAfter := map[string]any{}, map[string]any{}, map[string]any{}
	for name, c := range changes {
		v.before.(map[string]any)[name], v.after.(map[string]any)[name] = c.Before, c.After
		unknown[name], hiddenBefore[name], hiddenAfter[name] = c.AfterUnknown, c.BeforeSensitive, c.AfterSensitive
	}
	v.unknown, v.hiddenBefore, v.hiddenAfter = unknown, hiddenBefore, hiddenAfter
	for _, r := range regions {
		if changes[r.name] == nil || r.block {
			return nil
		}
	}
	// The JSON says of a sensitive output that it is updated, also if it stays as it is.
	if len(regions) == 0 || !agree(regions, v) {
		return nil
	}
	return p.outputs
}

// leavesOf are the lines of a text, or what is on its one line.
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

// pool is where the leaves are counted that may stand for each other, since a text
// over several lines may become one of one line, and the other way round.
func pool(leaf string) string {
	if text, ok := strings.CutPrefix(leaf, "line "); ok {
		return "text " + text
	}
	if text, ok := strings.CutPrefix(leaf, "text "); ok {
		return "text " + strings.TrimSpace(text)
	}
	return leaf
}

// encoded is a value that Terraform shows as jsonencode(...).
func encoded(s string) (value any, ok bool) {
	if !strings.HasPrefix(s, "{") && !strings.HasPrefix(s, "[") || !json.Valid([]byte(s)) {
		return nil, false
	}
	return value, decode([]byte(s), &value) == nil
}

// plainText is a text as the log's lines give it.
func plainText(s string) string { return strings.ReplaceAll(sanitize.Text(s), "\t", "    ") }

// plainNumber is a number that can be compared with others. One with a huge
// exponent, or with very many digits, takes minutes.
var plainNumber = regexp.MustCompile(`^[-+]?[0-9.]{1,100}([eE][-+]?[0-9]{1,3})?$`)

func numberLeaf(s string) string {
	if !plainNumber.MatchString(s) {
		return "number " + s
	}
	if f, _, err := big.ParseFloat(s, 10, 128, big.ToNearestEven); err == nil {
		return "number " + f.Text('g', 30)
	}
	return "number " + s
}
