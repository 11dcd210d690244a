package report

import (
	"fmt"
	"strings"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
	"scalr-run-action/internal/units"
)

// forcing and forcingSpaces mark the line of a diff that makes Terraform or OpenTofu replace a resource. The latter is the mark
// of jsonencode(…) if only the white space of its text changes.
const (
	forcing       = "# forces replacement"
	forcingSpaces = "# whitespace changes force replacement"
)

// longestOpen is how many lines the diff of the replacement may have that is shown open.
const longestOpen = 60

// losses is an alert with a collapsed section for each destroyed or replaced resource. No other section contains
// these resources.
func (r Report) losses() section {
	destroyed, replaced := changesOf(r.Plan, tfplan.Destroy), changesOf(r.Plan, tfplan.Replace)
	kind, title := r.lossTitle(len(destroyed), len(replaced))
	if title == "" {
		return section{}
	}
	sec := section{quoted: true, open: "[!" + kind + "]\n**" + title + ":**\n\n"}
	if len(destroyed)+len(replaced) == 0 {
		sec.open = "[!" + kind + "]\n**" + title + ":** " + r.more() + ".\n\n"
	}
	open := openReplacement(replaced)
	for i, c := range append(destroyed, replaced...) {
		it := changeItem(c, 2)
		it.keep = true
		it.brief = "- " + icons[c.Action] + " " + strings.TrimPrefix(it.brief, "- ")
		it.full = strings.Replace(it.full, "<summary>", "<summary>"+icons[c.Action]+" ", 1)
		if open >= 0 && i == len(destroyed)+open {
			it.full, it.rank = strings.Replace(it.full, "<details>", "<details open>", 1), 1
		}
		sec.items = append(sec.items, it)
	}
	if left := valueOrZero(r.Facts().Destructions) - len(sec.items); len(sec.items) > 0 && r.Plan.Omitted > 0 && left > 0 {
		sec.close = fmt.Sprintf("… and %d more, not listed here: %s.\n\n", left, r.more())
	}
	return sec
}

func changesOf(p tfplan.Plan, action tfplan.Action) []tfplan.Change {
	var all []tfplan.Change
	for _, c := range p.Changes {
		if c.Action == action {
			all = append(all, c)
		}
	}
	return all
}

// openReplacement returns the index of the replacement that is expanded: the first whose diff names the attribute that
// forces it, otherwise the first; -1 if none has a diff of a reasonable length.
func openReplacement(replaced []tfplan.Change) int {
	open := -1
	for i, c := range replaced {
		switch {
		case c.Diff == "" || strings.Count(c.Diff, "\n") > longestOpen:
		case strings.Contains(c.Diff, forcing), strings.Contains(c.Diff, forcingSpaces):
			return i
		case open < 0:
			open = i
		}
	}
	return open
}

// lossTitle returns the kind of the alert and its title, with the numbers of destroyed and replaced resources; empty if there
// are none.
func (r Report) lossTitle(destroyed, replaced int) (kind, title string) {
	kind, subject, destroys, replaces := r.lossWords()
	total := destroyed + replaced
	n := valueOrZero(r.Facts().Destructions)
	switch {
	case total == 0 && n == 0:
		return "", ""
	case total == 0:
		return kind, fmt.Sprintf("%s %s %s", subject, destroys, units.Count(n, "resource", "resources"))
	case r.Plan.Omitted > 0 && n > total:
		return kind, fmt.Sprintf("%s %s or %s %d resources", subject, destroys, replaces, n)
	case destroyed == 0:
		return kind, fmt.Sprintf("%s %s %s", subject, replaces, units.Count(replaced, "resource", "resources"))
	case replaced == 0:
		return kind, fmt.Sprintf("%s %s %s", subject, destroys, units.Count(destroyed, "resource", "resources"))
	}
	return kind, fmt.Sprintf("%s %s %s and %s %d", subject, destroys, units.Count(destroyed, "resource", "resources"), replaces, replaced)
}

// lossWords returns the words of lossTitle, which depend on whether resources were, will be or would have been destroyed.
func (r Report) lossWords() (kind, subject, destroys, replaces string) {
	switch res := r.Result; {
	case r.deniedButApplying():
	case res == result.Applied, res == result.Rejected && r.Run.Applied(), res != result.Errored && r.Run.Status == scalr.StatusApplied:
		return "WARNING", "This run", "destroyed", "replaced"
	case res == result.PolicyFailed, res == result.Rejected, res == result.Discarded && !r.Run.Applied(), r.failed() == "plan":
		return "WARNING", "This plan would have", "destroyed", "replaced"
	}
	return "CAUTION", "This plan", "destroys", "replaces"
}
