package step

import (
	"context"
	"errors"

	"scalr-run-action/internal/result"
)

// Outcome is how a command ended.
type Outcome struct {
	Result    result.Result
	Code      Code     // "" for none
	Problem   string   // one sentence
	Hints     []string // what to do
	Input     string   // the input that it points to
	Gates     []string
	Requested bool // the result, which is a failure if another person caused it, was requested
	signal    interrupted
}

// exits are the exit codes of results. A result that is not listed has exit code 0.
var exits = map[result.Result]int{
	result.Errored: 1, result.PolicyFailed: 1, result.Rejected: 1,
	result.Invalid: 2,
	result.Refused: 3, result.Unreachable: 3, result.NotFound: 3, "": 3,
	result.NeedsOverride: 4, result.TimedOut: 5,
}

// ExitCode returns the exit code.
func (o Outcome) ExitCode() int {
	switch {
	case o.Result == result.Interrupted:
		return o.signal.exit()
	case (o.Result == result.Discarded || o.Result == result.Canceled) && !o.Requested:
		return 1
	case o.Code == CodeTooLate:
		return 1
	}
	return exits[o.Result]
}

// OutcomeOfEnd returns the outcome of a step whose context has ended; false if it has not.
func OutcomeOfEnd(ctx context.Context) (Outcome, bool) {
	cause := context.Cause(ctx)
	var late timedOut
	if by, ok := interruptedBy(ctx); ok {
		return Outcome{Result: result.Interrupted, Problem: "The job was canceled (" + by.Error() + ").", signal: by}, true
	}
	if errors.As(cause, &late) {
		return Outcome{Result: result.TimedOut, Code: CodeTimedOut, Problem: "The step exceeded its timeout of " + late.after.String() + "."}, true
	}
	return Outcome{}, false
}
