package report

import (
	"unicode/utf8"

	"scalr-run-action/internal/sanitize"
)

// OutdatedNote returns the note that is placed above the report of an earlier run if this one ended before it knew its
// workspace: Markdown of at most limit characters.
func (r Report) OutdatedNote(limit int) string {
	what := "A later " + link("workflow run", r.Source.WorkflowRunURL)
	if from := r.Source.describe(); from != "" {
		what += " (" + from + ")"
	}
	word := r.ErrorCode
	if word == "" {
		word = string(r.Result)
	}
	what += " ended before it reached the workspace: " + code(word) + ". What its commit would change is unknown."
	lines := []string{"**The report below is outdated.**", what}
	for room := 600; r.Problem != "" && room > 0; room -= 100 {
		note := alert("WARNING", append(lines, "", prose(sanitize.Line(r.Problem, room))))
		if utf8.RuneCountInString(note) <= limit {
			return note
		}
	}
	return alert("WARNING", lines)
}
