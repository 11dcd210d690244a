package gate_test

import (
	"math"
	"strings"
	"testing"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/scalr"
)

// TestReasonOfUnreliableSources: a source that cannot be trusted fails the gate, and the reason names it.
func TestReasonOfUnreliableSources(t *testing.T) {
	t.Parallel()
	failedPlan := runWithCounts(0, 0, 0)
	failedPlan.Plan.Status = scalr.TaskErrored
	unreadable := runWithCounts(0, 0, 0)
	unreadable.Unreadable = []string{"has-changes"}
	contradicting, none := runWithCounts(1, 0, 0), false
	contradicting.Plan.HasChanges = &none
	for _, c := range []struct {
		name, want string
		run        scalr.Run
		planJSON   string
	}{
		{name: "the plan failed", run: failedPlan, want: "planning failed before it finished"},
		{name: "negative destructions", run: runWithCounts(0, 0, -3), want: "Scalr reports -3 destructions"},
		{name: "negative additions", run: runWithCounts(-1, 0, 0), want: "Scalr reports -1 additions"},
		{name: "negative changes", run: runWithCounts(0, -2, 0), want: "Scalr reports -2 changes"},
		{name: "unreadable", run: unreadable, want: "the value that Scalr reports as has-changes cannot be read"},
		{
			name: "has-changes contradicts the counts",
			run:  contradicting,
			want: "Scalr reports no changes, although the plan has changes",
		},
		{
			name:     "ambiguous JSON",
			run:      runWithCounts(0, 0, 0),
			planJSON: action(`["obliterate"]`),
			want:     "the plan JSON is ambiguous: ",
		},
		{name: "no numbers", run: finished(), want: "neither Scalr's numbers nor the plan JSON nor the whole text of the plan is available"},
		{name: "refresh-only", run: scalr.Run{RefreshOnly: true}, want: "neither the plan JSON nor the whole text of the plan is available"},
		{
			name:     "refresh-only with changes",
			run:      scalr.Run{RefreshOnly: true},
			planJSON: action(`["create"]`),
			want:     "the run is refresh-only, although its plan changes resources",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := gate.Case{Run: c.run, Plan: planOf(t, c.planJSON, "")}
			failures := gate.Conditions{Destroy: true}.Evaluate(in)
			if len(failures) != 1 || !failures[0].Unknown || !strings.HasPrefix(failures[0].Reason, c.want) {
				t.Errorf("got %v, want %q", failures, c.want)
			}
		})
	}
}

// TestAmbiguousText: an ambiguous text of the plan is a reason, also for a refresh-only run.
func TestAmbiguousText(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]scalr.Run{"a run": runWithCounts(0, 0, 0), "a refresh-only run": {RefreshOnly: true}} {
		in := gate.Case{Run: run}
		in.Plan.Text.Complete, in.Plan.Text.Problems = true, []string{"two totals"}
		failures := gate.Conditions{Destroy: true}.Evaluate(in)
		if len(failures) != 1 || failures[0].Reason != "the text of the plan is ambiguous: two totals" {
			t.Errorf("%s: got %v", name, failures)
		}
	}
}

// TestReasonsOfCosts: the reason says how much more the run costs, or why that is unknown.
func TestReasonsOfCosts(t *testing.T) {
	t.Parallel()
	estimate := func(prior, proposed, delta string) *scalr.CostEstimate {
		return &scalr.CostEstimate{Status: scalr.TaskFinished, Prior: prior, Proposed: proposed, Delta: delta}
	}
	const contradiction = "the amounts of Scalr's cost estimate contradict each other"
	for _, c := range []struct {
		name string
		cost *scalr.CostEstimate
		most float64
		want string
	}{
		{"no estimate", nil, 0, "Scalr has no cost estimate for this run"},
		{"an unreadable increase", estimate("1", "2", "one"), 0, "the increase in Scalr's cost estimate cannot be read"},
		{"unreadable totals", estimate("1", "two", "1"), 5, "the totals of Scalr's cost estimate cannot be read"},
		{"an increase", estimate("1", "3.50", "2.50"), 2.25, "2.50 USD more per month, with at most 2.25 allowed"},
		{"totals that rise more", estimate("1", "5", "2"), 1, "4.00 USD more per month, with at most 1 allowed"},
		{"totals that rise more by a cent", estimate("1", "3.01", "2.00"), 1, "2.00 USD more per month, with at most 1 allowed"},
		{"totals that rise more by two cents", estimate("1", "3.02", "2.00"), 1, "2.02 USD more per month, with at most 1 allowed"},
		{"totals that rise less", estimate("1", "2", "3"), 5, contradiction},
		{"totals that rise less by a cent", estimate("1", "2.99", "2.00"), 5, ""},
		{"totals that rise less by two cents", estimate("1", "2.98", "2.00"), 5, contradiction},
		{"a negative total before", estimate("-1", "0", "1"), 5, contradiction},
		{"a negative total after", estimate("0", "-1", "-1"), 5, contradiction},
		{"no cost before", estimate("0", "1", "1"), 5, ""},
		{"no cost after", estimate("1", "0", "-1"), 5, ""},
		{"an infinite limit", estimate("0", "1", "1"), math.Inf(1), "the limit is not an amount"},
		{"a limit that is not a number", estimate("0", "1", "1"), math.NaN(), "the limit is not an amount"},
	} {
		run := runWithCounts(1, 0, 0)
		run.Cost = c.cost
		failures := gate.Conditions{CostIncrease: true, MaxCostIncrease: c.most}.Evaluate(gate.Case{Run: run})
		got := ""
		for _, f := range failures {
			got += f.Reason
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestAmounts: an amount has up to twelve digits before and after the point.
func TestAmounts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"0": "0", "-1.5": "-3/2", "123456789012": "123456789012", "0.000000000001": "1/1000000000000",
		"1234567890123": "", "0.0000000000001": "", "1.": "", ".5": "", "": "", "1 ": "", "1\n": "", "+1": "", "1/2": "",
	} {
		got := ""
		if amount, ok := gate.Amount(text); ok {
			got = amount.RatString()
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestNumbersOfApply: the numbers of an apply replace those of the plan that are unknown or zero, and numbers of a plan that
// has not finished are used only if they are positive.
func TestNumbersOfApply(t *testing.T) {
	t.Parallel()
	run := func(status scalr.TaskStatus, planned, applied [3]*int) scalr.Run {
		r := scalr.Run{Status: scalr.StatusApplying, Plan: &scalr.Plan{Status: status, Additions: planned[0], Changes: planned[1], Destructions: planned[2]}}
		r.Apply = &scalr.Apply{Additions: applied[0], Changes: applied[1], Destructions: applied[2]}
		return r
	}
	none, zeros := [3]*int{}, [3]*int{new(0), new(0), new(0)}
	for name, c := range map[string]struct {
		run               scalr.Run
		changes, destroys gate.Answer
	}{
		"nothing known":                 {run(scalr.TaskFinished, none, none), gate.Unknown, gate.Unknown},
		"zeros of the plan":             {run(scalr.TaskFinished, zeros, none), gate.Unknown, gate.No},
		"zeros before the plan is done": {run(scalr.TaskRunning, zeros, none), gate.Unknown, gate.Unknown},
		"zeros of the apply":            {run(scalr.TaskFinished, none, zeros), gate.Unknown, gate.Unknown},
		"additions of the apply":        {run(scalr.TaskFinished, zeros, [3]*int{new(1), nil, nil}), gate.Yes, gate.No},
		"changes of the apply":          {run(scalr.TaskFinished, none, [3]*int{nil, new(1), nil}), gate.Yes, gate.Unknown},
		"destructions of the apply":     {run(scalr.TaskFinished, zeros, [3]*int{nil, nil, new(1)}), gate.Yes, gate.Yes},
		"destructions of both":          {run(scalr.TaskFinished, [3]*int{nil, nil, new(2)}, [3]*int{nil, nil, new(1)}), gate.Yes, gate.Yes},
		"destructions before the plan is done": {
			run(scalr.TaskRunning, [3]*int{nil, nil, new(1)}, none), gate.Yes, gate.Yes,
		},
	} {
		e := gate.EffectsOf(c.run, planOf(t, "", ""), false)
		if e.Changes != c.changes || e.Destroys != c.destroys {
			t.Errorf("%s: got changes %v and destroys %v (%s)", name, e.Changes, e.Destroys, e.Why)
		}
	}
}
