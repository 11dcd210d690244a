package main

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// sample is what one seed draws of a package.
type sample struct {
	picked     []mutation
	equivalent int // drawn, but listed as equivalent
}

// result counts what happened to the mutations of one package.
type result struct {
	pkg            string
	noticed, total int
	bySeed         []string // how many are noticed of how many, for each seed
	equivalent     int
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
func (o options) pick(all []mutation, check *checker, seed uint64) (s sample, err error) {
	draw(all, seed)
	for _, m := range all {
		if len(s.picked) == o.per {
			break
		}
		if o.equivalent[m.change()] {
			s.equivalent++
			continue
		}
		compiles, err := check.compiles(m)
		if err != nil {
			return sample{}, err
		}
		if compiles {
			s.picked = append(s.picked, m)
		}
	}
	return s, nil
}

// samples draws a sample for each seed.
func (o options) samples(p *goPackage) (samples []sample, err error) {
	mutations, err := p.mutations()
	if err != nil {
		return nil, err
	}
	check, err := newChecker(p)
	if err != nil {
		return nil, err
	}
	for _, seed := range o.seeds {
		s, err := o.pick(mutations, check, seed)
		if err != nil {
			return nil, err
		}
		samples = append(samples, s)
	}
	return samples, nil
}

// take tests the mutations of a package that the seeds draw, each once, and prints those that no test detects.
func (o options) take(ctx context.Context, j *judge, all []*goPackage, p *goPackage) (result, error) {
	r, began := result{pkg: p.name()}, time.Now()
	samples, err := o.samples(p)
	if err != nil {
		return r, err
	}
	var picked []mutation
	for _, s := range samples {
		picked = append(picked, s.picked...)
		r.equivalent += s.equivalent
	}
	picked = unique(picked)
	variants, err := j.variants(picked)
	if err != nil {
		return r, err
	}
	tests := observers(all, p)
	if o.own {
		tests = slices.DeleteFunc(tests, func(other *goPackage) bool { return other != p })
	}
	noticed := map[mutation]*goPackage{}
	for i, m := range picked {
		if noticed[m], err = o.try(ctx, j, variants[i], i+1, m, tests); err != nil {
			return r, err
		}
	}
	for _, s := range samples {
		r.count(s, noticed)
	}
	r.took = time.Since(began)
	return r, nil
}

// unique removes what several seeds have drawn.
func unique(mutations []mutation) (kept []mutation) {
	seen := map[mutation]bool{}
	for _, m := range mutations {
		if !seen[m] {
			seen[m] = true
			kept = append(kept, m)
		}
	}
	return kept
}

// count adds the sample of one seed.
func (r *result) count(s sample, noticed map[mutation]*goPackage) {
	before := r.noticed
	for _, m := range s.picked {
		if by := noticed[m]; by != nil {
			r.noticed++
			if by.name() == m.pkg {
				r.own++
			}
		}
	}
	r.total += len(s.picked)
	r.bySeed = append(r.bySeed, fmt.Sprintf("%d/%d", r.noticed-before, len(s.picked)))
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

// row returns the row of the table.
func (r result) row() string {
	return fmt.Sprintf("| %s | %s | %d/%d | %d | %d | %s |\n", r.pkg, strings.Join(r.bySeed, " | "),
		r.noticed, r.total, r.own, r.equivalent, r.took.Round(time.Second))
}

// try returns the package whose tests notice a mutation, or nil.
func (o options) try(ctx context.Context, j *judge, v *variant, id int, m mutation, tests []*goPackage) (*goPackage, error) {
	began := time.Now()
	by, err := j.notice(ctx, v, id, tests)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", m, err)
	}
	if v.chooser == "" {
		v.discard()
	}
	switch {
	case by == nil:
		fmt.Printf("SURVIVED %v\n", m)
	case o.verbose:
		fmt.Printf("noticed by %s in %s: %v\n", by.name(), time.Since(began).Round(time.Millisecond), m)
	}
	return by, nil
}
