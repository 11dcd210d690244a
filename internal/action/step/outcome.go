package step

import (
	"context"
	"errors"
)

// Outcome is how a command ended.
type Outcome struct {
	Result    string   // interface: the word for later steps
	Code      string   // the stable word for a failure, "" for none
	Problem   string   // one sentence
	Hints     []string // what to do
	Input     string   // the input that it points to
	Gates     []string
	Requested bool // a result that somebody else's doing would make a failure was asked for
	signal    interrupted
}

// exits are the exit codes of the contract. What is not here is 0.
var exits = map[string]int{
	"errored": 1, "policy-failed": 1, "rejected": 1,
	"invalid": 2,
	"refused": 3, "unreachable": 3, "not-found": 3, "": 3,
	"needs-override": 4, "timed-out": 5,
}

// ExitCode gives the exit code.
func (o Outcome) ExitCode() int {
	switch {
	case o.Result == "interrupted":
		return o.signal.exit()
	case (o.Result == "discarded" || o.Result == "canceled") && !o.Requested:
		return 1
	case o.Code == CodeTooLate:
		return 1
	}
	return exits[o.Result]
}

// OutcomeOfEnd says what the end of the step's context means, if it has ended.
func OutcomeOfEnd(ctx context.Context) (Outcome, bool) {
	cause := context.Cause(ctx)
	var late timedOut
	if by, ok := asked(ctx); ok {
		return Outcome{Result: "interrupted", Problem: "The job was cancelled (" + by.Error() + ").", signal: by}, true
	}
	if errors.As(cause, &late) {
		return Outcome{Result: "timed-out", Code: CodeTimedOut, Problem: "The step has run for longer than its timeout of " + late.after.String() + "."}, true
	}
	return Outcome{}, false
}
