package report

import (
	"fmt"
	"strings"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/sanitize"
	"scalr-run-action/internal/units"
)

// render builds the page, the most important part first.
func (r Report) render(limit int, s style) string {
	early, late := r.policies(), section{}
	if status := policyStatus(r.Run.Policies); status != "hard-failed" && status != "soft-failed" {
		early, late = late, early // the run does not depend on them
	}
	page := []section{
		{open: r.headline(s) + r.note()},
		r.errors(),
		{open: r.problemAlert(s)},
		early,
		{open: r.factsTable()},
		r.losses(),
		{open: r.next()},
		late,
		r.completedChanges(),
	}
	if r.Run.RefreshOnly {
		page = append(page, r.drift(s))
	}
	page = append(page, r.groups(s)...)
	page = append(page, r.outputs())
	if !r.Run.RefreshOnly {
		page = append(page, r.drift(s))
	}
	page = append(page, r.warnings(), r.logEnd())
	if s.stages {
		page = append(page, section{open: r.stageTimes()})
	}
	page = append(page, section{open: r.footer(s)})
	return fit(page, limit, r.more())
}

// more returns a link to the omitted content.
func (r Report) more() string {
	if to := link("see the run in Scalr", r.RunURL); to != "see the run in Scalr" {
		return to
	}
	return "see the job's log"
}

// note describes the kind of the run and the meaning of the outcome.
func (r Report) note() string {
	var notes []string
	targets := r.targets()
	switch {
	case r.Run.Destroy && len(targets) > 0:
		notes = append(notes, "A **destroy** run: it destroys only its targets and the resources that depend on them: "+codeList(targets)+".")
	case r.Run.Destroy:
		notes = append(notes, "A **destroy** run: it destroys everything in the workspace.")
	}
	if r.Run.RefreshOnly {
		notes = append(notes, "A **refresh-only** run: it detects drift and does not change resources.")
	}
	if len(targets) > 0 && !r.Run.Destroy {
		notes = append(notes, "A **targeted** run: it covers only its targets and the resources that they depend on: "+codeList(targets)+".")
	}
	if n := r.outcome().note; n != "" {
		notes = append(notes, prose(n))
	}
	if r.Plan.JSONLog {
		notes = append(notes, "The plan's log is in JSON, of which only errors and warnings are read: "+
			"remove `-json` from Terraform's arguments for a complete report.")
	}
	if n := r.Plan.OtherCounts.Deferrals; r.partial() && n > 0 {
		notes = append(notes, "The plan is **partial**: "+units.Count(n, "object is", "objects are")+" deferred to the next plan.")
	} else if r.partial() && len(targets) == 0 {
		notes = append(notes, "The plan is **partial**: a later plan can have more changes.")
	}
	if len(notes) == 0 {
		return ""
	}
	return strings.Join(notes, " ") + "\n\n"
}

// targets returns the addresses that the run is limited to; empty if it covers the whole workspace.
func (r Report) targets() []string {
	if r.Run.Settings.Targets == nil {
		return nil
	}
	return *r.Run.Settings.Targets
}

// codeList lists the first three names.
func codeList(names []string) string {
	var all []string
	for _, name := range firstN(names, 3) {
		all = append(all, code(name))
	}
	if more := len(names) - len(all); more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(all, ", "), more)
	}
	return strings.Join(all, ", ")
}

// limited reports whether the run does not cover all objects. The text of a plan does not show whether it is limited to
// targets.
func (r Report) limited() bool { return r.partial() || len(r.targets()) > 0 }

// partial reports whether the plan JSON or the text says that the plan does not cover all objects.
func (r Report) partial() bool { return r.Plan.IsLimited() }

// problemAlert describes the problem and how to solve it.
func (r Report) problemAlert(s style) string {
	var lines []string
	if r.Problem != "" {
		lines = append(lines, "**"+r.sentence(r.Problem)+"**")
	}
	for _, g := range firstN(r.Gates, s.listed) {
		if !strings.Contains(r.Problem, g) {
			lines = append(lines, "- "+r.sentence(g))
		}
	}
	if len(r.Hints) > 0 && len(lines) > 0 {
		lines = append(lines, "")
	}
	for _, h := range firstN(r.Hints, s.listed) {
		lines = append(lines, "- "+r.sentence(h))
	}
	kind := "CAUTION"
	if r.Result == result.NeedsConfirmation || r.Result == result.Saved {
		kind = "IMPORTANT" // not a failure
	}
	text := alert(kind, lines)
	if message := strings.TrimSpace(sanitize.Text(r.Run.ErrorMessage)); message != "" && r.Result != result.Applied &&
		!strings.Contains(r.Problem, strings.TrimRight(message, ".")) {
		text += "Scalr reports:\n\n" + codeBlock("text", truncate(message, 4000)) + "\n"
	}
	return text
}

// sentence is like prose, but links the address of the run.
func (r Report) sentence(s string) string {
	to := link("the run in Scalr", r.RunURL)
	if r.RunURL == "" || to == "the run in Scalr" {
		return prose(s)
	}
	parts := strings.Split(s, r.RunURL)
	for i, part := range parts {
		parts[i] = prose(part)
		if i > 0 && strings.HasPrefix(part, " ") {
			parts[i] = " " + parts[i]
		}
		if i < len(parts)-1 && strings.HasSuffix(part, " ") {
			parts[i] += " "
		}
	}
	return strings.Join(parts, to)
}

// alert returns an alert of GitHub's Markdown, or "" without lines.
func alert(kind string, lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	text := "> [!" + kind + "]\n"
	for _, l := range lines {
		text += strings.TrimRight("> "+l, " ") + "\n"
	}
	return text + "\n"
}

// firstN returns at most the first n elements of a list.
func firstN[T any](list []T, n int) []T { return list[:min(n, len(list))] }

// truncate shortens a text for a block without splitting a rune.
func truncate(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
