package tfplan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"scalr-run-action/internal/jsonstream"
)

// The bounds within which a plan's JSON is read: an address or a name, how many
// actions a change has, and a change whose values are looked into, which takes
// many times its size.
const (
	longestAddress  = 64 << 10
	mostActions     = 4
	longestDetailed = 1 << 20
)

// planJSON reads the parts of a plan's JSON that say what changes: of all its
// documents, since Terragrunt writes one for each unit.
type planJSON struct {
	*jsonstream.Reader
	texts *planText
	size  int // of all diffs
	tally Tally
	doc   document
	// errored is set when planning ended in an error: there may be more to it.
	errored bool
}

// The members that are read of each object. Readers of JSON do not agree on what
// it means if one occurs twice, or again in other letters.
var (
	planMembers = []string{"format_version", "terraform_version", "planned_values", "resource_changes", "resource_drift", "output_changes",
		"action_invocations", "deferred_changes", "deferred_action_invocations", "applyable", "complete", "errored"}
	resourceMembers = []string{"address", "previous_address", "deposed", "mode", "action_reason", "change"}
	changeMembers   = []string{"actions", "importing", "replace_paths", "before", "after", "after_unknown", "before_sensitive", "after_sensitive"}
)

// readJSON reads a plan's JSON. What was counted until an error counts, too.
func readJSON(ctx context.Context, from io.Reader, texts *planText) (document, Tally, error) {
	p := &planJSON{Reader: jsonstream.New(ctx, from, jsonstream.Limits{}), texts: texts}
	err := p.documents()
	switch {
	case err != nil:
		err = fmt.Errorf("the plan's JSON was of no use: %w", err)
	case p.tally.Documents == 0:
		err = errors.New("the plan's JSON was of no use: it is empty")
	}
	p.tally.Complete = err == nil && !p.errored
	counts := p.tally.Counts
	p.doc.planned = &counts
	return p.doc, p.tally, err
}

func (p *planJSON) documents() error {
	for {
		more, err := p.More()
		if err == nil && more {
			err = p.plan()
		}
		if err != nil || !more {
			return err
		}
	}
}

// plan reads one document.
func (p *planJSON) plan() error {
	var version, listed, whole, applyable, complete bool
	complete = true
	before := p.tally
	err := p.members("the plan", planMembers, func(name string) (err error) {
		switch name {
		case "format_version":
			version = true
		case "terraform_version", "planned_values":
			whole = true
		case "resource_changes":
			listed = true
			return p.changes(&p.doc.changes, false)
		case "resource_drift":
			return p.changes(&p.doc.drift, true)
		case "output_changes":
			listed = true
			return p.outputs()
		case "action_invocations", "deferred_changes", "deferred_action_invocations":
			return p.list(func() error { p.tally.Others++; return nil })
		case "applyable":
			applyable, err = p.flag()
		case "complete":
			complete, err = p.flag()
		case "errored":
			var errored bool
			errored, err = p.flag()
			p.errored = p.errored || errored
		}
		return err
	})
	p.tally.Documents++
	switch {
	case err != nil:
		return err
	case !version:
		return errors.New("it is no plan")
	case !listed && !whole:
		return errors.New("it lists no changes")
	}
	if applyable && p.tally.Counts == before.Counts && p.tally.Others == before.Others {
		p.tally.Others++ // an apply would do something that is not listed here
	}
	if !complete {
		p.tally.Others++ // something is left for the next plan
	}
	return nil
}

// members reads an object, and doubts one in which a member that is read occurs
// more than once. A null is an empty object.
func (p *planJSON) members(where string, read []string, each func(name string) error) error {
	if absent, err := p.null(); absent || err != nil {
		return err
	}
	var seen []string
	return p.Object(func(name string) error {
		for _, known := range read {
			if !strings.EqualFold(name, known) {
				continue
			}
			if name != known || slices.Contains(seen, known) {
				p.tally.doubt(fmt.Sprintf("%s has the member %q more than once, or in other letters", where, known))
			}
			seen = append(seen, known)
			return each(known)
		}
		return each(name)
	})
}

// list reads an array. A null is an empty one.
func (p *planJSON) list(each func() error) error {
	if absent, err := p.null(); absent || err != nil {
		return err
	}
	return p.Array(each)
}

// null reads a null, if that is what comes.
func (p *planJSON) null() (bool, error) {
	c, err := p.Peek()
	if err != nil || c != 'n' {
		return false, err
	}
	return true, p.Skip()
}

func (p *planJSON) flag() (bool, error) {
	c, err := p.Peek()
	if err == nil {
		err = p.Skip()
	}
	if err == nil && c != 't' && c != 'f' {
		err = errors.New("it is no plan")
	}
	return c == 't', err
}

// header is a resource change without its values.
type header struct {
	address, previous, deposed, mode, reason string
	actions                                  [][]string // of each member of that name
	imported                                 bool
	importID                                 string
}

func (p *planJSON) changes(to *[]Change, drifted bool) error {
	return p.list(func() error {
		var h header
		raw, err := p.Record(longestDetailed, func() error { return p.header(&h) })
		if err != nil {
			return err
		}
		c, ok := h.change(&p.tally, drifted)
		if !ok {
			return nil
		}
		if len(*to) == mostChanges {
			return fmt.Errorf("it has more than %d changes", mostChanges)
		}
		if raw != nil && p.size < longestText {
			p.texts.detail(&c, raw, drifted)
			p.size += len(c.Diff)
		}
		*to = append(*to, c)
		return nil
	})
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

// actions reads what happens to a resource. What is not a list of words is an
// action that is not known.
func (p *planJSON) actions(h *header) error {
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
		err = errors.New("it is no plan")
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

// action is what happens to the resource. Where it is told several times, the
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
var byWeight = []Action{Destroy, Replace, Other, Update, Create, Forget, Import, Move, Read, noOp}

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
		return Create, true
	}
	if slices.Contains(list, "delete") {
		return Destroy, false
	}
	return Other, false
}

// opens reports the actions of an ephemeral resource.
func (h header) opens() bool {
	for _, list := range h.actions {
		if len(list) != 1 || list[0] != "open" && list[0] != "renew" && list[0] != "close" {
			return false
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

// outputs reads how the outputs change.
func (p *planJSON) outputs() error {
	changed, names := map[string]*tfjson.Change{}, []string{}
	err := p.members("", nil, func(name string) error {
		var h header
		raw, err := p.Record(longestDetailed, func() error { return p.change(&h) })
		if err != nil {
			return err
		}
		if h.action(&p.tally) == noOp {
			return nil
		}
		p.tally.Others++
		names = append(names, name)
		var c tfjson.Change
		if raw != nil && p.size < longestText && decode(raw, &c) == nil {
			p.size += len(raw)
			changed[name] = &c
		}
		return nil
	})
	slices.Sort(names)
	p.doc.outputs = append(p.doc.outputs, names...)
	if text := p.texts.agreeing(changed); text != nil && len(changed) == len(names) && p.doc.outputDiff == "" {
		p.doc.outputDiff = diff(redactedLines(p.texts.redact, text))
		return err
	}
	for _, name := range names {
		if c := changed[name]; c != nil {
			p.doc.outputDiff = strings.Trim(p.doc.outputDiff+"\n"+p.texts.outputChange(name, c), "\n")
		}
	}
	return err
}
