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

var errImpatient = errors.New("out of patience")

// pause waits, and takes the time from what the session has left for waiting.
func (s *session) pause(ctx context.Context, wait time.Duration) error {
	if wait > s.patience {
		return errImpatient
	}
	s.patience -= wait
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// pauseBefore is how long to wait after the given try. Where GitHub names a
// time it is kept; else the wait is random below a bound that doubles.
func (e *Error) pauseBefore(try int) time.Duration {
	if e.Kind == RateLimited {
		// A server that says 0 again and again is not asked without a breath.
		return max(e.Wait, time.Second)
	}
	bound := min(15*time.Second, 500*time.Millisecond<<min(try-1, 10))
	return max(e.Wait, 100*time.Millisecond, rand.N(bound))
}

// howLong is the wait that a rate limit asks for. "Otherwise, wait for at
// least one minute" (docs.github.com, "Rate limits for the REST API").
func howLong(h http.Header) time.Duration {
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

// retryAfter is the wait that a response asks for; 0 for none, or for an invalid one.
func retryAfter(h http.Header) time.Duration {
	wait, _ := httpx.RetryAfter(h)
	return bounded(wait)
}

// bounded keeps a wait within a day, which is longer than anybody waits.
func bounded(d time.Duration) time.Duration { return min(max(d, 0), 24*time.Hour) }
