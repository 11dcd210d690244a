package tfplan

import (
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
	What    string // created, changed, destroyed, imported
}

var (
	// doneLine matches what follows an address.
	doneLine = lazyregexp.New(`^ (\(deposed object [0-9a-zA-Z]+\): )?(?:(Creation|Modifications|Destruction) complete after |(Import) complete \[)`)
)

var actionByNoun = map[string]string{"Creation": "created", "Modifications": "changed", "Destruction": "destroyed", "Import": "imported"}

// Apply returns the results of an apply according to the log.
func (l *Log) Apply() Apply {
	l.flush()
	apply := Apply{Diagnostics: l.diagnostics(), Tail: l.tail.text(l.redact), Done: l.done}
	apply.Warnings = max(l.warnings(), l.previous.Warnings)
	return apply.Redacted(l.redact)
}

// recordDone records a completed change. It skips lines of provisioners and of
// diagnostics, whose text the author of a configuration controls, and what follows the
// diagnostics at the end of an operation.
func (l *Log) recordDone(line string, diags *diagnostics) {
	if diags.current.open || diags.stage.ended || !strings.Contains(line, " complete ") || strings.HasPrefix(line, " ") ||
		len(l.done) == maxChanges || l.doneSize > maxListSize {
		return
	}
	address, _ := splitAddress(line)
	m := doneLine.FindStringSubmatch(line[len(address):])
	if m == nil || address == ":" || (m[1] == "") != strings.HasSuffix(address, ":") {
		return
	}
	if m[1] == "" {
		address = strings.TrimSuffix(address, ":")
	} else {
		address += " " + strings.TrimSuffix(m[1], ": ")
	}
	l.done = append(l.done, Done{Address: strings.Clone(address), What: actionByNoun[m[2]+m[3]]})
	l.doneSize += changeOverhead + len(address)
}
