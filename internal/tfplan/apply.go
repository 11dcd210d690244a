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
}

// Done is one change that the apply has carried out.
type Done struct {
	Address string
	What    string // created, changed, destroyed
}

var (
	doneLine = lazyregexp.New(`^(\S.*): (Creation|Modifications|Destruction) complete after `)
	// byProvisioner matches the prefix of each line that a provisioner prints.
	byProvisioner = lazyregexp.New(` \([\w-]+\): `)
)

var actionByNoun = map[string]string{"Creation": "created", "Modifications": "changed", "Destruction": "destroyed"}

// Apply returns the results of an apply according to the log.
func (l *Log) Apply() Apply {
	l.flush()
	apply := Apply{Diagnostics: l.diagnostics(), Tail: l.tail.text(l.redact), Done: l.done}
	return apply.Redacted(l.redact)
}

// recordDone records a completed change. It skips lines of provisioners and of error
// messages, whose text the author of a configuration controls.
func (l *Log) recordDone(line string) {
	if l.diags.open || !strings.Contains(line, " complete after ") ||
		len(l.done) == maxChanges || l.doneSize > maxListSize {
		return
	}
	if m := doneLine.FindStringSubmatch(line); m != nil && !byProvisioner.MatchString(m[1]+": ") {
		l.done = append(l.done, Done{Address: strings.Clone(m[1]), What: actionByNoun[m[2]]})
		l.doneSize += changeOverhead + len(m[1])
	}
}
