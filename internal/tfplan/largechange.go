package tfplan

import "fmt"

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
	begin := beginOf(to.Address)
	if one != nil && len(one.lines) > 1 && begin != "" && one.begin() == begin {
		to.Diff = diff(elideUnknown(redactedLines(p.redact, one.lines)))
		return
	}
	to.Diff = tooLargeDiff(to.Address, to.Action)
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

// beginOf returns the first line of the block of a resource without its sign; empty if the address has an unknown form.
func beginOf(address string) string {
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
	n := len(names)
	if n < 2 || !identifier.MatchString(names[n-1]) || !identifier.MatchString(names[n-2]) {
		return ""
	}
	kind := "resource"
	if n > 2 && names[n-3] == "data" {
		kind = "data"
	}
	return fmt.Sprintf("%s %q %q {", kind, names[n-2], names[n-1])
}
