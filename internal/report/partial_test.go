package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/tfplan"
)

// deferredOnly returns a report on a plan without changes whose only object is deferred.
func deferredOnly(t *testing.T, word result.Result) Report {
	t.Helper()
	r := baseReport(word, "planned_and_finished")
	const both = "plan.json+plan.log"
	r.Plan = readPlan(documentedFile(t, "deferred-only", both, "plan.json"), documentedFile(t, "deferred-only", both, "plan.log"))
	return r
}

// TestOnlyDeferred: a plan that only defers objects has no current changes, which is not the same as no changes.
func TestOnlyDeferred(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Report){
		"a dry run":      func(*Report) {},
		"a real run":     func(r *Report) { r.Run.Dry, r.Run.Status = false, "planned" },
		"a destroy run":  func(r *Report) { r.Run.Destroy = true },
		"a refresh-only": func(r *Report) { r.Run.RefreshOnly = true },
	} {
		r := deferredOnly(t, result.NoChanges)
		change(&r)
		if got, want := r.Line(), "no current changes, 1 deferred"; got != want {
			t.Errorf("%s: the line is %q, want %q", name, got, want)
		}
		for _, page := range []string{r.Summary(), r.Comment(CommentLimit)} {
			if !strings.Contains(page, "The plan is **partial**: 1 object is deferred to the next plan.\n\n") ||
				!strings.Contains(page, "- `kubernetes_secret.database`: because a prerequisite for this resource is deferred\n") ||
				strings.Contains(page, "matches") || strings.Contains(page, "No objects") {
				t.Errorf("%s: got\n%s", name, page)
			}
		}
	}
	r := deferredOnly(t, result.NoChanges)
	if o := outputsOf(r); o["has-changes"] != "" || o["has-destroys"] != "false" || o["changes"] != "0" {
		t.Errorf("got the outputs %v", o)
	}
}

// TestIncompletePlan: a plan can be partial without deferred objects, such as with targets.
func TestIncompletePlan(t *testing.T) {
	t.Parallel()
	r := planned("unchanged")(t)
	r.Result, r.Plan.JSON.Limited = result.NoChanges, true
	r.Run.Settings.Targets = &[]string{"a.b"}
	page := r.Comment(CommentLimit)
	if !strings.Contains(page, ": no current changes\n\nThe plan is **partial**: a later plan can have more changes.\n\n") {
		t.Errorf("got\n%s", page)
	}
}

// TestErroredAndDeferred: a plan that failed lists what it deferred before.
func TestErroredAndDeferred(t *testing.T) {
	t.Parallel()
	r := deferredOnly(t, result.Errored)
	r.Run.Plan = erroredPlan(t).Run.Plan
	r.Plan.Partial, r.Plan.JSON.Complete, r.Plan.Text.Complete = true, false, false
	page := r.Comment(CommentLimit)
	for _, text := range []string{
		"plan failed: 0 to add, 0 to change, 0 to destroy, 1 deferred\n\nThe plan is **partial**: 1 object is deferred to the next plan.\n\n",
		"Planned before the error:\n\n#### ⏭️ Deferred to the next plan (1)\n\n- `kubernetes_secret.database`: ",
	} {
		if !strings.Contains(page, text) {
			t.Errorf("the comment lacks %q:\n%s", text, page)
		}
	}
}

// TestManyDeferred: the list of deferred objects is collapsed, and shortened to fit; changes are kept longer.
func TestManyDeferred(t *testing.T) {
	t.Parallel()
	var json strings.Builder
	json.WriteString(`{"format_version":"1.2","resource_changes":[{"address":"a.changed","change":{"actions":["update"]}}],"deferred_changes":[`)
	for i := range 500 {
		fmt.Fprintf(&json, `{"reason":"absent_prereq","resource_change":{"address":"module.%s.a.b[%d]"}},`, strings.Repeat("m", 100), i)
	}
	json.WriteString(`{"reason":"@octocat <b>","resource_change":{"address":"a.b[\"` + "`" + `@octocat <b>|\n\"]"}}],"complete":false}`)
	r := baseReport("planned", "planned_and_finished")
	r.Plan = readPlan(sectionOf([]byte(json.String())), nil)
	if got, want := r.Line(), "0 to add, 1 to change, 0 to destroy, 501 deferred"; got != want {
		t.Errorf("the line is %q, want %q", got, want)
	}
	summary := r.Summary()
	if n := strings.Count(summary, ": because a prerequisite"); n != 500 {
		t.Errorf("the summary has %d deferred objects, want 500", n)
	}
	if !strings.Contains(summary, "</code>: for an unknown reason\n\n</details>\n") || strings.Contains(summary, "<b>|") {
		t.Errorf("got\n%s", summary[len(summary)-1000:])
	}
	comment := r.Comment(20_000)
	for _, text := range []string{
		"The plan is **partial**: 501 objects are deferred to the next plan.\n\n",
		"- `a.changed`\n",
		"<details><summary><b>⏭️ Deferred to the next plan (501)</b></summary>\n\n",
		" more: [see the run in Scalr](",
	} {
		if !strings.Contains(comment, text) {
			t.Errorf("the comment lacks %q:\n%s", text, comment[:2000])
		}
	}
	if len(comment) > 20_000 {
		t.Errorf("the comment has %d bytes", len(comment))
	}
}

// TestOverviewOfDeferred: the overview reports deferred objects, and does not count them as changes.
func TestOverviewOfDeferred(t *testing.T) {
	t.Parallel()
	rows := []Row{
		{Report: deferredOnly(t, result.NoChanges)},
		rowOf(t, "no-changes", "production", "network"),
		rowOf(t, "planned-update", "staging", "shop"),
	}
	rows[2].Plan.Changes = append(slices.Clone(rows[2].Plan.Changes),
		tfplan.Change{Address: "a.later", Action: tfplan.Defer, Reason: "for an unknown reason"})
	rows[2].Plan.OtherCounts.Deferrals, rows[2].Plan.JSON.Limited = 1, true
	page := overviewOf(rows...).Comment(CommentLimit)
	for _, text := range []string{
		"### 📋 3 workspaces · 1 with changes: 0 to add, 2 to change, 0 to destroy · 1 without\n",
		"| ✅\u00a0no\u00a0current\u00a0changes | [`production/shop`]",
		"0 to destroy, 1 deferred</summary>\n\n- ⏭️ `kubernetes_secret.database`: because a prerequisite for this resource is deferred\n",
		"0 to destroy, 1 deferred</summary>\n\n✏️ ", "- ⏭️ `a.later`: for an unknown reason\n",
	} {
		if !strings.Contains(page, text) {
			t.Errorf("the overview lacks %q:\n%s", text, page)
		}
	}
}
