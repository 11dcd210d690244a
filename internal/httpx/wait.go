package httpx

import (
	"context"
	"time"
)

// Wait waits for a while. If the context ends before, it returns the cause.
func Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Poll calls look until it finds something, or until a call that began after the
// window found nothing. The error is that of the last call. The interval grows from
// one second to eight.
func Poll[T any](ctx context.Context, window time.Duration, look func() (T, bool, error)) (T, bool, error) {
	end := time.Now().Add(window)
	for interval := time.Second; ; interval = min(2*interval, 8*time.Second) {
		began := time.Now()
		found, ok, err := look()
		if ok || !began.Before(end) {
			return found, ok, err
		}
		if err := Wait(ctx, min(interval, time.Until(end))); err != nil {
			return found, false, err
		}
	}
}
