package scalr

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
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
	once  bool
	hurry bool // waits of at most 300 ms between attempts
	fresh bool // not on a connection that was used before
}

// The policies. Their figures are the project's own (docs/design.md).
var (
	starting  = policy{patience: 120 * time.Second}
	following = policy{patience: 10 * time.Minute, lag: 30 * time.Second, denied: 3}
	ours      = policy{patience: 120 * time.Second, lag: 30 * time.Second}
	lookingUp = policy{patience: 25 * time.Second}
	creating  = policy{patience: 3 * time.Minute, once: true, fresh: true}
	stopping  = policy{patience: 3 * time.Second, attempt: time.Second, hurry: true}
	single    = policy{}
)

const (
	backoffUnit   = 500 * time.Millisecond
	backoffMost   = 15 * time.Second
	retryAfterMax = 120 * time.Second
)

// progress is where the attempts at one call stand.
type progress struct {
	policy
	began            time.Time
	attempts         int
	strays, unknowns int
	refused          int
	renewed          bool
}

func (p policy) begin() *progress { return &progress{policy: p, began: time.Now()} }

// next decides whether another attempt follows, and after which wait.
func (p *progress) next(err error, b *budget) (time.Duration, bool) {
	p.attempts++
	if p.patience == 0 || !p.worthwhile(err) {
		return 0, false
	}
	left := p.patience - time.Since(p.began)
	if left <= 0 || !b.spend(err) {
		return 0, false
	}
	return p.wait(err, left), true
}

func (p *progress) worthwhile(err error) bool {
	var e *Error
	if !errors.As(err, &e) || e.Final {
		return false
	}
	if p.once {
		return e.unsent() || e.HTTPStatus == http.StatusTooManyRequests
	}
	switch {
	case e.Stray:
		p.strays++
		return p.strays < 3
	case e.Network == UnknownHost:
		p.unknowns++
		return p.unknowns < 3
	case e.HTTPStatus == http.StatusNotFound:
		return p.lag > 0 && time.Since(p.began) < p.lag
	case e.HTTPStatus == http.StatusUnauthorized:
		p.refused++
		return p.refused <= p.denied
	}
	return e.passing()
}

func (p *progress) wait(err error, left time.Duration) time.Duration {
	var e *Error
	if errors.As(err, &e) && e.RetryAfter != nil {
		return min(max(*e.RetryAfter, 0), retryAfterMax, left)
	}
	if e != nil && e.HTTPStatus == http.StatusUnauthorized {
		return min(5*time.Second, left)
	}
	if p.hurry {
		return min(backoff(p.attempts-1), 300*time.Millisecond, left)
	}
	return min(backoff(p.attempts-1), left)
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
	return rand.N(most) + time.Millisecond
}

// budget bounds the repetitions of the whole process, so that an outage cannot
// make a storm. The figures are those of the AWS SDKs.
type budget struct {
	mu     sync.Mutex
	tokens int
}

const budgetMost = 500

func newBudget() *budget { return &budget{tokens: budgetMost} }

func (b *budget) spend(err error) bool {
	price := 5
	var e *Error
	if errors.As(err, &e) && e.Network == TimedOut {
		price = 10
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tokens < price {
		return false
	}
	b.tokens -= price
	return true
}

func (b *budget) earn(first bool) {
	if !first {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(b.tokens+1, budgetMost)
}

// retryAfter reads the header in both of its forms (RFC 9110, 10.2.3). A date is
// measured against the answer's own Date, since clocks differ. nil: not usable.
func retryAfter(h http.Header) *time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" || len(h.Values("Retry-After")) > 1 {
		return nil
	}
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
		wait := time.Duration(min(max(seconds, 0), int64(retryAfterMax/time.Second))) * time.Second
		return &wait
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return nil
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	wait := min(max(at.Sub(now), 0), retryAfterMax)
	return &wait
}
