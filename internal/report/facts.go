package report

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// Facts are what later steps may build on. Nil and empty mean unknown.
type Facts struct {
	Additions, Changes, Destructions, Imports *int
	Warnings                                  *int // of Terraform, while it planned
	HasChanges, HasDestroys                   *bool
	CostDelta                                 string // USD a month with two decimals: 42.25
	PolicyStatus                              string // passed, advisory-failed, soft-failed, hard-failed, overridden
}

// Facts gives what is known of the run. Of the numbers of its plan, those of Scalr, the
// plan JSON and the plan's text, the greatest counts, as in the gates.
func (r Report) Facts() Facts {
	f := Facts{CostDelta: money(cost(r.Run).Delta), PolicyStatus: policyStatus(r.Run.Policies)}
	effects := r.Effects()
	f.HasDestroys, f.HasChanges = effects.Destroys.Bool(), effects.Changes.Bool()
	r.count(&f)
	if n, known := gate.Warnings(r.Plan, r.Workspace.RunAll); known || n > 0 && r.Plan.Partial {
		f.Warnings = &n
	}
	if a := r.Run.Apply; a != nil {
		planned := greater(f.Destructions, a.Destructions)
		f.Imports = reportedOr(a.Imports, f.Imports)
		if r.Result == result.Applied {
			f.Additions, f.Changes, f.Destructions = reportedOr(a.Additions, f.Additions), reportedOr(a.Changes, f.Changes), reportedOr(a.Destructions, f.Destructions)
		}
		if effects.Destroys == gate.Yes && f.Destructions != nil && *f.Destructions == 0 {
			f.Destructions = planned // no 0 beside has-destroys=true
		}
	}
	return f
}

// Effects weighs what the sources say of the run.
func (r Report) Effects() gate.Effects {
	return gate.EffectsOf(r.Run, r.Plan, r.Workspace.RunAll)
}

// count sets the numbers of the plan. Scalr has none for drift.
func (r Report) count(f *Facts) {
	n := r.Plan.Planned
	if n != nil {
		f.Additions, f.Changes, f.Destructions, f.Imports = &n.Additions, &n.Changes, &n.Destructions, &n.Imports
	}
	if r.Run.RefreshOnly {
		return
	}
	if p := r.Run.Plan; p != nil {
		f.Additions, f.Changes, f.Destructions = greater(p.Additions, f.Additions), greater(p.Changes, f.Changes), greater(p.Destructions, f.Destructions)
	}
	most := r.most()
	f.Additions, f.Changes = raised(f.Additions, most.Additions), raised(f.Changes, most.Changes)
	f.Destructions, f.Imports = raised(f.Destructions, most.Destructions), raised(f.Imports, most.Imports)
}

// most is the greatest of each number that the plan JSON and the text count. The plans
// of a text are added up only if they are those of several units: otherwise the second
// one may be the first, printed again.
func (r Report) most() tfplan.Counts {
	text := r.Plan.Text.Most
	inUnit := func(c tfplan.Change) bool { return c.Unit != "" }
	if r.Workspace.RunAll || r.Plan.JSON.Documents > 1 || slices.ContainsFunc(r.Plan.Changes, inUnit) {
		text = r.Plan.Text.Counts
	}
	return r.Plan.JSON.Counts.Worst(text)
}

// raised is a known number that is n at least; an unknown one stays unknown.
func raised(known *int, n int) *int {
	if known == nil || n <= *known {
		return known
	}
	return &n
}

// reportedOr prefers the first number that is known. One below zero is not.
func reportedOr(first, second *int) *int {
	if first != nil && *first >= 0 {
		return first
	}
	return second
}

// greater is the greater of two numbers. One that is unknown, or below zero, is ignored.
func greater(first, second *int) *int {
	first = reportedOr(first, nil)
	if second = reportedOr(second, nil); first == nil || second != nil && *second > *first {
		return second
	}
	return first
}

func cost(run scalr.Run) scalr.CostEstimate {
	if run.Cost == nil || run.Cost.Status != scalr.TaskFinished {
		return scalr.CostEstimate{}
	}
	return *run.Cost
}

// money rounds Scalr's decimal text to cents; empty if it is not a number.
func money(s string) string {
	n, ok := gate.Amount(s)
	if !ok {
		return ""
	}
	return strings.Replace(n.FloatString(2), "-0.00", "0.00", 1)
}

// policyStatus is the worst that any check says.
func policyStatus(checks []scalr.PolicyCheck) string {
	worst := 0
	words := []string{"", "passed", "advisory-failed", "overridden", "soft-failed", "hard-failed"}
	for _, c := range checks {
		n := 0
		switch {
		case c.Status == scalr.TaskHardFailed || c.Hard > 0:
			n = 5
		case c.Status == scalr.TaskOverridden:
			n = 3
		case c.Status == scalr.TaskSoftFailed || c.Soft > 0:
			n = 4
		case c.Advisory > 0:
			n = 2
		case c.Status == scalr.TaskPassed:
			n = 1
		}
		worst = max(worst, n)
	}
	return words[worst]
}

// Output is one output of the step: one line, of characters that a shell, an
// expression and the runner take for nothing else.
type Output struct{ Name, Value string }

// Outputs gives the facts and the summary line under the names of the outputs. What
// is not known is there, and empty.
func (r Report) Outputs() []Output {
	f := r.Facts()
	return []Output{
		{"status", strict(string(r.Run.Status))},
		{"summary", r.Line()},
		{"has-changes", truth(f.HasChanges)},
		{"has-destroys", truth(f.HasDestroys)},
		{"additions", whole(f.Additions)},
		{"changes", whole(f.Changes)},
		{"destructions", whole(f.Destructions)},
		{"imports", whole(f.Imports)},
		{"warnings", whole(f.Warnings)},
		{"cost-delta", f.CostDelta},
		{"policy-status", f.PolicyStatus},
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
