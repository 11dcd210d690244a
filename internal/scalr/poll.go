package scalr

import (
	"context"
	"time"
)

// await looks for something until it is there, or until a look that began after
// the window did not find it. The error is that of the last look.
func await[T any](ctx context.Context, window time.Duration, look func() (T, bool, error)) (T, bool, error) {
	end := time.Now().Add(window)
	for wait := time.Second; ; wait = min(2*wait, 8*time.Second) {
		began := time.Now()
		found, ok, err := look()
		if ok || !began.Before(end) {
			return found, ok, err
		}
		if err := pause(ctx, min(wait, time.Until(end))); err != nil {
			return found, false, err
		}
	}
}
