package report

import (
	"strings"
	"testing"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// TestToolOfDrift: the heading and the summary name the tool of the workspace.
func TestToolOfDrift(t *testing.T) {
	t.Parallel()
	for platform, tool := range map[string]string{"opentofu": "OpenTofu", "terraform": "Terraform", "": "Terraform"} {
		for _, refreshOnly := range []bool{true, false} {
			r := Report{
				Result: "planned", Workspace: scalr.Workspace{Name: "shop", Platform: platform}, Run: scalr.Run{RefreshOnly: refreshOnly},
				Plan: tfplan.Plan{Drift: []tfplan.Change{{Address: "a.b", Action: tfplan.Update}}, Text: tfplan.Totals{Drift: 1}},
			}
			if page := r.Comment(CommentLimit); !strings.Contains(page, "Drift: changed outside of "+tool) {
				t.Errorf("%q: the drift has another heading:\n%s", platform, page)
			}
			if line := r.Line(); refreshOnly && !strings.HasSuffix(line, " changed outside of "+tool) {
				t.Errorf("%q: the summary is %q", platform, line)
			}
		}
	}
}
