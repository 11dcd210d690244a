package httpx

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter limits the number of seconds such that it fits in a time.Duration.
const maxRetryAfter = 1 << 30 // seconds

// RetryAfter parses the header Retry-After in both of its forms (RFC 9110, 10.2.3). ok is false if there is not exactly
// one, or if it is invalid. The wait is never negative; the caller must limit it.
func RetryAfter(h http.Header) (wait time.Duration, ok bool) {
	values := h.Values("Retry-After")
	if len(values) != 1 {
		return 0, false
	}
	value := strings.TrimSpace(values[0])
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, maxRetryAfter)) * time.Second, true
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return max(at.Sub(ServerTime(h)), 0), true
}

// ServerTime returns the time by the server's clock if the response contains it, because the times in a response refer
// to that clock.
func ServerTime(h http.Header) time.Time {
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		return at
	}
	return time.Now()
}
