package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
	"scalr-run-action/internal/tfplan"
)

// rowOf returns a row with one of the outcome reports.
func rowOf(t testing.TB, outcome, environment, name string) Row {
	t.Helper()
	r := outcomeReports[outcome](t)
	r.Workspace = scalr.Workspace{ID: "ws-v0" + name, Name: name, Environment: environment}
	r.Run.ID, r.Problem = "run-v0"+name, strings.TrimSuffix(r.Problem, " See "+r.RunURL) // the overview appends no URL
	r.WorkspaceURL = "https://acme.scalr.io/v2/e/env-v0" + environment + "/workspaces/ws-v0" + name
	r.RunURL = r.WorkspaceURL + "/runs/" + r.Run.ID
	r.Took = 41 * time.Second
	return Row{Report: r}
}

func overviewOf(rows ...Row) Overview {
	return Overview{Rows: rows, Attempt: 1, Source: baseReport("", "").Source}
}

// exampleOverview returns the overview of a typical pull request.
func exampleOverview(t testing.TB) Overview {
	var rows []Row
	add := func(outcome, environment, name, because, delta string) {
		r := rowOf(t, outcome, environment, name)
		r.Because = because
		if delta != "" {
			r.Run.Cost = &scalr.CostEstimate{Status: "finished", Prior: "10.00", Proposed: "20.00", Delta: delta}
		}
		rows = append(rows, r)
	}
	add("errored-plan", "production", "billing", "modules/queue/main.tf", "")
	add("policy-failed", "staging", "edge", "envs/staging/edge/main.tf", "4.00")
	add("planned-replace", "production", "network", "modules/vpc/main.tf", "0.00")
	add("planned-update", "production", "shop", "modules/vpc/main.tf", "12.50")
	add("planned-update", "staging", "shop", "modules/vpc/main.tf", "12.50")
	add("planned-create", "staging", "search", "envs/staging/search/main.tf", "6.10")
	add("planned-mixed", "development", "network", "modules/vpc/main.tf", "0.00")
	for i := range 17 {
		add("no-changes", []string{"production", "staging", "development"}[i%3], fmt.Sprintf("service-%02d", i),
			"modules/vpc/main.tf", "")
	}
	o := overviewOf(rows...)
	o.Rejected, o.Reasons = true, []string{"The runs of 2 workspaces failed: `production/billing`, `staging/edge`.", "The job `plan` failed."}
	return o
}

// TestOverviewGolden compares rendered overviews with golden files.
func TestOverviewGolden(t *testing.T) {
	t.Parallel()
	for name, build := range map[string]func(testing.TB) Overview{
		"24":   exampleOverview,
		"none": func(testing.TB) Overview { return overviewOf() },
		"unlisted": func(testing.TB) Overview {
			o := overviewOf()
			o.Unlisted, o.Rejected, o.Reasons = true, true, []string{"The job `list` was canceled."}
			return o
		},
		"unchanged": func(t testing.TB) Overview {
			return overviewOf(rowOf(t, "no-changes", "production", "network"), rowOf(t, "no-changes", "production", "shop"))
		},
		"every-outcome": everyOutcome,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := build(t)
			golden(t, "overview-"+name+".summary.md", o.Summary())
			golden(t, "overview-"+name+".comment.md", o.Comment(CommentLimit))
		})
	}
}

func everyOutcome(t testing.TB) Overview {
	var rows []Row
	for _, name := range []string{
		"planned-destroy", "planned-refresh", "planned-outputs", "planned-text-only",
		"planned-hostile", "no-changes", "applied", "saved", "confirmation",
		"discarded",
		"canceled", "errored-apply", "errored-partial", "errored-unknown", "needs-override",
		"planned-import", "planned-move-only",
	} {
		rows = append(rows, rowOf(t, name, "production", name))
	}
	for _, word := range []result.Result{RowMissing, RowUnknown, RowRunning} {
		rows = append(rows, Row{
			Report: Report{
				Result:    word,
				Workspace: scalr.Workspace{ID: "ws-v0x", Name: "net|work`" + string(word), Environment: "production"},
			},
		})
	}
	unread := rowOf(t, "planned-update", "production", "unread")
	unread.Plan = rowOf(t, "saved", "", "").Plan
	unread.Report = Report{
		Result:    "planned",
		Workspace: unread.Workspace,
		Run:       scalr.Run{ID: "run-v0unread", Dry: true, HasChanges: new(true), Status: "planned_and_finished"},
		RunURL:    unread.RunURL,
	}
	o := overviewOf(append(rows, unread)...)
	o.Attempt, o.Rejected, o.Reasons = 3, true, []string{"No finished run was found for 3 workspaces."}
	return o
}

// TestOverviewHeadline checks headlines with known and unknown numbers.
func TestOverviewHeadline(t *testing.T) {
	t.Parallel()
	unknown := Row{Report: Report{Result: "planned", Run: scalr.Run{Dry: true, HasChanges: new(true)}}}
	counted := func(p scalr.Plan) Row { return Row{Report: Report{Result: "planned", Run: scalr.Run{Plan: &p}}} }
	partlyKnown := counted(scalr.Plan{Additions: new(1)})
	costing := func(delta string) Row {
		return Row{Report: Report{Result: "planned", Run: scalr.Run{HasChanges: new(true), Cost: estimated(delta)}}}
	}
	appliedRow := func(counts tfplan.Counts) Row {
		return Row{Report: Report{Result: "applied", Plan: planOf(counts, tfplan.OtherCounts{})}}
	}
	unchanged := func() Row { return rowOf(t, "no-changes", "production", "a") }
	rejected := func(o Overview) Overview { o.Rejected = true; return o }
	for name, tt := range map[string]struct {
		o    Overview
		want string
	}{
		"24": {
			o: exampleOverview(t),
			want: "❌ 2 of 24 workspaces failed · 5 with changes: 9 to add, 9 to change, **5 to destroy** · 17 without · " +
				"**+31.10 USD** per month",
		},
		"unknown numbers": {
			o:    overviewOf(unknown, unchanged()),
			want: "📋 2 workspaces · 1 with changes (numbers unknown) · 1 without",
		},
		"some unknown": {
			o:    overviewOf(unknown, rowOf(t, "planned-update", "production", "b")),
			want: "📋 2 workspaces · 2 with changes (numbers unknown for 1): at least 0 to add, 2 to change, 0 to destroy",
		},
		"a job failed": {
			o:    rejected(overviewOf(unchanged())),
			want: "❌ The workflow run failed · 1 workspace without changes",
		},
		"a job failed, none": {rejected(overviewOf()), "❌ No workspace is affected, but the workflow run failed"},
		"missing": {
			o:    rejected(overviewOf(Row{Report: Report{Result: RowMissing}}, unchanged())),
			want: "❌ 1 of 2 workspaces has no finished run · 1 without changes",
		},
		"failed and missing": {
			o:    overviewOf(Row{Report: Report{Result: RowMissing}}, Row{Report: Report{Result: "errored"}}),
			want: "❌ 1 of 2 workspaces failed · 1 without a finished run",
		},
		"a result that is new": {overviewOf(Row{Report: Report{Result: "sublimated"}}), "❌ 1 of 1 workspace failed"},
		"waiting": {
			o:    overviewOf(rowOf(t, "saved", "production", "a")),
			want: "⏸️ 1 workspace · 1 with changes: 0 to add, 2 to change, 0 to destroy · 1 waiting for a person",
		},
		"applied": {
			o: overviewOf(rowOf(t, "applied", "production", "a"), rowOf(t, "planned-update", "production", "b")),
			want: "📋 2 workspaces · 1 applied: 2 added, 0 changed, 0 destroyed · 1 with changes: 0 to add, 2 to change, " +
				"0 to destroy",
		},
		"drift": {overviewOf(rowOf(t, "planned-refresh", "production", "a")), "📋 1 workspace · 1 with drift"},
		"cost of some": {
			o:    overviewOf(rowOf(t, "planned-mixed", "production", "a"), rowOf(t, "planned-update", "production", "b")),
			want: "📋 2 workspaces · 2 with changes: 3 to add, 5 to change, 0 to destroy · **+31.08 USD** per month for 1 of 2",
		},
		"missing, not rejected": {
			o:    overviewOf(Row{Report: Report{Result: RowMissing}}, Row{Report: Report{Result: RowRunning}}),
			want: "❔ 2 of 2 workspaces have no finished run",
		},
		"missing and unchanged": {
			o:    overviewOf(Row{Report: Report{Result: RowMissing}}, unchanged(), unchanged()),
			want: "❔ 1 of 3 workspaces has no finished run · 2 without changes",
		},
		"failed and unchanged": {
			o:    overviewOf(Row{Report: Report{Result: "errored"}}, unchanged()),
			want: "❌ 1 of 2 workspaces failed · 1 without changes",
		},
		"failed, with drift and imports": {
			o: overviewOf(Row{Report: Report{Result: "errored"}}, Row{Report: Report{Result: "errored", Run: scalr.Run{RefreshOnly: true}}},
				rowOf(t, "planned-refresh", "production", "a"), rowOf(t, "planned-import", "production", "b"), unchanged()),
			want: "❌ 2 of 5 workspaces failed · 1 with drift · 1 with changes: 2 to import, 0 to add, 1 to change, 0 to destroy · 1 without",
		},
		"imports of an apply": {
			o:    overviewOf(appliedRow(tfplan.Counts{Imports: 1, Destructions: 1}), appliedRow(tfplan.Counts{Additions: 2, Changes: 3})),
			want: "📋 2 workspaces · 2 applied: 1 imported, 2 added, 3 changed, **1 destroyed**",
		},
		"unchanged and waiting": {
			o:    overviewOf(rowOf(t, "saved", "production", "a"), unchanged()),
			want: "⏸️ 2 workspaces · 1 with changes: 0 to add, 2 to change, 0 to destroy · 1 waiting for a person · 1 without",
		},
		"unchanged, and a job failed": {
			o:    rejected(overviewOf(rowOf(t, "planned-update", "production", "a"))),
			want: "❌ The workflow run failed · 1 workspace · 1 with changes: 0 to add, 2 to change, 0 to destroy",
		},
		"some numbers unknown, with an addition": {
			o:    overviewOf(unknown, unknown, partlyKnown),
			want: "📋 3 workspaces · 3 with changes (numbers unknown for 3): at least 1 to add, 0 to change, 0 to destroy",
		},
		"the other numbers are equal": {
			o:    overviewOf(counted(scalr.Plan{Additions: new(1), Changes: new(1)})),
			want: "📋 1 workspace · 1 with changes (numbers unknown for 1): at least 1 to add, 1 to change, 0 to destroy",
		},
		"the other numbers are equal, with destructions": {
			o:    overviewOf(counted(scalr.Plan{Changes: new(1), Destructions: new(1)})),
			want: "📋 1 workspace · 1 with changes (numbers unknown for 1): at least 0 to add, 1 to change, **1 to destroy**",
		},
		"one number of each unknown": {
			o: overviewOf(counted(scalr.Plan{Changes: new(2), Destructions: new(3)}), counted(scalr.Plan{Additions: new(1), Destructions: new(3)}),
				counted(scalr.Plan{Additions: new(1), Changes: new(2)}), counted(scalr.Plan{Additions: new(1), Changes: new(2), Destructions: new(3)})),
			want: "📋 4 workspaces · 4 with changes (numbers unknown for 3): at least 3 to add, 6 to change, **9 to destroy**",
		},
		"the same cost": {
			o:    overviewOf(costing("0.001"), costing("-0.002")),
			want: "📋 2 workspaces · 2 with changes (numbers unknown)",
		},
		"a lower cost": {
			o:    overviewOf(costing("1"), costing("-2.5")),
			want: "📋 2 workspaces · 2 with changes (numbers unknown) · **-1.50 USD** per month",
		},
		"the cost of a failed one": {
			o: overviewOf(costing("1.005"), Row{Report: Report{Result: "errored", Run: scalr.Run{Cost: estimated("5")}}},
				Row{Report: Report{Result: "no-changes", Run: scalr.Run{Cost: estimated("7")}}},
				Row{Report: Report{Result: RowRunning, Run: scalr.Run{Cost: estimated("9")}}}),
			want: "❌ 1 of 4 workspaces failed · 1 without a finished run · 1 with changes (numbers unknown) · 1 without · **+1.01 USD** per month",
		},
		"nothing":                           {overviewOf(), "✅ No workspace is affected"},
		"all without changes":               {overviewOf(unchanged(), unchanged()), "✅ 2 workspaces without changes"},
		"the list of workspaces is missing": {rejected(Overview{Unlisted: true}), "❌ Which workspaces are affected is unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, _ := strings.Cut(tt.o.Comment(CommentLimit), "\n")
			if got != "### "+tt.want {
				t.Errorf("got  %s\nwant ### %s", got, tt.want)
			}
		})
	}
}

var anyRow = regexp.MustCompile("(?m)^\\| [^-:].*`production/service-[0-9]+`.*\\|$")

// TestOverviewFits: for pages of many sizes, rows that fail, wait or destroy are kept longest, and the limit is never
// exceeded.
func TestOverviewFits(t *testing.T) {
	t.Parallel()
	many := func(n int, outcome string) Overview {
		model := rowOf(t, outcome, "production", "x")
		var rows []Row
		for i := range n {
			r := model
			r.Workspace.Name = fmt.Sprintf("service-%03d", i)
			r.Because = "modules/network/subnets/main.tf"
			r.Plan.Changes = append(r.Plan.Changes[:0:0], r.Plan.Changes...)
			for c := range r.Plan.Changes { // all diffs are different
				r.Plan.Changes[c].Address += fmt.Sprintf("[%d]", i)
			}
			rows = append(rows, r)
		}
		return overviewOf(rows...)
	}
	for name, tt := range map[string]struct {
		o           Overview
		limit, rows int
		has, hasNot []string
	}{
		"24 with room": {
			o:      many(24, "planned-mixed"),
			limit:  SummaryLimit,
			rows:   24,
			has:    []string{"```diff", "Because of"},
			hasNot: []string{"no room"},
		},
		"24 in a comment": {
			o:      many(24, "planned-mixed"),
			limit:  CommentLimit,
			rows:   24,
			has:    []string{"```diff", "The diffs are left out", "Because of"},
			hasNot: nil,
		},
		"200 in a comment": {many(200, "planned-update"), CommentLimit, 200, nil, []string{"```diff"}},
		"200 that destroy": {many(200, "planned-replace"), CommentLimit, 200, nil, []string{"```diff"}},
		"200 that fail":    {many(200, "errored-plan"), CommentLimit, 200, nil, nil},
		"200 that wait":    {many(200, "saved"), CommentLimit, 200, nil, nil},
		"200 in a small comment": {
			o:      many(200, "planned-update"),
			limit:  CommentLimit / 4,
			rows:   70,
			has:    []string{"more workspaces with changes that destroy nothing: [see the workflow run]"},
			hasNot: []string{"Because of"},
		},
		"200 that destroy, smaller": {
			o:      many(200, "planned-replace"),
			limit:  CommentLimit / 4,
			rows:   200,
			has:    nil,
			hasNot: []string{"](https://acme.scalr.io/v2/e"},
		},
		"2000 that fail": {
			o:      many(2000, "errored-plan"),
			limit:  CommentLimit,
			rows:   700,
			has:    []string{"more workspaces, left out to stay within the size limit"},
			hasNot: nil,
		},
		"200 in the summary": {many(200, "planned-mixed"), SummaryLimit, 200, []string{"```diff", "Because of"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			style := commentStyle
			if tt.limit == SummaryLimit {
				style = summaryStyle
			}
			page := tt.o.render(tt.limit, style)
			if len(page) > tt.limit || len(page) < tt.limit/8 && tt.limit < SummaryLimit {
				t.Errorf("%d bytes, the limit is %d", len(page), tt.limit)
			}
			if n := len(anyRow.FindAllString(page, -1)); n < tt.rows {
				t.Errorf("%d rows, want at least %d\n%.3000s", n, tt.rows, page)
			}
			for _, text := range tt.has {
				if !strings.Contains(page, text) {
					t.Errorf("no %q", text)
				}
			}
			for _, text := range tt.hasNot {
				if strings.Contains(page, text) {
					t.Errorf("there is %q", text)
				}
			}
			if strings.Count(page, "<details>") != strings.Count(page, "</details>") || strings.Count(page, "```")%2 != 0 {
				t.Error("a section or a block is not closed")
			}
		})
	}
}

// TestOverviewSmallest: no limit is exceeded, however small it is.
func TestOverviewSmallest(t *testing.T) {
	t.Parallel()
	o := exampleOverview(t)
	for limit := 0; limit < 20_000; limit += 613 {
		if n := len(o.Comment(limit)); n > limit {
			t.Errorf("%d bytes, the limit is %d", n, limit)
		}
	}
}

// TestOverviewSameDiff: a diff is shown once for all workspaces that have it, and so is an error.
func TestOverviewSameDiff(t *testing.T) {
	t.Parallel()
	var rows []Row
	for i := range 5 {
		rows = append(rows, rowOf(t, "planned-update", "production", fmt.Sprint("a", i)),
			rowOf(t, "errored-plan", "production", fmt.Sprint("b", i)))
	}
	page := overviewOf(rows...).Comment(CommentLimit)
	if n := strings.Count(page, "resource \"terraform_data\" \"config\""); n != 1 {
		t.Errorf("%d diffs, want 1\n%s", n, page)
	}
	if n := strings.Count(page, "Error: Invalid index"); n != 1 {
		t.Errorf("the error is shown %d times\n%s", n, page)
	}
	if !strings.Contains(page, "and 2 other workspaces") {
		t.Error("the section does not contain the number of workspaces")
	}
}

// TestOverviewRedacted: no text in an overview contains a secret.
func TestOverviewRedacted(t *testing.T) {
	t.Parallel()
	const word = "correct-horse-battery"
	o := exampleOverview(t)
	for i := range o.Rows {
		o.Rows[i].Because, o.Rows[i].Problem, o.Rows[i].Workspace.Name = word+".tf", "said "+word, word+fmt.Sprint(i)
		for c := range o.Rows[i].Plan.Changes {
			o.Rows[i].Plan.Changes[c].Reason = word
		}
	}
	o.Reasons = []string{word}
	redact := new(secret.Redactor)
	redact.Add(secret.New(word))
	for _, page := range []string{o.Redacted(redact).Summary(), o.Redacted(redact).Comment(CommentLimit)} {
		if strings.Contains(page, word) {
			t.Error("a secret is shown")
		}
	}
}
