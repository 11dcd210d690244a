package tfplan

import (
	"fmt"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"scalr-run-action/internal/lazyregexp"
)

var actionAddress = lazyregexp.New(`^(?:module\.` + namePattern + `(?:` + keyPattern + `)?\.)*action\.` +
	namePattern + `\.` + namePattern + `(?:\[.*\])?$`)

// invocationNote reads a comment below a change about the actions that it triggers: a
// title such as "Actions to be invoked after this change in order:", or an action's
// address.
func (p *planText) invocationNote(text string) {
	if p.part != inChanges {
		return
	}
	if rest, ok := strings.CutPrefix(text, "Actions to be invoked "); ok {
		when, _, _ := strings.Cut(rest, " ")
		p.trigger = ""
		for i := len(p.blocks) - 1; i >= 0 && p.trigger == "" && (when == "before" || when == "after"); i-- {
			if last := p.blocks[i]; last.action != Invoke {
				p.trigger = when + " the change of " + last.key.address
			}
		}
		return
	}
	if !actionAddress.MatchString(text) {
		return
	}
	p.beginBlock(key{address: strings.Clone(text), unit: p.unit}, "", Invoke, false)
	if p.current != nil && p.trigger != "" {
		p.current.notes = append(p.current.notes, p.trigger)
		p.keptSize += lineOverhead + len(p.trigger)
	}
}

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
				c.Diff = p.texts.invocation(c.Address, raw)
				p.size += len(c.Diff)
			}
			p.doc.changes.changes = append(p.doc.changes.changes, c)
		}
		return nil
	})
}

// invocation returns the configuration of an action, as Terraform shows it: without signs. It takes Terraform's own text if
// the log contains it exactly once for this action and it agrees with the JSON, else it renders the JSON. It is empty if the
// action has no configuration. If raw is nil or too deep to be compared, it takes Terraform's text without comparing it.
func (p *planText) invocation(address string, raw []byte) string {
	one := p.single(key{address: address})
	if one != nil && one.action != Invoke {
		one = nil
	}
	if raw == nil || tooDeep(raw) {
		if one != nil && one.outsidePlan {
			one = nil
		}
		return p.unverifiedDiff(one, address, Invoke)
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
	begin := fmt.Sprintf("action %q %q {", action.Type, action.Name)
	if one != nil && one.agreesWithConfig(begin, &config) {
		return diff(redactedLines(p.redact, one.lines))
	}
	w := attributeWriter{redact: p.redact, comparisons: &p.comparisons, hideValues: p.unmarked(&config)}
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
