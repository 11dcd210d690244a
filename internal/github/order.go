package github

import (
	"cmp"
	"regexp"
	"strings"
)

// Order is the place of a workflow run among the others. GitHub numbers
// workflow runs as they are created, across all workflows of a repository, and
// the attempts of one run from 1. The zero value is unknown.
type Order struct{ run, attempt string } // decimal digits without leading zeros

// NewOrder reads GITHUB_RUN_ID and GITHUB_RUN_ATTEMPT. What is not a positive
// number of at most 40 digits is unknown.
func NewOrder(runID, attempt string) Order {
	if number(runID) == "" {
		return Order{}
	}
	return Order{number(runID), number(attempt)}
}

func (o Order) known() bool { return o.run != "" }

// compare orders by run, then by attempt; what is unknown comes first.
func (o Order) compare(other Order) int {
	return cmp.Or(compareNumbers(o.run, other.run), compareNumbers(o.attempt, other.attempt))
}

// String names the workflow run, e.g. "workflow run 12 (attempt 2)".
func (o Order) String() string {
	if o.attempt == "" {
		return "workflow run " + o.run
	}
	return "workflow run " + o.run + " (attempt " + o.attempt + ")"
}

var digits = regexp.MustCompile(`^[0-9]{1,40}$`)

// number returns a positive decimal number without leading zeros, and nothing
// for any other text. It stays text: an id may exceed every integer type.
func number(text string) string {
	if !digits.MatchString(text) {
		return ""
	}
	return strings.TrimLeft(text, "0")
}

func compareNumbers(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
