package bundle

import (
	"slices"
	"strings"
)

// reincluder determines whether a rule could include content of an excluded directory, without trying each
// rule.
type reincluder struct {
	anywhere int   // the last negated rule that is not anchored; none if there is none
	heads    keys  // literal prefixes of the anchored negated rules
	highest  []int // segment tree over heads: the last rule of each range; the parent of 2i and 2i+1 is i
}

func newReincluder(list []rule, include func(*rule) bool) reincluder {
	b := reincluder{anywhere: none}
	for i := range list {
		switch r := &list[i]; {
		case !r.negate || !include(r):
		case r.pattern.anchored:
			b.heads = append(b.heads, key{text: r.pattern.head, any: i, part: none})
		default:
			b.anywhere = i
		}
	}
	b.heads = b.heads.sorted()
	n := len(b.heads)
	b.highest = make([]int, 2*n)
	for i, h := range b.heads {
		b.highest[n+i] = h.any
	}
	for i := n - 1; i > 0; i-- {
		b.highest[i] = max(b.highest[2*i], b.highest[2*i+1])
	}
	return b
}

// mayInclude reports whether a rule with a number above after could include a path below dir.
func (b *reincluder) mayInclude(dir []byte, after int, work *int) bool {
	if b.anywhere > after {
		return true
	}
	if len(b.heads) == 0 {
		return false
	}
	below := append(dir[:len(dir):len(dir)], '/')
	if b.heads.lastPrefix(below, work) > after {
		return true
	}
	text := string(below)
	from, _ := slices.BinarySearchFunc(b.heads, text, compareKey)
	to, _ := slices.BinarySearchFunc(b.heads, text[:len(text)-1]+"0", compareKey) // '0' follows '/' in ASCII
	return b.last(from, to, work) > after
}

// last returns the highest rule number of heads[from:to].
func (b *reincluder) last(from, to int, work *int) int {
	last, n := none, len(b.heads)
	for from, to = from+n, to+n; from < to; from, to = from/2, to/2 {
		*work++
		if from%2 == 1 {
			last = max(last, b.highest[from])
			from++
		}
		if to%2 == 1 {
			to--
			last = max(last, b.highest[to])
		}
	}
	return last
}

func compareKey(k key, text string) int { return strings.Compare(k.text, text) }
