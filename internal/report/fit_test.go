package report

import (
	"fmt"
	"html"
	"math/rand/v2"
	"strings"
	"testing"

	"scalr-run-action/internal/report/reporttest"
	"scalr-run-action/internal/tfplan"
)

// TestEveryLimit renders a large plan at many limits: the page always fits, is well-formed, and never shows less if
// there is more space.
func TestEveryLimit(t *testing.T) {
	t.Parallel()
	r := outcomeReports["planned-huge"](t)
	shown := 0
	for limit := 0; limit <= CommentLimit; limit += 1 + limit/7 {
		p := reporttest.Check(t, r.Comment(limit), limit, allowedHosts...)
		if len(p.Blocks) < shown-1 {
			t.Errorf("%d diffs at %d, fewer than the %d with less space", len(p.Blocks), limit, shown)
		}
		shown = len(p.Blocks)
		if t.Failed() {
			t.Fatal("at limit", limit)
		}
	}
}

// TestFitDropsLeastImportantFirst: diffs are dropped first, then lines of lists, which a link replaces; destroyed
// resources are kept longer than created ones.
func TestFitDropsLeastImportantFirst(t *testing.T) {
	t.Parallel()
	r := outcomeReports["planned-huge"](t)
	created := `terraform_data.node["rack-00/node-00"]`
	for _, tt := range []struct {
		name             string
		limit            int
		diffs            bool
		first, last      bool // the first and the last created resource
		destroyed, notes bool
	}{
		{"all", SummaryLimit, true, true, true, true, false},
		{"some diffs", CommentLimit, true, true, true, true, true},
		{"no diff of a new one", 26_000, true, true, true, true, true},
		{"a part of the list", 12_000, false, true, false, true, true},
		{"a link", 700, false, false, false, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := r.Summary()
			if tt.limit < SummaryLimit {
				got = r.Comment(tt.limit)
			}
			got = html.UnescapeString(got)
			has := func(s string) bool { return strings.Contains(got, s) }
			for _, check := range []struct {
				what      string
				got, want bool
			}{
				{"a diff", has("```diff"), tt.diffs},
				{"the first", has(created), tt.first},
				{"the last", has("rack-12/node-19"), tt.last},
				{"a destroyed resource", has("terraform_data.old[39]"), tt.destroyed},
				{"a link to more", has("[see the run in Scalr]"), tt.notes},
			} {
				if check.got != check.want {
					t.Errorf("%s: got %v, want %v", check.what, check.got, check.want)
				}
			}
		})
	}
}

// FuzzFit renders pages of any size with any limit.
func FuzzFit(f *testing.F) {
	f.Add(uint64(1), 20, 900)
	f.Add(uint64(2), 60, 65_000)
	f.Fuzz(func(t *testing.T, seed uint64, items, limit int) {
		limit, items = max(0, min(limit, CommentLimit)), max(0, min(items, 60))
		rnd := rand.New(rand.NewPCG(seed, seed))
		r := baseReport("planned", "planned_and_finished")
		r.Problem = strings.Repeat("`x` | <b> ", rnd.IntN(200))
		actions := []tfplan.Action{tfplan.Destroy, tfplan.Replace, tfplan.Update, tfplan.Create, tfplan.Import,
			tfplan.Move, tfplan.Forget, tfplan.Read, tfplan.Other, tfplan.Defer}
		for i := range items {
			c := tfplan.Change{
				Address: fmt.Sprintf("a.b[\"%s\"]", strings.Repeat("`é|", rnd.IntN(200))),
				Action:  actions[rnd.IntN(len(actions))],
			}
			if i%3 > 0 {
				c.Diff = strings.Repeat("+ é```", rnd.IntN(300))
			}
			r.Plan.Changes = append(r.Plan.Changes, c)
			r.Plan.Drift = append(r.Plan.Drift, c)
		}
		reporttest.Check(t, r.Comment(limit), limit, allowedHosts...)
	})
}
