package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/sanitize"
	"scalr-run-action/internal/tfplan"
	"scalr-run-action/internal/units"
)

// about returns the commit and the attempt of the overview, and the reasons of a failure.
func (o Overview) about() string {
	var parts []string
	if from := o.Source.describe(); from != "" {
		parts = append(parts, capitalized(from))
	}
	if o.Attempt > 1 {
		parts = append(parts, fmt.Sprintf("attempt %d", o.Attempt))
	}
	if to := link("workflow run", o.Source.WorkflowRunURL); to != "workflow run" {
		parts = append(parts, to)
	}
	text := ""
	if len(parts) > 0 {
		text = strings.Join(parts, " · ") + "\n\n"
	}
	var lines []string
	for _, r := range o.Reasons {
		lines = append(lines, "- "+prose(r))
	}
	return text + alert("CAUTION", lines)
}

// destroyedSection lists destroyed and replaced resources by workspace.
func (o Overview) destroyedSection(l layout) string {
	var out strings.Builder
	for _, r := range o.Rows {
		if r.takesEffect() {
			out.WriteString(r.destroyedItem(l))
		}
	}
	if out.Len() == 0 {
		return ""
	}
	return "#### 🗑️ Destroyed or replaced\n\n" + out.String() + "\n"
}

// destroyedLines returns the addresses that the row destroys or replaces, each as a line of a list.
func (r Row) destroyedLines() []string {
	var lines []string
	for _, c := range r.Plan.Changes {
		if c.Action != tfplan.Destroy && c.Action != tfplan.Replace {
			continue
		}
		text := "  - " + icons[c.Action] + " " + code(changeName(c))
		if reason := changeDetails(c); reason != "" {
			text += ": " + prose(reason)
		}
		lines = append(lines, text+"\n")
	}
	return lines
}

func (r Row) destroyedItem(l layout) string {
	lost := r.cache.destroyed
	n := max(len(lost), valueOrZero(r.Facts().Destructions))
	head := "- " + r.rowName(l.rowLinks, l.maxNameLength)
	switch {
	case n == 0 && !r.destroysUnknown():
		return ""
	case n == 0:
		return head + ": unknown, because " + prose(cmp.Or(r.Effects().Why, "the plan could not be read")) + "\n"
	case len(lost) == 0 || l.destroys == 0:
		return head + ": " + units.Count(n, "resource", "resources") + "\n"
	}
	shown := lost
	if l.destroys > 0 {
		shown = firstN(lost, l.destroys)
	}
	text := head + ":\n" + strings.Join(shown, "")
	if left := n - len(shown); left > 0 {
		text += fmt.Sprintf("  - … and %d more: %s\n", left, r.more())
	}
	return text
}

// waiting lists the runs that wait for a person.
func (o Overview) waiting(l layout) string {
	text := ""
	for _, r := range o.Rows {
		if r.Kind() != Waiting && r.Result != result.NeedsOverride {
			continue
		}
		what := map[result.Result]string{
			result.NeedsConfirmation: "confirm or discard the run",
			result.Saved:             "apply or discard the saved plan",
		}[r.Result]
		if r.Result == result.NeedsOverride {
			what = r.override() + ", or discard the run"
		}
		text += "- " + r.rowName(l.rowLinks, l.maxNameLength) + ": " + what + "\n"
	}
	if text == "" {
		return ""
	}
	return "#### ⏸️ Waiting for a person\n\n" + text + "\n"
}

// failures lists the errors, once for all workspaces with the same errors.
func (o Overview) failures(l layout) string {
	var order []string
	of := map[string][]Row{}
	for _, r := range o.Rows {
		if r.Kind() != Failed {
			continue
		}
		text := r.cache.failures[l.errors]
		if _, known := of[text]; !known {
			order = append(order, text)
		}
		of[text] = append(of[text], r)
	}
	if len(order) == 0 {
		return ""
	}
	shown := order
	if l.failures >= 0 {
		shown = firstN(order, l.failures)
	}
	var out strings.Builder
	out.WriteString("#### ❌ Errors\n\n")
	for _, text := range shown {
		out.WriteString("**" + l.errorHeading(of[text]) + "**" + text)
	}
	omitted := 0
	for _, text := range order[len(shown):] {
		omitted += len(of[text])
	}
	if omitted > 0 {
		fmt.Fprintf(&out, "The errors of %s do not fit here: %s.\n\n", units.Count(omitted, "workspace", "workspaces"), o.more())
	}
	return out.String()
}

// errorHeading names the workspaces that have an error.
func (l layout) errorHeading(rows []Row) string {
	shown := rows
	if l.errorNames >= 0 {
		shown = firstN(rows, l.errorNames)
	}
	var names []string
	for _, r := range shown {
		names = append(names, r.rowName(l.rowLinks, l.maxNameLength))
	}
	heading := strings.Join(names, ", ")
	if left := len(rows) - len(shown); left > 0 {
		heading += " and " + units.Count(left, "other workspace", "other workspaces")
	}
	return heading
}

// maxProblemLength is the number of characters shown of Scalr's message for a failure.
const maxProblemLength = 1000

// failure returns the description of the row's failure, without the row's name.
func (r Row) failure(amount errorForm) string {
	text := "\n\n"
	if r.Problem != "" {
		text = ": " + prose(sanitize.Line(r.Problem, maxProblemLength)) + "\n\n"
	}
	text += r.policyFailures(amount)
	found := r.diagnosticsOf("error")
	if len(found) > 0 && amount != allErrors {
		shown := diagnosticItem(found[0], 0)
		text += map[bool]string{true: shown.full, false: shown.brief}[amount == firstError] + "\n"
		if left := len(found) - 1; left > 0 {
			text += fmt.Sprintf("… and %s: %s.\n\n", units.Count(left, "more error", "more errors"), r.more())
		}
		return text
	}
	for _, d := range found {
		text += diagnosticItem(d, 0).full
	}
	tail := cmp.Or(r.Apply.Tail, r.Plan.Tail)
	if r.Result == result.Errored && len(found) == 0 && tail != "" && amount == allErrors {
		text += details("📜 <b>End of the log</b>", codeBlock("text", tail))
	}
	return text
}

// policyFailures lists the policies that failed.
func (r Row) policyFailures(amount errorForm) string {
	failed, shown, messages := r.failedPolicies(), mostKept, maxPolicyMessages
	switch amount {
	case firstError:
		messages = 1
	case briefError:
		shown, messages = 1, 0
	}
	text := ""
	for _, p := range firstN(failed, shown) {
		text += p.text(messages) + "\n"
	}
	if left := len(failed) - shown; left > 0 {
		text += fmt.Sprintf("… and %s: %s.\n\n", units.Count(left, "more policy", "more policies"), r.more())
	}
	return text
}

// takesEffect reports whether the plan of the row was applied or may still be.
func (r Row) takesEffect() bool {
	switch r.Kind() {
	case Missing, Unchanged:
		return false
	case Failed:
		return r.Result == result.NeedsOverride || r.Run.Applied()
	}
	return true
}

// group holds the workspaces with the same diff.
type group struct {
	rows     []Row
	full     string
	list     string
	form     itemForm
	sections map[itemForm]string // the section in each form
}

// groups returns the different diffs in the order of the table.
func (o Overview) groups() []group {
	var all []group
	for _, r := range o.Rows {
		text, list := r.changes()
		if text == "" {
			continue
		}
		if i := slices.IndexFunc(all, func(g group) bool { return g.full == text }); i >= 0 {
			all[i].rows = append(all[i].rows, r)
			continue
		}
		all = append(all, group{rows: []Row{r}, full: text, list: list})
	}
	for i := range all {
		all[i].form = full
		all[i].sections = map[itemForm]string{full: all[i].section(full), brief: all[i].section(brief)}
	}
	return all
}

// text returns the group's section in its current form.
func (g group) text() string { return g.sections[g.form] }

// changes returns the row's changes with their diffs, and as a list of addresses. Neither contains the name of the
// workspace, so that equal ones are found.
func (r Row) changes() (full, list string) {
	if !r.takesEffect() {
		return "", ""
	}
	var long, short strings.Builder
	add := func(c tfplan.Change) {
		it := changeItem(c, 0)
		line := icons[c.Action] + " " + strings.TrimPrefix(it.brief, "- ")
		short.WriteString("- " + line)
		if c.Diff == "" {
			long.WriteString("- " + line + "\n")
		} else {
			long.WriteString(line + "\n" + codeBlock("diff", c.Diff) + "\n")
		}
	}
	for _, g := range groups {
		for _, c := range r.Plan.Changes {
			if c.Action == g.action || c.Action == tfplan.Succeed && g.action == tfplan.Forget {
				add(c)
			}
		}
	}
	if len(r.Plan.Drift) > 0 {
		long.WriteString("Changed outside of " + r.tool() + ":\n\n")
		short.WriteString("\nChanged outside of " + r.tool() + ":\n\n")
		for _, c := range r.Plan.Drift {
			add(c)
		}
	}
	if r.Plan.OutputDiff != "" {
		long.WriteString("📤 Outputs:\n\n" + codeBlock("diff", r.Plan.OutputDiff) + "\n")
		short.WriteString("- 📤 outputs\n")
	}
	if n := r.Plan.Omitted; n > 0 {
		text := fmt.Sprintf("… and %s, not listed here.\n\n", units.Count(n, "more change", "more changes"))
		long.WriteString(text)
		short.WriteString("\n" + text)
	}
	if r.DiffsOmitted {
		long.WriteString("\nThe diffs, which may differ, are left out to stay within the size limit: see the runs in Scalr.\n\n")
	}
	return long.String(), short.String()
}

// section returns the group's section: a collapsed section with the diffs or with the addresses.
func (g group) section(form itemForm) string {
	var names []string
	for _, r := range firstN(g.rows, 3) {
		names = append(names, htmlCode(r.name()))
	}
	title := strings.Join(names, ", ")
	if left := len(g.rows) - len(names); left > 0 {
		title += fmt.Sprintf(" and %s", units.Count(left, "other workspace", "other workspaces"))
	}
	if line := g.rows[0].numbers(); line != "" {
		title += ": " + prose(line)
	}
	body := ""
	if len(g.rows) > len(names) {
		for _, r := range g.rows {
			body += code(r.name()) + " "
		}
		body = strings.TrimSpace(body) + "\n\n"
	}
	if form == full {
		return details(title, body+g.full)
	}
	return details(title, body+g.list+"\nThe diffs are left out to stay within the size limit: "+g.rows[0].more()+".")
}
