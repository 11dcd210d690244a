package fleet

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/report"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// planWith returns a run whose plan has these numbers.
func planWith(additions, changes, destructions int) scalr.Run {
	has := additions+changes+destructions > 0
	return scalr.Run{Status: "planned_and_finished", Plan: &scalr.Plan{
		Status: "finished", HasChanges: &has, Additions: &additions, Changes: &changes, Destructions: &destructions,
	}}
}

// withApply returns a run whose apply has started.
func withApply(r scalr.Run) scalr.Run {
	r.Status, r.Apply = "errored", &scalr.Apply{Status: "errored"}
	return r
}

// deferring is a plan without changes that defers an object.
var deferring = tfplan.Plan{
	OtherCounts: tfplan.OtherCounts{Deferrals: 1},
	JSON:        tfplan.Totals{Documents: 1, Complete: true, Limited: true, OtherCounts: tfplan.OtherCounts{Deferrals: 1}},
}

// kindsOfRows are rows with each result, and their effects as far as they are known.
var kindsOfRows = map[string]report.Report{
	"planned, creates":           {Result: result.Planned, Run: planWith(1, 0, 0)},
	"planned, destroys":          {Result: result.Planned, Run: planWith(1, 0, 1)},
	"planned, unknown":           {Result: result.Planned},
	"planned, nothing":           {Result: result.Planned, Run: planWith(0, 0, 0)},
	"no changes":                 {Result: result.NoChanges, Run: planWith(0, 0, 0)},
	"no changes, deferred":       {Result: result.NoChanges, Run: planWith(0, 0, 0), Plan: deferring},
	"applied, creates":           {Result: result.Applied, Run: planWith(1, 0, 0)},
	"applied, destroys":          {Result: result.Applied, Run: planWith(0, 0, 1)},
	"waiting, creates":           {Result: result.NeedsConfirmation, Run: planWith(1, 0, 0)},
	"waiting, destroys":          {Result: result.NeedsConfirmation, Run: planWith(1, 0, 1)},
	"waiting, unknown":           {Result: result.NeedsConfirmation},
	"saved, creates":             {Result: result.Saved, Run: planWith(1, 0, 0)},
	"plan failed":                {Result: result.Errored},
	"plan failed, destroys":      {Result: result.Errored, Run: planWith(0, 0, 1)},
	"apply failed, unknown":      {Result: result.Errored, Run: withApply(scalr.Run{})},
	"apply failed, creates":      {Result: result.Errored, Run: withApply(planWith(1, 0, 0))},
	"apply failed, destroys":     {Result: result.Errored, Run: withApply(planWith(1, 0, 1))},
	"apply failed, nothing":      {Result: result.Errored, Run: withApply(planWith(0, 0, 0))},
	"needs override, creates":    {Result: result.NeedsOverride, Run: planWith(1, 0, 0)},
	"needs override, unknown":    {Result: result.NeedsOverride},
	"needs override, nothing":    {Result: result.NeedsOverride, Run: planWith(0, 0, 0)},
	"policy failed, creates":     {Result: result.PolicyFailed, Run: planWith(1, 0, 0)},
	"canceled, creates":          {Result: result.Canceled, Run: planWith(1, 0, 0)},
	"canceled, during the apply": {Result: result.Canceled, Run: withApply(planWith(1, 0, 0))},
	"missing":                    {Result: report.RowMissing},
	"unknown":                    {Result: report.RowUnknown},
	"not finished":               {Result: report.RowRunning},
}

// TestOverviewFailOn checks which conditions of fail-on each kind of row matches.
func TestOverviewFailOn(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"planned, creates":           "changes",
		"planned, destroys":          "changes destroy",
		"planned, unknown":           "changes destroy",
		"planned, nothing":           "",
		"no changes":                 "",
		"no changes, deferred":       "changes",
		"applied, creates":           "changes",
		"applied, destroys":          "changes destroy",
		"waiting, creates":           "changes",
		"waiting, destroys":          "changes destroy",
		"waiting, unknown":           "changes destroy",
		"saved, creates":             "changes",
		"plan failed":                "failed",
		"plan failed, destroys":      "failed",
		"apply failed, unknown":      "failed changes destroy",
		"apply failed, creates":      "failed changes",
		"apply failed, destroys":     "failed changes destroy",
		"apply failed, nothing":      "failed",
		"needs override, creates":    "failed changes",
		"needs override, unknown":    "failed changes destroy",
		"needs override, nothing":    "failed",
		"policy failed, creates":     "failed",
		"canceled, creates":          "failed",
		"canceled, during the apply": "failed changes",
		"missing":                    "missing",
		"unknown":                    "missing changes destroy",
		"not finished":               "missing changes destroy",
	}
	conditions := []string{"failed", "missing", "changes", "destroy"}
	for name, r := range kindsOfRows {
		var got []string
		for i, condition := range conditions {
			c := &overviewCommand{in: inputs.Overview{FailOn: inputs.OverviewFailOn{
				Failed: i == 0, Missing: i == 1, Changes: i == 2, Destroy: i == 3,
			}}}
			c.page.Rows = []report.Row{{Report: r}}
			if o := c.evaluate(); o.Result == result.Rejected {
				got = append(got, condition)
			}
		}
		if strings.Join(got, " ") != want[name] {
			t.Errorf("%s: fails on %q, want %q", name, got, want[name])
		}
	}
}

// TestOverviewReasons checks the outcome and the reasons for several rows and needed jobs.
func TestOverviewReasons(t *testing.T) {
	t.Parallel()
	all := inputs.OverviewFailOn{Failed: true, Missing: true, Changes: true, Destroy: true}
	for name, c := range map[string]struct {
		rows   []string
		needs  []inputs.NeededJob
		failOn inputs.OverviewFailOn
		listed int // number of workspaces in the input
		code   string
		want   string
	}{
		"nothing": {failOn: all},
		"one of each": {
			rows:   []string{"no changes", "plan failed", "missing", "planned, creates", "planned, destroys"},
			failOn: all,
			code:   "workspaces-failed",
			want: "The runs of 1 workspace failed: `prod/w1`.\n" +
				"No finished run of this workflow run was found for 1 workspace: `prod/w2`.\n" +
				"2 workspaces have changes, or that cannot be ruled out (`fail-on: changes`): `prod/w3`, `prod/w4`.\n" +
				"1 workspace has something to destroy, or that cannot be ruled out (`fail-on: destroy`): `prod/w4`.",
		},
		"several of each": {
			rows: []string{"unknown", "missing", "apply failed, destroys", "needs override, unknown"}, failOn: all,
			code: "workspaces-failed",
			want: "The runs of 1 workspace failed: `prod/w2`.\n" +
				"The runs of 1 workspace wait for a policy override: `prod/w3`.\n" +
				"No finished run of this workflow run was found for 2 workspaces: `prod/w0`, `prod/w1`.\n" +
				"3 workspaces have changes, or that cannot be ruled out (`fail-on: changes`): `prod/w0`, `prod/w2`, `prod/w3`.\n" +
				"3 workspaces have something to destroy, or that cannot be ruled out (`fail-on: destroy`): `prod/w0`, `prod/w2`, `prod/w3`.",
		},
		"five failed": {
			rows: []string{"plan failed", "plan failed", "plan failed", "plan failed", "plan failed"}, failOn: all,
			code: "workspaces-failed",
			want: "The runs of 5 workspaces failed: `prod/w0`, `prod/w1`, `prod/w2`, `prod/w3`, `prod/w4`.",
		},
		"twelve missing": {
			rows: slices.Repeat([]string{"missing"}, 12), failOn: all,
			code: "runs-missing",
			want: "No finished run of this workflow run was found for 12 workspaces: `prod/w0`, `prod/w1`, `prod/w2`, `prod/w3`, `prod/w4`, `prod/w5`, " +
				"`prod/w6`, `prod/w7`, `prod/w8`, `prod/w9` and 2 more.",
		},
		"one changes": {
			rows: []string{"planned, creates"}, failOn: all,
			code: "gate-hit",
			want: "1 workspace has changes, or that cannot be ruled out (`fail-on: changes`): `prod/w0`.",
		},
		"destroys": {
			rows: []string{"waiting, destroys"}, failOn: inputs.OverviewFailOn{Destroy: true},
			code: "gate-hit",
			want: "1 workspace has something to destroy, or that cannot be ruled out (`fail-on: destroy`): `prod/w0`.",
		},
		"needed jobs": {
			rows: []string{"plan failed"}, listed: 1,
			needs: []inputs.NeededJob{{Name: "a", Result: "success"}, {Name: "b", Result: "failure"}, {Name: "c", Result: "cancelled"},
				{Name: "d", Result: "neutral"}, {Name: "e", Result: "skipped"}, {Name: "f"}},
			code: "job-failed",
			want: "The job `b` failed.\n" +
				"The job `c` was canceled.\n" +
				"The job `d` ended as `neutral`, which is not known to be a success.\n" +
				"The job `e` was skipped, although there are workspaces.\n" +
				"The job `f` ended as ``, which is not known to be a success.",
		},
		"skipped jobs without workspaces": {needs: []inputs.NeededJob{{Name: "a", Result: "skipped"}}, failOn: all},
		"a failed run and a failed job": {
			rows: []string{"missing", "plan failed"}, needs: []inputs.NeededJob{{Name: "plan", Result: "failure"}}, listed: 2,
			failOn: inputs.OverviewFailOn{Missing: true},
			code:   "runs-missing",
			want:   "No finished run of this workflow run was found for 1 workspace: `prod/w0`.\nThe job `plan` failed.",
		},
	} {
		o := &overviewCommand{in: inputs.Overview{FailOn: c.failOn, Needs: c.needs, Workspaces: make([]inputs.OverviewWorkspace, c.listed)}}
		for i, kind := range c.rows {
			row := report.Row{Report: kindsOfRows[kind]}
			row.Workspace = scalr.Workspace{Name: fmt.Sprint("w", i), Environment: "prod"}
			o.page.Rows = append(o.page.Rows, row)
		}
		got := o.evaluate()
		if want := map[bool]result.Result{true: result.Done, false: result.Rejected}[c.code == ""]; got.Result != want ||
			string(got.Code) != c.code || (len(got.Hints) > 0) != (c.code != "") {
			t.Errorf("%s: got %+v, want the result %s and the code %q", name, got, want, c.code)
		}
		if reasons := strings.Join(o.page.Reasons, "\n"); reasons != c.want || got.Problem != strings.ReplaceAll(c.want, "\n", " ") {
			t.Errorf("%s: got the reasons\n%s\nand the problem\n%s\nwant\n%s", name, reasons, got.Problem, c.want)
		}
	}
}

// TestWorkspaceTitle checks how a workspace is named, as far as it is known.
func TestWorkspaceTitle(t *testing.T) {
	t.Parallel()
	for want, w := range map[string]scalr.Workspace{
		"ws-1":   {ID: "ws-1", Environment: "prod"},
		"a":      {ID: "ws-1", Name: "a", EnvironmentID: "env-1"},
		"prod/a": {ID: "ws-1", Name: "a", Environment: "prod"},
	} {
		if got := title(w); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
