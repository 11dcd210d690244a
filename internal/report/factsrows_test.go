package report

import (
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// TestFactsTable compares the table of facts.
func TestFactsTable(t *testing.T) {
	t.Parallel()
	counts := &scalr.Plan{Status: "finished", Additions: new(1), Changes: new(0), Destructions: new(23)}
	policies := func(list ...scalr.PolicyCheck) scalr.Run { return scalr.Run{Policies: list} }
	costs := func(prior, proposed, delta string) Report {
		return Report{Run: scalr.Run{Cost: &scalr.CostEstimate{Status: "finished", Prior: prior, Proposed: proposed, Delta: delta}}}
	}
	partly := func(r Report, matched, all int) Report {
		r.Run.Cost.Matched, r.Run.Cost.Resources = &matched, &all
		return r
	}
	failedEstimate := func(message string) Report {
		return Report{Run: scalr.Run{Cost: &scalr.CostEstimate{
			Status: "errored", Prior: "0.000", Proposed: "0.000", Delta: "0.000", ErrorMessage: message,
		}}}
	}
	refreshOnly := func(text tfplan.Totals) Report {
		return Report{Run: scalr.Run{RefreshOnly: true, Plan: counts}, Plan: tfplan.Plan{Text: text}}
	}
	one := func(head, cell string) string { return "| " + head + " |\n| :-: |\n| " + cell + " |\n" }
	for name, tt := range map[string]struct {
		report Report
		want   string
	}{
		"nothing":    {Report{}, ""},
		"a duration": {Report{Took: time.Second}, ""},
		"numbers": {
			report: Report{Run: scalr.Run{Plan: counts}, Took: 61 * time.Second},
			want:   "| Add | Change | Destroy | Duration |\n| :-: | :-: | :-: | :-: |\n| **1** | 0 | **23** | 1m1s |\n",
		},
		"numbers of an apply": {
			report: Report{Result: "applied", Run: scalr.Run{Plan: counts, Apply: &scalr.Apply{Imports: new(2)}}},
			want:   "| Added | Changed | Destroyed | Imported |\n| :-: | :-: | :-: | :-: |\n| **1** | 0 | **23** | **2** |\n",
		},
		"one import":  {Report{Run: scalr.Run{Apply: &scalr.Apply{Imports: new(1)}}}, one("Import", "**1**")},
		"no imports":  {Report{Run: scalr.Run{Apply: &scalr.Apply{Imports: new(0)}}}, ""},
		"one known":   {Report{Run: scalr.Run{Plan: &scalr.Plan{Status: "finished", Changes: new(2)}}}, one("Change", "**2**")},
		"one object":  {refreshOnly(tfplan.Totals{Documents: 1, Complete: true, Drift: 1}), one("Drift", "**1**")},
		"no drift":    {refreshOnly(tfplan.Totals{Documents: 1, Complete: true}), one("Drift", "0")},
		"not known":   {refreshOnly(tfplan.Totals{}), ""},
		"the cost":    {costs("1", "3.5", "2.5"), one("Cost per month", "1.00\u00A0→\u00A03.50\u00A0USD (**+2.50**)")},
		"a saving":    {costs("3", "2", "-1"), one("Cost per month", "3.00\u00A0→\u00A02.00\u00A0USD (**-1.00**)")},
		"same cost":   {costs("3", "3.001", "0.001"), one("Cost per month", "3.00\u00A0USD")},
		"no prior":    {costs("", "3", "1"), ""},
		"no proposed": {costs("3", "", "1"), ""},
		"no delta":    {costs("3", "4", ""), ""},
		"a partial estimate": {partly(costs("1", "3.5", "2.5"), 3, 5),
			one("Cost per month", "1.00\u00A0→\u00A03.50\u00A0USD (**+2.50**), 3\u00A0of\u00A05\u00A0resources\u00A0estimated")},
		"an estimate of nothing": {partly(costs("0", "0", "0"), 0, 1),
			one("Cost per month", "0.00\u00A0USD, 0\u00A0of\u00A01\u00A0resource\u00A0estimated")},
		"a complete estimate":                 {partly(costs("3", "3", "0"), 5, 5), one("Cost per month", "3.00\u00A0USD")},
		"a failed estimate":                   {failedEstimate("no prices"), one("Cost per month", "estimate\u00A0failed")},
		"a failed estimate without a message": {failedEstimate(""), one("Cost per month", "estimate\u00A0failed")},
		"passed policies": {
			report: Report{Run: policies(scalr.PolicyCheck{Status: "passed", Passed: 2}, scalr.PolicyCheck{Passed: 1})},
			want:   one("Policies", "✅\u00A03\u00A0passed"),
		},
		"all kinds of policies": {
			report: Report{Run: policies(
				scalr.PolicyCheck{Status: "soft_failed", Passed: 1, Advisory: 2, Soft: 3, Hard: 4},
				scalr.PolicyCheck{Passed: 10, Advisory: 20, Soft: 30, Hard: 40},
			)},
			want: one("Policies", "⛔\u00A044\u00A0failed, ✋\u00A033\u00A0to\u00A0override, ⚠️\u00A022\u00A0advisory, ✅\u00A011\u00A0passed"),
		},
		"overridden policies": {
			report: Report{Run: policies(scalr.PolicyCheck{Status: "overridden", Soft: 1}, scalr.PolicyCheck{Status: "passed", Soft: 1})},
			want:   one("Policies", "🔓\u00A02\u00A0overridden"),
		},
		"one of each": {
			report: Report{Run: policies(scalr.PolicyCheck{Passed: 1, Advisory: 1, Soft: 1, Hard: 1})},
			want:   one("Policies", "⛔\u00A01\u00A0failed, ✋\u00A01\u00A0to\u00A0override, ⚠️\u00A01\u00A0advisory, ✅\u00A01\u00A0passed"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.report.Result == "" {
				tt.report.Result = "refused"
			}
			_, page, found := strings.Cut(tt.report.Comment(CommentLimit), "\n\n|")
			got, _, _ := strings.Cut("|"+page, "|\n\n")
			if !found {
				got = ""
			}
			if got = strings.TrimRight(got, "|\n"); got != strings.TrimRight(tt.want, "|\n") {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// TestReasonOfFailedEstimate: the reason why an estimate failed is below the table.
func TestReasonOfFailedEstimate(t *testing.T) {
	t.Parallel()
	r := Report{Result: "planned", Run: scalr.Run{Cost: &scalr.CostEstimate{Status: "errored", Delta: "0.000", ErrorMessage: "no <b> in `eu-1`."}}}
	for _, page := range []string{r.Summary(), r.Comment(CommentLimit)} {
		if !strings.HasSuffix(page, " |\n\nThe cost estimate failed: no &#60;b&#62; in <code>eu-1</code>.\n") {
			t.Errorf("got\n%s", page)
		}
	}
	r.Run.Cost.ErrorMessage = ""
	if page := r.Comment(CommentLimit); !strings.HasSuffix(page, "failed |\n") {
		t.Errorf("without a reason: got\n%s", page)
	}
	if delta := outputsOf(r)["cost-delta"]; delta != "" {
		t.Errorf("got the cost %q", delta)
	}
}

// TestPolicyStatusOfCounts: the counts of a check and its status determine the output and the headline.
func TestPolicyStatusOfCounts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		check scalr.PolicyCheck
		want  string // the output and the headline
	}{
		{"a mandatory failure is counted", scalr.PolicyCheck{Status: "passed", Hard: 1}, "hard-failed · **1 policy failed**"},
		{"two mandatory failures", scalr.PolicyCheck{Status: "overridden", Hard: 2, Soft: 1}, "hard-failed · **2 policies failed**"},
		{"the status alone is failed", scalr.PolicyCheck{Status: "hard_failed"}, "hard-failed · **1 policy failed**"},
		{"a soft failure is counted", scalr.PolicyCheck{Status: "passed", Soft: 1}, "soft-failed · **1 policy to override**"},
		{"the status alone is soft-failed", scalr.PolicyCheck{Status: "soft_failed"}, "soft-failed · **1 policy to override**"},
		{"an overridden failure", scalr.PolicyCheck{Status: "overridden", Soft: 2, Advisory: 1}, "overridden"},
		{"an advisory failure is counted", scalr.PolicyCheck{Status: "passed", Advisory: 1, Passed: 3}, "advisory-failed"},
		{"passed", scalr.PolicyCheck{Status: "passed"}, "passed"},
		{"counted as passed before the end", scalr.PolicyCheck{Status: "running", Passed: 3}, ""},
	} {
		r := Report{Result: "planned", Run: scalr.Run{Policies: []scalr.PolicyCheck{tt.check}}}
		head, _, _ := strings.Cut(r.Comment(CommentLimit), "\n")
		if got := outputsOf(r)["policy-status"] + strings.TrimPrefix(head, "### 📋 planned"); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestSafeWords: an output is a status only if it is a word of at most 64 plain characters.
func TestSafeWords(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 64)
	for status, want := range map[string]string{
		"planned_and_finished": "planned_and_finished", "a-Z0": "a-Z0", "": "", "a b": "", "a.b": "", "a\n": "", long: long, long + "a": "",
	} {
		if got := outputsOf(Report{Run: scalr.Run{Status: scalr.Status(status)}})["status"]; got != want {
			t.Errorf("%q: got %q, want %q", status, got, want)
		}
	}
}

// TestSourcesOfNumbers: each number is the maximum of the sources; the plans of a log are added up only if there are several
// units.
func TestSourcesOfNumbers(t *testing.T) {
	t.Parallel()
	low, high := tfplan.Counts{Imports: 1, Additions: 2, Changes: 3, Destructions: 4}, tfplan.Counts{Imports: 5, Additions: 6, Changes: 7, Destructions: 8}
	text := tfplan.Totals{Counts: high, Most: low, Documents: 2, Complete: true}
	server := func(n int) *scalr.Plan {
		return &scalr.Plan{Status: "finished", Additions: new(n), Changes: new(n), Destructions: new(n)}
	}
	for _, tt := range []struct {
		name   string
		report Report
		want   string // additions changes destructions imports
	}{
		{"one plan, printed twice", Report{Plan: tfplan.Plan{Planned: &tfplan.Counts{}, Text: text}}, "2 3 4 1"},
		{"several units", Report{Plan: tfplan.Plan{Planned: &tfplan.Counts{}, Text: text}, Workspace: scalr.Workspace{RunAll: true}}, "6 7 8 5"},
		{"one document in the JSON", Report{Plan: tfplan.Plan{Planned: &low, Text: text, JSON: tfplan.Totals{Documents: 1}}}, "2 3 4 1"},
		{"two documents in the JSON", Report{Plan: tfplan.Plan{Planned: &low, Text: text, JSON: tfplan.Totals{Documents: 2}}}, "6 7 8 5"},
		{"a change with a unit", Report{Plan: tfplan.Plan{Planned: &low, Text: text, Changes: []tfplan.Change{{Unit: "a"}}}}, "6 7 8 5"},
		{"a change without a unit", Report{Plan: tfplan.Plan{Planned: &low, Text: text, Changes: []tfplan.Change{{Address: "a"}}}}, "2 3 4 1"},
		{"the JSON", Report{Plan: tfplan.Plan{Planned: &low, JSON: tfplan.Totals{Counts: high}}}, "6 7 8 5"},
		{"no plan", Report{Plan: tfplan.Plan{JSON: tfplan.Totals{Counts: high}}}, "   "},
		{"more in Scalr", Report{Plan: tfplan.Plan{Planned: &low}, Run: scalr.Run{Plan: server(9)}}, "9 9 9 1"},
		{"some more in Scalr", Report{Plan: tfplan.Plan{Planned: &low}, Run: scalr.Run{Plan: server(3)}}, "3 3 4 1"},
		{"negative in Scalr", Report{Run: scalr.Run{Plan: server(-1)}}, "   "},
		{"zero in Scalr", Report{Run: scalr.Run{Plan: server(0)}}, "0 0 0 "},
		{"a refresh-only run", Report{Plan: tfplan.Plan{Planned: &low, JSON: tfplan.Totals{Counts: high}},
			Run: scalr.Run{RefreshOnly: true, Plan: server(9)}}, "2 3 4 1"},
		{"an apply", Report{Result: "applied", Plan: tfplan.Plan{Planned: &high}, Run: scalr.Run{
			Apply: &scalr.Apply{Additions: new(0), Changes: new(1), Destructions: new(2), Imports: new(0)}}}, "0 1 2 0"},
		{"an apply with negative numbers", Report{Result: "applied", Plan: tfplan.Plan{Planned: &high}, Run: scalr.Run{
			Apply: &scalr.Apply{Additions: new(-1), Changes: new(-1), Destructions: new(-1), Imports: new(-1)}}}, "6 7 8 5"},
		{"an apply of fewer destructions", Report{Result: "applied", Plan: tfplan.Plan{Planned: &low, Text: tfplan.Totals{Counts: low}},
			Run: scalr.Run{Apply: &scalr.Apply{Destructions: new(1)}}}, "2 3 1 1"},
		{"an apply of no destructions", Report{Result: "applied", Plan: tfplan.Plan{Planned: &low, Text: tfplan.Totals{Counts: low}},
			Run: scalr.Run{Apply: &scalr.Apply{Destructions: new(0)}}}, "2 3 4 1"},
		{"a failed apply with more", Report{Result: "errored", Plan: tfplan.Plan{Planned: &tfplan.Counts{}},
			Run: scalr.Run{Apply: &scalr.Apply{Additions: new(1), Changes: new(1), Destructions: new(1)}}}, "0 0 1 0"},
	} {
		o := outputsOf(tt.report)
		if got := strings.Join([]string{o["additions"], o["changes"], o["destructions"], o["imports"]}, " "); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
