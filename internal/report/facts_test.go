package report

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"scalr-run-action/internal/report/reporttest"
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

// TestCounts: the maximum of all sources counts, and after an apply the numbers of the apply.
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
		{"no source", Report{}, "     "},
		{"Scalr's plan", Report{Result: "planned", Run: scalr.Run{Plan: both.Plan}}, "5 6 7  true true"},
		{"Scalr's apply", Report{Result: "applied", Run: both}, "1 2 3 4 true true"},
		{"an apply that failed", Report{Result: "errored", Run: both}, "5 6 7 4 true true"},
		{"the plan JSON and log", fromPlan(Report{}), "3 2 5 0 true true"},
		{"Scalr before the plan JSON and log", fromPlan(Report{Run: scalr.Run{Plan: both.Plan}}), "5 6 7 0 true true"},
		{
			name: "no changes according to Scalr",
			report: Report{
				Run: scalr.Run{
					HasChanges: new(false),
					Plan:       &scalr.Plan{Status: "finished", Additions: new(0), Changes: new(0), Destructions: new(0)},
				},
			},
			want: "0 0 0  false false",
		},
		{"a move alone", Report{Plan: realPlan(t, "move-only")}, "0 0 0 0 true false"},
		{"outputs alone", Report{Plan: realPlan(t, "outputs")}, "0 0 0 0 true false"},
		{"unchanged", Report{Plan: realPlan(t, "unchanged")}, "0 0 0 0 false false"},
		{"the log alone", Report{Plan: readPlan(nil, planFile(t, "import", "plan.log"))}, "0 1 0 2 true false"},
		{"a log without a plan", Report{Plan: readPlan(nil, sectionOf([]byte("no plan here\n")))}, "     "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := outputsOf(tt.report)
			got := strings.Join([]string{
				o["additions"],
				o["changes"],
				o["destructions"],
				o["imports"],
				o["has-changes"],
				o["has-destroys"],
			}, " ")
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

// TestOutputsAreStrict: for any values of Scalr, an output is one line of safe characters.
func TestOutputsAreStrict(t *testing.T) {
	t.Parallel()
	allowed := regexp.MustCompile(`^[A-Za-z0-9_.,: -]*$`)
	evil := "x\ny=$(id)`id`;'\"|&<>"
	r := Report{
		Result:    result.Result(evil),
		ErrorCode: evil,
		Run: scalr.Run{
			ID:     evil,
			Status: scalr.Status(evil),
			Cost:   &scalr.CostEstimate{Status: "finished", Delta: evil},
		},
	}
	for _, list := range [][]Output{
		r.Outputs(),
		outcomeReports["errored-apply"](t).Outputs(),
		outcomeReports["planned-hostile"](t).Outputs(),
	} {
		for _, o := range list {
			if !allowed.MatchString(o.Value) {
				t.Errorf("%s is %q", o.Name, o.Value)
			}
		}
	}
}

// TestNextContainsNoUntrustedText: a step to copy is code that runs with a token.
func TestNextContainsNoUntrustedText(t *testing.T) {
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
			for _, b := range reporttest.Parse(r.Summary()).Blocks {
				if strings.Contains(b, "evil") {
					t.Errorf("the step to copy is\n%s", b)
				}
			}
		})
	}
}

// TestEveryResult checks that every result has words and a golden file.
func TestEveryResult(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, build := range outcomeReports {
		seen[string(build(t).Result)] = true
	}
	for result := range outcomes {
		if !seen[string(result)] {
			t.Errorf("result %s has no golden file", result)
		}
	}
	if len(outcomes) != 19 {
		t.Errorf("got %d results, want 19", len(outcomes))
	}
	if got := (Report{Result: "brand-new"}).Line(); got != "brand new" {
		t.Errorf("an unknown result reads %q", got)
	}
}

// TestMaximumOfSourcesCounts: if the sources differ, outputs, summary line and headline have the maximum of their
// numbers, as the gates do.
func TestMaximumOfSourcesCounts(t *testing.T) {
	t.Parallel()
	text := func(sum string, destroyed int) string {
		var log strings.Builder
		log.WriteString("Terraform will perform the following actions:\n")
		for i := range destroyed {
			fmt.Fprintf(&log,
				"\n  # t.n[%d] will be destroyed\n  - resource \"t\" \"n\" {\n      - id = \"1\" -> null\n    }\n", i)
		}
		return log.String() + "\nPlan: " + sum + ".\n"
	}
	const empty = `{"format_version":"1.2","resource_changes":[]}`
	reported := func(n int) *scalr.Plan {
		return &scalr.Plan{
			Status:       "finished",
			HasChanges:   new(true),
			Additions:    new(0),
			Changes:      new(0),
			Destructions: new(n),
		}
	}
	for _, tt := range []struct {
		name      string
		json, log string
		plan      *scalr.Plan
		apply     *scalr.Apply
		result    string
		line      string
	}{
		{
			name:   "an empty JSON",
			json:   empty,
			log:    text("0 to add, 0 to change, 1 to destroy", 1),
			plan:   nil,
			apply:  nil,
			result: "planned",
			line:   "0 to add, 0 to change, 1 to destroy",
		},
		{
			name:   "an empty JSON and only a summary line",
			json:   empty,
			log:    text("0 to add, 0 to change, 1 to destroy", 0),
			plan:   nil,
			apply:  nil,
			result: "planned",
			line:   "0 to add, 0 to change, 1 to destroy",
		},
		{
			name:   "an empty JSON and zeros from Scalr",
			json:   empty,
			log:    text("2 to add, 3 to change, 1 to destroy", 1),
			plan:   reported(0),
			apply:  nil,
			result: "planned",
			line:   "2 to add, 3 to change, 1 to destroy",
		},
		{
			name:   "five in the text, one in Scalr",
			json:   "",
			log:    text("0 to add, 0 to change, 5 to destroy", 5),
			plan:   reported(1),
			apply:  nil,
			result: "planned",
			line:   "0 to add, 0 to change, 5 to destroy",
		},
		{
			name:   "five in the text, a summary of one",
			json:   "",
			log:    text("0 to add, 0 to change, 1 to destroy", 5),
			plan:   reported(1),
			apply:  nil,
			result: "planned",
			line:   "0 to add, 0 to change, 5 to destroy",
		},
		{
			name:   "five in Scalr, one in the text",
			json:   "",
			log:    text("0 to add, 0 to change, 1 to destroy", 1),
			plan:   reported(5),
			apply:  nil,
			result: "planned",
			line:   "0 to add, 0 to change, 5 to destroy",
		},
		{
			name:   "a truncated text",
			json:   "",
			log:    strings.TrimSuffix(text("", 2), "\nPlan: .\n"),
			plan:   reported(0),
			apply:  nil,
			result: "planned",
			line:   "0 to add, 0 to change, 2 to destroy",
		},
		{
			name:   "a negative number",
			json:   "",
			log:    text("0 to add, 0 to change, 1 to destroy", 1),
			plan:   reported(-3),
			apply:  nil,
			result: "planned",
			line:   "0 to add, 0 to change, 1 to destroy",
		},
		{
			name:   "an apply that reports none",
			json:   empty,
			log:    text("0 to add, 0 to change, 1 to destroy", 1),
			plan:   reported(1),
			apply:  &scalr.Apply{Additions: new(0), Changes: new(0), Destructions: new(0)},
			result: "applied",
			line:   "0 added, 0 changed, 1 destroyed",
		},
		{
			name:   "a failed apply of more than was planned",
			json:   "",
			log:    "",
			plan:   reported(0),
			apply:  &scalr.Apply{Status: "errored", Destructions: new(2)},
			result: "errored",
			line:   "apply failed: 0 to add, 0 to change, 2 to destroy",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := Report{Result: result.Result(tt.result), Run: scalr.Run{Plan: tt.plan, Apply: tt.apply}}
			var planJSON *io.SectionReader
			if tt.json != "" {
				planJSON = sectionOf([]byte(tt.json))
			}
			r.Plan = readPlan(planJSON, sectionOf([]byte(tt.log)))
			o := outputsOf(r)
			if o["summary"] != tt.line || o["has-destroys"] != "true" || o["destructions"] == "0" {
				t.Errorf("summary %q, has-destroys %q, destructions %q; want %q", o["summary"], o["has-destroys"],
					o["destructions"], tt.line)
			}
			for name, page := range map[string]string{"summary": r.Summary(), "comment": r.Comment(65000)} {
				if head, _, _ := strings.Cut(page, "\n\n"); !strings.Contains(head, tt.line) {
					t.Errorf("the %s begins with %q", name, head)
				}
			}
		})
	}
}
