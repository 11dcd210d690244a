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

// TestIncompletePlan: a plan can be partial without deferred objects.
func TestIncompletePlan(t *testing.T) {
	t.Parallel()
	r := planned("unchanged")(t)
	r.Result, r.Plan.JSON.Limited = result.NoChanges, true
	page := r.Comment(CommentLimit)
	if !strings.Contains(page, ": no current changes\n\nThe plan is **partial**: a later plan can have more changes.\n\n") {
		t.Errorf("got\n%s", page)
	}
}

// TestTargetedRun: the report says that a run with targets covers only these, even without the plan JSON, which is the only
// source that marks such a plan as incomplete.
func TestTargetedRun(t *testing.T) {
	t.Parallel()
	const (
		targeted        = "A **targeted** run: it covers only its targets and the resources that they depend on: `a.b`."
		destroy         = "A **destroy** run: it destroys only its targets and the resources that depend on them: `a.b`."
		refresh         = "A **refresh-only** run: it detects drift and does not change resources."
		everything, dry = "it destroys everything in the workspace", " A dry run: nothing was changed."
	)
	for _, c := range []struct {
		name   string
		change func(*Report)
		want   string // the end of the headline and the note
	}{
		{"no changes", func(*Report) {}, ": no current changes\n\n" + targeted + "\n\n"},
		{"nothing to destroy", func(r *Report) { r.Run.Destroy = true }, ": no current changes\n\n" + destroy + "\n\n"},
		{"no drift", func(r *Report) { r.Run.RefreshOnly = true }, ": no drift\n\n" + refresh + " " + targeted + "\n\n"},
		{"planned", func(r *Report) { r.Result = result.Planned }, "\n\n" + targeted + dry + "\n\n"},
		{"a destroy run", func(r *Report) { r.Result, r.Run.Destroy = result.Planned, true }, "\n\n" + destroy + dry + "\n\n"},
		{"started", func(r *Report) { r.Result, r.Plan = result.Started, tfplan.Plan{} }, ": started\n\n" + targeted + " The run continues in Scalr"},
		{
			name:   "many targets",
			change: func(r *Report) { r.Run.Settings.Targets = &[]string{"a.b", `a.c["x|y"]`, "a.d", "a.e", "a.f"} },
			want:   "depend on: `a.b`, <code>a.c&#91;&#34;x&#124;y&#34;&#93;</code>, `a.d` and 2 more.\n\n",
		},
		{"no targets", func(r *Report) { r.Run.Settings.Targets = &[]string{} }, ": no changes\n\nThe infrastructure matches the configuration.\n\n"},
		{
			name:   "a destroy run without targets",
			change: func(r *Report) { r.Result, r.Run.Destroy, r.Run.Settings.Targets = result.Planned, true, nil },
			want:   "A **destroy** run: " + everything + "." + dry,
		},
	} {
		for source, limited := range map[string]bool{"JSON": true, "text": false} {
			r := planned("unchanged")(t)
			r.Result, r.Run.Settings.Targets = result.NoChanges, &[]string{"a.b"}
			c.change(&r)
			r.Plan.JSON.Limited = limited && len(r.targets()) > 0
			for _, page := range []string{r.Summary(), r.Comment(CommentLimit)} {
				if !strings.Contains(page, c.want) || strings.Contains(page, everything) != strings.Contains(c.want, everything) ||
					strings.Contains(page, "matches") != strings.Contains(c.want, "matches") {
					t.Errorf("%s, %s: the page lacks %q:\n%s", c.name, source, c.want, page)
				}
			}
		}
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

// TestNoteOnJSONLog: the report says why it lacks Terraform's text.
func TestNoteOnJSONLog(t *testing.T) {
	t.Parallel()
	const note = "A dry run: nothing was changed. The plan's log is in JSON, of which only errors and warnings are read: remove `-json` from Terraform's " +
		"arguments for a complete report.\n\n"
	for _, found := range []bool{false, true} {
		r := baseReport("planned", "planned_and_finished")
		r.Plan.JSONLog = found
		for _, page := range []string{r.Summary(), r.Comment(CommentLimit)} {
			if strings.Contains(page, note) != found {
				t.Errorf("JSON log %t: got\n%s", found, page)
			}
		}
	}
}
