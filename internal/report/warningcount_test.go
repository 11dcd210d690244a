package report

import (
	"strings"
	"testing"

	"scalr-run-action/internal/tfplan"
)

// TestWarningCount: the title counts the similar warnings that Terraform only counts, like the output.
func TestWarningCount(t *testing.T) {
	t.Parallel()
	log := tfplan.NewLog(nil)
	_, _ = log.Write([]byte("No changes. Your infrastructure matches the configuration.\n\n" +
		"╷\n│ Warning: Deprecated\n│ \n│ Use another.\n│ \n│ (and 3 more similar warnings elsewhere)\n╵\n"))
	r := Report{Result: "planned", Plan: log.Plan(t.Context(), nil)}
	if page := r.Comment(CommentLimit); !strings.Contains(page, "<b>4 warnings</b>") {
		t.Errorf("the title does not count four warnings:\n%s", page)
	}
}
