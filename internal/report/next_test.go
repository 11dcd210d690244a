package report

import (
	"strings"
	"testing"
)

// TestStepToPasteNeedsANamedAction: a step is offered only if `uses:` can name the action: not if the action is used by
// its path, or outside of GitHub. The sentence that announces the step is omitted, too.
func TestStepToPasteNeedsANamedAction(t *testing.T) {
	t.Parallel()
	for _, outcome := range []string{"confirmation", "saved", "needs-override", "started", "overridden"} {
		for action, named := range map[string]bool{
			"acme/scalr-run-action@v1": true,
			"":                         false,
			"./":                       false,
			"acme/scalr-run-action@":   false,
			"a/b@v1\n```":              false,
		} {
			r := outcomeReports[outcome](t)
			r.Action = action
			text := r.Summary()
			offered := strings.Contains(text, "- uses: ")
			announced := strings.Contains(text, "with a step")
			if offered != named || announced != named {
				t.Errorf("%s with the action %q: step offered %v, announced %v, want %v in\n%s", outcome, action, offered,
					announced, named, text)
			}
		}
	}
}
