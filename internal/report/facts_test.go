package report

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
)

func outputsOf(r Report) map[string]string {
	all := map[string]string{}
	for _, o := range r.Outputs() {
		all[o.Name] = o.Value
	}
	return all
}

// TestCounts: the greatest number of all sources counts, and after an apply those of the apply.
func TestCounts(t *testing.T) {
	t.Parallel()
	both := scalr.Run{
		Plan:  &scalr.Plan{HasChanges: new(true), Additions: new(5), Changes: new(6), Destructions: new(7)},
		Apply: &scalr.Apply{Additions: new(1), Changes: new(2), Destructions: new(3), Imports: new(4)},
	}
	fromPlan := func(r Report) Report { r.Plan = realPlan(t, "replace"); return r }
	for _, tt := range []struct {
		name   string
		report Report
		want   string // additions changes destructions imports has-changes has-destroys
	}{
		{"nothing is known", Report{}, "     "},
		{"Scalr's plan", Report{Result: "planned", Run: scalr.Run{Plan: both.Plan}}, "5 6 7  true true"},
		{"Scalr's apply", Report{Result: "applied", Run: both}, "1 2 3 4 true true"},
		{"an apply that failed", Report{Result: "errored", Run: both}, "5 6 7 4 true true"},
		{"our own reading", fromPlan(Report{}), "3 2 5 0 true true"},
		{"Scalr before our own reading", fromPlan(Report{Run: scalr.Run{Plan: both.Plan}}), "5 6 7 0 true true"},
		{"no changes says Scalr", Report{Run: scalr.Run{HasChanges: new(false), Plan: &scalr.Plan{Status: "finished", Additions: new(0), Changes: new(0), Destructions: new(0)}}}, "0 0 0  false false"},
		{"a move alone", Report{Plan: realPlan(t, "move-only")}, "0 0 0 0 true false"},
		{"outputs alone", Report{Plan: realPlan(t, "outputs")}, "0 0 0 0 true false"},
		{"unchanged", Report{Plan: realPlan(t, "unchanged")}, "0 0 0 0 false false"},
		{"the log alone", Report{Plan: readPlan(nil, material(t, "import", "plan.log"))}, "0 1 0 2 true false"},
		{"a log without a plan", Report{Plan: readPlan(nil, spooled([]byte("no plan here\n")))}, "     "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := outputsOf(tt.report)
			got := strings.Join([]string{o["additions"], o["changes"], o["destructions"], o["imports"], o["has-changes"], o["has-destroys"]}, " ")
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestCostDelta(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"42.250": "42.25", "-3.999": "-4.00", "0.000": "0.00", "-0.001": "0.00", "7": "7.00", "1234567.891": "1234567.89",
		"": "", "1e5": "", "NaN": "", "12,5": "", "$5": "", "5\n": "", "9999999999999999": "",
	} {
		r := Report{Run: scalr.Run{Cost: &scalr.CostEstimate{Status: "finished", Delta: in}}}
		if got := outputsOf(r)["cost-delta"]; got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
		r.Run.Cost.Status = "errored"
		if got := outputsOf(r)["cost-delta"]; got != "" {
			t.Errorf("an estimate that failed: got %q", got)
		}
	}
}

func TestPolicyStatus(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		checks []scalr.PolicyCheck
		want   string
	}{
		{nil, ""},
		{[]scalr.PolicyCheck{{Status: "pending"}}, ""},
		{[]scalr.PolicyCheck{{Status: "unreachable"}}, ""},
		{[]scalr.PolicyCheck{{Status: "errored"}}, ""},
		{[]scalr.PolicyCheck{{Status: "passed", Passed: 2}}, "passed"},
		{[]scalr.PolicyCheck{{Status: "passed", Advisory: 1}, {Status: "passed"}}, "advisory-failed"},
		{[]scalr.PolicyCheck{{Status: "overridden", Soft: 1}}, "overridden"},
		{[]scalr.PolicyCheck{{Status: "soft_failed", Soft: 1, Advisory: 1}}, "soft-failed"},
		{[]scalr.PolicyCheck{{Status: "overridden", Soft: 1}, {Status: "soft_failed"}}, "soft-failed"},
		{[]scalr.PolicyCheck{{Status: "soft_failed"}, {Status: "hard_failed", Hard: 1}}, "hard-failed"},
	} {
		if got := policyStatus(tt.checks); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.checks, got, tt.want)
		}
	}
}

// TestOutputsAreStrict: whatever Scalr says, an output is one line of harmless
// characters.
func TestOutputsAreStrict(t *testing.T) {
	t.Parallel()
	harmless := regexp.MustCompile(`^[A-Za-z0-9_.,: -]*$`)
	evil := "x\ny=$(id)`id`;'\"|&<>"
	r := Report{Result: result.Result(evil), ErrorCode: evil, Run: scalr.Run{ID: evil, Status: scalr.Status(evil), Cost: &scalr.CostEstimate{Status: "finished", Delta: evil}}}
	for _, list := range [][]Output{r.Outputs(), outcomeReports["errored-apply"](t).Outputs(), outcomeReports["planned-hostile"](t).Outputs()} {
		for _, o := range list {
			if !harmless.MatchString(o.Value) {
				t.Errorf("%s is %q", o.Name, o.Value)
			}
		}
	}
}

// TestNextHoldsNothingForeign: a step to paste is code that runs with a token.
func TestNextHoldsNothingForeign(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Report){
		"run":    func(r *Report) { r.Run.ID = "run-1\n    token: evil" },
		"host":   func(r *Report) { r.RunURL = "https://evil.example: x/run" },
		"action": func(r *Report) { r.Action = "a/b@c\n- run: evil" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := outcomeReports["confirmation"](t)
			change(&r)
			for _, b := range parse(r.Summary()).blocks {
				if strings.Contains(b, "evil") {
					t.Errorf("a step to paste is\n%s", b)
				}
			}
		})
	}
}

// TestEveryResult has words for every result of the contract.
func TestEveryResult(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, build := range outcomeReports {
		seen[string(build(t).Result)] = true
	}
	for result := range outcomes {
		if !seen[string(result)] {
			t.Errorf("no golden file shows the result %s", result)
		}
	}
	if len(outcomes) != 19 {
		t.Errorf("the contract has 19 results, here are %d", len(outcomes))
	}
	if got := (Report{Result: "brand-new"}).Line(); got != "brand new" {
		t.Errorf("an unknown result reads %q", got)
	}
}

// TestWorstCounts: where the sources differ, outputs, summary line and headline have the
// greatest number of any of them, as the gates do.
func TestWorstCounts(t *testing.T) {
	t.Parallel()
	text := func(sum string, destroyed int) string {
		var log strings.Builder
		log.WriteString("Terraform will perform the following actions:\n")
		for i := range destroyed {
			fmt.Fprintf(&log, "\n  # t.n[%d] will be destroyed\n  - resource \"t\" \"n\" {\n      - id = \"1\" -> null\n    }\n", i)
		}
		return log.String() + "\nPlan: " + sum + ".\n"
	}
	const empty = `{"format_version":"1.2","resource_changes":[]}`
	reported := func(n int) *scalr.Plan {
		return &scalr.Plan{Status: "finished", HasChanges: new(true), Additions: new(0), Changes: new(0), Destructions: new(n)}
	}
	for _, tt := range []struct {
		name      string
		json, log string
		plan      *scalr.Plan
		apply     *scalr.Apply
		result    string
		line      string
	}{
		{"an empty JSON", empty, text("0 to add, 0 to change, 1 to destroy", 1), nil, nil, "planned", "0 to add, 0 to change, 1 to destroy"},
		{"an empty JSON, nothing but a sum", empty, text("0 to add, 0 to change, 1 to destroy", 0), nil, nil, "planned", "0 to add, 0 to change, 1 to destroy"},
		{"an empty JSON beside zeros", empty, text("2 to add, 3 to change, 1 to destroy", 1), reported(0), nil, "planned", "2 to add, 3 to change, 1 to destroy"},
		{"five in the text beside one of Scalr's", "", text("0 to add, 0 to change, 5 to destroy", 5), reported(1), nil, "planned", "0 to add, 0 to change, 5 to destroy"},
		{"five above a sum of one", "", text("0 to add, 0 to change, 1 to destroy", 5), reported(1), nil, "planned", "0 to add, 0 to change, 5 to destroy"},
		{"five of Scalr's beside one in the text", "", text("0 to add, 0 to change, 1 to destroy", 1), reported(5), nil, "planned", "0 to add, 0 to change, 5 to destroy"},
		{"a text that was cut", "", strings.TrimSuffix(text("", 2), "\nPlan: .\n"), reported(0), nil, "planned", "0 to add, 0 to change, 2 to destroy"},
		{"a number below zero", "", text("0 to add, 0 to change, 1 to destroy", 1), reported(-3), nil, "planned", "0 to add, 0 to change, 1 to destroy"},
		{"an apply that reports none", empty, text("0 to add, 0 to change, 1 to destroy", 1), reported(1), &scalr.Apply{Additions: new(0), Changes: new(0), Destructions: new(0)}, "applied", "0 added, 0 changed, 1 destroyed"},
		{"a failed apply of more than was planned", "", "", reported(0), &scalr.Apply{Status: "errored", Destructions: new(2)}, "errored", "apply failed: 0 to add, 0 to change, 2 to destroy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := Report{Result: result.Result(tt.result), Run: scalr.Run{Plan: tt.plan, Apply: tt.apply}}
			var planJSON *io.SectionReader
			if tt.json != "" {
				planJSON = spooled([]byte(tt.json))
			}
			r.Plan = readPlan(planJSON, spooled([]byte(tt.log)))
			o := outputsOf(r)
			if o["summary"] != tt.line || o["has-destroys"] != "true" || o["destructions"] == "0" {
				t.Errorf("summary %q, has-destroys %q, destructions %q; want %q", o["summary"], o["has-destroys"], o["destructions"], tt.line)
			}
			for name, page := range map[string]string{"summary": r.Summary(), "comment": r.Comment(65000)} {
				if head, _, _ := strings.Cut(page, "\n\n"); !strings.Contains(head, tt.line) {
					t.Errorf("the %s begins with %q", name, head)
				}
			}
		})
	}
}
