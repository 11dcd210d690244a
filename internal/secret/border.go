package secret

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// borders tells where in a text a word begins and ends. Where something else is hidden, words end too.
type borders struct {
	text   []byte
	hidden []span // in order
}

// at reports whether no letter, digit or underscore continues what stands between the places.
func (b *borders) at(start, end int) bool {
	first, _ := utf8.DecodeRune(b.text[start:])
	last, _ := utf8.DecodeLastRune(b.text[:end])
	return (!inWord(first) || b.beginsAt(start)) && (!inWord(last) || b.endsAt(end))
}

func (b *borders) beginsAt(at int) bool {
	before, _ := utf8.DecodeLastRune(b.text[:at])
	return at == 0 || !inWord(before) || b.isHidden(at-1) || endsEscape(b.text[max(0, at-longestEscape):at])
}

func (b *borders) endsAt(at int) bool {
	after, _ := utf8.DecodeRune(b.text[at:])
	return at == len(b.text) || !inWord(after) || b.isHidden(at)
}

func (b *borders) isHidden(at int) bool {
	i, found := slices.BinarySearchFunc(b.hidden, at, func(s span, at int) int { return s.start - at })
	return found || i > 0 && at < b.hidden[i-1].end
}

func inWord(c rune) bool {
	return c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c)
}

// longestEscape is how many bytes before a place are looked at: enough for a color of a terminal.
const longestEscape = 24

// endsEscape reports whether a text ends with an escape of which the last character is a letter or a digit: \n, \u003d,
// \x3d, \075, %3D, or a color.
func endsEscape(b []byte) bool {
	n := len(b)
	behind := func(mark string, digits int, allowed func(byte) bool) bool {
		at := n - digits - len(mark)
		return at >= 0 && string(b[at:at+len(mark)]) == mark && !slices.ContainsFunc(b[at+len(mark):], func(c byte) bool { return !allowed(c) })
	}
	letter := func(c byte) bool { return slices.Contains([]byte("abefnrtv"), c) }
	switch {
	case behind(`\`, 1, letter), behind("%", 2, isHex), behind(`\u`, 4, isHex), behind(`\U`, 8, isHex), behind(`\x`, 2, isHex),
		behind(`\`, 3, func(c byte) bool { return '0' <= c && c <= '7' }), behind(`\`, 1, func(c byte) bool { return c == '0' }):
		return true
	}
	if b[n-1] != 'm' {
		return false
	}
	for n--; n > 0 && (b[n-1] == ';' || b[n-1] == ':' || '0' <= b[n-1] && b[n-1] <= '9'); n-- {
	}
	return n >= 2 && b[n-1] == '[' && b[n-2] == 0x1b
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= lower(c) && lower(c) <= 'f' }
