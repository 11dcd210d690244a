package github

import (
	"cmp"
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

// Order orders workflow runs by their creation. GitHub numbers the workflow runs of a repository
// across all workflows, and the attempts of one run from 1. The zero value is unknown.
type Order struct{ run, attempt string } // decimal digits without leading zeros

// NewOrder parses GITHUB_RUN_ID and GITHUB_RUN_ATTEMPT. The result is unknown unless they are positive
// numbers of at most 40 digits.
func NewOrder(runID, attempt string) Order {
	if number(runID) == "" {
		return Order{}
	}
	return Order{number(runID), number(attempt)}
}

func (o Order) known() bool { return o.run != "" }

// compare compares by run, then by attempt. The unknown order is first.
func (o Order) compare(other Order) int {
	return cmp.Or(compareNumbers(o.run, other.run), compareNumbers(o.attempt, other.attempt))
}

// String returns, for example, "workflow run 12 (attempt 2)".
func (o Order) String() string {
	if o.attempt == "" {
		return "workflow run " + o.run
	}
	return "workflow run " + o.run + " (attempt " + o.attempt + ")"
}

var digits = lazyregexp.New(`^[0-9]{1,40}$`)

// number returns a positive decimal number without leading zeros, or "" for any other text. The result
// is a string, since an id may exceed every integer type.
func number(text string) string {
	if !digits.MatchString(text) {
		return ""
	}
	return strings.TrimLeft(text, "0")
}

func compareNumbers(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
