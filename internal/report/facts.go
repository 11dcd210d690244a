package report

import (
	"regexp"
	"strconv"
	"strings"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// Facts are what later steps may build on. Nil and empty mean unknown.
type Facts struct {
	Additions, Changes, Destructions, Imports *int
	HasChanges, HasDestroys                   *bool
	CostDelta                                 string // USD a month with two decimals: 42.25
	ExactCostDelta                            string // as Scalr says it, where CostDelta is not empty
	PolicyStatus                              string // passed, advisory-failed, soft-failed, hard-failed, overridden
}

// Facts tells what is known of the run: Scalr's own numbers where it has them,
// else those of the plan.
func (r Report) Facts() Facts {
	f := Facts{CostDelta: money(cost(r.Run).Delta), PolicyStatus: policyStatus(r.Run.Policies)}
	if n := r.Plan.Planned; n != nil {
		f.Additions, f.Changes, f.Destructions, f.Imports = &n.Additions, &n.Changes, &n.Destructions, &n.Imports
	}
	if p := r.Run.Plan; p != nil {
		f.Additions, f.Changes, f.Destructions = told(p.Additions, f.Additions), told(p.Changes, f.Changes), told(p.Destructions, f.Destructions)
	}
	if a := r.Run.Apply; a != nil {
		f.Imports = told(a.Imports, f.Imports)
		if r.Result == "applied" {
			f.Additions, f.Changes, f.Destructions = told(a.Additions, f.Additions), told(a.Changes, f.Changes), told(a.Destructions, f.Destructions)
		}
	}
	if f.CostDelta != "" {
		f.ExactCostDelta = cost(r.Run).Delta
	}
	f.HasDestroys = r.destroys(f.Destructions)
	f.HasChanges = r.changes(f)
	return f
}

// told prefers the first number that is known.
func told(first, second *int) *int {
	if first != nil {
		return first
	}
	return second
}

// destroys reports whether anything is destroyed, replacements included.
func (r Report) destroys(n *int) *bool {
	if n == nil && len(r.Plan.Changes) == 0 {
		return nil
	}
	yes := n != nil && *n > 0
	for _, c := range r.Plan.Changes {
		yes = yes || c.Action == tfplan.Destroy || c.Action == tfplan.Replace
	}
	return r.unlessPlanFailed(yes)
}

// changes reports whether the plan changes anything at all. Scalr's word counts;
// without it moves, imports and outputs are changes too.
func (r Report) changes(f Facts) *bool {
	if told := r.Run.Changes(); told != nil {
		return told
	}
	if f.Additions == nil && !r.Plan.Known() {
		return nil
	}
	yes := r.Plan.HasChanges()
	for _, n := range []*int{f.Additions, f.Changes, f.Destructions, f.Imports} {
		yes = yes || n != nil && *n > 0
	}
	return r.unlessPlanFailed(yes)
}

// unlessPlanFailed: what a plan had found before it failed is there, and what it
// had not may be there too.
func (r Report) unlessPlanFailed(yes bool) *bool {
	if !yes && r.Run.Plan != nil && r.Run.Plan.Status == "errored" {
		return nil
	}
	return &yes
}

func cost(run scalr.Run) scalr.CostEstimate {
	if run.Cost == nil || run.Cost.Status != "finished" {
		return scalr.CostEstimate{}
	}
	return *run.Cost
}

var decimal = regexp.MustCompile(`^-?[0-9]{1,12}(?:\.[0-9]{1,12})?$`)

// money rounds Scalr's decimal text to cents; empty when it is no number.
func money(s string) string {
	if !decimal.MatchString(s) {
		return ""
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return ""
	}
	return strings.Replace(strconv.FormatFloat(n, 'f', 2, 64), "-0.00", "0.00", 1)
}

// policyStatus is the worst that any check says.
func policyStatus(checks []scalr.PolicyCheck) string {
	worst := 0
	words := []string{"", "passed", "advisory-failed", "overridden", "soft-failed", "hard-failed"}
	for _, c := range checks {
		n := 0
		switch {
		case c.Status == "hard_failed" || c.Hard > 0:
			n = 5
		case c.Status == "overridden":
			n = 3
		case c.Status == "soft_failed" || c.Soft > 0:
			n = 4
		case c.Advisory > 0:
			n = 2
		case c.Status == "passed":
			n = 1
		}
		worst = max(worst, n)
	}
	return words[worst]
}

// Output is one output of the step: one line, of characters that a shell, an
// expression and the runner take for nothing else.
type Output struct{ Name, Value string }

// Outputs gives the facts, the result and the summary line under the names of
// the contract. What is not known is there, and empty.
func (r Report) Outputs() []Output {
	f := r.Facts()
	return []Output{
		{"result", strict(r.Result)},
		{"status", strict(string(r.Run.Status))},
		{"summary", r.Line()},
		{"has-changes", truth(f.HasChanges)},
		{"has-destroys", truth(f.HasDestroys)},
		{"additions", whole(f.Additions)},
		{"changes", whole(f.Changes)},
		{"destructions", whole(f.Destructions)},
		{"imports", whole(f.Imports)},
		{"cost-delta", f.CostDelta},
		{"policy-status", f.PolicyStatus},
		{"error-code", strict(r.ErrorCode)},
	}
}

func truth(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}

func whole(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

var strictWord = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// strict lets a word through, and nothing else.
func strict(s string) string {
	if !strictWord.MatchString(s) {
		return ""
	}
	return s
}
