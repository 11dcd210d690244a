package bundle

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxFaults is how many faults are named immediately.
const maxFaults = 10

// faults are why no archive can be made: the first few in the order of their paths, and how many there are.
type faults struct {
	first []*Error
	count int
}

func (f *faults) add(e *Error) {
	f.count++
	i, _ := slices.BinarySearchFunc(f.first, e.Path, func(a *Error, path string) int { return strings.Compare(a.Path, path) })
	if i == maxFaults {
		return
	}
	f.first = slices.Insert(f.first, i, e)
	f.first = f.first[:min(len(f.first), maxFaults)]
}

// join is nil if there are none.
func (f *faults) join() error {
	if f.count == 1 {
		return f.first[0]
	}
	var all []error
	for _, e := range f.first {
		all = append(all, e)
	}
	if more := f.count - len(f.first); more > 0 {
		all = append(all, fmt.Errorf("and %d more", more))
	}
	return errors.Join(all...)
}
