package secret

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// templateEscapes replaces HCL's escapes of the start of a template.
var templateEscapes = strings.NewReplacer("$${", "${", "%%{", "%{")

// quotedText reads a quoted text at the beginning of JSON or HCL code.
func quotedText(code string) (text, rest string, ok bool) {
	if !strings.HasPrefix(code, `"`) {
		return "", code, false
	}
	end := 1
	for end < len(code) && code[end] != '"' {
		if code[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(code) {
		return "", code, false
	}
	return templateEscapes.Replace(unescapeQuoted(code[1:end])), code[end+1:], true
}

var simpleEscapes = map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'f': '\f'}

// unescapeQuoted replaces the escapes of a JSON or HCL text, which does not end within an escape. Of an invalid escape
// it drops the backslash.
func unescapeQuoted(s string) string {
	var out strings.Builder
	for s != "" {
		at := strings.IndexByte(s, '\\')
		if at < 0 {
			out.WriteString(s)
			break
		}
		out.WriteString(s[:at])
		r, n := readEscape(s[at:])
		out.WriteRune(r)
		s = s[at+n:]
	}
	return out.String()
}

// readEscape reads an escape of n bytes.
func readEscape(s string) (r rune, n int) {
	if c, ok := simpleEscapes[s[1]]; ok {
		return rune(c), 2
	}
	switch r, ok := codePoint(s); {
	case ok && utf16.IsSurrogate(r):
		if low, ok := codePoint(s[6:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, 12
			}
		}
		return utf8.RuneError, 6
	case ok && s[1] == 'U':
		return r, 10
	case ok:
		return r, 6
	}
	r, n = utf8.DecodeRuneInString(s[1:])
	return r, n + 1
}

// codePoint reads \u0041 and HCL's \U00000041.
func codePoint(s string) (rune, bool) {
	digits := map[bool]int{true: 8, false: 4}[strings.HasPrefix(s, `\U`)]
	if len(s) < digits+2 || !strings.HasPrefix(s, `\u`) && !strings.HasPrefix(s, `\U`) {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:2+digits], 16, 32)
	return rune(n), err == nil
}
