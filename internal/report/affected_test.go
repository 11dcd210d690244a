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
		"### Changed directories of no workspace\n\n- `infra/<new>`\n\n"
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
	if got := a.Summary(); !strings.HasPrefix(got, "## ❌ The affected workspaces are unknown") {
		t.Errorf("got\n%s", got)
	}
}
