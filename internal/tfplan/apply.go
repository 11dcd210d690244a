package tfplan

import (
	"slices"
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

// Apply describes what an apply did, as far as its log shows.
type Apply struct {
	Diagnostics []Diagnostic
	Tail        string // the end of the log, without colors
	Done        []Done // in the order of the log
	Warnings    int    // number of all warnings
}

// Done is one change that the apply has carried out.
type Done struct {
	Address string
	What    string // created, changed, destroyed, imported, invoked
}

// doneLine matches what follows an address.
var doneLine = lazyregexp.New(`^ (?:\((deposed object [0-9a-zA-Z]+)\): )?(?:(Destroying)\.\.\.|` +
	`(Creation|Modifications|Destruction) complete after |(Import) complete \[)`)

var actionByNoun = map[string]string{"Creation": "created", "Modifications": "changed", "Destruction": "destroyed", "Import": "imported"}

// Apply returns the results of an apply according to the log.
func (l *Log) Apply() Apply {
	l.flush()
	apply := Apply{Diagnostics: l.diagnostics(), Tail: l.tail.text(l.redact), Done: l.doneInUnits()}
	apply.Warnings = max(l.warnings(), l.previous.Warnings)
	return apply.Redacted(l.redact)
}

// doneInUnits returns the completed changes, with their units if there are several.
func (l *Log) doneInUnits() []Done {
	several := false
	for i := range l.done {
		several = several || l.doneUnits[i] != l.doneUnits[0]
	}
	if !several {
		return l.done
	}
	list := slices.Clone(l.done)
	for i, unit := range l.doneUnits {
		list[i].Address += " in " + unit
	}
	return list
}

// recordDone records a completed change. It skips lines of provisioners and of
// diagnostics, whose text the author of a configuration controls, and what follows the
// diagnostics at the end of an operation. Lines of other programs and of a log in JSON
// do not begin with an address.
func (l *Log) recordDone(unit, line string, diags *diagnostics) {
	if line == "" || !beginsAddress(line[0]) || diags.current.open || diags.stage.ended || len(l.done) == maxChanges || l.doneSize > maxListSize {
		return
	}
	if address, ok := invokedAction(line); ok {
		l.addDone(unit, strings.Clone(address), "invoked")
		return
	}
	if !strings.Contains(line, " complete ") && !strings.Contains(line, " Destroying...") {
		return
	}
	address, _ := splitAddress(line)
	m := doneLine.FindStringSubmatch(line[len(address):])
	if m == nil || !strings.Contains(address, ".") || (m[1] == "") != strings.HasSuffix(address, ":") {
		return
	}
	resource := object{unit: unit, address: strings.Clone(strings.TrimSuffix(address, ":"))}
	if m[2] != "" {
		l.destructionBegins(resource, strings.Clone(m[1]))
		return
	}
	name, deposed := resource.address, m[1]
	if m[3] == "Destruction" {
		deposed = l.destructionEnds(resource, deposed)
	}
	if deposed != "" {
		name += " (" + deposed + ")"
	}
	l.addDone(unit, name, actionByNoun[m[3]+m[4]])
}

// addDone adds a completed change.
func (l *Log) addDone(unit, name, what string) {
	if unit != "" {
		if l.doneUnits == nil {
			l.doneUnits = map[int]string{}
		}
		l.doneUnits[len(l.done)] = unit
		l.doneSize += len(unit)
	}
	l.done = append(l.done, Done{Address: name, What: what})
	l.doneSize += changeOverhead + len(name)
}

// invokedAction returns the address of the action whose invocation a line reports as complete (Terraform 1.14).
func invokedAction(line string) (address string, ok bool) {
	text, ok := strings.CutPrefix(line, "Action complete: ")
	if !ok {
		return "", false
	}
	address, rest := splitAddress(text)
	return address, strings.HasPrefix(rest, "(triggered by ") && actionAddress.MatchString(address)
}

// object identifies a resource in the log of an apply.
type object struct{ unit, address string }

func (o object) size() int { return changeOverhead + len(o.unit) + len(o.address) }

// destructionBegins records that an object of a resource is being destroyed, which is
// either the current one or a deposed one.
func (l *Log) destructionBegins(resource object, deposed string) {
	if l.destroying == nil {
		l.destroying = map[object][]string{}
	}
	l.destroying[resource] = append(l.destroying[resource], deposed)
	l.doneSize += resource.size()
}

// destructionEnds returns the deposed object that was destroyed; empty if it was the
// current one. Terraform and OpenTofu name a deposed object when its destruction begins,
// but not when it ends, so the first destruction that began is taken to have ended.
func (l *Log) destructionEnds(resource object, deposed string) string {
	begun := l.destroying[resource]
	i := 0
	if deposed != "" {
		i = slices.Index(begun, deposed)
	}
	if i < 0 || i >= len(begun) {
		return deposed
	}
	deposed = begun[i]
	l.doneSize -= resource.size()
	if begun = slices.Delete(begun, i, i+1); len(begun) == 0 {
		delete(l.destroying, resource)
	} else {
		l.destroying[resource] = begun
	}
	return deposed
}
