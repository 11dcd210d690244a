package scalr

import "time"

// Effort is how long a request is retried. A caller that repeats it itself, or can do without the response, asks for
// less.
type Effort int

// The efforts.
const (
	Normal Effort = iota // two minutes
	Search               // 25 seconds: the search itself is repeated
	Urgent               // short attempts, within [UrgentTime]: the job is canceled
	Once                 // a single attempt
)

// UrgentTime is within how long an [Urgent] request is retried.
const UrgentTime = 5 * time.Second

// forReading returns the policy for a request that reads.
func (e Effort) forReading() policy {
	if e == Urgent {
		return urgentReadPolicy
	}
	return e.forAction()
}

// forAction returns the policy for a request that has the same effect twice as once.
func (e Effort) forAction() policy {
	return map[Effort]policy{Normal: defaultPolicy, Search: lookupPolicy, Urgent: urgentPolicy, Once: noRetry}[e]
}
