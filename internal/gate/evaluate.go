package gate

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// Conditions are the conditions of fail-on.
type Conditions struct {
	Changes           bool
	Destroy           bool // includes replacements
	NeedsConfirmation bool
	CostIncrease      bool
	Warnings          bool    // printed by Terraform during the plan
	MaxCostIncrease   float64 // USD per month that CostIncrease allows
}

// Case is the run to evaluate.
type Case struct {
	Run  scalr.Run
	Plan tfplan.Plan
	// SeveralUnits is set for a workspace that plans several units in one run.
	SeveralUnits bool
	// Confirmed is set if the caller confirms the run, so that it does not wait for another person.
	Confirmed bool
}

// Failure is a condition that is met, or that cannot be ruled out.
type Failure struct {
	Condition string // the condition of fail-on
	Unknown   bool   // the condition cannot be ruled out
	Reason    string // a clause without a final period
}

func (f Failure) String() string {
	if f.Unknown {
		return f.Condition + ": " + f.Reason + "; unknown values fail the gate"
	}
	return f.Condition + ": " + f.Reason
}

// Evaluate returns the conditions that the run fails. There are none for a run that failed or was stopped: that is
// evaluated elsewhere.
func (c Conditions) Evaluate(in Case) []Failure {
	if state := in.Run.State(); state == scalr.Failed || state == scalr.Canceled {
		return nil
	}
	var failures []Failure
	effects := EffectsOf(in.Run, in.Plan, in.SeveralUnits)
	add := func(condition string, a Answer, reason, why string) {
		switch a {
		case Yes:
			failures = append(failures, Failure{Condition: condition, Reason: reason})
		case Unknown:
			failures = append(failures, Failure{Condition: condition, Unknown: true, Reason: why})
		}
	}
	if c.Changes {
		add("changes", effects.Changes, "the plan has changes", effects.Why)
	}
	if c.Destroy {
		add("destroy", effects.Destroys, "the plan destroys or replaces resources", effects.Why)
	}
	if c.NeedsConfirmation && in.Run.Waiting() && !in.Confirmed {
		add("needs-confirmation", Yes, "the run waits for a person", "")
	}
	if c.CostIncrease {
		increases, reason := c.costIncreases(in.Run.Cost)
		if increases == Unknown && effects.Changes == No {
			increases = No
		}
		add("cost-increase", increases, reason, reason)
	}
	if c.Warnings {
		missing := "the whole text of the plan is not available"
		if in.Plan.JSONLog {
			missing = jsonLogReason
		}
		add("warnings", hasWarnings(in), "Terraform printed warnings while it planned", missing)
	}
	return failures
}

// jsonLogReason is why the text of the plan is missing if the log is in JSON.
const jsonLogReason = "the plan's log is in JSON, of which only errors and warnings are read; remove -json from Terraform's arguments"

// hasWarnings reports whether Terraform printed warnings during the plan.
func hasWarnings(in Case) Answer {
	n, known := Warnings(in.Plan, in.SeveralUnits)
	switch {
	case n > 0:
		return Yes
	case known:
		return No
	}
	return Unknown
}

// Warnings returns the number of warnings that Terraform printed during the plan, and whether the log is complete. Only
// the log contains warnings; a log of several units is complete if it has as many plans as the JSON.
func Warnings(plan tfplan.Plan, severalUnits bool) (n int, known bool) {
	known = plan.Text.Complete
	if severalUnits || plan.JSON.Documents > 1 {
		known = known && plan.JSON.Complete && plan.Text.Documents >= plan.JSON.Documents
	}
	return plan.Text.Warnings, known
}

// amount matches an amount of money in the format of Scalr.
var amount = lazyregexp.New(`^-?[0-9]{1,12}(?:\.[0-9]{1,12})?$`)

// Amount parses an amount of money; ok is false if it is invalid.
func Amount(s string) (*big.Rat, bool) {
	if !amount.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// costIncreases reports whether the estimate exceeds the limit. It compares the limit with the larger of the reported
// increase and the difference between the totals.
func (c Conditions) costIncreases(e *scalr.CostEstimate) (Answer, string) {
	if failure := e.Failure(); failure != "" {
		return Unknown, failure
	}
	if e == nil || e.Status != scalr.TaskFinished {
		return Unknown, "Scalr has no cost estimate for this run"
	}
	delta, ok := Amount(e.Delta)
	if !ok {
		return Unknown, "the increase in Scalr's cost estimate cannot be read"
	}
	prior, hasPrior := Amount(e.Prior)
	proposed, hasProposed := Amount(e.Proposed)
	readable := !e.Unreadable && hasPrior == (e.Prior != "") && hasProposed == (e.Proposed != "") &&
		hasPrior == hasProposed
	most, increase, agree := delta, e.Delta, true
	if hasPrior && hasProposed {
		difference := new(big.Rat).Sub(proposed, prior)
		agree = new(big.Rat).Abs(new(big.Rat).Sub(difference, delta)).Cmp(oneCent) <= 0
		if difference.Cmp(delta) > 0 && !agree {
			most, increase = difference, difference.FloatString(3)
		}
	}
	limit, ok := new(big.Rat).SetString(strconv.FormatFloat(c.MaxCostIncrease, 'f', -1, 64))
	switch {
	case !ok: // infinite, or not a number
		return Unknown, "the limit is not an amount"
	case most.Cmp(limit) > 0:
		if point := strings.IndexByte(increase, '.'); len(increase)-point == len(".250") { // Scalr reports three decimals
			increase = strings.TrimSuffix(increase, "0")
		}
		return Yes, fmt.Sprintf("%s USD more per month, with at most %g allowed", increase, c.MaxCostIncrease)
	case !readable:
		return Unknown, "the totals of Scalr's cost estimate cannot be read"
	case !agree, hasPrior && prior.Sign() < 0, hasProposed && proposed.Sign() < 0:
		return Unknown, "the amounts of Scalr's cost estimate contradict each other"
	}
	return No, ""
}

// oneCent is the tolerance between the increase and the difference of the totals, since each is rounded.
var oneCent = big.NewRat(1, 100)
