package step

import (
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

var untilLastWorkflowRun = lazyregexp.New(`(?s)^.*/actions/runs/[0-9]+`)

// NamesWorkflowRun reports whether the last URL of a workflow run in the message is the given one, with or without an
// attempt. Earlier URLs do not count: the action appends its own to the user's text, which may quote the title of a pull
// request.
func NamesWorkflowRun(message, address string) bool {
	address, _, _ = strings.Cut(address, "/attempts/")
	return address != "" && strings.HasSuffix(untilLastWorkflowRun.FindString(message), address)
}
