package tfplan

import (
	"io"
	"regexp"
	"strings"
)

// Apply is what an apply did, as far as its log tells.
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

var doneLine = regexp.MustCompile(`^(\S.*): (Creation|Modifications|Destruction) complete after `)

var doneWords = map[string]string{"Creation": "created", "Modifications": "changed", "Destruction": "destroyed"}

// ReadApply digests the log of an apply, under the same terms as ReadPlan.
func ReadApply(log *io.SectionReader) Apply {
	var apply Apply
	var end tail
	found := diagnostics{count: map[string]int{}}
	for l := range lines(log) {
		end.add(l)
		found.add(l)
		if !strings.Contains(l, " complete after ") || len(apply.Done) == mostChanges {
			continue
		}
		if m := doneLine.FindStringSubmatch(l); m != nil {
			apply.Done = append(apply.Done, Done{Address: m[1], What: doneWords[m[2]]})
		}
	}
	found.close()
	apply.Diagnostics, apply.Tail = found.found, end.text()
	return apply
}
