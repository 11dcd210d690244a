// Package secret prevents secrets from being printed: a Value prints as ***, and a Redactor replaces secrets in text.
package secret

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
)

// Mask replaces a secret.
const Mask = "***"

// Shortest is the length in bytes below which a text is not masked: masking it would garble every other text.
const Shortest = 4

// Value is a text that prints as *** under every verb, in JSON and in structured logs. The zero Value is empty.
//
// The constructor determines how much of it is secret: see [New], [Declared], [Expression], [Leaf], [Exact] and [Whole].
type Value struct {
	// A pointer, because fmt prints a Value in an unexported field of a struct without calling Format.
	text *string
	kind kind
}

type kind uint8

const (
	credential kind = iota
	declared
	expression
	leaf
	exact
	whole
)

// New returns a credential of the action, such as a token. Each part of it is hard to guess, so any twelve consecutive
// bytes are secret.
func New(s string) Value { return newValue(s, credential) }

// Declared returns a text that a user declares secret. It may consist of common words, as an address or an ARN does, so
// only the whole text is secret; if it has several lines or is JSON, so is each line or text in it that is not common.
func Declared(s string) Value { return newValue(s, declared) }

// Expression returns an HCL expression that a user declares secret. Its value is secret: each text in it is treated as
// by Declared.
func Expression(s string) Value { return newValue(s, expression) }

// Leaf returns a text from a value that is sensitive as a whole, such as an output of a configuration. It is treated as
// by Declared, but only those of its lines and texts are secret that look secret, see [LooksSecret].
func Leaf(s string) Value { return newValue(s, leaf) }

// Exact returns a text that is secret only as a whole, regardless of its content.
func Exact(s string) Value { return newValue(s, exact) }

// Whole returns a part of a signed address, such as a path made of words. Only the [Redactor] treats it as secret, as a
// whole and anywhere.
func Whole(s string) Value { return newValue(s, whole) }

func newValue(s string, k kind) Value {
	if s == "" {
		return Value{}
	}
	return Value{text: &s, kind: k}
}

// Reveal returns the text itself, for the request that sends it.
func (v Value) Reveal() string {
	if v.text == nil {
		return ""
	}
	return *v.text
}

// Empty reports whether the text is empty.
func (v Value) Empty() bool { return v.text == nil }

// Equal reports whether both contain the same text. The operator == compares identities.
func (v Value) Equal(other Value) bool { return v.Reveal() == other.Reveal() }

// Hideable reports whether a [Redactor] redacts anything of the Value. It does not redact texts shorter than [Shortest],
// the words true, false and null, and credentials or addresses that are ordinary words.
func (v Value) Hideable() bool { return len(v.parts()) > 0 }

// Lines returns the texts that the runner must mask for the Value. The runner compares line by line. For a Value made by
// Whole there are none.
func (v Value) Lines() []string {
	if v.kind == whole {
		return nil
	}
	var lines []string
	for _, p := range v.parts() {
		for line := range strings.FieldsFuncSeq(p.text, isLineEnd) {
			if v.kind == credential && isHideable(line) || !strings.ContainsFunc(p.text, isLineEnd) {
				lines = append(lines, strings.TrimSpace(line))
			}
		}
	}
	return unique(lines)
}

// Format prints *** for every verb.
func (v Value) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Mask) }

// String returns ***, even for an empty Value.
func (v Value) String() string { return Mask }

// MarshalText returns ***. encoding/json and encoding/xml use it, too.
func (v Value) MarshalText() ([]byte, error) { return []byte(Mask), nil }

// LogValue returns ***.
func (v Value) LogValue() slog.Value { return slog.StringValue(Mask) }

// part is a text to search for.
type part struct {
	text string
	how  match
}

// match is the way in which a text is matched.
type match uint8

const (
	byWindows    match = iota // any twelve consecutive bytes, anywhere
	anywhere                  // the whole text
	atBoundaries              // the whole text where no letter or digit is adjacent
)

// parts returns the texts to search for, without duplicates; the whole text is the first.
func (v Value) parts() []part {
	text := strings.TrimSpace(v.Reveal())
	switch v.kind {
	case declared:
		return partsOfDeclared(text)
	case expression:
		return partsOfExpression(text)
	case leaf:
		return partsOfLeaf(text)
	case exact:
		return appendExact(nil, text)
	case whole:
		if isHideable(text) {
			return []part{{v.Reveal(), anywhere}}
		}
		return nil
	}
	return partsOfCredential(text)
}

// partsOfCredential returns the whole text, or the lines of a short one, since texts are searched line by line and a
// short secret has no windows.
func partsOfCredential(text string) []part {
	if len(strings.TrimSpace(text)) >= window {
		return []part{{text, byWindows}} // no ordinary word is that long
	}
	var parts []part
	for line := range strings.FieldsFuncSeq(text, isLineEnd) {
		if isHideable(line) {
			parts = append(parts, part{line, anywhere})
		}
	}
	return parts
}

// appendExact appends a text that is secret as a whole. A short one may be part of other words.
func appendExact(parts []part, text string) []part {
	switch {
	case len(text) < Shortest || isLiteral(text):
		return parts
	case len(text) < window:
		return append(parts, part{text, atBoundaries})
	}
	return append(parts, part{text, anywhere})
}

// isLiteral reports whether a text is a word that occurs in every plan.
func isLiteral(s string) bool {
	return strings.EqualFold(s, "true") || strings.EqualFold(s, "false") || strings.EqualFold(s, "null")
}

func isLineEnd(c rune) bool { return c == '\n' || c == '\r' }

// isHideable reports whether masking a credential does more good than harm.
func isHideable(s string) bool {
	s = strings.TrimSpace(s)
	return len(s) >= Shortest && !slices.Contains(ordinaryWords, strings.ToLower(s))
}

// ordinaryWords holds common words of settings and logs; a credential that is one of them is not masked.
var ordinaryWords = strings.Fields("true false null none default enabled disabled admin root user test main master " +
	"latest prod production staging development localhost http https terraform plan apply error warning")
