package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// planOf returns a plan that both sources count completely.
func planOf(counts tfplan.Counts, other tfplan.OtherCounts) tfplan.Plan {
	totals := tfplan.Totals{Counts: counts, Most: counts, OtherCounts: other, Documents: 1, Complete: true}
	return tfplan.Plan{Planned: &counts, OtherCounts: other, JSON: totals, Text: totals}
}

// TestHeadlines compares the headline, the note below it and the output summary, for every result and for what changes
// them.
func TestHeadlines(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	add := func(name string, r Report) {
		head, rest, _ := strings.Cut(r.Comment(CommentLimit), "\n\n")
		note, _, _ := strings.Cut(rest, "\n\n")
		if note == "" || strings.ContainsAny(note[:1], "|>#<") {
			note = "(no note)"
		}
		fmt.Fprintf(&all, "== %s\n%s\n%s\nsummary=%s\n", name, strings.TrimSpace(head), strings.TrimSpace(note), r.Line())
	}
	results := append(slices.Sorted(maps.Keys(outcomes)), "brand-new",
		"a word of 41 characters that is shortened", "a word of 40 characters that is complete", result.Done, "not a plain <word>", "")
	base := func(word result.Result) Report {
		return Report{
			Result:    word,
			Workspace: scalr.Workspace{ID: "ws-1", Name: "shop", Environment: "production"},
			Run:       scalr.Run{ID: "run-1"},
			RunURL:    "https://acme.scalr.io/run-1",
			Plan:      planOf(tfplan.Counts{Additions: 1, Changes: 2, Destructions: 3}, tfplan.OtherCounts{}),
		}
	}
	for _, word := range results {
		add(string(word)+", no plan", Report{Result: word, Workspace: scalr.Workspace{Name: "shop"}})
		add(string(word)+", no workspace", Report{Result: word})
		add(string(word), base(word))
		r := base(word)
		r.Run.RefreshOnly, r.Plan.Text.Drift = true, 1
		add(string(word)+", refresh-only", r)
	}
	empty := base(result.NoChanges)
	empty.Run.Destroy, empty.Plan = true, planOf(tfplan.Counts{}, tfplan.OtherCounts{})
	add("nothing to destroy", empty)
	for name, change := range inOrder(headlineChanges) {
		for _, word := range []result.Result{"planned", "applied", "errored", "rejected"} {
			r := base(word)
			change(&r)
			add(name+", "+string(word), r)
		}
	}
	for _, status := range []scalr.Status{
		"discarded", "canceled", "force_canceled", "applied", "errored", "planned_and_finished", "planning", "brand_new", "",
	} {
		for _, word := range []result.Result{"discarded", "canceled"} {
			r := base(word)
			r.Run.Status = status
			add(fmt.Sprintf("%s, status %q", word, status), r)
		}
	}
	for name, change := range inOrder(map[string]func(*scalr.Run){
		"a dry run": func(r *scalr.Run) { r.Dry = true }, "no dry run": func(*scalr.Run) {}, "refresh-only": func(r *scalr.Run) { r.RefreshOnly = true },
	}) {
		r := base(result.Planned)
		r.Run.Status = scalr.StatusPlannedAndFinished
		change(&r.Run)
		add("planned and finished, "+name, r)
	}
	for _, status := range []scalr.Status{"planned", "confirmed", "apply_queued"} {
		for _, word := range []result.Result{"rejected", "policy-failed", "refused"} {
			r := base(word)
			r.Run.Status = status
			add(fmt.Sprintf("%s, status %q", word, status), r)
		}
	}
	golden(t, "headlines.txt", all.String())
}

// headlineChanges are circumstances that change the headline.
var headlineChanges = map[string]func(*Report){
	"a destroy run":              func(r *Report) { r.Run.Destroy = true },
	"a refresh-only destroy run": func(r *Report) { r.Run.Destroy, r.Run.RefreshOnly = true, true },
	"refresh-only, no drift": func(r *Report) {
		r.Run.RefreshOnly, r.Plan = true, planOf(tfplan.Counts{}, tfplan.OtherCounts{})
	},
	"refresh-only, not known": func(r *Report) { r.Run.RefreshOnly, r.Plan = true, tfplan.Plan{} },
	"refresh-only, two objects in the JSON, more in the text": func(r *Report) {
		r.Run.RefreshOnly, r.Plan.JSON.Drift, r.Plan.Text.Drift = true, 2, 3
	},
	"refresh-only, an incomplete JSON, more in the text": func(r *Report) {
		r.Run.RefreshOnly, r.Plan.JSON.Complete, r.Plan.JSON.Drift, r.Plan.Text.Drift = true, false, 2, 3
	},
	"refresh-only, an incomplete JSON, less in the text": func(r *Report) {
		r.Run.RefreshOnly, r.Plan.JSON.Complete, r.Plan.JSON.Drift, r.Plan.Text.Drift = true, false, 3, 2
	},
	"the plan failed":          func(r *Report) { r.Run.Plan = &scalr.Plan{Status: "errored"} },
	"the plan failed, no plan": func(r *Report) { r.Run.Plan, r.Plan = &scalr.Plan{Status: "errored"}, tfplan.Plan{} },
	"the apply failed": func(r *Report) {
		r.Run.Plan, r.Run.Apply = &scalr.Plan{Status: "finished"}, &scalr.Apply{Status: "errored"}
	},
	"plan and apply failed": func(r *Report) {
		r.Run.Plan, r.Run.Apply = &scalr.Plan{Status: "errored"}, &scalr.Apply{Status: "errored"}
	},
	"the apply finished":      func(r *Report) { r.Run.Apply = &scalr.Apply{Status: "finished"} },
	"the apply never started": func(r *Report) { r.Run.Apply = &scalr.Apply{Status: "unreachable"} },
	"imports":                 func(r *Report) { r.Plan = planOf(tfplan.Counts{Imports: 1, Changes: 2}, tfplan.OtherCounts{}) },
	"one of each other kind": func(r *Report) {
		r.Plan = planOf(tfplan.Counts{Changes: 2}, tfplan.OtherCounts{Moves: 1, Forgets: 1, Invocations: 1})
	},
	"two of each other kind": func(r *Report) {
		r.Plan = planOf(tfplan.Counts{}, tfplan.OtherCounts{Moves: 2, Forgets: 2, Invocations: 2})
	},
	"outputs and a deferred object": func(r *Report) {
		r.Plan = planOf(tfplan.Counts{}, tfplan.OtherCounts{Deferrals: 1})
		r.Plan.JSON.Limited, r.Plan.Outputs = true, []string{"size"}
	},
	"deferred objects":   func(r *Report) { r.Plan.OtherCounts.Deferrals, r.Plan.Text.Limited = 2, true },
	"an incomplete plan": func(r *Report) { r.Plan.JSON.Limited = true },
	"outputs alone": func(r *Report) {
		r.Plan = planOf(tfplan.Counts{}, tfplan.OtherCounts{})
		r.Plan.Outputs = []string{"size"}
	},
	"outputs alone, by a diff": func(r *Report) { r.Plan = planOf(tfplan.Counts{}, tfplan.OtherCounts{}); r.Plan.OutputDiff = "+ a = 1" },
	"outputs and an addition": func(r *Report) {
		r.Plan = planOf(tfplan.Counts{Additions: 1}, tfplan.OtherCounts{})
		r.Plan.OutputDiff = "+ a = 1"
	},
	"outputs and a change": func(r *Report) {
		r.Plan = planOf(tfplan.Counts{Changes: 1}, tfplan.OtherCounts{})
		r.Plan.OutputDiff = "+ a = 1"
	},
	"outputs and a destruction": func(r *Report) {
		r.Plan = planOf(tfplan.Counts{Destructions: 1}, tfplan.OtherCounts{})
		r.Plan.OutputDiff = "+ a = 1"
	},
	"outputs and an import": func(r *Report) {
		r.Plan = planOf(tfplan.Counts{Imports: 1}, tfplan.OtherCounts{})
		r.Plan.OutputDiff = "+ a = 1"
	},
	"outputs and a move": func(r *Report) {
		r.Plan = planOf(tfplan.Counts{}, tfplan.OtherCounts{Moves: 1})
		r.Plan.OutputDiff = "+ a = 1"
	},
	"nothing": func(r *Report) { r.Plan = planOf(tfplan.Counts{}, tfplan.OtherCounts{}) },
	"additions not known": func(r *Report) {
		r.Plan, r.Run.Plan = tfplan.Plan{}, &scalr.Plan{Status: "finished", Changes: new(2), Destructions: new(3)}
	},
	"changes not known": func(r *Report) {
		r.Plan, r.Run.Plan = tfplan.Plan{}, &scalr.Plan{Status: "finished", Additions: new(1), Destructions: new(3)}
	},
	"destructions not known": func(r *Report) {
		r.Plan, r.Run.Plan = tfplan.Plan{}, &scalr.Plan{Status: "finished", Additions: new(1), Changes: new(2)}
	},
	"no imports reported": func(r *Report) {
		r.Plan, r.Run.Plan = tfplan.Plan{}, &scalr.Plan{Status: "finished", Additions: new(1), Changes: new(2), Destructions: new(3)}
	},
	"the workspace's id":   func(r *Report) { r.Workspace.Name = "" },
	"an environment alone": func(r *Report) { r.Workspace.Name, r.Workspace.ID = "", "" },
	"a workspace alone":    func(r *Report) { r.Workspace.Environment = "" },
	"the workspace's URL":  func(r *Report) { r.RunURL, r.WorkspaceURL = "", "https://acme.scalr.io/ws-1" },
	"both URLs":            func(r *Report) { r.WorkspaceURL = "https://acme.scalr.io/ws-1" },
	"no URL":               func(r *Report) { r.RunURL = "" },
	"no URL and no workspace": func(r *Report) {
		r.RunURL, r.WorkspaceURL, r.Workspace = "", "https://acme.scalr.io/ws-1", scalr.Workspace{}
	},
	"a cost and a failed policy":  func(r *Report) { r.Run.Cost, r.Run.Policies = estimated("1.5"), []scalr.PolicyCheck{{Hard: 1}} },
	"a lower cost and no failure": func(r *Report) { r.Run.Cost, r.Run.Policies = estimated("-1.5"), []scalr.PolicyCheck{{Passed: 1}} },
}

func estimated(delta string) *scalr.CostEstimate {
	return &scalr.CostEstimate{Status: "finished", Prior: "10", Proposed: "20", Delta: delta}
}

// inOrder yields a map in the order of its keys.
func inOrder[V any](m map[string]V) func(yield func(string, V) bool) {
	return func(yield func(string, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}
