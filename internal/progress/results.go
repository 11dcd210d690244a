package progress

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"scalr-run-action/internal/scalr"
)

// results logs the cost estimate and each policy check once, in the groups of their stages. If before is not
// empty, it logs only the results of stages before that stage.
func (l *Logger) results(r scalr.Run, before string) {
	included := func(stage string) bool {
		return before == "" || slices.Index(order, stage) < slices.Index(order, before)
	}
	if c := r.Cost; c != nil && included(Cost) && (c.Status == scalr.TaskFinished || c.Status == scalr.TaskErrored) && l.isNew(c.ID) {
		l.logResult(Cost, costLine(c))
	}
	for _, p := range r.Policies {
		final := p.Status == scalr.TaskSoftFailed || p.Status.Final() && p.Status != scalr.TaskUnreachable
		if final && included(Policy) && l.isNew(p.ID+" "+string(p.Status)) {
			l.logPolicies(p)
		}
	}
}

// costLine describes an estimate that finished or failed.
func costLine(c *scalr.CostEstimate) string {
	if failure := c.Failure(); failure != "" {
		return failure
	}
	line := fmt.Sprintf("monthly cost: %s USD before, %s after (%s)",
		amount(c.Prior, "%.2f"), amount(c.Proposed, "%.2f"), amount(c.Delta, "%+.2f"))
	if coverage := c.Coverage(); coverage != "" {
		line += ", " + coverage
	}
	return line
}

// maxResults is the largest number of results, and of failed policies, that are logged. A server may report
// different ones in every response.
const maxResults = 1000

// isNew reports whether a result is to be logged: it was not logged before, and the number of results is
// below maxResults.
func (l *Logger) isNew(key string) bool {
	if l.logged[key] || len(l.logged) == maxResults {
		return false
	}
	if l.logged == nil {
		l.logged = map[string]bool{}
	}
	l.logged[key] = true
	return true
}

func (l *Logger) logResult(group, line string) {
	l.inferStage(group)
	l.openGroup(group)
	l.Job.Infof("%s", line)
}

// logPolicies logs a policy check: its result and the messages of its failed policies.
func (l *Logger) logPolicies(p scalr.PolicyCheck) {
	l.logResult(Policy,
		fmt.Sprintf("policy check %s: %d passed, %d failed", statusText(scalr.Status(p.Status)), p.Passed, p.TotalFailed))
	for _, policy := range p.Policies {
		if policy.Result == "passed" {
			continue
		}
		switch l.policiesLogged++; {
		case l.policiesLogged <= maxResults:
			l.logResult(Policy,
				fmt.Sprintf("%q %s: %s", policy.Name, statusText(scalr.Status(policy.Result)), strings.Join(policy.Messages, "; ")))
		case l.policiesLogged == maxResults+1:
			l.logResult(Policy, "further failed policies are listed in Scalr: "+l.RunURL)
		}
	}
}

// amount formats a decimal number from Scalr, rounded to cents.
func amount(s, format string) string {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return "?"
	}
	return fmt.Sprintf(format, f)
}
