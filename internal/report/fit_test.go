package report

import (
	"fmt"
	"html"
	"math/rand/v2"
	"strings"
	"testing"

	"scalr-run-action/internal/tfplan"
)

// TestEveryLimit renders a big plan at many limits: it always fits, always is
// whole, and never shows less when there is more room.
func TestEveryLimit(t *testing.T) {
	t.Parallel()
	r := outcomeReports["planned-huge"](t)
	shown := 0
	for limit := 0; limit <= CommentLimit; limit += 1 + limit/7 {
		p := wellFormed(t, r.Comment(limit), limit, ourHosts...)
		if len(p.blocks) < shown-1 {
			t.Errorf("%d diffs at %d, fewer than the %d with less room", len(p.blocks), limit, shown)
		}
		shown = len(p.blocks)
		if t.Failed() {
			t.Fatal("at limit", limit)
		}
	}
}

// TestSacrifice: diffs go first, then the lines of lists, for which a link
// stands; what is destroyed outlives what is created.
func TestSacrifice(t *testing.T) {
	t.Parallel()
	r := outcomeReports["planned-huge"](t)
	created := `terraform_data.node["rack-00/node-00"]`
	for _, tt := range []struct {
		name             string
		limit            int
		diffs            bool
		first, last      bool // the first of the created, and the last
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
				{"what is destroyed", has("terraform_data.old[39]"), tt.destroyed},
				{"a link to more", has("[see the run in Scalr]"), tt.notes},
			} {
				if check.got != check.want {
					t.Errorf("%s: got %v, want %v", check.what, check.got, check.want)
				}
			}
		})
	}
}

// FuzzFit puts pages of any size into any room.
func FuzzFit(f *testing.F) {
	f.Add(uint64(1), 20, 900)
	f.Add(uint64(2), 60, 65_000)
	f.Fuzz(func(t *testing.T, seed uint64, items, limit int) {
		limit, items = max(0, min(limit, CommentLimit)), max(0, min(items, 60))
		rnd := rand.New(rand.NewPCG(seed, seed))
		r := run("planned", "planned_and_finished")
		r.Problem = strings.Repeat("`x` | <b> ", rnd.IntN(200))
		actions := []tfplan.Action{tfplan.Destroy, tfplan.Replace, tfplan.Update, tfplan.Create, tfplan.Import,
			tfplan.Move, tfplan.Forget, tfplan.Read, tfplan.Other}
		for i := range items {
			c := tfplan.Change{Address: fmt.Sprintf("a.b[\"%s\"]", strings.Repeat("`é|", rnd.IntN(200))), Action: actions[rnd.IntN(len(actions))]}
			if i%3 > 0 {
				c.Diff = strings.Repeat("+ é```", rnd.IntN(300))
			}
			r.Plan.Changes = append(r.Plan.Changes, c)
			r.Plan.Drift = append(r.Plan.Drift, c)
		}
		wellFormed(t, r.Comment(limit), limit, ourHosts...)
	})
}
