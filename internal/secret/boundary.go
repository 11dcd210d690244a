package secret

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// boundaries finds the boundaries of words in a text. A redacted part ends a word, too.
type boundaries struct {
	text   []byte
	hidden []span // redacted parts, sorted
}

// isDelimited reports whether no letter, digit or underscore is adjacent to the text between start and end.
func (b *boundaries) isDelimited(start, end int) bool {
	first, _ := utf8.DecodeRune(b.text[start:])
	last, _ := utf8.DecodeLastRune(b.text[:end])
	return (!isWordCharacter(first) || b.boundaryBefore(start)) && (!isWordCharacter(last) || b.boundaryAfter(end))
}

func (b *boundaries) boundaryBefore(at int) bool {
	before, _ := utf8.DecodeLastRune(b.text[:at])
	return at == 0 || !isWordCharacter(before) || b.isHidden(at-1) || endsEscape(b.text[max(0, at-maxEscapeLength):at])
}

func (b *boundaries) boundaryAfter(at int) bool {
	after, _ := utf8.DecodeRune(b.text[at:])
	return at == len(b.text) || !isWordCharacter(after) || b.isHidden(at)
}

func (b *boundaries) isHidden(at int) bool {
	i, found := slices.BinarySearchFunc(b.hidden, at, func(s span, at int) int { return s.start - at })
	return found || i > 0 && at < b.hidden[i-1].end
}

func isWordCharacter(c rune) bool {
	return c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c)
}

// maxEscapeLength is the number of bytes before a position that are searched for an escape, enough for a terminal
// color.
const maxEscapeLength = 24

// endsEscape reports whether a text ends with an escape whose last character is a letter or a digit: \n, \u003d, \x3d,
// \075, %3D, or a color.
func endsEscape(b []byte) bool {
	n := len(b)
	endsWith := func(mark string, digits int, allowed func(byte) bool) bool {
		at := n - digits - len(mark)
		return at >= 0 && string(b[at:at+len(mark)]) == mark &&
			!slices.ContainsFunc(b[at+len(mark):], func(c byte) bool { return !allowed(c) })
	}
	letter := func(c byte) bool { return slices.Contains([]byte("abefnrtv"), c) }
	octal := func(c byte) bool { return '0' <= c && c <= '7' }
	zero := func(c byte) bool { return c == '0' }
	switch {
	case endsWith(`\`, 1, letter), endsWith(`\`, 1, zero), endsWith(`\`, 3, octal),
		endsWith("%", 2, isHex), endsWith(`\x`, 2, isHex), endsWith(`\u`, 4, isHex), endsWith(`\U`, 8, isHex):
		return true
	}
	color, ok := bytes.CutSuffix(b, []byte("m"))
	return ok && bytes.HasSuffix(bytes.TrimRight(color, "0123456789;:"), []byte("\x1b["))
}

func isHex(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }
