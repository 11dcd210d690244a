package report

import (
	"strings"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/sanitize"
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
		{open: r.facts()},
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

// note describes the meaning of the outcome.
func (r Report) note() string {
	var notes []string
	if r.Run.Destroy {
		notes = append(notes, "A **destroy** run: it destroys everything in the workspace.")
	}
	if r.Run.RefreshOnly {
		notes = append(notes, "A **refresh-only** run: it detects drift and does not change resources.")
	}
	if n := r.outcome().note; n != "" {
		notes = append(notes, prose(n))
	}
	if r.limited() {
		more := "a later plan can have more changes."
		if n := r.Plan.OtherCounts.Deferrals; n > 0 {
			more = pluralize(n, "object is", "objects are") + " deferred to the next plan."
		}
		notes = append(notes, "The plan is **partial**: "+more)
	}
	if len(notes) == 0 {
		return ""
	}
	return strings.Join(notes, " ") + "\n\n"
}

// limited reports whether the plan does not cover all objects.
func (r *Report) limited() bool { return r.Plan.JSON.Limited || r.Plan.Text.Limited }

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
