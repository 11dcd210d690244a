package tfplan

import (
	"fmt"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"scalr-run-action/internal/lazyregexp"
)

var (
	actionAddress = lazyregexp.New(`^(?:module\.` + namePattern + `(?:` + keyPattern + `)?\.)*action\.` +
		namePattern + `\.` + namePattern + `(?:\[.*\])?$`)
	// actionBegin matches the first line of the block of an action.
	actionBegin = lazyregexp.New(`^    action "(` + namePattern + `)" "(` + namePattern + `)" \{$`)
	modulePath  = lazyregexp.New(`^(?:module\.` + namePattern + `(?:` + keyPattern + `)?\.)*`)
)

// invocationNote reads a comment below a change about the actions that it triggers: a
// title such as "Actions to be invoked after this change in order:", or an action's
// address.
func (p *planText) invocationNote(text string) {
	if p.part != inChanges {
		return
	}
	if rest, ok := strings.CutPrefix(text, "Actions to be invoked "); ok {
		when, _, _ := strings.Cut(rest, " ")
		p.trigger, p.triggering, p.inInvoked = "", "", true
		for i := len(p.blocks) - 1; i >= 0 && p.trigger == "" && (when == "before" || when == "after"); i-- {
			if last := p.blocks[i]; last.action != Invoke {
				p.trigger, p.triggering = when+" the change of "+last.key.address, last.key.address
			}
		}
		return
	}
	if actionAddress.MatchString(text) {
		p.beginInvocation(text)
	}
}

// invocationBlock reads the first line of an action's block without a comment above it, as Terraform 1.14 and 1.15 print it.
// The action is in the module of the change that triggers it; the key of the instance is unknown.
func (p *planText) invocationBlock(line string) {
	if m := actionBegin.FindStringSubmatch(line); m != nil {
		p.beginInvocation(modulePath.FindString(p.triggering) + "action." + m[1] + "." + m[2])
		if p.current != nil {
			p.inBody = true
			p.bodyLine(line)
		}
	}
}

// beginInvocation starts the block of an action that a change triggers.
func (p *planText) beginInvocation(address string) {
	p.beginBlock(key{address: strings.Clone(address), unit: p.unit}, "", Invoke, false)
	if p.current != nil && p.trigger != "" {
		p.current.trigger = p.trigger
		p.current.notes = append(p.current.notes, p.trigger)
		p.keptSize += lineOverhead + len(p.trigger)
	}
}

// invocationKey identifies the blocks of an invocation: the action, and what triggers it.
type invocationKey struct{ address, trigger string }

// invocationTexts holds the blocks of an invocation.
type invocationTexts struct {
	blocks    []*resourceBlock
	writeOnly map[string]any // the write-only parts, as in textMarks
	textMarks
}

// textsOf returns the blocks of an invocation. It is empty if the text does not end, because a block may be missing.
func (p *planText) textsOf(address, trigger string) invocationTexts {
	if p.invocations == nil {
		p.invocations = map[invocationKey]invocationTexts{}
		for _, one := range p.blocks {
			if one.action != Invoke {
				continue
			}
			k := invocationKey{one.key.address, strings.ReplaceAll(one.trigger, "`", "'")}
			texts := p.invocations[k]
			if texts.parts == nil {
				texts.parts, texts.writeOnly = map[string]any{}, map[string]any{}
			}
			texts.blocks = append(texts.blocks, one)
			texts.lost = texts.lost || len(one.lines) == 0 || one.outsidePlan
			addHiddenParts(texts.parts, one.lines, hidesValue)
			addHiddenParts(texts.writeOnly, one.lines, isWriteOnly)
			p.invocations[k] = texts
		}
	}
	if p.closedTotals.Documents == 0 || p.overflowed {
		return invocationTexts{}
	}
	if texts, ok := p.invocations[invocationKey{address, trigger}]; ok {
		return texts
	}
	return p.invocations[invocationKey{withoutKey(address), trigger}]
}

// withoutKey returns the address of an action without the key of its instance.
func withoutKey(address string) string {
	path := modulePath.FindString(address)
	name, _, _ := strings.Cut(address[len(path):], "[")
	return path + name
}

// isWriteOnly reports whether a line says that an attribute is write-only. The plan's JSON contains the values of such
// attributes of an action, and does not mark them.
func isWriteOnly(line string) bool { return strings.Contains(line, writeOnlyValue) }

const writeOnlyValue = "(write-only attribute)"

// invocationMembers are the members that are read of an invocation.
var invocationMembers = []string{
	"address", "type", "name", "lifecycle_action_trigger", "config_values", "config_sensitive", "config_unknown",
}

// invocations reads the invocations of actions (Terraform 1.14).
func (p *planJSON) invocations() error {
	return p.list(func() error {
		c := Change{Action: Invoke}
		var trigger, event string
		raw, err := p.Record(maxDetailedSize, func() error {
			return p.members("an action invocation", invocationMembers, func(name string) error {
				switch name {
				case "address":
					return p.text(&c.Address)
				case "lifecycle_action_trigger":
					return p.trigger(&trigger, &event)
				}
				return nil
			})
		})
		if err != nil {
			return err
		}
		p.totals.count(Invoke, false)
		if trigger != "" {
			c.Reason = eventPhrase(event) + strings.ReplaceAll(trigger, "`", "'")
		}
		if p.doc.changes.reserve(c) {
			if p.size < maxTextSize {
				c.Diff = p.texts.invocation(c, raw)
				p.size += len(c.Diff)
			}
			p.doc.changes.changes = append(p.doc.changes.changes, c)
		}
		return nil
	})
}

// maxTextsTried is the number of blocks of one action, with the same trigger, that are compared with the JSON.
const maxTextsTried = 4

// invocation returns the configuration of an action as Terraform shows it, without signs: Terraform's own text if one for this
// action and trigger agrees with the JSON, and the JSON otherwise. Only a text shows which attributes are write-only, so the JSON
// has no values if there is none. If raw is nil or too deep to be compared, the only text is taken. The result is empty if the
// action has no configuration.
func (p *planText) invocation(c Change, raw []byte) string {
	texts := p.textsOf(c.Address, c.Reason)
	if raw == nil || tooDeep(raw) {
		var only *resourceBlock
		if len(texts.blocks) == 1 && !texts.lost {
			only = texts.blocks[0]
		}
		return p.unverifiedDiff(only, c.Address, Invoke)
	}
	var action struct {
		Type, Name string
		Values     any `json:"config_values"`
		Sensitive  any `json:"config_sensitive"`
		Unknown    any `json:"config_unknown"`
	}
	if decode(raw, &action) != nil || isEmpty(action.Values) && !marked(action.Unknown) {
		return ""
	}
	config := tfjson.Change{After: action.Values, AfterSensitive: action.Sensitive, AfterUnknown: action.Unknown}
	readMarks(&config)
	hideValues := p.unmarked(&config) || texts.lost || len(texts.blocks) == 0 || p.units != nil // the unit is unknown
	config.AfterSensitive = addMarks(config.AfterSensitive, config.After, texts.writeOnly["config"])
	begin := fmt.Sprintf("action %q %q {", action.Type, action.Name)
	for _, one := range texts.blocks[:min(len(texts.blocks), maxTextsTried)] {
		if !texts.lost && one.agreesWithConfig(begin, &config) {
			return diff(redactedLines(p.redact, one.lines))
		}
	}
	config.AfterSensitive = addMarks(config.AfterSensitive, config.After, texts.parts["config"])
	w := attributeWriter{redact: p.redact, comparisons: &p.comparisons, hideValues: hideValues}
	w.add("", 0, begin)
	w.add("", 1, "config {")
	w.object(2, nil, valuesOf(&config), nil)
	if w.hideValues {
		w.add("", 2, unmarkedNote)
	}
	w.cut(2)
	w.add("", 1, "}")
	w.add("", 0, "}")
	w.removeSign("+")
	return strings.Join(w.lines, "\n")
}

// agreesWithConfig reports whether the block of an action shows all of its configuration, and nothing else.
func (t *resourceBlock) agreesWithConfig(begin string, config *tfjson.Change) bool {
	if len(t.lines) < 2 || t.begin() != begin || t.lines[len(t.lines)-1] != "    }" {
		return false
	}
	regions, ok := split(t.lines[1:len(t.lines)-1], 8)
	for _, r := range regions {
		for i := range r.lines {
			if r.lines[i].sign != "" {
				return false
			}
			r.lines[i].sign = "+" // like a new resource
		}
	}
	in := func(value any) any { return map[string]any{"config": value} }
	v := values{after: in(config.After), unknown: in(config.AfterUnknown), sensitiveAfter: in(config.AfterSensitive)}
	return ok && len(regions) == 1 && agree(regions, v)
}

// trigger reads the resource and the event that trigger an action.
func (p *planJSON) trigger(resource, event *string) error {
	read := []string{"triggering_resource_address", "action_trigger_event"}
	return p.members("an action's trigger", read, func(name string) error {
		switch name {
		case "triggering_resource_address":
			return p.text(resource)
		case "action_trigger_event":
			return p.text(event)
		}
		return nil
	})
}

// eventPhrase describes the event that triggers an action.
func eventPhrase(event string) string {
	for _, when := range []string{"before", "after"} {
		if len(event) > len(when) && strings.EqualFold(event[:len(when)], when) {
			return when + " the change of "
		}
	}
	return "with the change of "
}
