package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/sanitize"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
	"scalr-run-action/internal/units"
)

// Diagnostics returns the diagnostics of the plan and the apply: without duplicates in the apply, and without the errors
// of a stage that succeeded, because Terraform did not print them.
func (r Report) Diagnostics() []tfplan.Diagnostic {
	planned := r.Run.Plan != nil && r.Run.Plan.Status == scalr.TaskFinished
	applied := r.Run.Apply != nil && r.Run.Apply.Status == scalr.TaskFinished
	var found []tfplan.Diagnostic
	for _, d := range r.Plan.Diagnostics {
		if !planned || d.Level != "error" {
			found = append(found, d)
		}
	}
	for _, d := range r.Apply.Diagnostics {
		if (!applied || d.Level != "error") && !slices.Contains(r.Plan.Diagnostics, d) {
			found = append(found, d)
		}
	}
	return found
}

// diagnosticsOf returns the diagnostics of one level.
func (r Report) diagnosticsOf(level string) []tfplan.Diagnostic {
	return slices.DeleteFunc(r.Diagnostics(), func(d tfplan.Diagnostic) bool { return d.Level != level })
}

// errors shows Terraform's errors. They are not collapsed, because they are the most important information.
func (r Report) errors() section {
	found := r.diagnosticsOf("error")
	if len(found) == 0 {
		return section{}
	}
	sec := section{open: fmt.Sprintf("#### ❌ %s\n\n", units.Count(len(found), "error", "errors"))}
	for i, d := range found {
		it := diagnosticItem(d, 0)
		it.lead = i == 0 && len(it.full) <= longestLead
		it.keep = i < mostKept
		sec.items = append(sec.items, it)
	}
	return sec
}

// Sections before the list of destroyed resources.
const (
	longestLead = 4000 // bytes of the first error
	mostKept    = 20   // errors as one line each, and failed policies
)

func (r Report) warnings() section {
	found := r.diagnosticsOf("warning")
	if len(found) == 0 {
		return section{}
	}
	n := r.warningCount()
	sec := section{
		open:  fmt.Sprintf("<details><summary>⚠️ <b>%s</b></summary>\n\n", units.Count(n, "warning", "warnings")),
		close: "</details>\n\n",
	}
	for _, d := range found {
		sec.items = append(sec.items, diagnosticItem(d, 3))
	}
	return sec
}

// warningCount returns the number of warnings of both stages, including those that are not listed because there are too
// many or because Terraform only counts them.
func (r Report) warningCount() int {
	planned, added := 0, 0
	for _, d := range r.diagnosticsOf("warning") {
		if slices.Contains(r.Plan.Diagnostics, d) {
			planned += 1 + d.Similar
		} else {
			added += 1 + d.Similar
		}
	}
	return max(max(planned, r.Plan.Text.Warnings)+added, r.Apply.Warnings)
}

func diagnosticItem(d tfplan.Diagnostic, rank int) item {
	short, full := "- "+prose(d.Title), codeBlock("text", d.Text)+"\n"
	if d.File != "" {
		short += " in " + code(d.File+":"+strconv.Itoa(d.Line))
	}
	if d.Unit != "" {
		full = "Unit " + code(d.Unit) + ":\n\n" + full
		if !strings.HasPrefix(d.File, d.Unit+"/") {
			short += " (unit " + code(d.Unit) + ")"
		}
	}
	return item{full: full, brief: short + "\n", rank: rank}
}

// policyLevels are the results that are shown, the most severe first.
var policyLevels = []struct{ result, icon, word string }{
	{"hard_failed", "⛔", "hard-mandatory"},
	{"soft_failed", "✋", "soft-mandatory, can be overridden"},
	{"advisory_failed", "⚠️", "advisory"},
}

// failedPolicy is a policy that failed, with its presentation.
type failedPolicy struct {
	scalr.Policy
	icon, word string
	rank       int // by severity
}

// failedPolicies returns the policies that failed, the most severe first.
func (r Report) failedPolicies() []failedPolicy {
	var failed []failedPolicy
	for rank, level := range policyLevels {
		for _, check := range r.Run.Policies {
			for _, p := range check.Policies {
				if p.Result != level.result {
					continue
				}
				f := failedPolicy{p, level.icon, level.word, rank}
				if check.Status == scalr.TaskOverridden && p.Result == "soft_failed" {
					f.word = "overridden"
				}
				failed = append(failed, f)
			}
		}
	}
	return failed
}

// maxPolicyMessages is the number of messages of a policy that are shown.
const maxPolicyMessages = 20

// text returns the policy with at most n of its messages, as lines of a list.
func (p failedPolicy) text(n int) string {
	text := fmt.Sprintf("- %s %s (%s)\n", p.icon, code(p.Name), p.word)
	for _, m := range firstN(p.Messages, n) {
		text += "  - " + prose(sanitize.Line(m, 1000)) + "\n"
	}
	if left := len(p.Messages) - n; n > 0 && left > 0 {
		text += "  - … and " + units.Count(left, "more message", "more messages") + "\n"
	}
	return text
}

// policies shows the policies that failed, with their level and their messages.
func (r Report) policies() section {
	var sec section
	for i, p := range r.failedPolicies() {
		sec.items = append(sec.items, item{
			full:  p.text(maxPolicyMessages) + "\n",
			brief: p.text(0),
			rank:  p.rank,
			keep:  p.Result != "advisory_failed" && i < mostKept,
		})
	}
	if len(sec.items) > 0 {
		sec.open = "#### Failed policies\n\n"
	}
	return sec
}

// completedChanges lists the changes that a failed or canceled apply completed.
func (r Report) completedChanges() section {
	title := "Applied before the failure"
	switch {
	case len(r.Apply.Done) == 0:
		return section{}
	case r.applyCanceled():
		title = "Applied before the run was canceled"
	case r.failed() != "apply":
		return section{}
	}
	sec := section{
		open:  fmt.Sprintf("<details open><summary>🧱 <b>%s</b> (%d)</summary>\n\n", title, len(r.Apply.Done)),
		close: "</details>\n\n",
	}
	for _, d := range r.Apply.Done {
		sec.items = append(sec.items, item{brief: "- " + code(d.Address) + " " + d.What + "\n", rank: 3})
	}
	return sec
}

// logEnd shows the end of the log of the stage that failed.
func (r Report) logEnd() section {
	text, stage := r.Plan.Tail, "plan"
	if r.failed() == "apply" || r.failed() == "" && r.Apply.Tail != "" {
		text, stage = r.Apply.Tail, "apply"
	}
	if r.Result != result.Errored && r.Result != result.TimedOut && r.Result != result.Interrupted || text == "" {
		return section{}
	}
	shown := details("📜 <b>End of the "+stage+"'s log</b>", codeBlock("text", text))
	if len(r.diagnosticsOf("error")) == 0 {
		shown = strings.Replace(shown, "<details>", "<details open>", 1)
	}
	return section{items: []item{{full: shown, rank: 1}}}
}

// stageTimes lists the duration of each stage.
func (r Report) stageTimes() string {
	var all []string
	for _, s := range r.Stages {
		all = append(all, prose(s.Name)+" "+units.Duration(s.Took))
	}
	if len(all) == 0 {
		return ""
	}
	return "<sub>⏱️ " + strings.Join(all, " · ") + "</sub>\n\n"
}

// footer identifies the run and its source. Details for operators are only in the summary.
func (r Report) footer(s style) string {
	var all []string
	add := func(what, value, address string) {
		if value != "" {
			all = append(all, what+" "+link(code(value), address))
		}
	}
	add("run", r.Run.ID, r.RunURL)
	if r.factsTable() == "" && r.Took > 0 {
		all = append(all, "took "+units.Duration(r.Took))
	}
	if s.stages {
		add("configuration version", r.Run.ConfigurationID, "")
	}
	if from := r.Source.describe(); from != "" {
		all = append(all, from)
	}
	if b := r.Bundle; b != nil && s.stages {
		size := fmt.Sprintf("archive of %s, %s,", units.Count(b.Files, "file", "files"), units.Size(b.Compressed))
		add(size+" sha256", b.SHA256[:min(12, len(b.SHA256))], "")
	}
	if to := link("workflow run", r.Source.WorkflowRunURL); to != "workflow run" {
		all = append(all, to)
	}
	text := ""
	if why := r.jsonProblem(); why != "" {
		text = "<sub>Built from the text of the plan: " + prose(why) + ".</sub>\n\n"
	}
	if len(all) == 0 {
		return text
	}
	return text + "<sub>" + strings.Join(all, " · ") + "</sub>\n"
}

func (s Source) describe() string {
	var all []string
	if s.SHA != "" {
		all = append(all, "commit "+link(code(s.SHA[:min(7, len(s.SHA))]), s.CommitURL))
	}
	if s.Repository != "" {
		all = append(all, "of "+code(s.Repository))
	}
	if s.Actor != "" {
		all = append(all, "by "+code(s.Actor))
	}
	return strings.Join(all, " ")
}

// jsonProblem returns the reason why the report could not use the plan JSON.
func (r Report) jsonProblem() string {
	if r.PlanJSONMissing != "" {
		return strings.TrimSuffix(r.PlanJSONMissing, ".")
	}
	return r.Plan.JSONProblem
}
