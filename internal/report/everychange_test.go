package report

import (
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/tfplan"
)

// plannedEveryAction has each action, with each detail that a change may have.
func plannedEveryAction(testing.TB) Report {
	r := baseReport("planned", "planned_and_finished")
	many := func(names ...string) string {
		diff := "! resource \"aws\" \"x\" {\n"
		for _, name := range names {
			diff += "!     " + name + " = 1 -> 2\n"
		}
		return diff + "      id = \"1\"\n!         nested = 1 -> 2\n!     late = 1 -> (known after apply)\n  }\n"
	}
	r.Plan = tfplan.Plan{
		Changes: []tfplan.Change{
			{Address: "aws.destroyed", Action: tfplan.Destroy, Reason: "not in the configuration", Diff: "- resource \"aws\" {\n"},
			{Address: "aws.destroyed", Action: tfplan.Destroy, Deposed: "0a1b2c3d"},
			{Address: "aws.replaced", Action: tfplan.Replace, Reason: "`ami` cannot be changed in place", Diff: "-/+ resource \"aws\" {\n"},
			{Address: "aws.four", Action: tfplan.Update, Diff: many("a", "b", "b", "_c-1", "d")},
			{Address: "aws.five", Action: tfplan.Update, Diff: many("a", "b", "c", "d", "e")},
			{Address: "aws.moved", Action: tfplan.Update, Previous: "aws.`old`", Diff: many("a")},
			{Address: "aws.no_diff", Action: tfplan.Update, Imported: true, ImportID: "i-1"},
			{Address: "aws.created", Action: tfplan.Create, Diff: "+ resource \"aws\" \"x\" {\n+     a = 1\n"},
			{Address: "aws.imported", Action: tfplan.Import, Imported: true},
			{Address: "aws.imported_by_id", Action: tfplan.Import, Imported: true, ImportID: "i-2"},
			{Address: "aws.imported_and_changed", Action: tfplan.Update, Imported: true, Reason: "no reason"},
			{Address: "aws.move", Action: tfplan.Move, Previous: "aws.before"},
			{Address: "aws.forgotten", Action: tfplan.Forget, Reason: "`destroy` is false"},
			{Address: "aws.succeeded", Action: tfplan.Succeed, Reason: "`engine` cannot be changed in place"},
			{Address: "action.aws.invoked", Action: tfplan.Invoke},
			{Address: "data.aws.read", Action: tfplan.Read},
			{Address: "aws.other", Action: tfplan.Other},
			{Address: "aws.deferred[*]", Action: tfplan.Defer, Reason: "because the number of resource instances is unknown"},
		},
		Drift: []tfplan.Change{
			{Address: "aws.drifted", Action: tfplan.Update, Diff: many("a")},
			{Address: "aws.gone", Action: tfplan.Destroy},
		},
		OutputDiff:  "! size = 1 -> 2\n",
		Planned:     &tfplan.Counts{Imports: 4, Additions: 3, Changes: 5, Destructions: 3},
		OtherCounts: tfplan.OtherCounts{Moves: 1, Forgets: 2, Invocations: 1, Deferrals: 1},
		JSON:        tfplan.Totals{Limited: true},
		Omitted:     3,
	}
	return r
}

// plannedInUnits has changes of Terragrunt's units, and one of an unknown unit.
func plannedInUnits(testing.TB) Report {
	r := baseReport("errored", "errored")
	r.Workspace.RunAll = true
	change := func(unit, address string, action tfplan.Action) tfplan.Change {
		return tfplan.Change{Unit: unit, Address: address, Action: action}
	}
	r.Plan = tfplan.Plan{
		Changes: []tfplan.Change{
			change("network|a", "aws.one", tfplan.Create),
			change("shop", "aws.two", tfplan.Create),
			change("network|a", "aws.three", tfplan.Update),
			change("shop", "aws.six", tfplan.Destroy),
			change("", "aws.four", tfplan.Update),
			change("", "aws.five", tfplan.Create),
		},
		Omitted: 1,
		Partial: true,
	}
	return r
}

// TestGroupsCollapse: a group is collapsed if it has more changes than the summary or the comment shows open.
func TestGroupsCollapse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		n                int
		summary, comment bool // whether it is collapsed
	}{
		{n: 12},
		{n: 13, comment: true},
		{n: 40, comment: true},
		{n: 41, summary: true, comment: true},
	} {
		t.Run(fmt.Sprint(tt.n), func(t *testing.T) {
			t.Parallel()
			changes, drift := baseReport("planned", "planned_and_finished"), baseReport("planned", "planned_and_finished")
			drift.Run.RefreshOnly = true
			for i := range tt.n {
				changes.Plan.Changes = append(changes.Plan.Changes, tfplan.Change{Address: fmt.Sprint("a.b", i), Action: tfplan.Create})
				drift.Plan.Drift = append(drift.Plan.Drift, tfplan.Change{Address: fmt.Sprint("a.b", i), Action: tfplan.Update})
			}
			for _, page := range []struct {
				name, text, open, collapsed string
				want                        bool
			}{
				{"summary", changes.Summary(), "#### ➕ Create (%d)\n", "<details><summary><b>➕ Create (%d)</b></summary>\n", tt.summary},
				{"comment", changes.Comment(CommentLimit), "#### ➕ Create (%d)\n", "<details><summary><b>➕ Create (%d)</b></summary>\n", tt.comment},
				{"summary of drift", drift.Summary(), "#### 🌊 Drift: changed outside of Terraform (%d)\n",
					"<details><summary>🌊 <b>Drift: changed outside of Terraform</b> (%d)</summary>\n", tt.summary},
				{"comment on drift", drift.Comment(CommentLimit), "#### 🌊 Drift: changed outside of Terraform (%d)\n",
					"<details><summary>🌊 <b>Drift: changed outside of Terraform</b> (%d)</summary>\n", tt.comment},
			} {
				want := page.open
				if page.want {
					want = page.collapsed
				}
				last := fmt.Sprintf("- `a.b%d`\n\n", tt.n-1)
				if page.want {
					last += "</details>\n\n"
				}
				if !strings.Contains(page.text, "\n"+fmt.Sprintf(want, tt.n)+"\n- `a.b0`\n") || !strings.Contains(page.text, last+"<sub>") {
					t.Errorf("%s: got\n%s\nwant %s", page.name, page.text, fmt.Sprintf(want, tt.n))
				}
			}
		})
	}
}
