package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// TestBriefPage compares a page on which no entry fits in full.
func TestBriefPage(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("+     line = 1\n", 1000)
	r := plannedEveryAction(t)
	r.Result = "errored"
	for _, list := range [][]tfplan.Change{r.Plan.Changes, r.Plan.Drift} {
		for i := range list {
			list[i].Diff += long
		}
	}
	r.Plan.OutputDiff, r.Plan.Outputs = long, []string{"a", "b"}
	r.Plan.Diagnostics = []tfplan.Diagnostic{
		{Level: "error", Title: "No *file*", Text: long},
		{Level: "error", Title: "Invalid index", File: "modules/net/main.tf", Line: 6, Text: long},
		{Level: "warning", Title: "Deprecated", File: "main|.tf", Line: 12, Text: long},
	}
	r.Run.Policies = []scalr.PolicyCheck{{Status: "soft_failed", Soft: 1, Policies: []scalr.Policy{
		{Name: "tags", Result: "soft_failed", Messages: []string{long}},
	}}}
	r.Run.Apply, r.Apply.Done = &scalr.Apply{Status: "errored"}, []tfplan.Done{{Address: "aws.created", What: "created"}}
	golden(t, "brief.txt", r.Comment(12_000))
}

// TestKeptEntries: the first 20 errors and failed policies are kept longest, and the first error is shown before anything
// else unless it is very long.
func TestKeptEntries(t *testing.T) {
	t.Parallel()
	var r Report
	check := scalr.PolicyCheck{Status: "hard_failed"}
	for i := range 22 {
		r.Plan.Diagnostics = append(r.Plan.Diagnostics, tfplan.Diagnostic{Level: "error", Title: fmt.Sprint("e", i), Text: "E"})
		check.Policies = append(check.Policies, scalr.Policy{Name: fmt.Sprint("p", i), Result: "hard_failed"})
	}
	r.Run.Policies = []scalr.PolicyCheck{check}
	for name, sec := range map[string]section{"errors": r.errors(), "policies": r.policies()} {
		for i, it := range sec.items {
			if it.keep != (i < 20) || it.lead != (i == 0 && name == "errors") || it.rank != 0 {
				t.Errorf("%s: entry %d: keep %t, lead %t, rank %d", name, i, it.keep, it.lead, it.rank)
			}
		}
		if len(sec.items) != 22 {
			t.Errorf("%s: %d entries, want 22", name, len(sec.items))
		}
	}
	for size, lead := range map[int]bool{4000: true, 4001: false} {
		r.Plan.Diagnostics[0].Text = strings.Repeat("x", size-len("```text\n\n```\n\n"))
		if it := r.errors().items[0]; len(it.full) != size || it.lead != lead {
			t.Errorf("%d bytes: %d bytes, lead %t", size, len(it.full), it.lead)
		}
	}
	r.Run.Policies[0].Policies = []scalr.Policy{{Result: "advisory_failed"}, {Result: "soft_failed"}, {Result: "hard_failed"}, {Result: "passed"}}
	var kept []string
	for _, it := range r.policies().items {
		kept = append(kept, fmt.Sprintf("%d:%t", it.rank, it.keep))
	}
	if got := strings.Join(kept, " "); got != "0:true 1:true 2:false" {
		t.Errorf("policies of each level: got %s", got)
	}
}

// TestPolicies compares the list of failed policies.
func TestPolicies(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1000)
	many := make([]string, 21)
	for i := range many {
		many[i] = fmt.Sprint("m", i)
	}
	var twenty strings.Builder
	for _, m := range many[:20] {
		twenty.WriteString("  - " + m + "\n")
	}
	for name, tt := range map[string]struct {
		status   scalr.TaskStatus
		policies []scalr.Policy
		want     string
	}{
		"none failed": {"passed", []scalr.Policy{{Name: "a", Result: "passed"}}, ""},
		"by level": {"soft_failed", []scalr.Policy{
			{Name: "a", Result: "advisory_failed"}, {Name: "b", Result: "passed"}, {Name: "c", Result: "soft_failed"},
			{Name: "d", Result: "hard_failed"}, {Name: "e", Result: "hard_failed", Messages: []string{"one", "`two`"}},
		}, "- ⛔ `d` (hard-mandatory)\n\n- ⛔ `e` (hard-mandatory)\n  - one\n  - <code>two</code>\n\n- ✋ `c` (soft-mandatory, can be overridden)\n\n" +
			"- ⚠️ `a` (advisory)\n\n"},
		"overridden": {"overridden", []scalr.Policy{{Name: "a", Result: "soft_failed"}, {Name: "b", Result: "advisory_failed"}},
			"- ✋ `a` (overridden)\n\n- ⚠️ `b` (advisory)\n\n"},
		"long messages": {"passed", []scalr.Policy{{Name: "a", Result: "advisory_failed", Messages: []string{long, long + "y"}}},
			"- ⚠️ `a` (advisory)\n  - " + long + "\n  - " + long[:999] + "…\n\n"},
		"many messages": {"passed", []scalr.Policy{{Name: "a", Result: "advisory_failed", Messages: many}},
			"- ⚠️ `a` (advisory)\n" + twenty.String() + "  - … and 1 more message\n\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := Report{Result: "planned", Run: scalr.Run{Policies: []scalr.PolicyCheck{{Status: tt.status, Policies: tt.policies}}}}
			_, got, found := strings.Cut(r.Comment(CommentLimit), "#### Failed policies\n\n")
			if got != strings.TrimSuffix(tt.want, "\n") || found != (tt.want != "") {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// TestPlaceOfPolicies: policies on which the run depends are listed before the facts, others after them.
func TestPlaceOfPolicies(t *testing.T) {
	t.Parallel()
	for status, early := range map[scalr.TaskStatus]bool{"hard_failed": true, "soft_failed": true, "overridden": false, "passed": false} {
		r := Report{Result: "planned", Run: scalr.Run{Policies: []scalr.PolicyCheck{{
			Status: status, Passed: 1, Policies: []scalr.Policy{{Name: "a", Result: "advisory_failed"}},
		}}}}
		page := r.Comment(CommentLimit)
		list, facts := strings.Index(page, "#### Failed policies"), strings.Index(page, "| Policies |")
		if list < 0 || facts < 0 || (list < facts) != early || strings.Count(page, "#### Failed policies") != 1 {
			t.Errorf("%s: the list is at %d, the facts are at %d:\n%s", status, list, facts, page)
		}
	}
}

// TestProblemAlert compares the alert on a problem, with at most as many conditions and hints as the page lists.
func TestProblemAlert(t *testing.T) {
	t.Parallel()
	list := func(what string, n int) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprint(what, i))
		}
		return all
	}
	lines := func(what string, n int) string {
		return "> - " + strings.Join(list(what, n), "\n> - ") + "\n"
	}
	for name, tt := range map[string]struct {
		report           Report
		comment, summary string
	}{
		"nothing":   {Report{}, "", ""},
		"a problem": {Report{Problem: "It *failed*"}, "> **It &#42;failed&#42;**\n", ""},
		"hints":     {Report{Hints: []string{"a", "`b`"}}, "> - a\n> - <code>b</code>\n", ""},
		"a problem and a hint": {
			report:  Report{Problem: "It failed", Hints: []string{"a"}},
			comment: "> **It failed**\n>\n> - a\n",
		},
		"all": {
			report:  Report{Problem: "It failed", Gates: []string{"`destroy`: 1", "g"}, Hints: []string{"a", "b"}},
			comment: "> **It failed**\n> - <code>destroy</code>: 1\n> - g\n>\n> - a\n> - b\n",
		},
		"conditions in the problem": {
			report:  Report{Problem: "The plan does not pass: f; g.", Gates: []string{"f", "g"}},
			comment: "> **The plan does not pass: f; g.**\n",
		},
		"conditions and a hint": {
			report:  Report{Gates: []string{"g"}, Hints: []string{"a"}},
			comment: "> - g\n>\n> - a\n",
		},
		"many": {
			report:  Report{Gates: list("g", 101), Hints: list("h", 101)},
			comment: lines("g", 20) + ">\n" + lines("h", 20),
			summary: lines("g", 100) + ">\n" + lines("h", 100),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.summary == "" {
				tt.summary = tt.comment
			}
			tt.report.Result = "rejected"
			for page, want := range map[string]string{
				tt.report.Comment(CommentLimit): tt.comment, tt.report.Summary(): tt.summary,
			} {
				_, got, found := strings.Cut(page, "> [!CAUTION]\n")
				if got != want || found != (want != "") {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			}
		})
	}
}

// TestEndOfTheLog: the end of the log of the stage that failed is shown if the run did not succeed, and opened if there is
// no error.
func TestEndOfTheLog(t *testing.T) {
	t.Parallel()
	const planEnd = "<summary>📜 <b>End of the plan's log</b></summary>\n\n```text\nplan text\n```\n"
	const applyEnd = "<summary>📜 <b>End of the apply's log</b></summary>\n\n```text\napply text\n```\n"
	failed, finished := scalr.TaskStatus("errored"), scalr.TaskStatus("finished")
	for _, tt := range []struct {
		name        string
		result      result.Result
		plan, apply scalr.TaskStatus
		planTail    string
		applyTail   string
		errors      bool
		want        string
	}{
		{name: "an unknown stage", result: "errored", planTail: "plan text", want: "<details open>" + planEnd},
		{name: "an unknown stage, both logs", result: "errored", planTail: "plan text", applyTail: "apply text", want: "<details open>" + applyEnd},
		{name: "timed out", result: "timed-out", planTail: "plan text", want: "<details open>" + planEnd},
		{name: "interrupted", result: "interrupted", planTail: "plan text", want: "<details open>" + planEnd},
		{name: "planned", result: "planned", planTail: "plan text"},
		{name: "applied", result: "applied", planTail: "plan text", applyTail: "apply text"},
		{name: "no log", result: "errored"},
		{name: "with an error", result: "errored", planTail: "plan text", errors: true, want: "<details>" + planEnd},
		{name: "the plan failed", result: "errored", plan: failed, planTail: "plan text", applyTail: "apply text", want: "<details open>" + planEnd},
		{name: "the apply failed", result: "errored", plan: finished, apply: failed, planTail: "plan text", applyTail: "apply text",
			want: "<details open>" + applyEnd},
		{name: "the apply failed without a log", result: "errored", plan: finished, apply: failed, planTail: "plan text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := Report{Result: tt.result}
			r.Plan.Tail, r.Apply.Tail = tt.planTail, tt.applyTail
			if tt.plan != "" {
				r.Run.Plan = &scalr.Plan{Status: tt.plan}
			}
			if tt.apply != "" {
				r.Run.Apply = &scalr.Apply{Status: tt.apply}
			}
			if tt.errors {
				r.Plan.Diagnostics = []tfplan.Diagnostic{{Level: "error", Title: "E", Text: "E"}}
			}
			page := r.Comment(CommentLimit)
			at := strings.Index(page, "<details")
			if tt.want == "" && at < 0 {
				return
			}
			if want := tt.want + "\n</details>\n"; at < 0 || page[at:] != want {
				t.Errorf("got\n%s\nwant it to end in\n%s", page, want)
			}
		})
	}
}

// TestCompletedChanges: what an apply did is listed only if the apply failed.
func TestCompletedChanges(t *testing.T) {
	t.Parallel()
	done := []tfplan.Done{{Address: "aws.a|b", What: "created"}, {Address: "aws.c", What: "destroyed"}}
	const want = "<details open><summary>🧱 <b>Applied before the failure</b> (2)</summary>\n\n" +
		"- <code>aws.a&#124;b</code> created\n- `aws.c` destroyed\n\n</details>\n"
	for _, tt := range []struct {
		name string
		run  scalr.Run
		done []tfplan.Done
		want bool
	}{
		{"a failed apply", scalr.Run{Apply: &scalr.Apply{Status: "errored"}}, done, true},
		{"a failed apply that did nothing", scalr.Run{Apply: &scalr.Apply{Status: "errored"}}, nil, false},
		{"an apply", scalr.Run{Apply: &scalr.Apply{Status: "finished"}}, done, false},
		{"a failed plan", scalr.Run{Plan: &scalr.Plan{Status: "errored"}}, done, false},
	} {
		page := Report{Result: "errored", Run: tt.run, Apply: tfplan.Apply{Done: tt.done}}.Comment(CommentLimit)
		if got := strings.Contains(page, want); got != tt.want || strings.Contains(page, "🧱") != tt.want {
			t.Errorf("%s: got\n%s", tt.name, page)
		}
	}
}

// TestCanceledApply checks what a report says about a run that was canceled after its apply had started, also if this step
// canceled it. A run that is still applied, or that was canceled before, has no such note.
func TestCanceledApply(t *testing.T) {
	t.Parallel()
	const note, title = "The run was canceled during its apply: some of its changes may have been made.", "Applied before the run was canceled"
	for _, tt := range []struct {
		result      result.Result
		status      scalr.Status
		apply       scalr.TaskStatus
		word        string
		duringApply bool
	}{
		{result.Canceled, "canceled", "canceled", "apply canceled", true},
		{result.Interrupted, "canceled", "canceled", "interrupted", true},
		{result.TimedOut, "canceled", "errored", "timed out", true},
		{result.Canceled, "canceled", "unreachable", "canceled", false},
		{result.Interrupted, "applying", "running", "interrupted", false},
		{result.TimedOut, "applied", "finished", "timed out", false},
	} {
		r := Report{Result: tt.result, Run: scalr.Run{Status: tt.status, Apply: &scalr.Apply{Status: tt.apply}},
			Apply: tfplan.Apply{Done: []tfplan.Done{{Address: "aws.a", What: "created"}}}}
		page := r.Comment(CommentLimit)
		if strings.Contains(page, note) != tt.duringApply || strings.Contains(page, title) != tt.duringApply {
			t.Errorf("%s, %s: got\n%s", tt.result, tt.status, page)
		}
		if line := r.Line(); line != tt.word && !strings.HasPrefix(line, tt.word+":") {
			t.Errorf("%s, %s: got the line %q, want %q", tt.result, tt.status, line, tt.word)
		}
	}
}

// TestFooter compares the end of the summary and of the comment.
func TestFooter(t *testing.T) {
	t.Parallel()
	const url = "https://github.com/acme/shop/actions/runs/1"
	for _, tt := range []struct {
		name             string
		report           Report
		summary, comment string
	}{
		{name: "nothing", report: Report{}},
		{name: "a run", report: Report{Run: scalr.Run{ID: "run-1"}}, summary: "<sub>run `run-1`</sub>\n", comment: "<sub>run `run-1`</sub>\n"},
		{
			name:    "a duration alone",
			report:  Report{Took: 1500 * time.Millisecond},
			summary: "<sub>took 1.5s</sub>\n",
			comment: "<sub>took 1.5s</sub>\n",
		},
		{
			name:    "a duration, which the facts contain",
			report:  Report{Took: time.Second, Run: scalr.Run{ID: "run-1", Policies: []scalr.PolicyCheck{{Passed: 1}}}},
			summary: "<sub>run `run-1`</sub>\n",
			comment: "<sub>run `run-1`</sub>\n",
		},
		{name: "a configuration", report: Report{Run: scalr.Run{ConfigurationID: "cv-1"}}, summary: "<sub>configuration version `cv-1`</sub>\n"},
		{
			name:    "a commit",
			report:  Report{Source: Source{SHA: "12345678"}},
			summary: "<sub>commit `1234567`</sub>\n",
			comment: "<sub>commit `1234567`</sub>\n",
		},
		{
			name:    "a short commit, linked",
			report:  Report{Source: Source{SHA: "123456", CommitURL: url}},
			summary: "<sub>commit [`123456`](" + url + ")</sub>\n",
			comment: "<sub>commit [`123456`](" + url + ")</sub>\n",
		},
		{
			name:    "a repository and a person",
			report:  Report{Source: Source{Repository: "acme/shop", Actor: "jane"}},
			summary: "<sub>of `acme/shop` by `jane`</sub>\n",
			comment: "<sub>of `acme/shop` by `jane`</sub>\n",
		},
		{
			name:    "a person",
			report:  Report{Source: Source{Actor: "jane", WorkflowRunURL: url}},
			summary: "<sub>by `jane` · [workflow run](" + url + ")</sub>\n",
			comment: "<sub>by `jane` · [workflow run](" + url + ")</sub>\n",
		},
		{
			name:    "an archive",
			report:  Report{Bundle: &Bundle{Files: 1, Compressed: 2048, SHA256: "0123456789abcdef"}},
			summary: "<sub>archive of 1 file, 2.0 KiB, sha256 `0123456789ab`</sub>\n",
		},
		{
			name:    "an archive with a short checksum",
			report:  Report{Bundle: &Bundle{Files: 2, Compressed: 10, SHA256: "0123"}},
			summary: "<sub>archive of 2 files, 10 B, sha256 `0123`</sub>\n",
		},
		{name: "an archive without a checksum", report: Report{Bundle: &Bundle{Files: 2}}},
		{
			name:    "stages",
			report:  Report{Stages: []Stage{{"queue", 1200 * time.Millisecond}, {"plan*", time.Minute}}, Run: scalr.Run{ID: "run-1"}},
			summary: "<sub>⏱️ queue 1.2s · plan&#42; 1m0s</sub>\n\n<sub>run `run-1`</sub>\n",
			comment: "<sub>run `run-1`</sub>\n",
		},
		{
			name:    "no plan JSON",
			report:  Report{PlanJSONMissing: "Scalr does not serve it (413).", Plan: tfplan.Plan{JSONProblem: "not used"}},
			summary: "<sub>Built from the text of the plan: Scalr does not serve it (413).</sub>\n",
			comment: "<sub>Built from the text of the plan: Scalr does not serve it (413).</sub>\n",
		},
		{
			name:    "an invalid plan JSON",
			report:  Report{Plan: tfplan.Plan{JSONProblem: "not a plan"}, Run: scalr.Run{ID: "run-1"}},
			summary: "<sub>Built from the text of the plan: not a plan.</sub>\n\n<sub>run `run-1`</sub>\n",
			comment: "<sub>Built from the text of the plan: not a plan.</sub>\n\n<sub>run `run-1`</sub>\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.report.Result = "refused"
			for _, page := range []struct{ name, text, want string }{
				{"summary", tt.report.Summary(), tt.summary}, {"comment", tt.report.Comment(CommentLimit), tt.comment},
			} {
				got := ""
				if at := strings.Index(page.text, "<sub>"); at >= 0 {
					got = page.text[at:]
				}
				if got != page.want {
					t.Errorf("%s: got\n%s\nwant\n%s", page.name, got, page.want)
				}
			}
		})
	}
}
