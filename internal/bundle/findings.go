package bundle

import (
	"fmt"
	"slices"
	"strings"
)

// findings are the paths of one warning: their number, and the first ones in alphabetical order.
type findings struct {
	count int
	first []string
}

// firstNamed is the largest number of paths that a warning lists.
const firstNamed = 5

func (f *findings) add(name string) {
	f.count++
	i, _ := slices.BinarySearch(f.first, name)
	f.first = slices.Insert(f.first, i, name)
	f.first = f.first[:min(len(f.first), firstNamed)]
}

// String lists the names. It quotes them because a name may contain any text, including workflow commands.
func (f findings) String() string {
	var b strings.Builder
	for i, name := range f.first {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", shortened(name))
	}
	if more := f.count - len(f.first); more > 0 {
		fmt.Fprintf(&b, " and %d more", more)
	}
	return b.String()
}

// report calls warn unless there are no findings. format has two verbs, for the count and the names.
func (f findings) report(warn func(string), format string) {
	if f.count > 0 {
		warn(fmt.Sprintf(format, f.count, f))
	}
}
