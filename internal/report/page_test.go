package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// TestOrderOfDropping: with less space, fewer kinds of items are shown in full, and then in brief. The golden file lists them
// by the space that they need.
func TestOrderOfDropping(t *testing.T) {
	t.Parallel()
	r := baseReport("errored", "errored")
	markers := []string{}
	add := func(name string) (diff string) {
		markers = append(markers, "full "+name)
		return "+ full " + name + "\n" + strings.Repeat("+ some line\n", 40)
	}
	for _, action := range []tfplan.Action{
		tfplan.Destroy, tfplan.Update, tfplan.Create, tfplan.Import, tfplan.Move, tfplan.Forget, tfplan.Invoke, tfplan.Read, tfplan.Other, tfplan.Defer,
	} {
		name := string(action)
		r.Plan.Changes = append(r.Plan.Changes, tfplan.Change{Address: "brief." + name, Action: action, Diff: add(name)})
		markers = append(markers, "brief."+name)
	}
	r.Plan.Drift = []tfplan.Change{{Address: "brief.drift", Action: tfplan.Update, Diff: add("drift")}}
	r.Plan.Changes = append(r.Plan.Changes, // the first one is expanded, and so comes before the others
		tfplan.Change{Address: "brief.replaced", Action: tfplan.Replace, Diff: add("replaced")},
		tfplan.Change{Address: "brief.replaced-too", Action: tfplan.Replace, Diff: add("second replaced")})
	r.Plan.Diagnostics = []tfplan.Diagnostic{
		{Level: "warning", Title: "brief.warning", Text: "brief.warning\n" + add("warning")},
		{Level: "error", Title: "brief.error", Text: "brief.error\n" + add("error") + strings.Repeat("more\n", 800)},
		{Level: "error", Title: "brief.second-error", Text: "brief.second-error\n" + add("second error")},
	}
	r.Plan.OutputDiff = add("outputs")
	r.Plan.Tail = add("log")
	r.Run.Policies = []scalr.PolicyCheck{{Status: "passed", Policies: []scalr.Policy{
		{Name: "brief.soft-policy", Result: "soft_failed", Messages: []string{add("soft policy")}},
		{Name: "brief.advisory-policy", Result: "advisory_failed", Messages: []string{add("advisory policy")}},
	}}}
	markers = append(markers, "brief.drift", "brief.warning", "brief.error", "brief.second-error", "brief.replaced`", "brief.replaced-too",
		"brief.soft-policy", "brief.advisory-policy")
	smallest := map[string]int{} // the smallest limit at which a marker is shown
	for limit := 36_000; limit > 0; limit -= 120 {
		page := r.Comment(limit)
		for _, m := range markers {
			if strings.Contains(page, m) {
				smallest[m] = limit
			}
		}
	}
	slices.SortStableFunc(markers, func(a, b string) int { return cmp.Compare(smallest[a], smallest[b]) })
	golden(t, "order-of-dropping.txt", strings.Join(markers, "\n")+"\n")
}

// TestLossTitles: the title of the alert counts all destroyed and replaced resources. If some are not listed, the alert links
// to the run.
func TestLossTitles(t *testing.T) {
	t.Parallel()
	const more = "[see the run in Scalr](https://acme.scalr.io/v2/e/env-v0o0/workspaces/ws-v0o1/runs/run-v0oq2a7d3k9)"
	change := func(action tfplan.Action) tfplan.Change { return tfplan.Change{Address: "a.b", Action: action} }
	gone, swapped := change(tfplan.Destroy), change(tfplan.Replace)
	for name, tt := range map[string]struct {
		result  result.Result
		changes []tfplan.Change
		counted int // by Scalr
		omitted int // of the list
		want    string
	}{
		"one destroyed":   {"planned", []tfplan.Change{gone}, 1, 0, "[!CAUTION]\n**This plan destroys 1 resource:**"},
		"two replaced":    {"planned", []tfplan.Change{swapped, swapped}, 2, 0, "[!CAUTION]\n**This plan replaces 2 resources:**"},
		"both":            {"planned", []tfplan.Change{gone, swapped}, 2, 0, "[!CAUTION]\n**This plan destroys 1 resource and replaces 1:**"},
		"not listed":      {"planned", nil, 2, 0, "[!CAUTION]\n**This plan destroys 2 resources:** " + more + ".\n\n"},
		"some listed":     {"planned", []tfplan.Change{gone}, 3, 4, "[!CAUTION]\n**This plan destroys or replaces 3 resources:**"},
		"some not listed": {"planned", []tfplan.Change{gone}, 3, 0, "[!CAUTION]\n**This plan destroys 1 resource:**"},
		"others omitted":  {"planned", []tfplan.Change{gone}, 1, 4, "[!CAUTION]\n**This plan destroys 1 resource:**"},
		"applied":         {"applied", []tfplan.Change{gone, gone}, 2, 0, "[!WARNING]\n**This run destroyed 2 resources:**"},
		"forbidden":       {"policy-failed", []tfplan.Change{swapped}, 1, 0, "[!WARNING]\n**This plan would have replaced 1 resource:**"},
		"nothing":         {"planned", nil, 0, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := baseReport(tt.result, "planned_and_finished")
			r.Run.Plan = &scalr.Plan{Status: "finished", Destructions: &tt.counted}
			r.Plan = tfplan.Plan{Changes: tt.changes, Omitted: tt.omitted}
			page := strings.ReplaceAll(r.Comment(CommentLimit), "\n>\n", "\n\n")
			page = strings.ReplaceAll(page, "\n> ", "\n")
			if _, alert, _ := strings.Cut(page, "[!"); tt.want != "" && !strings.HasPrefix("[!"+alert, tt.want) {
				t.Errorf("got %.150q\nwant %q", "[!"+alert, tt.want)
			}
			if tt.want == "" && strings.Contains(page, "[!") {
				t.Errorf("got an alert, want none:\n%s", page)
			}
			left := fmt.Sprintf("… and %d more, not listed here: %s.", tt.counted-len(tt.changes), more)
			if got, want := strings.Contains(page, left), tt.omitted > 0 && tt.counted > len(tt.changes); got != want {
				t.Errorf("got %q: %t, want %t", left, got, want)
			}
		})
	}
}

// TestLossesByResult: the alert says whether resources were, will be, or would have been destroyed.
func TestLossesByResult(t *testing.T) {
	t.Parallel()
	const planned, prevented, done = "[!CAUTION]|This plan|destroys|replaces", "[!WARNING]|This plan would have|destroyed|replaced",
		"[!WARNING]|This run|destroyed|replaced"
	failedPlan := scalr.Run{Plan: &scalr.Plan{Status: "errored"}}
	applying := scalr.Run{Apply: &scalr.Apply{Status: "running"}}
	for _, tt := range []struct {
		name   string
		result result.Result
		run    scalr.Run
		want   string
	}{
		{"planned", "planned", scalr.Run{}, planned},
		{"saved", "saved", scalr.Run{}, planned},
		{"a failed apply", "errored", scalr.Run{Apply: &scalr.Apply{Status: "errored"}}, planned},
		{"a failed plan", "errored", failedPlan, prevented},
		{"a policy", "policy-failed", scalr.Run{}, prevented},
		{"rejected", "rejected", scalr.Run{}, prevented},
		{"rejected while it is applied", "rejected", applying, done},
		{"discarded", "discarded", scalr.Run{}, prevented},
		{"canceled", "canceled", scalr.Run{}, planned},
		{"applied", "applied", applying, done},
	} {
		words := strings.Split(tt.want, "|")
		for _, listed := range []struct {
			destroyed, replaced, counted, omitted int
			title                                 string
		}{
			{2, 1, 3, 0, words[2] + " 2 resources and " + words[3] + " 1"},
			{1, 2, 3, 0, words[2] + " 1 resource and " + words[3] + " 2"},
			{2, 0, 2, 0, words[2] + " 2 resources"},
			{0, 2, 2, 0, words[3] + " 2 resources"},
			{0, 1, 1, 0, words[3] + " 1 resource"},
			{0, 0, 1, 0, words[2] + " 1 resource"},
			{1, 1, 5, 3, words[2] + " or " + words[3] + " 5 resources"},
			{1, 1, 5, 0, words[2] + " 1 resource and " + words[3] + " 1"},
			{1, 1, 2, 3, words[2] + " 1 resource and " + words[3] + " 1"},
		} {
			r := Report{Result: tt.result, Run: tt.run}
			for i := range listed.destroyed + listed.replaced {
				action := tfplan.Destroy
				if i >= listed.destroyed {
					action = tfplan.Replace
				}
				r.Plan.Changes = append(r.Plan.Changes, tfplan.Change{Address: "a.b", Action: action})
			}
			r.Plan.Planned, r.Plan.Omitted = &tfplan.Counts{Destructions: listed.counted}, listed.omitted
			_, got, _ := strings.Cut(r.Comment(CommentLimit), "\n> "+words[0]+"\n> **")
			if got, _, _ = strings.Cut(got, ":**"); got != words[1]+" "+listed.title {
				t.Errorf("%s, %+v: got %q, want %q", tt.name, listed, got, words[1]+" "+listed.title)
			}
		}
	}
}

// TestScalrsMessage: Scalr's message is quoted unless the problem already contains it.
func TestScalrsMessage(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3999)
	for name, tt := range map[string]struct {
		result                 result.Result
		problem, message, want string // want is the quoted block
	}{
		"a message":          {"errored", "The run errored", "Quota exceeded.", "Quota exceeded."},
		"in the problem":     {"errored", "The run errored: Quota exceeded; ask an admin", "Quota exceeded.", ""},
		"with its full stop": {"errored", "The run errored: Quota exceeded.", "Quota exceeded.", ""},
		"no problem":         {"errored", "", "Quota exceeded.", "Quota exceeded."},
		"no message":         {"errored", "The run errored", " \n", ""},
		"applied":            {"applied", "", "Quota exceeded.", ""},
		"4,000 bytes":        {"errored", "The run errored", long + "y", long + "y"},
		"4,001 bytes":        {"errored", "The run errored", long + "yz", long + "y…"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := baseReport(tt.result, "errored")
			r.Problem, r.Run.ErrorMessage = tt.problem, tt.message
			_, rest, found := strings.Cut(r.Comment(CommentLimit), "Scalr reports:\n\n```text\n")
			got, _, _ := strings.Cut(rest, "\n```")
			if got != tt.want || found != (tt.want != "") {
				t.Errorf("got %.60q (%d bytes), want %.60q", got, len(got), tt.want)
			}
		})
	}
}

// TestWarningsOutput: the output warnings is set if the log is complete or contains a warning.
func TestWarningsOutput(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		complete, partial bool
		warnings          int
		want              string
	}{
		"a complete log":            {true, false, 2, "2"},
		"none":                      {true, false, 0, "0"},
		"a failed plan with one":    {false, true, 1, "1"},
		"a failed plan without":     {false, true, 0, ""},
		"an incomplete log has one": {false, false, 1, ""},
	} {
		r := baseReport("planned", "planned_and_finished")
		r.Plan.Partial, r.Plan.Text.Complete, r.Plan.Text.Warnings = tt.partial, tt.complete, tt.warnings
		if got := outputsOf(r)["warnings"]; got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

// TestOverviewParts: with little space, workspaces without changes are only counted, and rows of workspaces with changes, but
// without destructions, are left out. Only existing errors are counted.
func TestOverviewParts(t *testing.T) {
	t.Parallel()
	failed := rowOf(t, "errored-plan", "production", "failed")
	o := overviewOf(rowOf(t, "no-changes", "production", "same"), rowOf(t, "planned-update", "production", "changed"),
		rowOf(t, "planned-replace", "production", "replaced"), failed).sorted()
	if got, want := o.unchanged(layout{}), "✅ <b>1 without changes</b>\n\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for changing, want := range map[int]string{-1: "changed replaced failed", 1: "changed replaced failed", 0: "replaced failed"} {
		var rows []string
		page := o.table(layout{changing: changing, rows: -1, maxNameLength: maxNameLength})
		for _, name := range []string{"same", "changed", "replaced", "failed"} {
			if strings.Contains(page, "production/"+name) {
				rows = append(rows, name)
			}
		}
		if got := strings.Join(rows, " "); got != want {
			t.Errorf("at most %d that change: got %s, want %s\n%s", changing, got, want, page)
		}
	}
	for _, form := range []errorForm{firstError, briefError} {
		if text := failed.failure(form); strings.Contains(text, "more error") || !strings.Contains(text, "Invalid index") {
			t.Errorf("got %q, want the only error", text)
		}
	}
	failed.Plan.Diagnostics = append(slices.Clip(failed.Plan.Diagnostics), tfplan.Diagnostic{Level: "error", Title: "E", Text: "E"})
	if text := failed.failure(firstError); !strings.Contains(text, "… and 1 more error: [see the run in Scalr]") {
		t.Errorf("got %q, want the first of two errors", text)
	}
}
