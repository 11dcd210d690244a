package tfplan

import (
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

var actionAddress = lazyregexp.New(`^(?:module\.[\w-]+(?:\[[^\]]*\])?\.)*action\.[\w-]+\.[\w-]+(?:\[.*\])?$`)

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

// invocations reads the invocations of actions (Terraform 1.14).
func (p *planJSON) invocations() error {
	return p.list(func() error {
		c := Change{Action: Invoke}
		var trigger, event string
		err := p.members("an action invocation", []string{"address", "lifecycle_action_trigger"}, func(name string) error {
			switch name {
			case "address":
				return p.text(&c.Address)
			case "lifecycle_action_trigger":
				return p.trigger(&trigger, &event)
			}
			return nil
		})
		if err != nil {
			return err
		}
		p.totals.count(Invoke, false)
		if trigger != "" {
			c.Reason = eventPhrase(event) + strings.ReplaceAll(trigger, "`", "'")
		}
		if p.doc.changes.reserve(c) {
			p.doc.changes.changes = append(p.doc.changes.changes, c)
		}
		return nil
	})
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
