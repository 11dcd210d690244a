package scalr

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"scalr-run-action/internal/retry"
)

// policy describes how an operation may be repeated. The zero policy makes a single attempt.
type policy struct {
	maxElapsed          time.Duration // no attempt begins later than this after the first
	attempt             time.Duration // for one attempt; 0 means attemptTime
	notFoundGrace       time.Duration // for so long a 404 means that a copy of the server lags
	unauthorizedRetries int           // how often a 401 is asked again: a server that hiccups
	// nonIdempotent: repeated only if it surely was not received. Everything else is
	// ambiguous, and the caller's to resolve.
	nonIdempotent bool
	// tolerant: a response of a size that is not read is asked for again, since a run must not be lost sight of for
	// one.
	tolerant bool
	urgent   bool // the job is canceled: short waits
	newConn  bool // not on a connection that was used before
	// fromFailure counts maxElapsed from the end of the first attempt: a large archive may take longer than all retries.
	fromFailure bool
}

// The policies. Their figures are the project's own (docs/design.md).
var (
	defaultPolicy   = policy{maxElapsed: 120 * time.Second}
	followPolicy    = policy{maxElapsed: 10 * time.Minute, notFoundGrace: 30 * time.Second, unauthorizedRetries: 3, tolerant: true}
	readAfterCreate = policy{maxElapsed: 120 * time.Second, notFoundGrace: 30 * time.Second}
	lookupPolicy    = policy{maxElapsed: 25 * time.Second}
	createPolicy    = policy{maxElapsed: 120 * time.Second, nonIdempotent: true, newConn: true}
	uploadPolicy    = policy{maxElapsed: 2 * time.Minute, fromFailure: true}
	urgentPolicy    = policy{maxElapsed: UrgentTime, attempt: time.Second, urgent: true}
	noRetry         = policy{}
	// urgentReadPolicy is for a read between two urgent requests, for which it leaves time.
	urgentReadPolicy = policy{maxElapsed: time.Second, attempt: time.Second, urgent: true}
)

const (
	firstDelay         = 500 * time.Millisecond
	maxDelay           = 15 * time.Second
	unauthorizedDelay  = 5 * time.Second       // before a 401 is asked again
	urgentMaxDelay     = time.Second           // between attempts in a hurry
	urgentTimeoutDelay = 50 * time.Millisecond // the same, after one that got no response in time
	maxStrayPages      = 3                     // attempts that may meet a stray page or an invalid document
	maxUnknownHosts    = 2                     // attempts at a host name that does not exist
)

// retry repeats attempt as the policy says. An error of the last attempt gets its history, which the words
// about it need.
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

// rules returns the policy for one operation, with what it counts.
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

// retryable counts the errors of one operation of which only a few are worth another attempt.
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

// delay is never shorter than what the server asks for, and spread, so that
// clients with the same Retry-After do not come back together.
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
		return delay.AtMost(urgentTimeoutDelay) // the attempt itself was the wait
	case p.urgent:
		return delay.AtMost(urgentMaxDelay)
	}
	return delay
}
