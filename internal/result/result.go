// Package result names how a step can end: the values of the output result.
package result

// Result is a value of the output result. The empty one is a fault of this action.
type Result string

// The results of a run.
const (
	NoChanges         Result = "no-changes"
	Planned           Result = "planned"
	Saved             Result = "saved" // the plan, which waits to be applied
	NeedsConfirmation Result = "needs-confirmation"
	NeedsOverride     Result = "needs-override"
	Started           Result = "started" // and not waited for
	Overridden        Result = "overridden"
	Applied           Result = "applied"
	Errored           Result = "errored"
	PolicyFailed      Result = "policy-failed"
	Rejected          Result = "rejected" // by a condition or limit of the inputs, such as fail-on
	Discarded         Result = "discarded"
	Canceled          Result = "canceled"
)

// The results of steps without a run, and of steps that do not wait for the end of their run.
const (
	Checked     Result = "checked" // mode: check found no problem
	Done        Result = "done"    // success of an action that starts no run
	Invalid     Result = "invalid" // inputs
	Refused     Result = "refused"
	NotFound    Result = "not-found"
	Unreachable Result = "unreachable"
	TimedOut    Result = "timed-out"
	Interrupted Result = "interrupted"
)
