package tfplan

import (
	"bytes"
	"strings"
)

// The bounds on what is kept of a plan. All changes are counted, including those that are not kept.
const (
	maxChanges     = 20_000  // listed changes, separately for destructive ones and all others
	maxListSize    = 8 << 20 // bytes of their addresses and reasons, with overhead
	maxChangeSize  = 256 << 10
	maxTextSize    = 8 << 20 // bytes of all changes
	maxOutputsSize = 1 << 20 // bytes of the JSON of all outputs
	maxNoteSize    = 1000    // bytes of a comment line above a change

	lineOverhead   = 16  // bytes of memory to keep a line
	changeOverhead = 250 // bytes of memory to keep a change
)

// list is a list of changes of limited size. Destructive changes have their own limit, so that others cannot displace
// them.
type list struct {
	changes            []Change
	destroying, others int
	size               int
	omitted            int
}

// reserve reports whether there is space for the change and, if so, reserves it.
func (l *list) reserve(c Change) bool {
	n := &l.others
	if c.Action == Destroy || c.Action == Replace {
		n = &l.destroying
	}
	size := changeOverhead + len(c.Address) + len(c.Previous) + len(c.Deposed) + len(c.ImportID)
	if *n == maxChanges || l.size+size > maxListSize {
		l.omitted++
		return false
	}
	*n++
	l.size += size
	return true
}

// maxNesting is the maximum nesting of a value whose changes are shown. Each level is
// compared with all that it contains, so that a deep value is expensive.
const maxNesting = 64

// tooDeep reports whether a JSON value is nested more deeply than maxNesting.
func tooDeep(raw []byte) bool {
	depth := 0
	for len(raw) > 0 {
		i := bytes.IndexAny(raw, `"[]{}`)
		if i < 0 {
			return false
		}
		switch c := raw[i]; c {
		case '"':
			i += len(jsonString(raw[i:])) - 1
		case '[', '{':
			if depth++; depth > maxNesting {
				return true
			}
		default:
			depth--
		}
		raw = raw[i+1:]
	}
	return false
}

// jsonString returns the string at the start of raw, including its quotation marks.
func jsonString(raw []byte) []byte {
	for i := 1; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			return raw[:i+1]
		}
	}
	return raw
}

// indent returns the number of spaces at the start of a line.
func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
