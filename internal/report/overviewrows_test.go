package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// emptyRow is a row without a result. Its workspace is named prod/w.
func emptyRow(change func(*Row)) Row {
	r := Row{Report: Report{Workspace: scalr.Workspace{Name: "w", Environment: "prod"}}}
	change(&r)
	return r
}

// TestOverviewCells compares the cells of rows.
func TestOverviewCells(t *testing.T) {
	t.Parallel()
	planned := func(change func(*Row)) func(*Row) {
		return func(r *Row) {
			r.Result = "planned"
			r.Plan = planOf(tfplan.Counts{Imports: 4, Additions: 1, Changes: 2, Destructions: 3}, tfplan.OtherCounts{})
			change(r)
		}
	}
	for name, tt := range map[string]struct {
		change func(*Row)
		want   string // without the name of the workspace
	}{
		"missing":              {func(r *Row) { r.Result = RowMissing }, "❔ no run"},
		"unknown":              {func(r *Row) { r.Result = RowUnknown }, "❔ unknown"},
		"unreadable":           {func(r *Row) { r.Result, r.Run.ID = RowUnknown, "run-1" }, "❔ unreadable"},
		"missing, with a run":  {func(r *Row) { r.Result, r.Run.ID = RowMissing, "run-1" }, "❔ no run"},
		"running":              {func(r *Row) { r.Result = RowRunning }, "▶️ not finished"},
		"running, with status": {func(r *Row) { r.Result, r.Run.Status = RowRunning, "cost_estimated" }, "▶️ cost estimated"},
		"running, long status": {func(r *Row) { r.Result, r.Run.Status = RowRunning, scalr.Status(strings.Repeat("a", 64)) },
			"▶️ " + strings.Repeat("a", 59) + "…"},
		"running, with text":    {func(r *Row) { r.Result, r.Run.Status = RowRunning, "x | y" }, "▶️"},
		"errored":               {func(r *Row) { r.Result = "errored" }, "❌ failed"},
		"plan failed":           {func(r *Row) { r.Result, r.Run.Plan = "errored", &scalr.Plan{Status: "errored"} }, "❌ plan failed"},
		"apply failed":          {func(r *Row) { r.Result, r.Run.Apply = "errored", &scalr.Apply{Status: "errored"} }, "❌ apply failed"},
		"discarded later":       {func(r *Row) { r.Result, r.Run.Plan = "discarded", &scalr.Plan{Status: "errored"} }, "🗑️ discarded"},
		"a new result":          {func(r *Row) { r.Result = "new|word" }, "❔ newword"},
		"finished before":       {func(r *Row) { r.Result, r.Run.Status = "discarded", "errored" }, "🗑️ already finished: errored"},
		"planned":               {planned(func(*Row) {}), "📋 planned | **1** | **2** | **3** | **4**"},
		"applied":               {planned(func(r *Row) { r.Result = "applied" }), "🚀 applied | **1** | **2** | **3** | **4**"},
		"a destroy run":         {planned(func(r *Row) { r.Run.Destroy = true }), "📋 planned, destroy run | **1** | **2** | **3** | **4**"},
		"a failed destroy run":  {func(r *Row) { r.Result, r.Run.Destroy = "errored", true }, "❌ failed, destroy run"},
		"refresh-only":          {planned(func(r *Row) { r.Run.RefreshOnly = true }), "🌊 drift"},
		"refresh-only, applied": {planned(func(r *Row) { r.Run.RefreshOnly, r.Result = true, "applied" }), "🌊 drift"},
		"refresh-only, failed":  {func(r *Row) { r.Run.RefreshOnly, r.Result = true, "errored" }, "❌ failed"},
		"numbers not known":     {planned(func(r *Row) { r.Plan = tfplan.Plan{} }), "📋 planned | ? | ? | ?"},
		"zeros": {
			change: planned(func(r *Row) { r.Plan = planOf(tfplan.Counts{}, tfplan.OtherCounts{Moves: 1}) }),
			want:   "📋 planned | 0 | 0 | 0",
		},
		"one import": {
			change: planned(func(r *Row) { r.Plan = planOf(tfplan.Counts{Imports: 1}, tfplan.OtherCounts{}) }),
			want:   "📋 planned | 0 | 0 | 0 | **1**",
		},
		"waiting, not known":  {func(r *Row) { r.Result = "saved" }, "💾 plan saved | ? | ? | ?"},
		"higher cost":         {func(r *Row) { r.Result, r.Run.Cost = "errored", estimated("1.25") }, "❌ failed | +1.25"},
		"lower cost":          {func(r *Row) { r.Result, r.Run.Cost = "errored", estimated("-1.25") }, "❌ failed | -1.25"},
		"same cost":           {func(r *Row) { r.Result, r.Run.Cost = "errored", estimated("0") }, "❌ failed | 0.00"},
		"cost without a run":  {func(r *Row) { r.Result, r.Run.Cost = RowRunning, estimated("1") }, "▶️ not finished"},
		"policies":            {func(r *Row) { r.Result, r.Run.Policies = "errored", []scalr.PolicyCheck{{Passed: 2}} }, "❌ failed | ✅ 2 passed"},
		"a changed file":      {func(r *Row) { r.Result, r.Because = "errored", "a|b.tf" }, "❌ failed | <code>a&#124;b.tf</code>"},
		"a duration":          {func(r *Row) { r.Result, r.Took = "errored", time.Second }, "❌ failed | 1s"},
		"the least duration":  {func(r *Row) { r.Result, r.Took = "errored", 1 }, "❌ failed | 0s"},
		"a negative duration": {func(r *Row) { r.Result, r.Took = "errored", -time.Second }, "❌ failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := overviewOf(emptyRow(tt.change)).Comment(CommentLimit)
			_, table, _ := strings.Cut(page, "\n| Result | ")
			line := strings.Split(table+"\n\n", "\n")[2] // below the head and the alignments
			got := strings.ReplaceAll(strings.Replace(line, " | `prod/w`", "", 1), "\u00A0", " ")
			if got != "| "+tt.want+" |" {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestOverviewOrder: rows are sorted by urgency and name, and only rows without changes are listed elsewhere.
func TestOverviewOrder(t *testing.T) {
	t.Parallel()
	counts := func(c tfplan.Counts, other tfplan.OtherCounts) func(*Row) {
		return func(r *Row) { r.Result, r.Plan = "planned", planOf(c, other) }
	}
	var rows []Row
	for _, one := range []struct {
		name   string
		change func(*Row)
	}{
		{"unchanged", counts(tfplan.Counts{}, tfplan.OtherCounts{})},
		{"moved", counts(tfplan.Counts{}, tfplan.OtherCounts{Moves: 1})},
		{"added", counts(tfplan.Counts{Additions: 1}, tfplan.OtherCounts{})},
		{"destroyed", counts(tfplan.Counts{Destructions: 1}, tfplan.OtherCounts{})},
		{"counted", func(r *Row) { // by Terraform's summary alone
			r.Result, r.Plan = "planned", planOf(tfplan.Counts{}, tfplan.OtherCounts{})
			r.Plan.Planned = &tfplan.Counts{Destructions: 1}
			r.Run.HasChanges = new(true)
		}},
		{"applied", func(r *Row) { r.Result, r.Plan = "applied", planOf(tfplan.Counts{Additions: 1}, tfplan.OtherCounts{}) }},
		{"not-known", func(r *Row) { r.Result = "planned" }},
		{"no-changes", func(r *Row) { r.Result = "no-changes" }},
		{"saved", func(r *Row) { r.Result = "saved" }},
		{"confirm", func(r *Row) { r.Result = "needs-confirmation" }},
		{"override", func(r *Row) { r.Result = "needs-override" }},
		{"missing", func(r *Row) { r.Result = RowMissing }},
		{"unknown", func(r *Row) { r.Result = RowUnknown }},
		{"running", func(r *Row) { r.Result = RowRunning }},
		{"errored", func(r *Row) { r.Result = "errored" }},
		{"brand-new", func(r *Row) { r.Result = "brand-new" }},
		{"discarded", func(r *Row) { r.Result = "discarded" }},
	} {
		r := emptyRow(one.change)
		r.Workspace.Name = one.name
		rows = append(rows, r)
	}
	page := overviewOf(rows...).Comment(CommentLimit)
	var names []string
	table, rest, _ := strings.Cut(page, "<details>")
	for _, part := range strings.Split(table, "`prod/")[1:] {
		name, _, _ := strings.Cut(part, "`")
		names = append(names, name)
	}
	const want = "brand-new discarded errored override missing running unknown confirm saved counted destroyed not-known added applied moved"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if want := "**`prod`** (2): `no-changes` · `unchanged`\n\n</details>\n\n"; !strings.Contains(rest, want) {
		t.Errorf("got\n%s\nwant\n%s", rest, want)
	}
	const lost = "#### 🗑️ Destroyed or replaced\n\n- `prod/counted`: 1 resource\n- `prod/destroyed`: 1 resource\n" +
		"- `prod/not-known`: unknown, because neither Scalr&#39;s numbers nor the plan JSON nor the whole text of the plan is available\n\n"
	if !strings.Contains(rest, lost) {
		t.Errorf("got\n%s\nwant\n%s", rest, lost)
	}
}

// TestOverviewWithoutEffect: of runs that have not finished, that change nothing, or that failed before their apply, neither the
// changes nor the destroyed resources are listed.
func TestOverviewWithoutEffect(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*Row)
		want   bool
	}{
		"running":           {func(r *Row) { r.Result = RowRunning }, false},
		"missing":           {func(r *Row) { r.Result = RowMissing }, false},
		"unchanged":         {func(r *Row) { r.Result = "no-changes" }, false},
		"failed":            {func(r *Row) { r.Result = "errored" }, false},
		"a failed apply":    {func(r *Row) { r.Result, r.Run.Apply = "errored", &scalr.Apply{Status: "errored"} }, true},
		"an apply, skipped": {func(r *Row) { r.Result, r.Run.Apply = "errored", &scalr.Apply{Status: "unreachable"} }, false},
		"override":          {func(r *Row) { r.Result = "needs-override" }, true},
		"saved":             {func(r *Row) { r.Result = "saved" }, true},
		"planned":           {func(r *Row) { r.Result = "planned" }, true},
		"applied":           {func(r *Row) { r.Result = "applied" }, true},
	} {
		r := emptyRow(tt.change)
		r.Plan = planOf(tfplan.Counts{Destructions: 1}, tfplan.OtherCounts{})
		r.Plan.Changes = []tfplan.Change{{Address: "a.gone", Action: tfplan.Destroy, Diff: "- resource \"a\" \"gone\" {\n"}}
		page := overviewOf(r).Comment(CommentLimit)
		listed, diff := strings.Contains(page, "  - 🗑️ `a.gone`\n"), strings.Contains(page, "```diff\n- resource")
		if listed != tt.want || diff != tt.want {
			t.Errorf("%s: listed %t, diff %t, want %t:\n%s", name, listed, diff, tt.want, page)
		}
	}
}

// TestOverviewUnchanged compares the list of workspaces without changes.
func TestOverviewUnchanged(t *testing.T) {
	t.Parallel()
	row := func(environment, name, url string) Row {
		return Row{Report: Report{Result: "no-changes", Workspace: scalr.Workspace{Name: name, Environment: environment}, WorkspaceURL: url}}
	}
	page := overviewOf(row("", "none", ""), row("b", "two", ""), row("a", "one|x", "https://h/1"), row("b", "one", "https://h/2")).Comment(CommentLimit)
	const want = "<details><summary>✅ <b>4 without changes</b></summary>\n\n**`a`** (1): [<code>one&#124;x</code>](https://h/1)\n\n" +
		"**`b`** (2): [`one`](https://h/2) · `two`\n\n`none`\n\n</details>\n"
	if !strings.HasSuffix(page, "\n\n"+want) || strings.Contains(page, "| Result |") {
		t.Errorf("got\n%s\nwant\n%s", page, want)
	}
}

// TestOverviewAbout compares the lines below the headline.
func TestOverviewAbout(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		o    Overview
		want string
	}{
		"nothing":          {Overview{}, ""},
		"attempt 1":        {Overview{Attempt: 1}, ""},
		"attempt 2":        {Overview{Attempt: 2}, "attempt 2\n"},
		"a commit":         {Overview{Source: Source{SHA: "0123456789"}, Attempt: 3}, "Commit `0123456` · attempt 3\n"},
		"a person":         {Overview{Source: Source{Actor: "jane", WorkflowRunURL: "https://h/1"}}, "By `jane` · [workflow run](https://h/1)\n"},
		"reasons":          {Overview{Reasons: []string{"a *b*", "`c`"}}, "> [!CAUTION]\n> - a &#42;b&#42;\n> - <code>c</code>\n"},
		"person and cause": {Overview{Source: Source{Actor: "jane"}, Reasons: []string{"a"}}, "By `jane`\n\n> [!CAUTION]\n> - a\n"},
	} {
		_, got, _ := strings.Cut(tt.o.Comment(CommentLimit), "No workspace is affected\n")
		if got = strings.TrimPrefix(got, "\n"); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

// TestOverviewErrors compares the descriptions of failures.
func TestOverviewErrors(t *testing.T) {
	t.Parallel()
	const logEnd = "\n\n<details><summary>📜 <b>End of the log</b></summary>\n\n```text\n"
	long := strings.Repeat("x", 1000)
	diagnostic := tfplan.Diagnostic{Level: "error", Title: "E", Text: "Error: E\n"}
	warning := tfplan.Diagnostic{Level: "warning", Title: "W", Text: "Warning: W\n"}
	policies := make([]scalr.Policy, 21)
	for i := range policies {
		policies[i] = scalr.Policy{Name: fmt.Sprint("p", i), Result: "hard_failed"}
	}
	var twenty strings.Builder
	for i := range 20 {
		fmt.Fprintf(&twenty, "- ⛔ `p%d` (hard-mandatory)\n\n", i)
	}
	for name, tt := range map[string]struct {
		change func(*Row)
		want   string
	}{
		"nothing":                 {func(*Row) {}, ""},
		"a problem":               {func(r *Row) { r.Problem = "It `failed`" }, ": It <code>failed</code>\n"},
		"a long problem":          {func(r *Row) { r.Problem = long }, ": " + long + "\n"},
		"a longer problem":        {func(r *Row) { r.Problem = long + "y" }, ": " + long[1:] + "…\n"},
		"an error":                {func(r *Row) { r.Plan.Diagnostics = []tfplan.Diagnostic{warning, diagnostic} }, "\n\n```text\nError: E\n```\n"},
		"the end of a log":        {func(r *Row) { r.Plan.Tail = "plan" }, logEnd + "plan\n```\n\n</details>\n"},
		"the end of the apply":    {func(r *Row) { r.Plan.Tail, r.Apply.Tail = "plan", "apply" }, logEnd + "apply\n```\n\n</details>\n"},
		"an error and a log":      {func(r *Row) { r.Plan.Tail, r.Plan.Diagnostics = "plan", []tfplan.Diagnostic{diagnostic} }, "\n\n```text\nError: E\n```\n"},
		"a log of another result": {func(r *Row) { r.Plan.Tail, r.Result = "plan", "policy-failed" }, ""},
		"20 of 21 failed policies": {
			change: func(r *Row) { r.Run.Policies = []scalr.PolicyCheck{{Status: "hard_failed", Policies: policies}} },
			want:   "\n\n" + twenty.String() + "… and 1 more policy: see the job's log.\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := emptyRow(func(r *Row) { r.Result = "errored" })
			tt.change(&r)
			_, got, _ := strings.Cut(overviewOf(r).Comment(CommentLimit), "#### ❌ Errors\n\n**`prod/w`**")
			if strings.TrimSuffix(got, "\n") != strings.TrimSuffix(tt.want, "\n") {
				t.Errorf("got\n%q\nwant\n%q", got, tt.want)
			}
		})
	}
}

// TestOverviewSameErrors: workspaces with the same errors are listed together, where the first of them is listed.
func TestOverviewSameErrors(t *testing.T) {
	t.Parallel()
	failed := func(name, problem, address string) Row {
		return emptyRow(func(r *Row) { r.Result, r.Workspace.Name, r.Problem, r.RunURL = "errored", name, problem, address })
	}
	o := overviewOf(failed("d", "P", ""), failed("c", "Q", ""), failed("b", "P", "https://scalr.test/b"), failed("a", "", ""), failed("e", "P", ""),
		emptyRow(func(r *Row) { r.Result, r.Problem = "no-changes", "P" }))
	const want = "**`prod/a`**\n\n**[`prod/b`](https://scalr.test/b), `prod/d`, `prod/e`**: P\n\n**`prod/c`**: Q\n"
	if _, got, _ := strings.Cut(o.Comment(CommentLimit), "#### ❌ Errors\n\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestOverviewShort compares the forms of an error that take less space.
func TestOverviewShort(t *testing.T) {
	t.Parallel()
	r := emptyRow(func(r *Row) { r.Result, r.Problem, r.Plan.Tail = "errored", "P", "tail" })
	if got, want := r.failure(firstError)+r.failure(briefError), ": P\n\n: P\n\n"; got != want {
		t.Errorf("without an error: got %q, want %q", got, want)
	}
	for i := range 3 {
		r.Plan.Diagnostics = append(r.Plan.Diagnostics, tfplan.Diagnostic{Level: "error", Title: fmt.Sprint("E", i), Text: fmt.Sprint("Error: E", i)})
	}
	for form, want := range map[errorForm]string{
		allErrors:  ": P\n\n```text\nError: E0\n```\n\n```text\nError: E1\n```\n\n```text\nError: E2\n```\n\n",
		firstError: ": P\n\n```text\nError: E0\n```\n\n\n… and 2 more errors: see the job's log.\n\n",
		briefError: ": P\n\n- E0\n\n… and 2 more errors: see the job's log.\n\n",
	} {
		if got := r.failure(form); got != want {
			t.Errorf("form %d: got %q, want %q", form, got, want)
		}
	}
}

// TestOverviewSameChanges: workspaces with the same changes share a section, which names at most three of them in its title.
func TestOverviewSameChanges(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{
		1: "<code>prod/w0</code>: ",
		2: "<code>prod/w0</code>, <code>prod/w1</code>: ",
		3: "<code>prod/w0</code>, <code>prod/w1</code>, <code>prod/w2</code>: ",
		4: "<code>prod/w0</code>, <code>prod/w1</code>, <code>prod/w2</code> and 1 other workspace: ",
		5: "<code>prod/w0</code>, <code>prod/w1</code>, <code>prod/w2</code> and 2 other workspaces: ",
	} {
		var rows []Row
		names := ""
		for i := range n {
			rows = append(rows, emptyRow(func(r *Row) {
				r.Result, r.Plan = "planned", planOf(tfplan.Counts{Additions: 1}, tfplan.OtherCounts{})
				r.Workspace.Name, r.Plan.Changes = fmt.Sprint("w", i), []tfplan.Change{{Address: "a.b", Action: tfplan.Create}}
			}))
			names += fmt.Sprintf("`prod/w%d` ", i)
		}
		want = "#### Changes\n\n<details><summary>" + want + "&#49; to add, 0 to change, 0 to destroy</summary>\n\n"
		if n > 3 {
			want += strings.TrimSpace(names) + "\n\n"
		}
		want += "- ➕ `a.b`\n\n</details>\n"
		if page := overviewOf(rows...).Comment(CommentLimit); !strings.HasSuffix(page, want) {
			t.Errorf("%d: got\n%s\nwant\n%s", n, page, want)
		}
	}
}

// TestOverviewPolicyFailures compares the forms in which an overview shows the failed policies of a workspace.
func TestOverviewPolicyFailures(t *testing.T) {
	t.Parallel()
	policies := []scalr.Policy{
		{Name: "a", Result: "hard_failed", Messages: []string{"one", "two", "three"}},
		{Name: "b", Result: "soft_failed", Messages: []string{"four"}},
	}
	r := Row{Report: Report{Run: scalr.Run{Policies: []scalr.PolicyCheck{{Policies: policies}}}}}
	for form, want := range map[errorForm]string{
		allErrors:  "- ⛔ `a` (hard-mandatory)\n  - one\n  - two\n  - three\n\n- ✋ `b` (soft-mandatory, can be overridden)\n  - four\n\n",
		firstError: "- ⛔ `a` (hard-mandatory)\n  - one\n  - … and 2 more messages\n\n- ✋ `b` (soft-mandatory, can be overridden)\n  - four\n\n",
		briefError: "- ⛔ `a` (hard-mandatory)\n\n… and 1 more policy: see the job's log.\n\n",
	} {
		if got := r.policyFailures(form); got != want {
			t.Errorf("form %d: got %q, want %q", form, got, want)
		}
	}
}
