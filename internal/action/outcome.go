package action

import (
	"context"
	"errors"
)

// outcome is how a story ended, in the contract's words.
type outcome struct {
	result  string   // interface: the word for later steps
	code    string   // the stable word for a failure, "" for none
	problem string   // one sentence
	hints   []string // what to do
	input   string   // the input that it points to
	gates   []string
	asked   bool // a result that somebody else's doing would make a failure was asked for
	signal  interrupted
}

// exits are the exit codes of the contract. What is not here is 0.
var exits = map[string]int{
	"errored": 1, "policy-failed": 1, "rejected": 1,
	"invalid": 2,
	"refused": 3, "unreachable": 3, "not-found": 3, "": 3,
	"needs-override": 4, "timed-out": 5,
}

// exit gives the exit code.
func (o outcome) exit() int {
	switch {
	case o.result == "interrupted":
		return o.signal.exit()
	case (o.result == "discarded" || o.result == "canceled") && !o.asked:
		return 1
	case o.code == codeTooLate:
		return 1
	}
	return exits[o.result]
}

// ofEnd says what the end of the step's context means, if it has ended.
func ofEnd(ctx context.Context) (outcome, bool) {
	cause := context.Cause(ctx)
	var late timedOut
	if by, ok := asked(ctx); ok {
		return outcome{result: "interrupted", problem: "The job was cancelled (" + by.Error() + ").", signal: by}, true
	}
	if errors.As(cause, &late) {
		return outcome{result: "timed-out", code: codeTimedOut, problem: "The step has run for longer than its timeout of " + late.after.String() + "."}, true
	}
	return outcome{}, false
}
