package retry

import (
	"context"
	"errors"
	"time"
)

// Wait waits for d. If the context ends first, or has already ended, it returns the cause. A d of zero or less does not
// wait.
func Wait(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Poll calls read until it reports a result, or until a call that began at or after the end of the window reports none.
// It returns the error of the last call, or the cause of the context's end. The interval between calls grows from one
// second to eight.
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

// ErrBudget means that a wait is longer than the time left in a [Budget].
var ErrBudget = errors.New("retry budget used up")

// Budget limits the total waiting time of several operations. It is not safe for concurrent use.
type Budget struct{ left time.Duration }

// NewBudget returns a budget of d.
func NewBudget(d time.Duration) *Budget { return &Budget{d} }

// Wait waits like the function [Wait] and deducts d from the budget. If d exceeds the time left, it returns [ErrBudget]
// immediately.
func (b *Budget) Wait(ctx context.Context, d time.Duration) error {
	if !b.spend(d) {
		return ErrBudget
	}
	return Wait(ctx, d)
}

// spend deducts d and reports whether the time left was sufficient; otherwise it deducts nothing. A nil budget has no
// limit.
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
