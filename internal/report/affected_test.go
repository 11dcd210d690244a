package report

import (
	"fmt"
	"strings"
	"testing"
)

func TestAffectedSummary(t *testing.T) {
	t.Parallel()
	got := Affected{Scope: "exact", Reason: "pull request #7: 2 files changed", Considered: 4, Waves: true,
		Workspaces: []AffectedWorkspace{{"prod", "a|b", "x", "m/`c`", 1}},
		Removed:    []AffectedWorkspace{{Environment: "prod", Name: "old", Directory: "infra/old"}},
		Unclaimed:  []string{"infra/<new>"}, Problem: "5 workspaces are affected, but `max-affected` is 1."}.Summary()
	want := "## 1 of 4 workspaces is affected\n\nCompared: pull request &#35;&#8203;7: 2 files changed.\n\n" +
		"**&#53; workspaces are affected, but <code>max-affected</code> is 1.**\n\n" +
		"| Workspace | Directory | Because of | Wave |\n| :-- | :-- | :-- | --: |\n" +
		"| <code>prod/a&#124;b</code> | `x` | <code>m/&#96;c&#96;</code> | 1 |\n\n" +
		"### Directories deleted\n\nThe resources of these workspaces stay. Destroy them before this change is merged.\n\n" +
		"- `prod/old` in `infra/old`\n\n" +
		"### Changed directories of no selected workspace\n\n- `infra/<new>`\n\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAffectedSummaryOfManyAndNone(t *testing.T) {
	t.Parallel()
	a := Affected{Scope: "everything", Reason: "`all` is true", Considered: 501}
	if got := a.Summary(); !strings.Contains(got, "No workspace is affected") ||
		!strings.Contains(got, "Every workspace is listed: <code>all</code> is true.") {
		t.Errorf("got\n%s", got)
	}
	for n := range 501 {
		a.Workspaces = append(a.Workspaces, AffectedWorkspace{Environment: "prod", Name: fmt.Sprint("w", n)})
	}
	if got := a.Summary(); strings.Count(got, "\n| `prod/w") != 500 ||
		!strings.Contains(got, "\nThe log lists 1 more.\n") {
		t.Errorf("got\n%.500s", got)
	}
	a = Affected{Scope: "everything", Reason: "no response", Problem: "It is unknown what changed."}
	const want = "## ❌ The affected workspaces are unknown\n\nNothing was compared: no response.\n\n**It is unknown what changed.**\n\n"
	if got := a.Summary(); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
}

// TestAffectedHeadlines compares the first line, and the borders of the lists.
func TestAffectedHeadlines(t *testing.T) {
	t.Parallel()
	workspaces := func(n int) (all []AffectedWorkspace) {
		for i := range n {
			all = append(all, AffectedWorkspace{Environment: "prod", Name: fmt.Sprint("w", i), Directory: fmt.Sprint("d", i), Wave: i})
		}
		return all
	}
	dirs := make([]string, 501)
	for i := range dirs {
		dirs[i] = fmt.Sprint("dir", i)
	}
	for name, tt := range map[string]struct {
		report     Affected
		want       string
		rows       int // of the table
		lines      int // of the other lists
		more, last string
	}{
		"none":               {Affected{Scope: "exact", Considered: 3}, "No workspace is affected", 0, 0, "", ""},
		"none, and unknown":  {Affected{Problem: "p"}, "❌ The affected workspaces are unknown", 0, 0, "", ""},
		"one":                {Affected{Considered: 3, Workspaces: workspaces(1)}, "1 of 3 workspaces is affected", 1, 0, "", "| `prod/w0` | `d0` |  |\n"},
		"two with a problem": {Affected{Considered: 3, Workspaces: workspaces(2), Problem: "p"}, "2 of 3 workspaces are affected", 2, 0, "", ""},
		"500": {Affected{Considered: 500, Workspaces: workspaces(500), Removed: workspaces(500), Unclaimed: dirs[:500]},
			"500 of 500 workspaces are affected", 500, 1000, "", "| `prod/w499` | `d499` |  |\n\n### Directories deleted"},
		"501": {Affected{Considered: 501, Workspaces: workspaces(501), Removed: workspaces(501), Unclaimed: dirs, Waves: true},
			"501 of 501 workspaces are affected", 500, 1000, "1", "| `prod/w499` | `d499` |  | 499 |\n\nThe log lists 1 more.\n\n### Directories deleted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := tt.report.Summary()
			head, _, _ := strings.Cut(page, "\n\n")
			rows, lines := strings.Count(page, "\n| `prod/w"), strings.Count(page, "\n- `")
			if head != "## "+tt.want || rows != tt.rows || lines != tt.lines || !strings.Contains(page, tt.last) {
				t.Errorf("got %q, %d rows and %d lines, want %q, %d and %d, and %q", head, rows, lines, tt.want, tt.rows, tt.lines, tt.last)
			}
			if _, more, _ := strings.Cut(page, "The log lists "); !strings.HasPrefix(more, tt.more) || tt.more == "" && more != "" {
				t.Errorf("got %.20q more, want %q", more, tt.more)
			}
		})
	}
}
