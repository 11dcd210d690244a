package tfplan

import (
	"io"
	"strings"
	"testing"
)

// TestIncompleteSummary: a summary that cannot be read is a problem, unless it is the end of a log that breaks off there.
func TestIncompleteSummary(t *testing.T) {
	t.Parallel()
	const sum = "Plan: 0 to add, 0 to change, 0 to destroy."
	for n := range len(sum) + 1 {
		for end, whole := range map[string]bool{"": false, "\n": true} {
			log := sum[:n] + end
			want := ""
			if whole && n < len(sum) && strings.Contains(log, " to destroy") {
				want = "the plan's summary line cannot be read"
			}
			p := readPlan(nil, logSection(log))
			if got := strings.Join(p.Text.Problems, ", "); got != want || p.Text.Complete != (n == len(sum)) {
				t.Errorf("%q: got complete %t and the problems %q, want %q", log, p.Text.Complete, got, want)
			}
		}
	}
}

// TestSummaryAfterIncompleteOne: only the line at which the log broke off was incomplete.
func TestSummaryAfterIncompleteOne(t *testing.T) {
	t.Parallel()
	l := NewLog(nil)
	for _, c := range []struct{ written, problems string }{
		{"Plan: one to add, 0 to change, 0 to destroy", ""},
		{"Plan: one to add, 0 to change, 0 to destroy.\n", "the plan's summary line cannot be read"},
	} {
		io.WriteString(l, c.written)
		if got := strings.Join(l.Plan(t.Context(), nil).Text.Problems, ", "); got != c.problems {
			t.Errorf("after %q: got the problems %q, want %q", c.written, got, c.problems)
		}
	}
}
