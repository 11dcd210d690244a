package retry_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/retry"
)

// TestPoll: the interval doubles from one second to eight, and the last call is at the end of the window.
func TestPoll(t *testing.T) {
	t.Parallel()
	errNotFound, errStopped := errors.New("not found"), errors.New("stopped")
	for name, c := range map[string]struct {
		window, found, stop time.Duration // found and stop are relative to the start; 0 for never
		want                []int         // seconds at which read is called
		ok                  bool
		err                 error
	}{
		"found by the second call":       {time.Minute, time.Nanosecond, 0, []int{0, 1}, true, nil},
		"found later":                    {time.Minute, 10 * time.Second, 0, []int{0, 1, 3, 7, 15}, true, nil},
		"never found":                    {30 * time.Second, 0, 0, []int{0, 1, 3, 7, 15, 23, 30}, false, errNotFound},
		"the window ends with a call":    {31 * time.Second, 0, 0, []int{0, 1, 3, 7, 15, 23, 31}, false, errNotFound},
		"no window":                      {0, 0, 0, []int{0}, false, errNotFound},
		"the context ends between calls": {time.Minute, 0, 5 * time.Second, []int{0, 1, 3}, false, errStopped},
		"the window has already ended":   {-time.Second, 0, 0, []int{0}, false, errNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				if c.stop > 0 {
					time.AfterFunc(c.stop, func() { cancel(errStopped) })
				}
				began, calls := time.Now(), []int{}
				got, ok, err := retry.Poll(ctx, c.window, func() (int, bool, error) {
					after := time.Since(began)
					calls = append(calls, int(after.Seconds()))
					if c.found > 0 && after >= c.found {
						return len(calls), true, nil
					}
					return len(calls), false, errNotFound
				})
				if got != len(c.want) || ok != c.ok || err != c.err || !slices.Equal(calls, c.want) {
					t.Errorf("got %d, %t, %v after calls at %v, want calls at %v", got, ok, err, calls, c.want)
				}
			})
		})
	}
}
