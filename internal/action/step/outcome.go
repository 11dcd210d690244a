package step

import (
	"context"
	"errors"

	"scalr-run-action/internal/result"
)

// Outcome is the result of a command.
type Outcome struct {
	Result    result.Result
	Code      Code     // "" if there is no error
	Problem   string   // one sentence
	Hints     []string // advice
	Input     string   // input to which the error refers
	Gates     []string
	Requested bool // the user requested this result, which would otherwise be a failure
	signal    interrupted
}

// exits are the exit codes of the results. The exit code of a result that is not listed is 0.
var exits = map[result.Result]int{
	result.Errored: 1, result.PolicyFailed: 1, result.Rejected: 1,
	result.Invalid: 2,
	result.Refused: 3, result.Unreachable: 3, result.NotFound: 3, "": 3,
	result.NeedsOverride: 4, result.TimedOut: 5,
}

// ExitCode returns the exit code of the step.
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

// ForCompanion adapts an outcome to the actions that do not start runs: they have no inputs workspace and timeout, and a
// missing object has the result not-found.
func (o Outcome) ForCompanion() Outcome {
	switch o.Code {
	case CodeEnvironmentNotFound, CodeWorkspaceNotFound:
		o.Result, o.Input = result.NotFound, ""
	case CodeWorkspaceAmbiguous:
		o.Input = ""
	}
	return o.WithoutTimeoutInput()
}

// WithoutTimeoutInput adapts an outcome to an action with a constant time limit, which the user cannot raise.
func (o Outcome) WithoutTimeoutInput() Outcome {
	if o.Code == CodeTimedOut {
		o.Hints, o.Input = []string{Advice(CodeNoUsableAnswer)}, ""
	}
	return o
}

// OutcomeOfEnd returns the outcome of a step whose context was canceled. It returns false if the context is still
// active.
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
