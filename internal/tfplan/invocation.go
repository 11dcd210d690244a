package tfplan

import (
	"regexp"
	"strings"
)

var actionAddress = regexp.MustCompile(`^(?:module\.[\w-]+(?:\[[^\]]*\])?\.)*action\.[\w-]+\.[\w-]+(?:\[.*\])?$`)

// invocation takes a comment below a change about the actions that are invoked with
// it: a title such as "Actions to be invoked after this change in order:", or an
// action's address.
func (p *planText) invocation(text string) {
	if p.part != inChanges {
		return
	}
	if rest, ok := strings.CutPrefix(text, "Actions to be invoked "); ok {
		when, _, _ := strings.Cut(rest, " ")
		p.trigger = ""
		for i := len(p.passages) - 1; i >= 0 && p.trigger == "" && (when == "before" || when == "after"); i-- {
			if last := p.passages[i]; last.action != Invoke {
				p.trigger = when + " the change of " + last.key.address
			}
		}
		return
	}
	if !actionAddress.MatchString(text) {
		return
	}
	p.passage(key{address: strings.Clone(text), unit: p.unit}, "", Invoke, false)
	if p.now != nil && p.trigger != "" {
		p.now.notes = append(p.now.notes, p.trigger)
		p.kept += lineOverhead + len(p.trigger)
	}
}

// invocations reads the actions of Terraform 1.14 that the plan invokes.
func (p *planJSON) invocations() error {
	return p.list(func() error {
		c := Change{Action: Invoke}
		var trigger, event string
		err := p.members("an action invocation", []string{"address", "lifecycle_action_trigger"}, func(name string) error {
			switch name {
			case "address":
				return p.text(&c.Address)
			case "lifecycle_action_trigger":
				return p.members("an action's trigger", []string{"triggering_resource_address", "action_trigger_event"}, func(name string) error {
					switch name {
					case "triggering_resource_address":
						return p.text(&trigger)
					case "action_trigger_event":
						return p.text(&event)
					}
					return nil
				})
			}
			return nil
		})
		if err != nil {
			return err
		}
		p.tally.count(Invoke, false)
		if trigger != "" {
			c.Reason = moment(event) + strings.ReplaceAll(trigger, "`", "'")
		}
		if p.doc.changes.place(c) {
			p.doc.changes.changes = append(p.doc.changes.changes, c)
		}
		return nil
	})
}

// moment words the event that an action is invoked by.
func moment(event string) string {
	for _, when := range []string{"before", "after"} {
		if len(event) > len(when) && strings.EqualFold(event[:len(when)], when) {
			return when + " the change of "
		}
	}
	return "with the change of "
}
