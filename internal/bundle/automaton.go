package bundle

import (
	"slices"
	"sort"
	"unicode/utf8"
)

// glob matches a pattern that contains more than one star or other wildcards. It is a nondeterministic
// automaton with one bit per position in the pattern: each character of a path costs one step per 64
// positions. It is not safe for concurrent use.
type glob struct {
	tokens []token
	length int // minimum number of characters of a match

	star, deep, all []uint64 // positions before a token of each kind
	empty           []uint64 // union of the three: positions before tokens that may match the empty string
	many            []uint64 // positions before tokens that match one or more characters
	maxEmptyRun     int      // maximum number of consecutive tokens that may match the empty string

	borders []rune     // first character of each set of characters that all tokens treat equally
	accepts [][]uint64 // for each such set, the positions that accept it; nil until needed
	short   []uint64   // the same for each ASCII character, for patterns of fewer than 64 tokens; nil until needed

	current, next, inside []uint64 // bit i: the tokens before token i have matched; inside: token i is a deep token that has consumed a character
}

func newGlob(tokens []token) *glob {
	tokens = slices.CompactFunc(tokens, func(a, b token) bool { return a.kind == deep && b.kind == deep })
	words := len(tokens)/64 + 1
	g := &glob{tokens: tokens}
	for _, set := range []*[]uint64{&g.star, &g.deep, &g.all, &g.empty, &g.many, &g.current, &g.next, &g.inside} {
		*set = make([]uint64, words)
	}
	row := 0
	for i, t := range tokens {
		if t.kind < star {
			g.length++
			row = 0
			if t.many {
				setBit(g.many, i)
			}
			continue
		}
		setBit(map[tokenKind][]uint64{star: g.star, deep: g.deep, everything: g.all}[t.kind], i)
		setBit(g.empty, i)
		row++
		g.maxEmptyRun = max(g.maxEmptyRun, row)
	}
	g.borders = borders(tokens)
	g.accepts = make([][]uint64, len(g.borders)+1)
	return g
}

func setBit(set []uint64, i int) { set[i/64] |= 1 << (i % 64) }

// borders returns the first character of each set of characters that all tokens treat equally.
func borders(tokens []token) []rune {
	all := []rune{'/', '/' + 1}
	for _, t := range tokens {
		if t.kind == one {
			all = append(all, t.r, t.r+1)
		}
		for _, span := range t.ranges {
			all = append(all, span[0], span[1]+1)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// weight returns the cost of the pattern per character of a path and per set of characters, in positions.
func (g *glob) weight() int {
	n := 64 * len(g.current)
	for _, t := range g.tokens {
		n += len(t.ranges)
	}
	return n
}

// match reports whether s matches, and returns the number of steps.
func (g *glob) match(s []byte) (ok bool, steps int) {
	if len(s) < g.length {
		return false, 1
	}
	if len(g.current) == 1 {
		return g.matchShort(s)
	}
	clear(g.current)
	g.current[0] = 1
	g.skipEmpty(g.current)
	for len(s) > 0 {
		r, n := nextRune(s)
		s = s[n:]
		steps += len(g.current)
		if !g.advance(r) {
			return false, steps
		}
	}
	end := len(g.tokens)
	return g.current[end/64]&(1<<(end%64)) != 0, steps
}

// matchShort is match for patterns of fewer than 64 tokens, which are nearly all patterns.
func (g *glob) matchShort(s []byte) (ok bool, steps int) {
	if g.short == nil {
		g.short = make([]uint64, utf8.RuneSelf)
		for r := range g.short {
			g.short[r] = g.accepting(rune(r))[0]
		}
	}
	star, deep, all, empty, many := g.star[0], g.deep[0], g.all[0], g.empty[0], g.many[0]
	current, short := uint64(1), (*[utf8.RuneSelf]uint64)(g.short)
	for range g.maxEmptyRun {
		current |= (current & empty) << 1
	}
	for len(s) > 0 && current != 0 {
		steps++
		c, accepts := s[0], uint64(0)
		if c < utf8.RuneSelf {
			accepts, s = short[c], s[1:]
		} else {
			r, n := nextRune(s)
			accepts, s = g.accepting(r)[0], s[n:]
		}
		accepts &= current
		next := current&all | accepts<<1 | accepts&many
		if c == '/' {
			next |= (current & deep) << 1
		} else {
			next |= current & star
		}
		for range g.maxEmptyRun {
			next |= (next & empty) << 1
		}
		current = next | current&deep
	}
	return current&(1<<len(g.tokens)) != 0, steps
}

// advance consumes one character. It returns false if a match has become impossible.
func (g *glob) advance(r rune) (alive bool) {
	accepts, slash := g.accepting(r), r == '/'
	carry := uint64(0)
	for w, current := range g.current {
		moved := current & accepts[w]
		stay := current&g.all[w] | moved&g.many[w]
		if slash {
			moved |= current & g.deep[w] // only a slash ends a deep token that has consumed a character
		} else {
			stay |= current & g.star[w]
		}
		g.inside[w] = current & g.deep[w]
		g.next[w] = stay | moved<<1 | carry
		carry = moved >> 63
	}
	g.skipEmpty(g.next)
	for w := range g.next {
		g.next[w] |= g.inside[w]
		alive = alive || g.next[w] != 0
	}
	g.current, g.next = g.next, g.current
	return alive
}

// skipEmpty adds the positions that are reachable from set without consuming a character.
func (g *glob) skipEmpty(set []uint64) {
	for range g.maxEmptyRun {
		carry := uint64(0)
		for w, word := range set {
			skipped := word & g.empty[w]
			set[w] |= skipped<<1 | carry
			carry = skipped >> 63
		}
	}
}

// accepting returns the positions whose token accepts the single character r.
func (g *glob) accepting(r rune) []uint64 {
	i := sort.Search(len(g.borders), func(i int) bool { return g.borders[i] > r })
	if g.accepts[i] == nil {
		set := make([]uint64, len(g.current))
		for p := range g.tokens {
			if t := &g.tokens[p]; t.kind < star && t.accepts(r) {
				setBit(set, p)
			}
		}
		g.accepts[i] = set
	}
	return g.accepts[i]
}
