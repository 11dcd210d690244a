package scalr

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

const retryAfterMax = 120 * time.Second

// retryAfter reads the header in both of its forms (RFC 9110, 10.2.3), clamped
// to what anybody would wait. A date is measured against the answer's own Date,
// since clocks differ. nil: there is none, or junk.
func retryAfter(h http.Header) *time.Duration {
	values := h.Values("Retry-After")
	if len(values) != 1 {
		return nil
	}
	value := strings.TrimSpace(values[0])
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
		if seconds < 0 {
			return nil
		}
		return clamped(time.Duration(min(seconds, int64(retryAfterMax/time.Second))) * time.Second)
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return nil
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return clamped(at.Sub(now))
}

func clamped(wait time.Duration) *time.Duration {
	wait = min(max(wait, 0), retryAfterMax)
	return &wait
}
