package scalr

import (
	"net/http"
	"time"

	"scalr-run-action/internal/httpx"
)

const retryAfterMax = 120 * time.Second

// retryAfter is the wait that a response asks for, at most retryAfterMax; nil for none.
func retryAfter(h http.Header) *time.Duration {
	wait, ok := httpx.RetryAfter(h)
	if !ok {
		return nil
	}
	wait = min(wait, retryAfterMax)
	return &wait
}
