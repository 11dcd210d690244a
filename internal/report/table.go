package report

import (
	"fmt"
	"strconv"
	"strings"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
)

// facts is the row of facts; a column whose value is not known is left out.
func (r Report) facts() string {
	f := r.Facts()
	var heads, cells []string
	add := func(head, cell string) {
		if cell != "" {
			heads, cells = append(heads, head), append(cells, together.Replace(cell))
		}
	}
	words := [...]string{"Add", "Change", "Destroy", "Import"}
	if r.Result == result.Applied {
		words = [...]string{"Added", "Changed", "Destroyed", "Imported"}
	}
	switch n := r.drifted(); {
	case !r.Run.RefreshOnly:
		add(words[0], strong(f.Additions))
		add(words[1], strong(f.Changes))
		add(words[2], strong(f.Destructions))
	case r.Effects().Changes != gate.Unknown:
		add("Drift", strong(&n))
	}
	if f.Imports != nil && *f.Imports > 0 {
		add(words[3], strong(f.Imports))
	}
	add("Cost a month", r.cost())
	add("Policies", r.policyCounts())
	if r.Took > 0 {
		add("Duration", duration(r.Took))
	}
	if b := r.Bundle; b != nil {
		add("Bundle", fmt.Sprintf("%s, %s", things(b.Files, "file", "files"), volume(b.Compressed)))
	}
	if len(heads) == 0 {
		return ""
	}
	return row(heads) + row(repeated(":-:", len(heads))) + row(cells) + "\n"
}

// together keeps what belongs together on a line; a cell breaks only behind a
// comma and ahead of a bracket.
var together = strings.NewReplacer(", ", ", ", " (", " (", " ", "\u00A0")

func row(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

func repeated(s string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = s
	}
	return all
}

// strong is a number, bold unless it is none.
func strong(n *int) string {
	switch {
	case n == nil:
		return ""
	case *n == 0:
		return "0"
	}
	return "**" + strconv.Itoa(*n) + "**"
}

// cost is the cost of a month before and after. It says USD, since GitHub takes
// what stands between two dollar signs for a formula.
func (r Report) cost() string {
	c := cost(r.Run)
	before, after, delta := money(c.Prior), money(c.Proposed), money(c.Delta)
	if before == "" || after == "" || delta == "" {
		return ""
	}
	if before == after {
		return after + " USD"
	}
	if !strings.HasPrefix(delta, "-") {
		delta = "+" + delta
	}
	return fmt.Sprintf("%s → %s USD (**%s**)", before, after, delta)
}

// policyCounts sums up all checks.
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
