package secret

import (
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"
)

// minDecoded is the length in bytes from which on a text is decoded from base64. A shorter one may be valid by chance.
const minDecoded = 16

// escapedLineEnds replaces line ends that are written as escapes, as in a key that has to fit on one line.
var escapedLineEnds = strings.NewReplacer(`\\r\\n`, "\n", `\\n`, "\n", `\r\n`, "\n", `\n`, "\n")

// decodings returns the texts that a configuration is likely to read from a secret text, as with base64decode(var.key) or
// replace(var.key, "\\n", "\n").
func decodings(text string) []string {
	var all []string
	if lines := escapedLineEnds.Replace(text); lines != text {
		all = append(all, lines)
	}
	if plain, ok := textInBase64(text); ok {
		all = append(all, plain)
	}
	return all
}

// textInBase64 decodes a text from base64, which may be broken into lines. ok is false if the result is not a text.
func textInBase64(s string) (plain string, ok bool) {
	s = strings.TrimRight(strings.NewReplacer("\n", "", "\r", "", "-", "+", "_", "/").Replace(s), "=")
	if len(s) < minDecoded {
		return "", false
	}
	b, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil || !utf8.Valid(b) || strings.ContainsFunc(string(b), isBinary) {
		return "", false
	}
	return string(b), true
}

// isBinary reports whether a character does not occur in texts.
func isBinary(c rune) bool { return !unicode.IsPrint(c) && !unicode.IsSpace(c) }
