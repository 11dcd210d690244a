package tfplan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"scalr-run-action/internal/jsonstream"
)

// The bounds for reading a plan's JSON: the size of an address or a name, the number of
// actions of a change, and the size of a change whose values are decoded, which takes
// many times as much memory.
const (
	maxAddressSize  = 64 << 10
	maxActions      = 4
	maxVersionSize  = 100
	maxDetailedSize = 256 << 10
)

// planJSON reads the changes of a plan's JSON. The JSON may consist of several
// documents, since Terragrunt writes one for each unit.
type planJSON struct {
	*jsonstream.Reader
	texts  *planText
	size   int // of all diffs in bytes
	totals Totals
	doc    document
	// version is Terraform's version and format that of the format, of the current document.
	version, format string
}

// The members that are read of each object. JSON parsers disagree on the meaning of a
// member that occurs twice, or that differs only in case.
var (
	planMembers = []string{
		"format_version", "terraform_version", "planned_values", "resource_changes", "resource_drift", "output_changes",
		"action_invocations", "deferred_changes", "deferred_action_invocations", "applyable", "complete", "errored",
	}
	resourceMembers = []string{
		"address", "previous_address", "deposed", "mode", "action_reason", "change", "reason", "resource_change", "action_invocation",
	}
	changeMembers = []string{
		"actions", "importing", "replace_paths", "before", "after", "after_unknown", "before_sensitive", "after_sensitive",
	}
)

// readJSON reads a plan's JSON. In case of an error, the totals include what was counted
// before it.
func readJSON(ctx context.Context, from io.Reader, texts *planText) (document, Totals, error) {
	p := &planJSON{Reader: jsonstream.New(ctx, from, jsonstream.Limits{}), texts: texts}
	err := p.documents()
	switch {
	case err != nil:
		err = fmt.Errorf("the plan's JSON is unusable: %w", err)
	case p.totals.Documents == 0:
		err = errors.New("the plan's JSON is unusable: it is empty")
	}
	p.totals.Complete = err == nil && !p.doc.errored
	p.totals.Limited = p.totals.Limited || p.totals.OtherCounts.Deferrals > 0
	counts := p.totals.Counts
	p.doc.planned = &counts
	return p.doc, p.totals, err
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
	var version, listed, isPlan, applyable, errored bool
	complete := true
	before := p.totals
	p.version, p.format, p.texts.oldVersion = "", "", true
	err := p.members("the plan", planMembers, func(name string) (err error) {
		switch name {
		case "format_version":
			version = true
			return p.versionTo(&p.format)
		case "terraform_version":
			isPlan = true
			return p.versionTo(&p.version)
		case "planned_values":
			isPlan = true
		case "resource_changes", "output_changes", "resource_drift", "deferred_changes", "deferred_action_invocations":
			if absent, err := p.null(); absent || err != nil {
				return err
			}
			listed = listed || name == "resource_changes" || name == "output_changes"
			if name == "output_changes" {
				return p.outputs()
			}
			return p.changes(name)
		case "action_invocations":
			return p.invocations()
		case "applyable":
			applyable, err = p.flag()
		case "complete":
			complete, err = p.flag()
		case "errored":
			errored, err = p.flag()
			p.doc.errored = p.doc.errored || errored
		}
		return err
	})
	p.totals.Documents++
	p.totals.Most = p.totals.Most.Worst(p.totals.Counts.minus(before.Counts))
	switch {
	case err != nil:
		return err
	case !version:
		return errors.New("not a plan")
	case !listed && !isPlan:
		return errors.New("it lists no changes")
	}
	if major, _, _ := strings.Cut(p.format, "."); major != "0" && major != "1" {
		p.totals.addProblem(fmt.Sprintf("the format version %q of the plan is not supported", p.format))
	}
	if applyable && p.totals.Counts == before.Counts && p.totals.Others == before.Others {
		p.totals.Others++ // an apply would make a change that is not listed
	}
	p.totals.Limited = p.totals.Limited || !complete && !errored
	return nil
}

// versionTo reads a version; anything but a string leaves it empty. Terraform before 1.0 does not mark all sensitive
// values. Until its version is read, that of the format decides: 0.1 and 0.2 were written by 0.12 to 1.0.
func (p *planJSON) versionTo(to *string) (err error) {
	*to, _, err = p.Text(maxVersionSize)
	version := cmp.Or(p.version, p.format)
	p.texts.oldVersion = version == "" || strings.HasPrefix(version, "0.")
	return err
}

// members reads an object and records a problem if one of the members to read occurs more
// than once. A null is an empty object.
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
				p.totals.addProblem(fmt.Sprintf("%s has the member %q more than once, or in a different case", where, known))
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

// null reads a null if it is the next value, and reports whether it was.
func (p *planJSON) null() (bool, error) {
	c, err := p.Peek()
	if err != nil || c != 'n' {
		return false, err
	}
	return true, p.Skip()
}

func (p *planJSON) flag() (bool, error) {
	c, err := p.Peek()
	if err == nil && c != 't' && c != 'f' {
		err = errors.New("not a plan")
	}
	return c == 't', err
}

// changes reads a list of resource changes, which is the member of the plan with the name.
func (p *planJSON) changes(name string) error {
	drifted, to := name == "resource_drift", &p.doc.changes
	if drifted {
		to = &p.doc.drift
	}
	return p.Array(func() error {
		h := header{deferred: strings.HasPrefix(name, "deferred_")}
		raw, err := p.Record(maxDetailedSize, func() error { return p.header(&h) })
		if err != nil {
			p.countBroken(h, drifted)
			return err
		}
		c, ok := h.change(&p.totals, drifted)
		if !ok {
			return nil
		}
		if !to.reserve(c) {
			return nil
		}
		c.Unit = p.texts.unitOf(c, drifted)
		if p.size < maxTextSize && !h.deferred {
			if raw == nil || tooDeep(raw) {
				p.texts.setUnverifiedDiff(&c, h.replacePaths, drifted)
			} else {
				p.texts.setDiff(&c, raw, drifted)
			}
			p.size += len(c.Diff)
		}
		if c.Action == Forget && c.Reason == "" && !drifted {
			c.Reason = p.texts.keptReason(c)
		}
		to.changes = append(to.changes, c)
		return nil
	})
}

// countBroken counts a change whose record is incomplete, if its actions were read: a
// change counts even if the document ends within it.
func (p *planJSON) countBroken(h header, drifted bool) {
	if len(h.actions) > 0 || h.deferred {
		h.change(&p.totals, drifted)
	}
}

// outputs reads how the outputs change.
func (p *planJSON) outputs() error {
	changed, names, size := map[string]*tfjson.Change{}, []string{}, 0
	err := p.members("", nil, func(name string) error {
		var h header
		raw, err := p.Record(maxDetailedSize, func() error { return p.change(&h) })
		if err != nil {
			return err
		}
		if h.action(&p.totals) == noOp {
			return nil
		}
		p.totals.Others++
		if len(names) == maxChanges {
			p.doc.changes.omitted++
			return nil
		}
		names = append(names, name)
		var c tfjson.Change
		if size += len(raw); raw != nil && size <= maxOutputsSize && !tooDeep(raw) && decode(raw, &c) == nil {
			readMarks(&c)
			changed[name] = &c
		}
		return nil
	})
	slices.Sort(names)
	p.doc.outputs = append(p.doc.outputs, names...)
	if text := p.texts.verifiedOutputs(changed); text != nil && len(changed) == len(names) && p.doc.outputDiff == "" {
		p.doc.outputDiff = diff(redactedLines(p.texts.redact, text))
		return err
	}
	diffs, hidden := []string{p.doc.outputDiff}, false
	for _, name := range names {
		if p.size >= maxTextSize {
			break
		}
		one := p.texts.largeOutput(name)
		if c := changed[name]; c != nil {
			hidden = hidden || p.texts.unmarked(c)
			one = p.texts.outputChange(name, c)
		}
		p.size += len(one)
		diffs = append(diffs, one)
	}
	if hidden {
		diffs = append(diffs, "  "+unmarkedNote)
	}
	p.doc.outputDiff = strings.Trim(strings.Join(diffs, "\n"), "\n")
	return err
}
