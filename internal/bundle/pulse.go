package bundle

import (
	"context"
	"slices"
)

// pulse asks once for so much work whether the context has ended: after every step it would cost more than the steps.
type pulse struct {
	ctx  context.Context
	work int // since the context was asked
}

// pulseWork is how many steps, each of some nanoseconds up to a system call, pass before the context is asked again.
const pulseWork = 1000

// spend counts n steps and returns the cause of the context's end.
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

// sortFunc is slices.SortFunc that gives up, leaving s in any order, once the context has ended.
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
