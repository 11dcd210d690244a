package github

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"scalr-run-action/internal/httpx"
)

var errBudgetUsed = errors.New("retry budget used up")

// pause waits and deducts the time from the session's retry budget.
func (s *session) pause(ctx context.Context, wait time.Duration) error {
	if wait > s.retryBudget {
		return errBudgetUsed
	}
	s.retryBudget -= wait
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// pauseBefore returns the delay after the given attempt: the one that GitHub asks for, or else a random
// one below a bound that doubles.
func (e *Error) pauseBefore(try int) time.Duration {
	if e.Kind == RateLimited {
		// A minimum delay, even if a server repeatedly asks for 0.
		return max(e.Wait, time.Second)
	}
	bound := min(15*time.Second, 500*time.Millisecond<<min(try-1, 10))
	return max(e.Wait, 100*time.Millisecond, rand.N(bound))
}

// rateLimitDelay returns the delay that a rate limit asks for. "Otherwise, wait for at least one minute"
// (docs.github.com, "Rate limits for the REST API").
func rateLimitDelay(h http.Header) time.Duration {
	if h.Get("Retry-After") != "" {
		return retryAfter(h)
	}
	if h.Get("X-RateLimit-Remaining") == "0" {
		if at, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64); err == nil {
			return bounded(time.Unix(at, 0).Sub(httpx.ServerTime(h)))
		}
	}
	return time.Minute
}

// retryAfter returns the delay in the Retry-After header; 0 if it is absent or invalid.
func retryAfter(h http.Header) time.Duration {
	wait, _ := httpx.RetryAfter(h)
	return bounded(wait)
}

// bounded limits a delay to one day.
func bounded(d time.Duration) time.Duration { return min(max(d, 0), 24*time.Hour) }
