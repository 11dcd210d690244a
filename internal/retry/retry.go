// Package retry repeats operations that fail. It has the only loop that does so, and the only way to wait. What may be
// repeated, and how long a server wants its clients to wait, is known to its callers: they put it into a [Policy].
package retry

import (
	"context"
	"math"
	"math/rand/v2"
	"time"
)

// Policy describes how an operation is repeated. Without Attempts, MaxElapsed and Budget there is a single attempt.
type Policy struct {
	Attempts   int           // the largest number of attempts; 0 for no limit
	MaxElapsed time.Duration // no attempt begins later than this after the first; 0 for no limit
	// FromFailure counts MaxElapsed from the end of the first attempt, which may take longer than all others.
	FromFailure bool
	// FirstDelay is the largest wait after the first attempt. It doubles with each attempt, up to MaxDelay. A wait is
	// a random part of that, so that many clients of a server in trouble do not come back together.
	FirstDelay, MaxDelay time.Duration
	Budget               *Budget // for the waits; nil for no limit
	// Retryable reports whether another attempt may succeed after the error, and bounds the wait before it.
	Retryable func(err error) (Delay, bool)
	OnRetry   func(Attempt) // called before each wait; may be nil
}

// Attempt is an attempt that failed and is followed by another one.
type Attempt struct {
	Number int // counted from 1
	Err    error
	Wait   time.Duration // before the next attempt
}

// Delay bounds a wait. The zero Delay means to continue at once.
type Delay struct{ least, most time.Duration }

// AtLeast is a wait of the policy, but not a shorter one than d.
func AtLeast(d time.Duration) Delay { return Delay{d, math.MaxInt64} }

// Exactly is a wait of d, whatever the policy says.
func Exactly(d time.Duration) Delay { return Delay{d, d} }

// AtMost limits the wait to d.
func (l Delay) AtMost(d time.Duration) Delay { return Delay{min(l.least, d), min(l.most, d)} }

// History describes the attempts of an operation.
type History struct {
	Attempts int
	Elapsed  time.Duration
	Cause    error // of the context's end, if that interrupted a wait
}

// Do calls attempt until it succeeds or the policy allows no other attempt, and returns the error of the last one.
func Do(ctx context.Context, p Policy, attempt func() error) (History, error) {
	began := time.Now()
	for n := 1; ; n++ {
		err := attempt()
		if n == 1 && p.FromFailure {
			began = time.Now()
		}
		h := History{Attempts: n, Elapsed: time.Since(began)}
		if err == nil || !p.allows(h) {
			return h, err
		}
		delay, again := p.Retryable(err)
		if !again {
			return h, err
		}
		wait := p.wait(delay, h)
		if !p.Budget.spend(wait) {
			return h, err
		}
		if p.OnRetry != nil {
			p.OnRetry(Attempt{n, err, wait})
		}
		if h.Cause = Wait(ctx, wait); h.Cause != nil {
			h.Elapsed = time.Since(began)
			return h, err
		}
	}
}

// allows reports whether the limits allow another attempt.
func (p Policy) allows(h History) bool {
	switch {
	case p.Attempts > 0 && h.Attempts >= p.Attempts, p.MaxElapsed > 0 && h.Elapsed >= p.MaxElapsed:
		return false
	}
	return p.Attempts > 0 || p.MaxElapsed > 0 || p.Budget != nil
}

func (p Policy) wait(d Delay, h History) time.Duration {
	wait := min(max(p.backoff(h.Attempts), d.least), d.most)
	if p.MaxElapsed > 0 {
		wait = min(wait, p.MaxElapsed-h.Elapsed)
	}
	return wait
}

// backoff is a random wait below the bound after the n-th attempt.
func (p Policy) backoff(n int) time.Duration {
	bound := p.FirstDelay
	for i := 1; i < n && bound < p.MaxDelay; i++ {
		bound *= 2
	}
	if bound = min(bound, p.MaxDelay); bound <= 0 {
		return 0
	}
	return rand.N(bound)
}
