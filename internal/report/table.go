package report

import (
	"fmt"
	"strconv"
	"strings"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/sanitize"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/units"
)

// factsTable returns the table of facts; columns with an unknown value are omitted. If only the duration is
// known, it is in the footer, and the table is empty.
func (r Report) factsTable() string {
	f := r.Facts()
	var heads, cells []string
	add := func(head, cell string) {
		if cell != "" {
			heads, cells = append(heads, head), append(cells, noBreak.Replace(cell))
		}
	}
	words := [...]string{"Add", "Change", "Destroy", "Import"}
	if r.Result == result.Applied {
		words = [...]string{"Added", "Changed", "Destroyed", "Imported"}
	}
	switch n := r.driftCount(); {
	case !r.Run.RefreshOnly:
		add(words[0], bold(f.Additions))
		add(words[1], bold(f.Changes))
		add(words[2], bold(f.Destructions))
	case r.Effects().Changes != gate.Unknown:
		add("Drift", bold(&n))
	}
	if f.Imports != nil && *f.Imports > 0 {
		add(words[3], bold(f.Imports))
	}
	add("Cost per month", r.cost())
	add("Policies", r.policyCounts())
	if len(heads) == 0 {
		return ""
	}
	if r.Took > 0 {
		add("Duration", units.Duration(r.Took))
	}
	table := row(heads) + row(repeat(":-:", len(heads))) + row(cells) + "\n"
	if failure := r.Run.Cost.Failure(); failure != "" && r.Run.Cost.ErrorMessage != "" {
		table += capitalized(prose(sanitize.Line(failure, 1000))) + ".\n\n"
	}
	return table
}

// noBreak replaces spaces such that a cell wraps only after a comma and before a bracket.
var noBreak = strings.NewReplacer(", ", ", ", " (", " (", " ", "\u00A0")

func row(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

func repeat(s string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = s
	}
	return all
}

// bold formats a number, bold unless it is 0.
func bold(n *int) string {
	switch {
	case n == nil:
		return ""
	case *n == 0:
		return "0"
	}
	return "**" + strconv.Itoa(*n) + "**"
}

// cost returns the monthly cost before and after, and how many resources the estimate includes if it does not include
// all. The unit is USD because GitHub renders text between two dollar signs as a formula.
func (r Report) cost() string {
	if r.Run.Cost.Failure() != "" {
		return "estimate failed"
	}
	c := cost(r.Run)
	before, after, delta := money(c.Prior), money(c.Proposed), money(c.Delta)
	if before == "" || after == "" || delta == "" {
		return ""
	}
	coverage := c.Coverage()
	if coverage != "" {
		coverage = ", " + coverage
	}
	if before == after {
		return after + " USD" + coverage
	}
	if !strings.HasPrefix(delta, "-") {
		delta = "+" + delta
	}
	return fmt.Sprintf("%s → %s USD (**%s**)", before, after, delta) + coverage
}

// costDelta returns the change of the monthly cost for the headline, or an empty string if it does not change.
func (r Report) costDelta() string {
	delta := money(cost(r.Run).Delta)
	if delta == "" || delta == "0.00" {
		return ""
	}
	return monthly(delta)
}

// monthly formats a change of the monthly cost, with its sign.
func monthly(delta string) string {
	if !strings.HasPrefix(delta, "-") {
		delta = "+" + delta
	}
	return "**" + delta + " USD** per month"
}

// policyVerdict counts the policies that stop the run, for the headline.
func (r Report) policyVerdict() string {
	var hard, soft int
	for _, c := range r.Run.Policies {
		hard += c.Hard
		if c.Status != scalr.TaskOverridden {
			soft += c.Soft
		}
	}
	switch policyStatus(r.Run.Policies) {
	case "hard-failed":
		return "**" + units.Count(max(hard, 1), "policy", "policies") + " failed**"
	case "soft-failed":
		return "**" + units.Count(max(soft, 1), "policy", "policies") + " to override**"
	}
	return ""
}

// policyCounts counts the policies of all checks by result.
func (r Report) policyCounts() string {
	var passed, advisory, soft, hard int
	overridden := false
	for _, c := range r.Run.Policies {
		passed, advisory, soft, hard = passed+c.Passed, advisory+c.Advisory, soft+c.Soft, hard+c.Hard
		overridden = overridden || c.Status == scalr.TaskOverridden
	}
	var all []string
	add := func(n int, icon, word string) {
		if n > 0 {
			all = append(all, fmt.Sprintf("%s %d %s", icon, n, word))
		}
	}
	add(hard, "⛔", "failed")
	if overridden {
		add(soft, "🔓", "overridden")
	} else {
		add(soft, "✋", "to override")
	}
	add(advisory, "⚠️", "advisory")
	add(passed, "✅", "passed")
	return strings.Join(all, ", ")
}
