package tfplan

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"scalr-run-action/internal/lazyregexp"

	tfjson "github.com/hashicorp/terraform-json"
)

// header holds a resource change without its values.
type header struct {
	address, previous, deposed, mode, reason string
	actions                                  [][]string // one list for each member of that name
	imported                                 bool
	deferred                                 bool // to the next plan; then reason is the reason for that
	importID                                 string
	exists                                   bool     // the value before is not null
	removed                                  bool     // the value after is null
	unknown                                  bool     // all of the value is known only after the apply
	replacePaths                             []string // the first ones, up to the first index
}

// header reads one resource change. A deferred one is a member of an object with the reason.
func (p *planJSON) header(h *header) error {
	var read func(name string) error
	read = func(name string) error {
		switch name {
		case "address":
			return p.text(&h.address)
		case "previous_address":
			return p.text(&h.previous)
		case "deposed":
			return p.text(&h.deposed)
		case "mode":
			return p.text(&h.mode)
		case "action_reason", "reason":
			if h.deferred == (name == "reason") {
				return p.text(&h.reason)
			}
		case "resource_change", "action_invocation":
			if h.deferred {
				return p.Object(read)
			}
		case "change":
			return p.change(h)
		}
		return nil
	}
	return p.members("a resource change", resourceMembers, read)
}

func (p *planJSON) change(h *header) error {
	return p.members("a change", changeMembers, func(name string) error {
		switch name {
		case "actions":
			return p.actions(h)
		case "importing":
			return p.importing(h)
		case "replace_paths":
			return p.paths(h)
		case "before":
			absent, err := p.null()
			h.exists = !absent
			return err
		case "after":
			absent, err := p.null()
			h.removed = absent
			return err
		case "after_unknown":
			c, err := p.Peek()
			h.unknown = c == 't'
			return err
		}
		return nil
	})
}

// maxActionLists is the maximum number of members named "actions" in one change.
const maxActionLists = 10

// actions reads the actions of a change. Anything but a list of strings is an unknown
// action.
func (p *planJSON) actions(h *header) error {
	if len(h.actions) == maxActionLists {
		return fmt.Errorf("a change lists its actions more than %d times", maxActionLists)
	}
	var list []string
	if c, err := p.Peek(); err != nil || c != '[' {
		h.actions = append(h.actions, nil)
		return err
	}
	err := p.Array(func() error {
		word, ok, err := p.Text(maxAddressSize)
		if !ok {
			word = "?"
		}
		if len(list) < maxActions || word == "delete" {
			list = append(list[:min(len(list), maxActions)], word)
		}
		return err
	})
	h.actions = append(h.actions, list)
	return err
}

// maxReplacePaths is the number of paths that are read of those that force a replacement.
const maxReplacePaths = 10

// paths reads the paths that force a replacement.
func (p *planJSON) paths(h *header) error {
	if c, err := p.Peek(); err != nil || c != '[' {
		return err
	}
	return p.Array(func() error {
		if c, err := p.Peek(); err != nil || c != '[' || len(h.replacePaths) == maxReplacePaths {
			return err
		}
		var names []any
		ended := false
		err := p.Array(func() error {
			name, ok, err := p.Text(maxNameLength)
			if ended = ended || !ok || len(names) == maxNesting; !ended {
				names = append(names, name)
			}
			return err
		})
		if path := dotted(names); path != "" && !slices.Contains(h.replacePaths, path) {
			h.replacePaths = append(h.replacePaths, path)
		}
		return err
	})
}

func (p *planJSON) importing(h *header) error {
	absent, err := p.null()
	h.imported = h.imported || !absent
	if absent || err != nil {
		return err
	}
	return p.Object(func(name string) error {
		if name == "id" {
			return p.text(&h.importID)
		}
		return nil
	})
}

// text reads a string; a null leaves it unchanged.
func (p *planJSON) text(to *string) error {
	if absent, err := p.null(); absent || err != nil {
		return err
	}
	text, ok, err := p.Text(maxAddressSize)
	if err == nil && !ok {
		err = errors.New("not a plan")
	}
	*to = text
	return err
}

// change returns the change of the resource and counts it; ok is false if nothing
// changes.
func (h header) change(t *Totals, drifted bool) (c Change, ok bool) {
	if h.deferred {
		t.count(Defer, false)
		c.Address, c.Deposed, c.Action = h.address, h.deposed, Defer
		c.Reason = cmp.Or(reasons[tfjson.ActionReason(h.reason)], "for an unknown reason")
		return c, true
	}
	if h.mode == "ephemeral" && h.isEphemeralUse() {
		return Change{}, false // ephemeral resources are not stored
	}
	c = Change{Address: h.address, Deposed: h.deposed, Imported: h.imported, ImportID: h.importID}
	c.Reason = reasons[tfjson.ActionReason(h.reason)]
	if h.previous != h.address {
		c.Previous = h.previous
	}
	switch c.Action = h.action(t); {
	case c.Action == noOp && c.Previous != "":
		c.Action = Move
	case c.Action == noOp && c.Imported:
		c.Action = Import
	case c.Action == Forget && !strings.HasPrefix(h.reason, "forgot_"):
		c.Reason = "" // Terraform reports the reason of a destruction
	case c.Action == Destroy && c.Deposed != "" && c.Reason == "":
		c.Reason = "left over from a partially-failed replacement of this instance"
	}
	h.checkValues(c.Action, t, drifted)
	switch {
	case c.Action == noOp:
		return Change{}, false
	case drifted:
		t.Drift++
	default:
		t.count(c.Action, c.Imported)
	}
	return c, true
}

// checkValues records a problem if the change does not destroy the object, but has no
// planned value for it.
func (h header) checkValues(a Action, t *Totals, drifted bool) {
	keeps := a == noOp || a == Update || a == Create || a == Move || a == Import
	if keeps && h.exists && h.removed && !h.unknown && !drifted {
		t.addProblem("a change that does not destroy its object has no planned value")
	}
}

// noOp is the action of a resource that does not change.
const noOp Action = ""

// action returns the action of the change. If the JSON contains several, the most
// severe one counts.
func (h header) action(t *Totals) Action {
	worst, found := noOp, false
	for _, list := range h.actions {
		a, known := actionOf(list)
		if !known {
			t.addProblem(fmt.Sprintf("the action %s is unknown", quotedActions(list)))
		}
		if !found || slices.Index(bySeverity, a) < slices.Index(bySeverity, worst) {
			worst, found = a, true
		}
	}
	if !found {
		t.addProblem("a change has no actions")
		return Other
	}
	return worst
}

// bySeverity lists the actions, the most severe one first.
var bySeverity = []Action{Destroy, Replace, Other, Update, Succeed, Create, Forget, Invoke, Import, Move, Read, noOp}

// actionOf returns the meaning of a list of Terraform's actions. An unknown combination
// that contains a delete counts as a destruction.
func actionOf(list []string) (a Action, known bool) {
	switch strings.Join(list, ",") {
	case "no-op":
		return noOp, true
	case "create":
		return Create, true
	case "read":
		return Read, true
	case "update":
		return Update, true
	case "delete":
		return Destroy, true
	case "delete,create", "create,delete":
		return Replace, true
	case "forget":
		return Forget, true
	case "create,forget", "forget,create": // the old object is left behind, not destroyed
		return Succeed, true
	}
	if slices.Contains(list, "delete") {
		return Destroy, false
	}
	return Other, false
}

// isEphemeralUse reports whether all actions are those of an ephemeral resource.
func (h header) isEphemeralUse() bool {
	for _, list := range h.actions {
		if len(list) == 0 {
			return false
		}
		for _, word := range list {
			if word != "open" && word != "renew" && word != "close" {
				return false
			}
		}
	}
	return len(h.actions) > 0
}

// quotedActions quotes actions for a message if they have the form of actions.
func quotedActions(list []string) string {
	text := strings.Join(list, ",")
	if !actionWords.MatchString(text) {
		return "of a change"
	}
	return strconv.Quote(text)
}

var actionWords = lazyregexp.New(`^[a-z,-]{1,60}$`)
