package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// reach records which tests of a package reach which mutations of a variant: a test that does not reach a mutation cannot
// notice it.
type reach struct {
	tests map[string][]string      // by the number of the mutation
	took  map[string]time.Duration // by test, without a mutation
}

// selected returns the tests of a package that may notice a mutation, and how long they take one after another without
// it.
func (j *judge) selected(ctx context.Context, v *variant, id int, p *goPackage) (names []string, usual time.Duration, err error) {
	recorded := v
	if v.chooser == "" {
		if recorded, err = j.withoutMutations(); err != nil {
			return nil, 0, err
		}
	}
	r, err := j.reach(ctx, recorded, p)
	if err != nil {
		return nil, 0, err
	}
	if v.chooser == "" {
		for name := range r.took {
			names = append(names, name)
		}
	} else {
		names = r.tests[fmt.Sprint(id)]
	}
	for _, name := range names {
		usual += r.took[name]
	}
	return names, usual, nil
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
