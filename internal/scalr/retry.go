package scalr

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"scalr-run-action/internal/retry"
)

// policy describes how an operation may be retried. The zero policy makes a single attempt.
type policy struct {
	maxElapsed          time.Duration // no attempt begins later than this after the first
	attempt             time.Duration // time limit of one attempt; 0 means attemptTime
	notFoundGrace       time.Duration // how long a 404 is attributed to the lag of a server's replica
	unauthorizedRetries int           // retries after a 401, for servers with temporary authentication failures
	// nonIdempotent restricts retries to requests that the server certainly did not receive. In all other cases the
	// outcome is ambiguous, and the caller must resolve it.
	nonIdempotent bool
	// tolerant retries after a response that exceeds the size limit, so that a single such response does not end the
	// monitoring of a run.
	tolerant bool
	urgent   bool // the job is canceled: short waits
	newConn  bool // do not reuse a connection
	// fromFailure counts maxElapsed from the end of the first attempt: a large archive may take longer than all retries.
	fromFailure bool
}

// Policies. For the reasons see docs/design.md, "Retries".
var (
	defaultPolicy   = policy{maxElapsed: 120 * time.Second}
	followPolicy    = policy{maxElapsed: 10 * time.Minute, notFoundGrace: 30 * time.Second, unauthorizedRetries: 3, tolerant: true}
	readAfterCreate = policy{maxElapsed: 120 * time.Second, notFoundGrace: 30 * time.Second}
	lookupPolicy    = policy{maxElapsed: 25 * time.Second}
	createPolicy    = policy{maxElapsed: 120 * time.Second, nonIdempotent: true, newConn: true}
	uploadPolicy    = policy{maxElapsed: 2 * time.Minute, fromFailure: true}
	urgentPolicy    = policy{maxElapsed: UrgentTime, attempt: time.Second, urgent: true}
	noRetry         = policy{}
	// urgentReadPolicy is for a read between two urgent requests; it leaves time for the second one.
	urgentReadPolicy = policy{maxElapsed: time.Second, attempt: time.Second, urgent: true}
)

const (
	firstDelay         = 500 * time.Millisecond
	maxDelay           = 15 * time.Second
	unauthorizedDelay  = 5 * time.Second       // wait before the retry after a 401
	urgentMaxDelay     = time.Second           // maximum wait between urgent attempts
	urgentTimeoutDelay = 50 * time.Millisecond // the same, after an attempt without a response in time
	maxStrayPages      = 3                     // maximum attempts with an unexpected page or an invalid document
	maxUnknownHosts    = 2                     // maximum attempts for a host name that does not exist
)

// retry repeats attempt according to the policy. The error of the last attempt gets the history of the retries, which
// messages contain.
func (c *Client) retry(ctx context.Context, op Op, p policy, attempt func() error) error {
	rules := p.rules()
	rules.OnRetry = func(a retry.Attempt) { c.retrying(Retry{Op: op, Attempt: a.Number, Wait: a.Wait, Err: a.Err}) }
	h, err := retry.Do(ctx, rules, attempt)
	var e *Error
	if errors.As(err, &e) {
		e.Attempts, e.Elapsed = h.Attempts, h.Elapsed
		if e.Cause == nil {
			e.Cause = h.Cause
		}
	}
	return err
}

// rules returns the retry policy for one operation, including its own counters.
func (p policy) rules() retry.Policy {
	j := &retryable{policy: p, began: time.Now()}
	return retry.Policy{
		MaxElapsed: p.maxElapsed, FromFailure: p.fromFailure, FirstDelay: firstDelay, MaxDelay: maxDelay,
		Retryable: func(err error) (retry.Delay, bool) {
			var e *Error
			if !errors.As(err, &e) || !j.allows(e) {
				return retry.Delay{}, false
			}
			return p.delay(e), true
		},
	}
}

// retryable counts the errors of one operation that are retried only a few times.
type retryable struct {
	policy
	began                                  time.Time
	strayPages, unknownHosts, unauthorized int
}

func (j *retryable) allows(e *Error) bool {
	switch {
	case e.Permanent:
		return false
	case e.Network == UnknownHost:
		j.unknownHosts++
		return j.unknownHosts < maxUnknownHosts
	case j.nonIdempotent:
		return e.unsent() && !e.Network.permanent() || e.HTTPStatus == http.StatusTooManyRequests
	case e.NotAPIResponse, e.Invalid:
		j.strayPages++
		return j.strayPages < maxStrayPages
	case e.HTTPStatus == http.StatusNotFound:
		return time.Since(j.began) < j.notFoundGrace
	case e.HTTPStatus == http.StatusUnauthorized:
		j.unauthorized++
		return j.unauthorized <= j.unauthorizedRetries
	}
	return e.temporary()
}

// delay returns the limits of the wait after an error. Except for urgent requests, the wait is at least
// Retry-After plus a random part, so that clients with the same Retry-After do not all retry at the same time.
func (p policy) delay(e *Error) retry.Delay {
	delay := retry.AtLeast(0)
	switch {
	case e.RetryAfter != nil:
		delay = retry.AtLeast(*e.RetryAfter + rand.N(firstDelay))
	case e.HTTPStatus == http.StatusUnauthorized:
		delay = retry.Exactly(unauthorizedDelay)
	}
	switch {
	case p.urgent && e.Network == TimedOut:
		return delay.AtMost(urgentTimeoutDelay) // the attempt itself already took time
	case p.urgent:
		return delay.AtMost(urgentMaxDelay)
	}
	return delay
}
