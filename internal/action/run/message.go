package run

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"scalr-run-action/internal/action/step"
)

const maxMessage = 512 // characters (openapi.yml, create_run, message)

// message returns the message of the run in Scalr. On GitHub Actions it always contains the URL of the workflow run,
// by which people and the overview action find the run.
func (r *command) message() string {
	text := r.in.Message
	if text == "" {
		text = r.defaultMessage()
	}
	address := ""
	if r.Job.OnGitHub() {
		address = r.Job.Event().WorkflowRunURL
	}
	return withAddress(strings.ToValidUTF8(text, "\uFFFD"), address)
}

// defaultMessage returns a message that names the origin of the run.
func (r *command) defaultMessage() string {
	e := r.event()
	var where, parts []string
	where = append(where, e.Repository)
	switch {
	case e.PullRequest.Number > 0:
		where = append(where, fmt.Sprintf("#%d", e.PullRequest.Number))
	case e.RefName != "":
		where = append(where, "@"+e.RefName)
	}
	parts = append(parts, strings.Join(where, ""))
	if len(e.SHA) >= 7 {
		parts = append(parts, "at "+e.SHA[:7])
	}
	if e.Actor != "" {
		parts = append(parts, "by "+e.Actor)
	}
	text := strings.TrimSpace(strings.Join(parts, " "))
	if text == "" && e.WorkflowRunURL == "" {
		text = "started by scalr-run-action"
	}
	return text
}

// withAddress appends the URL of a workflow run attempt, unless the text already contains the URL of the workflow
// run. It shortens the text if necessary.
func withAddress(text, address string) string {
	if address == "" || step.NamesWorkflowRun(firstRunes(text, maxMessage), address) {
		return firstRunes(text, maxMessage)
	}
	room := maxMessage - utf8.RuneCountInString(address) - 1
	if room <= 0 {
		return firstRunes(text, maxMessage)
	}
	return strings.TrimSpace(strings.TrimRight(firstRunes(text, room), " ") + " " + address)
}

func firstRunes(s string, most int) string {
	for i := range s {
		if most--; most < 0 {
			return s[:i]
		}
	}
	return s
}
