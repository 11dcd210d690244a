package tfplan

import (
	"bytes"
	"strings"
)

// The bounds on what is kept of a plan. All changes are counted, whatever they are.
const (
	mostChanges    = 20_000  // that are listed: of those that destroy, and of all others
	longestList    = 8 << 20 // bytes of their addresses and reasons, and of what keeping them costs
	longestChange  = 256 << 10
	longestText    = 8 << 20 // of all changes
	longestOutputs = 1 << 20 // of the JSON of all outputs
	longestNote    = 1000    // bytes of a comment line above a change

	lineOverhead   = 16  // bytes that it costs to keep a line
	changeOverhead = 250 // bytes that it costs to keep a change
)

// list is a list of changes with room for only so many. A change that destroys
// does not lose its place to those that do not.
type list struct {
	changes            []Change
	destroying, others int
	size               int
	omitted            int
}

// place reports whether there is room for the change, which is reserved then.
func (l *list) place(c Change) bool {
	n := &l.others
	if c.Action == Destroy || c.Action == Replace {
		n = &l.destroying
	}
	size := changeOverhead + len(c.Address) + len(c.Previous) + len(c.Deposed) + len(c.ImportID)
	if *n == mostChanges || l.size+size > longestList {
		l.omitted++
		return false
	}
	*n++
	l.size += size
	return true
}

// maxNesting is how deeply a value may be nested of which the changes are shown.
// Each level is compared with all that is in it, so that a deep one is costly.
const maxNesting = 64

// tooDeep reports whether a JSON value is nested more deeply than that.
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

// jsonString is the string at the start of raw, with its quotation marks.
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

// indent counts the blanks at the start of a line.
func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
