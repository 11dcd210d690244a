package bundle

import (
	"context"
	"slices"
)

// pulse checks now and then whether the context has ended: a check after each step would cost more than the step.
type pulse struct {
	ctx  context.Context
	work int // steps since the last check
}

// pulseWork is the number of steps between two checks. A step takes a few nanoseconds, or at most one system call.
const pulseWork = 1000

// spend counts n steps. It returns the cause if a check finds that the context has ended.
func (p *pulse) spend(n int) error {
	if p.work += n; p.work < pulseWork {
		return nil
	}
	p.work = 0
	if p.ctx.Err() != nil {
		return context.Cause(p.ctx)
	}
	return nil
}

// sortFunc is slices.SortFunc that stops when the context has ended, and then leaves s in any order.
func sortFunc[T any](p *pulse, s []T, compare func(a, b T) int) (err error) {
	slices.SortFunc(s, func(a, b T) int {
		if err != nil {
			return 0
		}
		if err = p.spend(1); err != nil {
			return 0
		}
		return compare(a, b)
	})
	return err
}
