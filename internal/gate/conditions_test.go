package gate_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/scalr"
)

// TestCostIncrease evaluates estimates, most of which are unreliable.
func TestCostIncrease(t *testing.T) {
	t.Parallel()
	estimate := func(prior, proposed, delta string) *scalr.CostEstimate {
		return &scalr.CostEstimate{Status: "finished", Prior: prior, Proposed: proposed, Delta: delta}
	}
	for _, c := range []struct {
		name string
		cost *scalr.CostEstimate
		most float64
		want string
	}{
		{"none", nil, 0, "unknown"},
		{"failed", &scalr.CostEstimate{Status: "errored", Prior: "0.000", Proposed: "0.000", Delta: "0.000"}, 0, "unknown"},
		{"no increase", estimate("10.000", "10.000", "0.000"), 0, ""},
		{"a decrease", estimate("10.000", "4.000", "-6.000"), 0, ""},
		{"an increase", estimate("10.000", "10.010", "0.010"), 0, "hit"},
		{"as much as allowed", estimate("0.000", "0.300", "0.300"), 0.3, ""},
		{"slightly more", estimate("0.000", "42.254", "42.254"), 42.25, "hit"},
		{"with a sign", estimate("0", "5000", "+5000.00"), 0, "unknown"},
		{"with commas", estimate("0", "1000", "1,000.00"), 0, "unknown"},
		{"in exponent form", estimate("0", "5000", "5e3"), 0, "unknown"},
		{"NaN", estimate("0", "0", "NaN"), 0, "unknown"},
		{"infinite", estimate("0", "0", "Inf"), 0, "unknown"},
		{"hexadecimal", estimate("0", "0", "0x10"), 0, "unknown"},
		{"too long", estimate("0", "0", "99999999999999999999"), 0, "unknown"},
		{"with a currency", estimate("0", "5", "$5"), 0, "unknown"},
		{"totals alone", estimate("0.000", "5000.000", ""), 0, "unknown"},
		{"an increase alone", estimate("", "", "1.000"), 5, ""},
		{"an increase with one total", estimate("0.000", "", "1.000"), 5, "unknown"},
		{"an increase with totals with commas", estimate("1,000.00", "1,001.00", "1.000"), 5, "unknown"},
		{
			name: "an increase with totals of another type",
			cost: &scalr.CostEstimate{Status: "finished", Delta: "1.000", Unreadable: true},
			most: 5,
			want: "unknown",
		},
		{"totals that rise more", estimate("0.000", "5000.000", "0.000"), 0, "hit"},
		{"totals that rise less", estimate("0.000", "1.000", "2.000"), 5, "unknown"},
		{"totals that are rounded", estimate("0.004", "1.006", "1.000"), 5, ""},
		{"totals below zero", estimate("-5.000", "-5.000", "0.000"), 0, "unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			run := runWithCounts(1, 0, 0)
			run.Cost = c.cost
			conditions := gate.Conditions{CostIncrease: true, MaxCostIncrease: c.most}
			if failures := conditions.Evaluate(gate.Case{Run: run}); summary(failures) != c.want {
				t.Errorf("got %v, want %q", failures, c.want)
			}
			// A plan without changes needs no estimate.
			idle := runWithCounts(0, 0, 0)
			idle.HasChanges, idle.Cost = new(false), c.cost
			want := strings.Replace(c.want, "unknown", "", 1)
			if failures := conditions.Evaluate(gate.Case{Run: idle}); summary(failures) != want {
				t.Errorf("without changes: got %v, want %q", failures, want)
			}
		})
	}
}

// TestReasonOfFailedEstimate: the reason of the failure names why Scalr could not estimate the cost.
func TestReasonOfFailedEstimate(t *testing.T) {
	t.Parallel()
	run := runWithCounts(1, 0, 0)
	run.Cost = &scalr.CostEstimate{Status: "errored", Delta: "0.000", ErrorMessage: "no prices."}
	got := ""
	for _, f := range (gate.Conditions{CostIncrease: true}).Evaluate(gate.Case{Run: run}) {
		got += f.String()
	}
	if want := "cost-increase: the cost estimate failed: no prices; unknown values fail the gate"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestRefreshOnly: a refresh-only run changes what drifted, and Scalr's numbers do not include it.
func TestRefreshOnly(t *testing.T) {
	t.Parallel()
	const drift = `{"format_version":"1.2","terraform_version":"1.5.7","resource_drift":[{"address":"a.b",` +
		`"change":{"actions":["delete"]}}],"output_changes":{"o":{"actions":["update"]}},"applyable":true}`
	const none = `{"format_version":"1.2","terraform_version":"1.5.7","output_changes":{"o":{"actions":["update"]}},` +
		`"applyable":true}`
	const driftText = "Note: Objects have changed outside of Terraform\n\n  # a.b has been changed\n" +
		"  ~ resource \"a\" \"b\" {\n      ~ x = 1 -> 2\n    }\n\n\n" +
		"This is a refresh-only plan, so Terraform will not take any actions to undo\nthese.\n"
	for _, c := range []struct{ name, planJSON, log, changes, destroys string }{
		{"no source", "", "", "unknown", "unknown"},
		{"drift", drift, "", "yes", "no"},
		{"none, though outputs differ", none, "", "no", "no"},
		{"drift in the text", "", driftText, "yes", "no"},
		{"drift in the text alone", none, driftText, "yes", "no"},
		{"none in the text", "", "No changes. Your infrastructure still matches the configuration.\n", "no", "no"},
		{"the text is cut", "", strings.Split(driftText, "\n\n\nThis")[0], "yes", "unknown"},
		{"it destroys nevertheless", action(`["delete"]`), "", "unknown", "unknown"},
		{"it creates nevertheless", "", createsOne + "\nPlan: 1 to add, 0 to change, 0 to destroy.\n", "unknown", "unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			run := runWithCounts(7, 7, 7)
			run.RefreshOnly, run.HasChanges = true, new(true)
			e := gate.EffectsOf(run, planOf(t, c.planJSON, c.log), false)
			if e.Changes.String() != c.changes || e.Destroys.String() != c.destroys {
				t.Errorf("changes %v, destroys %v (%s)", e.Changes, e.Destroys, e.Why)
			}
			if unknown := e.Changes == gate.Unknown || e.Destroys == gate.Unknown; unknown != (e.Why != "") {
				t.Errorf("why: %q", e.Why)
			}
		})
	}
}

// TestFailedRunsPassAllGates: a run that failed or was stopped fails no gate.
func TestFailedRunsPassAllGates(t *testing.T) {
	t.Parallel()
	all := gate.Conditions{Changes: true, Destroy: true, NeedsConfirmation: true, CostIncrease: true}
	for status, want := range map[scalr.Status]int{
		"errored":              0,
		"discarded":            0,
		"canceled":             0,
		"planned_and_finished": 3,
		"applied":              3,
		"quantum":              3,
		"planned":              4,
		"policy_override":      4,
	} {
		if got := all.Evaluate(gate.Case{Run: scalr.Run{Status: status}}); len(got) != want {
			t.Errorf("%s: got %v, want %d failures", status, got, want)
		}
	}
	if got := (gate.Conditions{NeedsConfirmation: true}).Evaluate(gate.Case{
		Run:       scalr.Run{Status: "planned"},
		Confirmed: true,
	}); len(got) > 0 {
		t.Errorf("a confirmed run: got %v", got)
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	const (
		box      = "╷\n│ Warning: Old\n│ \n│ Use new.\n╵\n"
		document = `{"format_version":"1.2","terraform_version":"1.11.4"}`
	)
	for _, c := range []struct {
		name, planJSON, log, want string
		severalUnits              bool
	}{
		{name: "none", log: noChanges},
		{name: "one", log: noChanges + box, want: "warnings: Terraform printed warnings while it planned"},
		{name: "one in a truncated log", log: box, want: "warnings: Terraform printed warnings while it planned"},
		{name: "no log", want: "warnings: the whole text of the plan is not available; unknown values fail the gate"},
		{
			name:     "the JSON alone",
			planJSON: document,
			want:     "warnings: the whole text of the plan is not available; unknown values fail the gate",
		},
		{
			name:     "a truncated log",
			planJSON: document,
			log:      "Terraform will perform the following actions:\n",
			want:     "warnings: the whole text of the plan is not available; unknown values fail the gate",
		},
		{name: "two units, both known", planJSON: document + document, log: noChanges + noChanges, severalUnits: true},
		{
			name:         "two units, one known",
			planJSON:     document + document,
			log:          noChanges,
			severalUnits: true,
			want:         "warnings: the whole text of the plan is not available; unknown values fail the gate",
		},
		{
			name:         "units without the JSON",
			log:          noChanges,
			severalUnits: true,
			want:         "warnings: the whole text of the plan is not available; unknown values fail the gate",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := gate.Case{Run: finished(), Plan: planOf(t, c.planJSON, c.log), SeveralUnits: c.severalUnits}
			got := ""
			for _, f := range (gate.Conditions{Warnings: true}).Evaluate(in) {
				got += f.String()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if failures := (gate.Conditions{}).Evaluate(in); failures != nil {
				t.Errorf("without the condition: %v", failures)
			}
		})
	}
}
