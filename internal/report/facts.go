package report

import (
	"slices"
	"strconv"
	"strings"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// Facts are the values that later steps may use. Nil and empty mean unknown.
type Facts struct {
	Additions, Changes, Destructions, Imports *int
	Warnings                                  *int // printed by Terraform during the plan
	HasChanges, HasDestroys                   *bool
	CostDelta                                 string // USD per month with two decimals: 42.25
	PolicyStatus                              string // passed, advisory-failed, soft-failed, hard-failed, overridden
}

// Facts returns the facts about the run. Each number is the maximum of those in Scalr, the plan JSON and the
// plan's text, as in the gates.
func (r Report) Facts() Facts {
	f := Facts{CostDelta: money(cost(r.Run).Delta), PolicyStatus: policyStatus(r.Run.Policies)}
	effects := r.Effects()
	f.HasDestroys, f.HasChanges = effects.Destroys.Bool(), effects.Changes.Bool()
	r.setCounts(&f)
	if n, known := gate.Warnings(r.Plan, r.Workspace.RunAll); known || n > 0 && r.Plan.Partial {
		f.Warnings = &n
	}
	if a := r.Run.Apply; a != nil {
		planned := maxReported(f.Destructions, a.Destructions)
		f.Imports = firstReported(a.Imports, f.Imports)
		if r.Result == result.Applied {
			f.Additions = firstReported(a.Additions, f.Additions)
			f.Changes = firstReported(a.Changes, f.Changes)
			f.Destructions = firstReported(a.Destructions, f.Destructions)
		}
		if effects.Destroys == gate.Yes && f.Destructions != nil && *f.Destructions == 0 {
			f.Destructions = planned // not 0 if has-destroys is true
		}
	}
	return f
}

// Effects returns the effects of the run according to all sources.
func (r Report) Effects() gate.Effects {
	return gate.EffectsOf(r.Run, r.Plan, r.Workspace.RunAll)
}

// setCounts sets the numbers of the plan. Scalr reports none for drift.
func (r Report) setCounts(f *Facts) {
	n := r.Plan.Planned
	if n != nil {
		f.Additions, f.Changes, f.Destructions, f.Imports = &n.Additions, &n.Changes, &n.Destructions, &n.Imports
	}
	if r.Run.RefreshOnly {
		return
	}
	if p := r.Run.Plan; p != nil {
		f.Additions = maxReported(p.Additions, f.Additions)
		f.Changes = maxReported(p.Changes, f.Changes)
		f.Destructions = maxReported(p.Destructions, f.Destructions)
	}
	most := r.maxCounts()
	f.Additions, f.Changes = atLeast(f.Additions, most.Additions), atLeast(f.Changes, most.Changes)
	f.Destructions, f.Imports = atLeast(f.Destructions, most.Destructions), atLeast(f.Imports, most.Imports)
}

// maxCounts returns the maximum of each number that the plan JSON and the text count. The plans of a text are added up
// only if they are those of several units: otherwise the second one may be the first, printed again.
func (r Report) maxCounts() tfplan.Counts {
	text := r.Plan.Text.Most
	inUnit := func(c tfplan.Change) bool { return c.Unit != "" }
	if r.Workspace.RunAll || r.Plan.JSON.Documents > 1 || slices.ContainsFunc(r.Plan.Changes, inUnit) {
		text = r.Plan.Text.Counts
	}
	return r.Plan.JSON.Counts.Worst(text)
}

// atLeast returns the maximum of a known number and n; an unknown number remains unknown.
func atLeast(known *int, n int) *int {
	if known == nil {
		return nil
	}
	return new(max(*known, n))
}

// firstReported returns the first number that is known and not negative.
func firstReported(first, second *int) *int {
	if first != nil && *first >= 0 {
		return first
	}
	return second
}

// maxReported returns the greater of two numbers, ignoring those that are unknown or negative.
func maxReported(first, second *int) *int {
	first = firstReported(first, nil)
	if second = firstReported(second, nil); first == nil || second != nil && *second > *first {
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

// money rounds a decimal number of Scalr to cents; empty if it is not a number.
func money(s string) string {
	n, ok := gate.Amount(s)
	if !ok {
		return ""
	}
	return strings.Replace(n.FloatString(2), "-0.00", "0.00", 1)
}

// policyStatus returns the most severe status of all checks.
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

// Output is one output of the step: one line of characters without a special meaning for a shell, an expression or the
// runner.
type Output struct{ Name, Value string }

// Outputs returns the facts and the summary line under the names of the outputs. Unknown values are empty.
func (r Report) Outputs() []Output {
	f := r.Facts()
	return []Output{
		{"status", safeWord(string(r.Run.Status))},
		{"summary", r.Line()},
		{"has-changes", formatBool(f.HasChanges)},
		{"has-destroys", formatBool(f.HasDestroys)},
		{"additions", formatInt(f.Additions)},
		{"changes", formatInt(f.Changes)},
		{"destructions", formatInt(f.Destructions)},
		{"imports", formatInt(f.Imports)},
		{"warnings", formatInt(f.Warnings)},
		{"cost-delta", f.CostDelta},
		{"policy-status", f.PolicyStatus},
	}
}

func formatBool(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}

func formatInt(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

var strictWord = lazyregexp.New(`^[A-Za-z0-9_-]{1,64}$`)

// safeWord returns s if it is a plain word, otherwise "".
func safeWord(s string) string {
	if !strictWord.MatchString(s) {
		return ""
	}
	return s
}
