package progress

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"scalr-run-action/internal/scalr"
)

// findings tells what the estimate and the policies came to, each once, in the
// fold of its stage: of the stages before the given one, or of all.
func (n *Logger) findings(r scalr.Run, before string) {
	tells := func(stage string) bool {
		return before == "" || slices.Index(order, stage) < slices.Index(order, before)
	}
	if c := r.Cost; c != nil && c.Status == scalr.TaskFinished && tells(Cost) && n.first(c.ID) {
		n.find(Cost, fmt.Sprintf("monthly cost: %s USD before, %s after (%s)",
			amount(c.Prior, "%.2f"), amount(c.Proposed, "%.2f"), amount(c.Delta, "%+.2f")))
	}
	for _, p := range r.Policies {
		told := p.Status == scalr.TaskSoftFailed || p.Status.Final() && p.Status != scalr.TaskUnreachable
		if told && tells(Policy) && n.first(p.ID+" "+string(p.Status)) {
			n.policies(p)
		}
	}
}

// mostFindings is how many checks, and how many of their policies, are told of one
// run. A server may name others in every answer.
const mostFindings = 1000

// first reports whether this was not told yet, and there is room for it.
func (n *Logger) first(what string) bool {
	if n.found[what] || len(n.found) == mostFindings {
		return false
	}
	if n.found == nil {
		n.found = map[string]bool{}
	}
	n.found[what] = true
	return true
}

func (n *Logger) find(fold, line string) {
	n.pass(fold)
	n.open(fold)
	n.Job.Infof("%s", line)
}

// policies tells one check: its result, and what each failed policy says.
func (n *Logger) policies(p scalr.PolicyCheck) {
	n.find(Policy, fmt.Sprintf("policy check %s: %d passed, %d failed", words(scalr.Status(p.Status)), p.Passed, p.TotalFailed))
	for _, policy := range p.Policies {
		if policy.Result == "passed" {
			continue
		}
		switch n.policiesTold++; {
		case n.policiesTold <= mostFindings:
			n.find(Policy, fmt.Sprintf("%q %s: %s", policy.Name, words(scalr.Status(policy.Result)), strings.Join(policy.Messages, "; ")))
		case n.policiesTold == mostFindings+1:
			n.find(Policy, "further failed policies are listed in Scalr: "+n.RunURL)
		}
	}
}

// amount rounds Scalr's decimal text to cents.
func amount(s, format string) string {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return "?"
	}
	return fmt.Sprintf(format, f)
}
