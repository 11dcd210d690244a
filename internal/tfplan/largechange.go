package tfplan

import (
	"fmt"

	"scalr-run-action/internal/lazyregexp"
)

const (
	tooLargeNote  = "# (the change is too large to be shown)"
	tooLargeValue = "(value too large to be shown)"
)

// setUnverifiedDiff sets the diff of a change whose values are too large or too deep to be compared, and the attributes
// that force a replacement. It takes Terraform's text if it is the only one for this change, within the plan, with the same
// action and for the same resource. Terraform does not print all drift, so the only text of a drifted object may be forged.
func (p *planText) setUnverifiedDiff(to *Change, forcing []string, drifted bool) {
	one := p.single(key{address: to.Address, deposed: to.Deposed, unit: to.Unit, drifted: drifted})
	if one != nil && (one.action != to.Action || one.outsidePlan || drifted) {
		one = nil
	}
	if to.Reason == "" && to.Action != Forget {
		to.Reason = forcedReason(forcing)
	}
	if to.Reason == "" && one != nil && (to.Action == Replace || to.Action == Succeed) {
		to.Reason = one.forcedReason()
	}
	to.Diff = p.unverifiedDiff(one, to.Address, to.Action)
}

// unverifiedDiff returns the text of a change if it is for the same resource or action, otherwise a diff without attributes.
func (p *planText) unverifiedDiff(one *resourceBlock, address string, a Action) string {
	begin := beginOf(address)
	if one != nil && len(one.lines) > 1 && begin != "" && one.begin() == begin {
		return diff(elideUnknown(redactedLines(p.redact, one.lines)))
	}
	return tooLargeDiff(address, a)
}

// largeOutput renders an output whose change is too large or too deep to be compared.
func (p *planText) largeOutput(name string) string {
	w := attributeWriter{redact: p.redact}
	w.add("!", 0, w.label(name)+" = "+tooLargeValue)
	return w.text()
}

// tooLargeDiff returns a diff without attributes.
func tooLargeDiff(address string, a Action) string {
	begin := beginOf(address)
	if begin == "" {
		return "  " + tooLargeNote
	}
	w := attributeWriter{}
	w.add(signs[a], 0, begin)
	w.add("", 1, tooLargeNote)
	w.add("", 0, "}")
	return w.text()
}

// beginOf returns the first line of the block of a resource, a data source or an action without its sign; empty if the
// address has an unknown form.
func beginOf(address string) string {
	names := namesOf(address)
	for len(names) > 1 && names[0] == "module" {
		names = names[2:]
	}
	kind := "resource"
	if len(names) == 3 && (names[0] == "data" || names[0] == "action") {
		kind, names = names[0], names[1:]
	}
	if len(names) != 2 || !nameOnly.MatchString(names[0]) || !nameOnly.MatchString(names[1]) {
		return ""
	}
	return fmt.Sprintf("%s %q %q {", kind, names[0], names[1])
}

var nameOnly = lazyregexp.New(`^` + namePattern + `$`)

// namesOf returns the parts of an address between its dots, without keys.
func namesOf(address string) []string {
	var names []string
	quoted, depth, from := false, 0, 0
	for i := 0; i < len(address); i++ {
		switch c := address[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			if depth++; depth == 1 && from < i {
				names, from = append(names, address[from:i]), len(address)
			}
		case c == ']':
			depth--
		case depth > 0 || c != '.':
		default:
			if from < i {
				names = append(names, address[from:i])
			}
			from = i + 1
		}
	}
	if from < len(address) {
		names = append(names, address[from:])
	}
	return names
}
