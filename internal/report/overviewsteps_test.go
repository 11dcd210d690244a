package report

import (
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// crowdedOverview has every part that an overview can leave out.
func crowdedOverview(t testing.TB) Overview {
	row := func(outcome, environment, name string) Row {
		r := rowOf(t, outcome, environment, name)
		r.Because = "modules/" + name + ".tf"
		return r
	}
	lost := row("planned-replace", "production", "lost")
	lost.Plan.Changes = nil
	for i := range 27 {
		action := []tfplan.Action{tfplan.Destroy, tfplan.Replace}[i%2]
		lost.Plan.Changes = append(lost.Plan.Changes, tfplan.Change{Address: fmt.Sprint("aws.lost", i), Action: action, Reason: "no `reason`"})
	}
	failed := row("errored-plan", "staging", "failed")
	failed.Plan.Diagnostics = append([]tfplan.Diagnostic{{Level: "error", Title: "First", Text: "Error: First\n\nlong text"}},
		failed.Plan.Diagnostics...)
	long := row("errored-unknown", "staging", "a-name-of-more-than-eighty-characters-which-is-shortened-only-if-nothing-else-can-be-left-out")
	override := row("needs-override", "production", "override")
	override.Plan.Changes = []tfplan.Change{{Address: "aws.doomed", Action: tfplan.Destroy, Diff: "- resource \"aws\" \"doomed\" {\n  }\n"}}
	units := row("planned-units", "production", "units")
	units.Result = "planned"
	rows := []Row{
		lost, failed, long, override, units, row("saved", "production", "saved"), row("confirmation", "production", "confirm"),
		row("planned-create", "staging", "create"), row("planned-move-only", "staging", "move"), row("planned-outputs", "staging", "outputs"),
		row("planned-every-action", "staging", "every"), row("no-changes", "staging", "same"), row("no-changes", "production", "same"),
		{Report: Report{Result: RowMissing, Workspace: scalr.Workspace{Name: "missing", Environment: "production"}}},
	}
	for i := range 5 {
		rows = append(rows, row("planned-update", "staging", fmt.Sprint("update", i)))
	}
	o := overviewOf(rows...)
	o.Rejected, o.Reasons = true, []string{"The runs of 2 workspaces failed."}
	return o
}

// TestOverviewSteps starts with a page that contains everything, and reduces the limit until the page changes. The golden
// file lists the lines that each step removes and adds.
func TestOverviewSteps(t *testing.T) {
	t.Parallel()
	o := crowdedOverview(t)
	page := o.Comment(CommentLimit)
	var all strings.Builder
	all.WriteString(page)
	for page != "" {
		if got := o.Comment(len(page)); got != page {
			t.Fatalf("with a limit of %d bytes, the page has %d bytes, although one of %d exists", len(page), len(got), len(page))
		}
		next := o.Comment(len(page) - 1)
		if len(next) >= len(page) {
			t.Fatalf("%d bytes, the limit is %d", len(next), len(page)-1)
		}
		fmt.Fprintf(&all, "== %d bytes\n%s%s", len(next), without("-", page, next), without("+", next, page))
		page = next
	}
	golden(t, "overview-steps.txt", all.String())
}

// TestOverviewLinks: what is left out is linked to the workflow run, or to the log if its address is unknown.
func TestOverviewLinks(t *testing.T) {
	t.Parallel()
	o := crowdedOverview(t)
	for url, want := range map[string]string{
		"https://h/1": "The full report does not fit here: [see the workflow run](https://h/1).\n",
		"":            "The full report does not fit here: see the job's log.\n",
		"h/1":         "The full report does not fit here: see the job's log.\n",
	} {
		o.Source = Source{WorkflowRunURL: url}
		if got := o.Comment(len(o.sorted().headline(commentStyle)) + len(want)); !strings.HasSuffix(got, "\n\n"+want) {
			t.Errorf("%q: got\n%s\nwant\n%s", url, got, want)
		}
	}
}

// without returns the lines of a page that another page does not contain, each with a mark.
func without(mark, page, other string) string {
	count := map[string]int{}
	for line := range strings.Lines(other) {
		count[line]++
	}
	var missing strings.Builder
	for line := range strings.Lines(page) {
		if count[line]--; count[line] < 0 && line != "\n" {
			missing.WriteString(mark + line)
		}
	}
	return missing.String()
}
