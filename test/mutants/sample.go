package main

import (
	"cmp"
	"context"
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

// pick draws the mutations to try: those that compile and are not listed as equivalent.
func (o options) pick(p *goPackage, result *sample) ([]mutation, error) {
	mutations, err := p.mutations()
	if err != nil {
		return nil, err
	}
	check, err := newChecker(p)
	if err != nil {
		return nil, err
	}
	draw(mutations, o.seed)
	var picked []mutation
	for _, m := range mutations {
		if len(picked) == o.per {
			break
		}
		if o.equivalent[m.change()] {
			result.equivalent++
			continue
		}
		compiles, err := check.compiles(m)
		if err != nil {
			return nil, err
		}
		if compiles {
			picked = append(picked, m)
		}
	}
	return picked, nil
}

// take tests mutations of a package until the number is reached, and prints those that no test detects.
func (o options) take(ctx context.Context, j *judge, all []*goPackage, p *goPackage) (sample, error) {
	result, began := sample{pkg: p.name()}, time.Now()
	picked, err := o.pick(p, &result)
	if err != nil {
		return result, err
	}
	variants, err := j.variants(picked)
	if err != nil {
		return result, err
	}
	tests := observers(all, p)
	if o.own {
		tests = slices.DeleteFunc(tests, func(other *goPackage) bool { return other != p })
	}
	for i, m := range picked {
		if err := o.try(ctx, j, variants[i], i+1, m, tests, &result); err != nil {
			return result, err
		}
	}
	result.took = time.Since(began)
	return result, nil
}

// variants returns a variant for each mutation, the same one for all that can be combined. The mutation with index i
// has the number i+1.
func (j *judge) variants(mutations []mutation) ([]*variant, error) {
	variants, together := make([]*variant, len(mutations)), []numbered{}
	for i, m := range mutations {
		c, err := readCombiner(m.file)
		if err != nil {
			return nil, err
		}
		if n := (numbered{m, i + 1}); c.add(n) {
			together = append(together, n)
			continue
		}
		if variants[i], err = j.single(m); err != nil {
			return nil, err
		}
	}
	combined, err := j.combine(together)
	if err != nil {
		return nil, err
	}
	for _, m := range together {
		variants[m.id-1] = combined
	}
	return variants, nil
}

func (o options) try(ctx context.Context, j *judge, v *variant, id int, m mutation, tests []*goPackage, result *sample) error {
	began := time.Now()
	by, err := j.notice(ctx, v, id, tests)
	if err != nil {
		return fmt.Errorf("%v: %w", m, err)
	}
	if v.chooser == "" {
		v.discard()
	}
	result.total++
	if by == nil {
		fmt.Printf("SURVIVED %v\n", m)
		return nil
	}
	result.noticed++
	if by.name() == m.pkg {
		result.own++
	}
	if o.verbose {
		fmt.Printf("noticed by %s in %s: %v\n", by.name(), time.Since(began).Round(time.Millisecond), m)
	}
	return nil
}
