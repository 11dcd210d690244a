package bundle

import (
	"slices"
	"sort"
	"strings"
)

// none means that no rule matched.
const none = -1

// ruleIndex finds the last rule that matches a path. All literal patterns together cost a few steps per byte
// of the path; only patterns with other wildcards are matched one by one.
type ruleIndex struct {
	ends      keys           // names, *.ext and unanchored paths, reversed
	starts    keys           // text*
	anchored  map[string]int // rules by their complete path
	unindexed []int          // rules with other patterns, last first
}

// key is a literal text with the last rules that contain it.
type key struct {
	text string
	any  int // last rule for all strings that begin with text
	part int // last rule for complete path components
}

// keys are sorted by text without duplicates.
type keys []key

func newRuleIndex(list []rule, include func(*rule) bool) ruleIndex {
	x := ruleIndex{anchored: map[string]int{}}
	for i := range list {
		r := &list[i]
		if !include(r) {
			continue
		}
		switch p := &r.pattern; {
		case !p.indexed():
			x.unindexed = append(x.unindexed, i)
		case p.shape == wholePath && p.anchored:
			x.anchored[p.text] = i
		case p.shape == nameStarts:
			x.starts = append(x.starts, key{text: p.text, any: i, part: none})
		case p.shape == nameEnds:
			x.ends = append(x.ends, key{text: reversed(p.text), any: i, part: none})
		default:
			x.ends = append(x.ends, key{text: reversed(p.text), any: none, part: i})
		}
	}
	x.ends, x.starts = x.ends.sorted(), x.starts.sorted()
	slices.Reverse(x.unindexed)
	return x
}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

func (k keys) sorted() keys {
	slices.SortFunc(k, func(a, b key) int { return strings.Compare(a.text, b.text) })
	merged := k[:0]
	for _, next := range k {
		if n := len(merged); n > 0 && merged[n-1].text == next.text {
			merged[n-1].any, merged[n-1].part = max(merged[n-1].any, next.any), max(merged[n-1].part, next.part)
			continue
		}
		merged = append(merged, next)
	}
	return merged
}

// last returns the number of the last rule that matches path, or after if no rule with a higher number does.
// The last component of path starts at base. last adds its steps to work.
func (x *ruleIndex) last(list []rule, path []byte, base, after int, work *int) int {
	best := after
	if len(x.anchored) > 0 {
		if i, ok := x.anchored[string(path)]; ok {
			best = max(best, i)
		}
		*work++
	}
	if len(x.ends) > 0 {
		best = max(best, x.ends.lastSuffix(path, work))
	}
	if len(x.starts) > 0 {
		best = max(best, x.starts.lastPrefix(path[base:], work))
	}
	for _, i := range x.unindexed {
		if i <= best {
			break
		}
		ok, steps := list[i].pattern.matches(path, base)
		*work += steps
		if ok {
			return i
		}
	}
	return best
}

// lastSuffix returns the last rule whose text is a suffix of path. The texts of k are reversed.
func (k keys) lastSuffix(path []byte, work *int) int {
	best := none
	for depth := 0; ; depth++ {
		*work++
		if len(k[0].text) == depth {
			best = max(best, k[0].any)
			if depth == len(path) || path[len(path)-1-depth] == '/' {
				best = max(best, k[0].part)
			}
			k = k[1:]
		}
		if depth == len(path) {
			return best
		}
		if k = k.narrow(depth, path[len(path)-1-depth]); len(k) == 0 {
			return best
		}
	}
}

// lastPrefix returns the last rule whose text is a prefix of s.
func (k keys) lastPrefix(s []byte, work *int) int {
	best := none
	for depth := 0; ; depth++ {
		*work++
		if len(k[0].text) == depth {
			best = max(best, k[0].any)
			k = k[1:]
		}
		if depth == len(s) {
			return best
		}
		if k = k.narrow(depth, s[depth]); len(k) == 0 {
			return best
		}
	}
}

// narrow returns the keys with c at the index depth. All keys must be longer than depth and have the same
// first depth bytes.
func (k keys) narrow(depth int, c byte) keys {
	if len(k) == 1 {
		if k[0].text[depth] != c {
			return nil
		}
		return k
	}
	from := sort.Search(len(k), func(i int) bool { return k[i].text[depth] >= c })
	k = k[from:]
	return k[:sort.Search(len(k), func(i int) bool { return k[i].text[depth] > c })]
}
