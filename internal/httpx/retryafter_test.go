package httpx_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/httpx"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const now = "Sat, 28 Nov 2026 12:00:00 GMT"
	for name, c := range map[string]struct {
		values []string
		want   time.Duration
		ok     bool
	}{
		"none":            {nil, 0, false},
		"seconds":         {[]string{" 7 "}, 7 * time.Second, true},
		"zero":            {[]string{"0"}, 0, true},
		"negative":        {[]string{"-1"}, 0, false},
		"too many digits": {[]string{"99999999999999999999"}, 0, false},
		"a long time":     {[]string{"9223372036854775807"}, 1 << 30 * time.Second, true},
		"a date":          {[]string{"Sat, 28 Nov 2026 12:00:30 GMT"}, 30 * time.Second, true},
		"a past date":     {[]string{"Sat, 28 Nov 2026 11:00:00 GMT"}, 0, true},
		"no number":       {[]string{"soon"}, 0, false},
		"two":             {[]string{"1", "2"}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wait, ok := httpx.RetryAfter(http.Header{"Retry-After": c.values, "Date": {now}})
			if ok != c.ok || wait != c.want {
				t.Errorf("got %s, %t, want %s, %t", wait, ok, c.want, c.ok)
			}
		})
	}
}

// TestServerTime: the runner's clock serves only without a date of the server.
func TestServerTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		date := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
		for text, want := range map[string]time.Time{"Sat, 28 Nov 2026 12:00:00 GMT": date, "": time.Now(), "now": time.Now()} {
			if got := httpx.ServerTime(http.Header{"Date": {text}}); !got.Equal(want) {
				t.Errorf("%q: got %s, want %s", text, got, want)
			}
		}
	})
}
