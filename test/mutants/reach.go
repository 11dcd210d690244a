package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// reach records which tests of a package reach which mutations of a variant: a test that does not reach a mutation cannot
// notice it.
type reach struct {
	tests map[string][]string      // by the number of the mutation
	took  map[string]time.Duration // by test, without a mutation
}

// round is a group of tests that run together.
type round struct {
	names []string
	usual time.Duration // how long they take one after another without a mutation
}

// slowTest is the time from which on a test runs only after the other ones, most of which notice most mutations.
const slowTest = 300 * time.Millisecond

// selected returns the tests of a package that may notice a mutation, the quick ones first.
func (j *judge) selected(ctx context.Context, v *variant, id int, p *goPackage) ([]round, error) {
	recorded := v
	if v.chooser == "" {
		var err error
		if recorded, err = j.withoutMutations(); err != nil {
			return nil, err
		}
	}
	r, err := j.reach(ctx, recorded, p)
	if err != nil {
		return nil, err
	}
	names := r.tests[fmt.Sprint(id)]
	if v.chooser == "" {
		names = slices.Collect(maps.Keys(r.took))
	}
	return r.rounds(names), nil
}

func (r *reach) rounds(names []string) []round {
	rounds := make([]round, 2)
	for _, name := range names {
		to := &rounds[0]
		if r.took[name] >= slowTest {
			to = &rounds[1]
		}
		to.names, to.usual = append(to.names, name), to.usual+r.took[name]
	}
	return slices.DeleteFunc(rounds, func(r round) bool { return len(r.names) == 0 })
}

// withoutMutations returns a variant in which nothing is changed. It is built once.
func (j *judge) withoutMutations() (*variant, error) {
	if j.unchanged == nil {
		v, err := j.combine(nil)
		if err != nil {
			return nil, err
		}
		j.unchanged = v
	}
	return j.unchanged, nil
}

// reach runs each test of a package alone and without a mutation, once for a variant.
func (j *judge) reach(ctx context.Context, v *variant, p *goPackage) (*reach, error) {
	if r, ok := v.reached[p.ImportPath]; ok {
		return r, nil
	}
	names, err := j.listTests(ctx, v, p)
	if err != nil {
		return nil, err
	}
	r := &reach{tests: map[string][]string{}, took: map[string]time.Duration{}}
	for _, name := range names {
		if err := j.record(ctx, v, p, name, r); err != nil {
			return nil, err
		}
	}
	v.reached[p.ImportPath] = r
	return r, nil
}

// record adds what one test reaches.
func (j *judge) record(ctx context.Context, v *variant, p *goPackage, name string, r *reach) error {
	began := time.Now()
	if out, err := j.test(ctx, v, recordReached, p, []string{name}, 10*time.Minute); err != nil {
		return fmt.Errorf("%s of %s fails without a mutation: %w\n%s", name, p.name(), err, out[max(0, len(out)-2000):])
	}
	r.took[name] = time.Since(began)
	list, err := os.ReadFile(v.chooser + ".reached")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	seen := map[string]bool{} // a program that the test starts adds its own lines
	for id := range strings.FieldsSeq(string(list)) {
		if !seen[id] {
			seen[id] = true
			r.tests[id] = append(r.tests[id], name)
		}
	}
	if err := os.Remove(v.chooser + ".reached"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// listTests lists the tests, examples and fuzz targets of a package.
func (j *judge) listTests(ctx context.Context, v *variant, p *goPackage) (names []string, err error) {
	binary, err := j.binary(ctx, v, p)
	if err != nil {
		return nil, err
	}
	if err := v.choose(0); err != nil {
		return nil, err
	}
	out, err := j.command(ctx, v, p, binary, "-test.list=^(Test|Example|Fuzz)").Output()
	if err != nil {
		return nil, fmt.Errorf("list the tests of %s: %w", p.name(), err)
	}
	for line := range bytes.Lines(out) {
		if name := string(bytes.TrimSpace(line)); name != "" && name != "PASS" {
			names = append(names, name)
		}
	}
	return names, nil
}
