package bundle

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxFaults is the largest number of faults that an error lists.
const maxFaults = 10

// faults collects the reasons why a directory cannot be packed: their number, and the first ones in the order
// of their paths. A fault in a directory that several links copy is listed once.
type faults struct {
	first []*Error
	count int
}

func (f *faults) add(e *Error) {
	if slices.ContainsFunc(f.first, e.repeats) {
		return
	}
	f.count++
	i, _ := slices.BinarySearchFunc(f.first, e.Path, func(a *Error, path string) int { return strings.Compare(a.Path, path) })
	f.first = slices.Insert(f.first, i, e)
	f.first = f.first[:min(len(f.first), maxFaults)]
}

// repeats reports whether e describes the same fault as other.
func (e *Error) repeats(other *Error) bool {
	return e.Code == other.Code && e.Path == other.Path && e.Target == other.Target
}

// join returns the faults as one error, or nil if there are none.
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
