package bundle

import (
	"context"
	"slices"
)

// pulse checks the context after a number of steps: a check after each step would cost more than the step.
type pulse struct {
	ctx  context.Context
	work int // steps since the last check
}

// pulseWork is the number of steps between two checks. A step takes a few nanoseconds, or at most one system
// call.
const pulseWork = 1000

// spend counts n steps. It returns the cause of the context if a check finds that it is done.
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

// sortFunc is slices.SortFunc, but stops when the context is done. The order of s is then unspecified.
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
