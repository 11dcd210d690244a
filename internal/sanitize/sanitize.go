// Package sanitize removes from untrusted text what a terminal or a browser
// would obey, or would not show.
package sanitize

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// escapes matches what terminals obey (ECMA-48): OSC, DCS, SOS, PM and APC
// strings up to their end or the end of the line, CSI sequences (SGR, cursor),
// and two-byte escapes; the first two also with their one-rune C1 introducers.
var escapes = regexp.MustCompile(`(?:\x1b[\]PX^_]|[\x{90}\x{98}\x{9d}-\x{9f}])[^\x07\x1b\x{9c}\n]*(?:\x07|\x1b\\|\x{9c})?` +
	`|(?:\x1b\[|\x{9b})[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]?`)

// Text makes foreign text harmless to look at: no escape sequences, no control
// characters but newline and tab, nothing that is invisible or turns the
// direction of writing, and valid UTF-8. It does not escape Markdown.
func Text(s string) string {
	s = uncolored(s)
	if plain(s) {
		return s
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(visible, escapes.ReplaceAllString(s, ""))
}

// uncolored removes SGR sequences, with which a log is full. It is here for
// speed: the rest of Text would do it too.
func uncolored(s string) string {
	at := strings.Index(s, "\x1b[")
	if at < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for ; at >= 0; at = strings.Index(s, "\x1b[") {
		end := at + 2
		for end < len(s) && (s[end] == ';' || '0' <= s[end] && s[end] <= '9') {
			end++
		}
		if end == len(s) || s[end] != 'm' {
			break // something else begins here
		}
		out = append(out, s[:at]...)
		s = s[end+1:]
	}
	return string(append(out, s...))
}

// plain is the common case: nothing to do.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf || c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

func visible(c rune) rune {
	switch {
	case c == '\n' || c == '\t':
		return c
	case c == '\u2028' || c == '\u2029':
		return ' '
	case unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs), blank(c):
		return -1
	}
	return c
}

// blank reports the letters and marks that look like nothing at all.
func blank(c rune) bool {
	switch c {
	case '\u034F', '\u115F', '\u1160', '\u17B4', '\u17B5', '\u3164', '\uFFA0':
		return true
	}
	return c >= '\u180B' && c <= '\u180F'
}

// Line is sanitized text on one line, at most limit runes of it.
func Line(s string, limit int) string {
	s = strings.Join(strings.Fields(Text(s)), " ")
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}
