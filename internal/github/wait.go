package github

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/retry"
)

// policy returns a retry policy for requests of the session: its waits, of all operations together, use up the session's budget.
func (s *session) policy(retryable func(error) (retry.Delay, bool)) retry.Policy {
	return retry.Policy{FirstDelay: 500 * time.Millisecond, MaxDelay: 15 * time.Second, Budget: s.retryBudget, Retryable: retryable,
		OnRetry: s.reportRetry}
}

// reportRetry reports a retry after an error of GitHub. It omits those because of concurrent changes, which are expected.
func (s *session) reportRetry(a retry.Attempt) {
	text := a.Err.Error()
	if s.thread.Retrying == nil || text == s.retried || errors.Is(a.Err, errChanged) {
		return
	}
	s.retried = text
	s.thread.Retrying(a.Err)
}

// retryable reports whether the same request may succeed later, and after which delay.
func retryable(err error) (retry.Delay, bool) {
	var e *Error
	switch {
	case !errors.As(err, &e) || !e.temporary:
		return retry.Delay{}, false
	case e.Kind == RateLimited:
		// A minimum delay, even if a server repeatedly returns 0.
		return retry.Exactly(max(e.Wait, time.Second)), true
	}
	return retry.AtLeast(max(e.Wait, 100*time.Millisecond)), true
}

// rateLimitDelay returns the delay that a rate limit requires. "Otherwise, wait for at least one minute"
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
