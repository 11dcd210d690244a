package scalr

import (
	"net/http"
	"time"

	"scalr-run-action/internal/httpx"
)

const retryAfterMax = 120 * time.Second

// retryAfter returns the wait that a response requests, at most retryAfterMax, or nil if it requests none.
func retryAfter(h http.Header) *time.Duration {
	wait, ok := httpx.RetryAfter(h)
	if !ok {
		return nil
	}
	wait = min(wait, retryAfterMax)
	return &wait
}
