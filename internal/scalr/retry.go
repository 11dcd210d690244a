package scalr

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"time"
)

// policy says how an operation may be repeated. The zero policy makes a single attempt.
type policy struct {
	patience time.Duration // no attempt begins later than this after the first
	attempt  time.Duration // for one attempt; 0 means attemptTime
	lag      time.Duration // for so long a 404 means that a copy of the server lags
	denied   int           // how often a 401 is asked again: a server that hiccups
	// once: repeated only if it surely was not received. Everything else is
	// ambiguous, and the caller's to resolve.
	once bool
	// tolerant: an answer of a size that is not read is asked for again, since a run
	// must not be lost sight of for one.
	tolerant bool
	hurry    bool // somebody waits for the end of the step: short waits, free of the budget
	fresh    bool // not on a connection that was used before
}

// The policies. Their figures are the project's own (docs/design.md).
var (
	starting  = policy{patience: 120 * time.Second}
	following = policy{patience: 10 * time.Minute, lag: 30 * time.Second, denied: 3, tolerant: true}
	ours      = policy{patience: 120 * time.Second, lag: 30 * time.Second}
	lookingUp = policy{patience: 25 * time.Second}
	creating  = policy{patience: 120 * time.Second, once: true, fresh: true}
	uploading = policy{patience: 2 * time.Minute}
	stopping  = policy{patience: hastyStop, attempt: time.Second, hurry: true}
	single    = policy{}
	// lookingAgain is for the look between two requests to stop a run.
	lookingAgain = policy{patience: time.Second, attempt: time.Second, hurry: true}
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
	left := p.patience - time.Since(p.began)
	if left <= 0 || !p.worthwhile(err) {
		return 0, false
	}
	if !p.hurry {
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
	if !errors.As(err, &e) || e.Final {
		return false
	}
	switch {
	case e.Network == UnknownHost:
		p.unknowns++
		return p.unknowns < mostUnknown
	case p.once:
		return e.unsent() && !e.Network.hopeless() || e.HTTPStatus == http.StatusTooManyRequests
	case e.Stray, e.Invalid:
		p.strays++
		return p.strays < mostStrays
	case e.HTTPStatus == http.StatusNotFound:
		return time.Since(p.began) < p.lag
	case e.HTTPStatus == http.StatusUnauthorized:
		p.refused++
		return p.refused <= p.denied
	}
	return e.passing()
}

// wait is never shorter than what the server asks for, and spread, so that
// clients which are all told the same do not come back together.
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
	case p.hurry && e.Network == TimedOut:
		wait = min(wait, hurryTimedOut) // the attempt itself was the wait
	case p.hurry:
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
