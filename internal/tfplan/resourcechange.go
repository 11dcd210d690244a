package tfplan

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// header is a resource change without its values.
type header struct {
	address, previous, deposed, mode, reason string
	actions                                  [][]string // of each member of that name
	imported                                 bool
	importID                                 string
}

// header reads one resource change.
func (p *planJSON) header(h *header) error {
	return p.members("a resource change", resourceMembers, func(name string) error {
		switch name {
		case "address":
			return p.text(&h.address)
		case "previous_address":
			return p.text(&h.previous)
		case "deposed":
			return p.text(&h.deposed)
		case "mode":
			return p.text(&h.mode)
		case "action_reason":
			return p.text(&h.reason)
		case "change":
			return p.change(h)
		}
		return nil
	})
}

func (p *planJSON) change(h *header) error {
	return p.members("a change", changeMembers, func(name string) error {
		switch name {
		case "actions":
			return p.actions(h)
		case "importing":
			return p.importing(h)
		}
		return nil
	})
}

// mostActionLists is how many members called "actions" of one change are read.
const mostActionLists = 10

// actions reads what happens to a resource. What is not a list of words is an
// action that is not known.
func (p *planJSON) actions(h *header) error {
	if len(h.actions) == mostActionLists {
		return errors.New("a change has its actions too often")
	}
	var list []string
	if c, err := p.Peek(); err != nil || c != '[' {
		h.actions = append(h.actions, nil)
		return err
	}
	err := p.Array(func() error {
		word, ok, err := p.Text(longestAddress)
		if !ok {
			word = "?"
		}
		if len(list) < mostActions || word == "delete" {
			list = append(list[:min(len(list), mostActions)], word)
		}
		return err
	})
	h.actions = append(h.actions, list)
	return err
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

// text reads a text; a null leaves it as it is.
func (p *planJSON) text(to *string) error {
	if absent, err := p.null(); absent || err != nil {
		return err
	}
	text, ok, err := p.Text(longestAddress)
	if err == nil && !ok {
		err = errors.New("not a plan")
	}
	*to = text
	return err
}

// change says what happens to the resource, and counts it; false when nothing does.
func (h header) change(t *Tally, drifted bool) (Change, bool) {
	if h.mode == "ephemeral" && h.opens() {
		return Change{}, false // nothing is kept of it
	}
	c := Change{Address: h.address, Deposed: h.deposed, Imported: h.imported, ImportID: h.importID}
	c.Reason = reasons[tfjson.ActionReason(h.reason)]
	if h.previous != h.address {
		c.Previous = h.previous
	}
	switch c.Action = h.action(t); {
	case c.Action == noOp && c.Previous != "":
		c.Action = Move
	case c.Action == noOp && c.Imported:
		c.Action = Import
	case c.Action == noOp:
		return Change{}, false
	case c.Action == Forget:
		c.Reason = "" // Terraform gives the reason of a destruction
	}
	if drifted {
		t.Drift++
	} else {
		t.count(c.Action, c.Imported)
	}
	return c, true
}

// noOp is the action of a resource that is left alone.
const noOp Action = ""

// action is what happens to the resource. Where the JSON says it several times, the
// worst counts.
func (h header) action(t *Tally) Action {
	worst, found := noOp, false
	for _, list := range h.actions {
		a, known := actionOf(list)
		if !known {
			t.doubt(fmt.Sprintf("the action %s is not known", quoted(list)))
		}
		if !found || slices.Index(byWeight, a) < slices.Index(byWeight, worst) {
			worst, found = a, true
		}
	}
	if !found {
		t.doubt("a change has no actions")
		return Other
	}
	return worst
}

// byWeight are the actions, the worst first.
var byWeight = []Action{Destroy, Replace, Other, Update, Succeed, Create, Forget, Invoke, Import, Move, Read, noOp}

// actionOf is what a list of Terraform's actions means; all that are known are
// here. Whatever else holds a delete destroys at least.
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

// opens reports the actions of an ephemeral resource.
func (h header) opens() bool {
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

// quoted names actions, if they look like such.
func quoted(list []string) string {
	text := strings.Join(list, ",")
	if !actionWords.MatchString(text) {
		return "of a change"
	}
	return strconv.Quote(text)
}

var actionWords = regexp.MustCompile(`^[a-z,-]{1,60}$`)
