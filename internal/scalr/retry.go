package scalr

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"time"
)

// policy says how an operation may be repeated. The zero policy makes a single attempt.
type policy struct {
	maxElapsed          time.Duration // no attempt begins later than this after the first
	attempt             time.Duration // for one attempt; 0 means attemptTime
	notFoundGrace       time.Duration // for so long a 404 means that a copy of the server lags
	unauthorizedRetries int           // how often a 401 is asked again: a server that hiccups
	// nonIdempotent: repeated only if it surely was not received. Everything else is
	// ambiguous, and the caller's to resolve.
	nonIdempotent bool
	// tolerant: an answer of a size that is not read is asked for again, since a run
	// must not be lost sight of for one.
	tolerant bool
	urgent   bool // the job is canceled: short waits, and the retry budget is not used
	newConn  bool // not on a connection that was used before
}

// The policies. Their figures are the project's own (docs/design.md).
var (
	defaultPolicy   = policy{maxElapsed: 120 * time.Second}
	followPolicy    = policy{maxElapsed: 10 * time.Minute, notFoundGrace: 30 * time.Second, unauthorizedRetries: 3, tolerant: true}
	readAfterCreate = policy{maxElapsed: 120 * time.Second, notFoundGrace: 30 * time.Second}
	lookupPolicy    = policy{maxElapsed: 25 * time.Second}
	createPolicy    = policy{maxElapsed: 120 * time.Second, nonIdempotent: true, newConn: true}
	uploadPolicy    = policy{maxElapsed: 2 * time.Minute}
	urgentPolicy    = policy{maxElapsed: UrgentTime, attempt: time.Second, urgent: true}
	noRetry         = policy{}
	// urgentReadPolicy is for a read between two urgent requests, for which it leaves time.
	urgentReadPolicy = policy{maxElapsed: time.Second, attempt: time.Second, urgent: true}
)

const (
	backoffUnit   = 500 * time.Millisecond
	backoffMost   = 15 * time.Second
	deniedWait    = 5 * time.Second       // before a 401 is asked again
	hurryMost     = time.Second           // between attempts in a hurry
	hurryTimedOut = 50 * time.Millisecond // the same, after one that got no answer in time
	hurryAsked    = time.Second           // the same, where the server asks for a wait
	mostStrays    = 3                     // attempts that may meet a stray page or an invalid document
	mostUnknown   = 2                     // attempts at a host name that does not exist
)

// progress is where the attempts at one call stand.
type progress struct {
	policy
	began            time.Time
	attempts         int
	strays, unknowns int
	refused          int
	spent            int // of the budget
	renewed          bool
}

func (p policy) begin() *progress { return &progress{policy: p, began: time.Now()} }

// next decides whether another attempt follows, and after which wait.
func (p *progress) next(err error, b *budget) (time.Duration, bool) {
	p.attempts++
	left := p.maxElapsed - time.Since(p.began)
	if left <= 0 || !p.worthwhile(err) {
		return 0, false
	}
	if !p.urgent {
		price := price(err)
		if !b.spend(price) {
			return 0, false
		}
		p.spent += price
	}
	return p.wait(err, left), true
}

func (p *progress) worthwhile(err error) bool {
	var e *Error
	if !errors.As(err, &e) || e.Permanent {
		return false
	}
	switch {
	case e.Network == UnknownHost:
		p.unknowns++
		return p.unknowns < mostUnknown
	case p.nonIdempotent:
		return e.unsent() && !e.Network.hopeless() || e.HTTPStatus == http.StatusTooManyRequests
	case e.NotAPIResponse, e.Invalid:
		p.strays++
		return p.strays < mostStrays
	case e.HTTPStatus == http.StatusNotFound:
		return time.Since(p.began) < p.notFoundGrace
	case e.HTTPStatus == http.StatusUnauthorized:
		p.refused++
		return p.refused <= p.unauthorizedRetries
	}
	return e.passing()
}

// wait is never shorter than what the server asks for, and spread, so that
// clients with the same Retry-After do not come back together.
func (p *progress) wait(err error, left time.Duration) time.Duration {
	var e *Error
	errors.As(err, &e)
	wait, most := backoff(p.attempts-1), hurryMost
	switch {
	case e.RetryAfter != nil:
		wait, most = max(wait, *e.RetryAfter+rand.N(backoffUnit)), hurryAsked
	case e.HTTPStatus == http.StatusUnauthorized:
		wait = deniedWait
	}
	switch {
	case p.urgent && e.Network == TimedOut:
		wait = min(wait, hurryTimedOut) // the attempt itself was the wait
	case p.urgent:
		wait = min(wait, most)
	}
	return min(wait, left)
}

// closing gives the error its history, which the words about it need.
func (p *progress) closing(err error) error {
	var e *Error
	if errors.As(err, &e) {
		e.Attempts, e.Elapsed = p.attempts, time.Since(p.began)
	}
	return err
}

// backoff is exponential with full jitter, so that many clients of a server in
// trouble do not come back together.
func backoff(n int) time.Duration {
	most := backoffMost
	if n < 10 {
		most = min(most, backoffUnit<<n)
	}
	return rand.N(most)
}
