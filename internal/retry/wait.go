package retry

import (
	"context"
	"errors"
	"time"
)

// Wait waits for a while. If the context ends before, it returns the cause.
func Wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Poll calls read until it finds something, or until a call that began after the
// window found nothing. The error is that of the last call. The interval grows from
// one second to eight.
func Poll[T any](ctx context.Context, window time.Duration, read func() (T, bool, error)) (T, bool, error) {
	end := time.Now().Add(window)
	for interval := time.Second; ; interval = min(2*interval, 8*time.Second) {
		began := time.Now()
		found, ok, err := read()
		if ok || !began.Before(end) {
			return found, ok, err
		}
		if err := Wait(ctx, min(interval, time.Until(end))); err != nil {
			return found, false, err
		}
	}
}

// ErrBudget means that a wait is longer than what is left of a [Budget].
var ErrBudget = errors.New("retry budget used up")

// Budget limits the time that several operations wait in all. It must not be used concurrently.
type Budget struct{ left time.Duration }

// NewBudget returns a budget of d.
func NewBudget(d time.Duration) *Budget { return &Budget{d} }

// Wait waits like the function of that name, and deducts d from what is left. It returns [ErrBudget] immediately if d
// is more.
func (b *Budget) Wait(ctx context.Context, d time.Duration) error {
	if !b.spend(d) {
		return ErrBudget
	}
	return Wait(ctx, d)
}

// spend deducts d, unless it is more than what is left. A nil budget has no limit.
func (b *Budget) spend(d time.Duration) bool {
	if b == nil {
		return true
	}
	if d > b.left {
		return false
	}
	b.left -= d
	return true
}
