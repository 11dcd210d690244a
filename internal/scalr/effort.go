package scalr

import "time"

// Effort is how long a request is retried. Callers that repeat the request themselves, or do not depend on the
// response, use a lower one.
type Effort int

// Efforts of a request.
const (
	Normal Effort = iota // two minutes
	Search               // 25 seconds: the search itself is repeated
	Urgent               // short attempts, within [UrgentTime]: the job is canceled
	Once                 // a single attempt
)

// UrgentTime is the time limit for the retries of an [Urgent] request.
const UrgentTime = 5 * time.Second

// forReading returns the policy for a read request.
func (e Effort) forReading() policy {
	if e == Urgent {
		return urgentReadPolicy
	}
	return e.forAction()
}

// forAction returns the policy for an idempotent action.
func (e Effort) forAction() policy {
	return map[Effort]policy{Normal: defaultPolicy, Search: lookupPolicy, Urgent: urgentPolicy, Once: noRetry}[e]
}
