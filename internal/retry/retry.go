// Package retry repeats operations that fail. It contains the only retry loop of this project and the only function
// that waits. Callers decide which errors are retried and which delay a server requires, and set both in a [Policy].
package retry

import (
	"context"
	"math"
	"math/rand/v2"
	"time"
)

// Policy configures how an operation is retried. Without Attempts, MaxElapsed and Budget there is a single attempt.
type Policy struct {
	Attempts   int           // maximum number of attempts; 0 for no limit
	MaxElapsed time.Duration // no attempt begins later than this after the first; 0 for no limit
	// FromFailure counts MaxElapsed from the end of the first attempt, which may take longer than all others.
	FromFailure bool
	// FirstDelay is the maximum wait after the first attempt. The maximum doubles with each attempt, up to MaxDelay.
	// Each wait is a random part of the maximum, so that the clients of a failing server do not all retry at the same
	// time.
	FirstDelay, MaxDelay time.Duration
	Budget               *Budget // limits the waits; nil for no limit
	// Retryable reports whether another attempt may succeed after err, and limits the wait before it. It is required
	// unless the policy allows a single attempt only.
	Retryable func(err error) (Delay, bool)
	OnRetry   func(Attempt) // called before each wait; may be nil
}

// Attempt describes a failed attempt that is followed by another one.
type Attempt struct {
	Number int // starting at 1
	Err    error
	Wait   time.Duration // before the next attempt
}

// Delay limits a wait. The zero Delay means no wait.
type Delay struct{ least, most time.Duration }

// AtLeast returns a Delay that raises the policy's wait to at least d.
func AtLeast(d time.Duration) Delay { return Delay{d, math.MaxInt64} }

// Exactly returns a Delay of d, regardless of the policy.
func Exactly(d time.Duration) Delay { return Delay{d, d} }

// AtMost returns d with the wait limited to most.
func (d Delay) AtMost(most time.Duration) Delay { return Delay{min(d.least, most), min(d.most, most)} }

// History describes the attempts of an operation.
type History struct {
	Attempts int
	Elapsed  time.Duration
	Cause    error // cause of the context's end, if it interrupted a wait
}

// Do calls attempt until it succeeds or the policy allows no further attempt, and returns the error of the last
// attempt.
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

// allows reports whether the limits permit another attempt.
func (p Policy) allows(h History) bool {
	limited := p.Attempts > 0 || p.MaxElapsed > 0 || p.Budget != nil
	reached := p.Attempts > 0 && h.Attempts >= p.Attempts || p.MaxElapsed > 0 && h.Elapsed >= p.MaxElapsed
	return limited && !reached
}

func (p Policy) wait(d Delay, h History) time.Duration {
	wait := min(max(p.backoff(h.Attempts), d.least), d.most)
	if p.MaxElapsed > 0 {
		wait = min(wait, p.MaxElapsed-h.Elapsed)
	}
	return wait
}

// backoff returns a random wait that is shorter than the maximum after the n-th attempt.
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
