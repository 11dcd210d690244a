package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"
)

// sample counts what happened to the mutations of one package.
type sample struct {
	pkg            string
	noticed, total int
	equivalent     int // drawn, but listed as equivalent
	rejected       int // drawn, but did not compile
	own            int // noticed by the package's own tests
	took           time.Duration
}

// draw puts mutations into a random order that depends on the seed and on each change alone: editing one place does not
// replace the sample of the others.
func draw(all []mutation, seed uint64) {
	slices.SortStableFunc(all, func(a, b mutation) int { return cmp.Compare(rank(a, seed), rank(b, seed)) })
}

func rank(m mutation, seed uint64) uint64 {
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%d %s", seed, m.change())
	return rand.NewPCG(seed, hash.Sum64()).Uint64()
}

// take tries mutations of a package until the number is reached, and prints those that no test notices.
func (o options) take(ctx context.Context, j *judge, all []*goPackage, p *goPackage) (sample, error) {
	result, began := sample{pkg: p.name()}, time.Now()
	mutations, err := p.mutations()
	if err != nil {
		return result, err
	}
	draw(mutations, o.seed)
	tests := observers(all, p)
	if o.own {
		tests = tests[:1]
	}
	for _, m := range mutations {
		if result.total == o.per {
			break
		}
		if o.equivalent[m.change()] {
			result.equivalent++
			continue
		}
		if err := o.try(ctx, j, m, tests, &result); err != nil {
			return result, err
		}
	}
	result.took = time.Since(began)
	return result, nil
}

func (o options) try(ctx context.Context, j *judge, m mutation, tests []*goPackage, result *sample) error {
	began := time.Now()
	by, err := j.notice(ctx, m, tests)
	took := time.Since(began).Round(time.Second)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errDoesNotCompile):
		result.rejected++
		return nil
	case err != nil:
		return err
	case by == nil:
		fmt.Printf("SURVIVED %v\n", m)
	default:
		result.noticed++
		if by.name() == m.pkg {
			result.own++
		}
		if o.verbose {
			fmt.Printf("noticed by %s in %s: %v\n", by.name(), took, m)
		}
	}
	result.total++
	return nil
}
