package tfplan

import (
	"regexp"
	"strings"
)

// Apply is what an apply did, as far as its log shows.
type Apply struct {
	Diagnostics []Diagnostic
	Tail        string // the end of the log, without colours
	Done        []Done // in the order of the log
}

// Done is one change that the apply has carried out.
type Done struct {
	Address string
	What    string // created, changed, destroyed
}

var (
	doneLine = regexp.MustCompile(`^(\S.*): (Creation|Modifications|Destruction) complete after `)
	// byProvisioner is what Terraform puts before each line that a provisioner prints.
	byProvisioner = regexp.MustCompile(` \([\w-]+\): `)
)

var doneWords = map[string]string{"Creation": "created", "Modifications": "changed", "Destruction": "destroyed"}

// Apply gives what the apply did that the log is of.
func (l *Log) Apply() Apply {
	l.flush()
	apply := Apply{Diagnostics: l.diagnostics(), Tail: l.end.text(l.redact), Done: l.done}
	return apply.Redacted(l.redact)
}

// note takes down a change that is done. Provisioners and messages of errors, which
// the author of a configuration writes, may say what they like.
func (l *Log) note(line string) {
	if l.found.open || !strings.Contains(line, " complete after ") || len(l.done) == mostChanges || l.doneSize > longestList {
		return
	}
	if m := doneLine.FindStringSubmatch(line); m != nil && !byProvisioner.MatchString(m[1]+": ") {
		l.done = append(l.done, Done{Address: strings.Clone(m[1]), What: doneWords[m[2]]})
		l.doneSize += changeOverhead + len(m[1])
	}
}
