// Package sanitize removes text that a terminal or a browser would interpret or not show.
package sanitize

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"scalr-run-action/internal/lazyregexp"
)

// escapes matches the sequences that terminals interpret (ECMA-48): OSC, DCS, SOS, PM and APC strings up to their end or
// the end of the line, CSI sequences (SGR, cursor), and two-byte escapes; the first two also with their one-rune C1
// introducers.
var escapes = lazyregexp.New(`(?:\x1b[\]PX^_]|[\x{90}\x{98}\x{9d}-\x{9f}])[^\x07\x1b\x{9c}\n]*(?:\x07|\x1b\\|\x{9c})?` +
	`|(?:\x1b\[|\x{9b})[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]?`)

// Text sanitizes untrusted text: it removes escape sequences, control characters but newline and tab, and characters that
// are invisible or change the direction of writing, and returns valid UTF-8. It does not escape Markdown.
func Text(s string) string {
	if colorless := removeColors(s); isPlain(colorless) {
		return colorless
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.Map(visibleRune, escapes.ReplaceAllString(s, ""))
}

// removeColors removes SGR sequences, which are frequent in logs. It is an optimization for text that is plain
// otherwise: a color within another sequence ends that sequence, so only the remaining steps of Text remove both.
func removeColors(s string) string {
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
			break // another sequence
		}
		out = append(out, s[:at]...)
		s = s[end+1:]
	}
	return string(append(out, s...))
}

// isPlain reports whether there is nothing to remove, which is the common case.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf || c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

func visibleRune(c rune) rune {
	switch {
	case c == '\n' || c == '\t':
		return c
	case c == '\u2028' || c == '\u2029':
		return ' '
	case unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs), isBlank(c):
		return -1
	}
	return c
}

// isBlank reports whether a letter or a mark is invisible.
func isBlank(c rune) bool {
	switch c {
	case '\u034F', '\u115F', '\u1160', '\u17B4', '\u17B5', '\u3164', '\uFFA0':
		return true
	}
	return c >= '\u180B' && c <= '\u180F'
}

// Note returns sanitized text on one line for an error, truncated to limit bytes with an ellipsis. Spaces are not
// changed.
func Note(s string, limit int) string {
	if len(s) > 4*limit {
		s = s[:4*limit]
	}
	if !isPlain(s) || strings.ContainsAny(s, "\n\t") { // rare; other texts need no allocation
		s = toSpaces.Replace(Text(toNewlines.Replace(s)))
	}
	s = strings.TrimSpace(s)
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}

var (
	toNewlines = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n")
	toSpaces   = strings.NewReplacer("\n", " ", "\t", " ")
)

// Output returns text as the value of an output: unchanged, but on one line and without control characters. Other
// invisible characters are kept, because a later step may look up the value as a name.
func Output(s string) string {
	return strings.Join(strings.FieldsFunc(s, unicode.IsControl), " ")
}

// Line returns sanitized text on one line, at most limit runes of it.
func Line(s string, limit int) string {
	s = strings.Join(strings.Fields(Text(s)), " ")
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}

// Name returns a sanitized name on one line, at most limit runes of it. Other than Line, it keeps all spaces, and it
// removes the middle of a long name: names of several objects often have the same start.
func Name(s string, limit int) string {
	s = strings.TrimSpace(strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) {
			return ' '
		}
		return c
	}, Text(s)))
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	runes := []rune(s)
	head := limit / 2
	return string(runes[:head]) + "…" + string(runes[len(runes)-(limit-1-head):])
}
