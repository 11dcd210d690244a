// Package secret keeps secrets out of what people read: a Value prints as ***, and a Redactor takes secrets out of text.
package secret

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Mask is what stands in the place of a secret.
const Mask = "***"

// Shortest is the length in bytes below which a text is not masked: masking it would garble every other text.
const Shortest = 4

// Value is a text that prints as *** under every verb, in JSON and in structured logs. The zero Value is empty.
//
// How much of it is secret depends on who made it: see [New], [Declared], [Expression], [Leaf], [Exact] and
// [Whole].
type Value struct {
	// A pointer, since fmt prints the fields of a struct that keeps a Value in an unexported field without asking us.
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

// New returns a credential that we hold ourselves, such as a token. Every part of it is hard to guess, so any twelve bytes
// in a row count as the secret.
func New(s string) Value { return newValue(s, credential) }

// Declared returns a text that a user declares secret. It may be made of common words, such as an address or an ARN, so
// that only all of it is secret; of a text of several lines, or one that is JSON, also each line, or each text in it,
// that is not common.
func Declared(s string) Value { return newValue(s, declared) }

// Expression returns an HCL expression that a user declares secret. It stands for its value: what Declared says of a text
// holds for each text in it.
func Expression(s string) Value { return newValue(s, expression) }

// Leaf returns a text out of something that is sensitive as a whole, such as an output of a configuration. What Declared
// says holds for it, but of its lines and texts only those are secret that look like it, as for [LooksSecret].
func Leaf(s string) Value { return newValue(s, leaf) }

// Exact returns a text of which only all of it is secret, whatever it is made of.
func Exact(s string) Value { return newValue(s, exact) }

// Whole returns a part of a signed address, such as a path that is made of words. It is secret for the [Redactor] only,
// as a whole, and wherever it stands.
func Whole(s string) Value { return newValue(s, whole) }

func newValue(s string, k kind) Value {
	if s == "" {
		return Value{}
	}
	return Value{text: &s, kind: k}
}

// Reveal returns the text itself, for the one place that sends it.
func (v Value) Reveal() string {
	if v.text == nil {
		return ""
	}
	return *v.text
}

// Empty reports whether the text is empty.
func (v Value) Empty() bool { return v.text == nil }

// Equal says whether both hold the same text. Comparing with == compares identities.
func (v Value) Equal(other Value) bool { return v.Reveal() == other.Reveal() }

// Hideable says whether a [Redactor] hides anything of the Value. It hides nothing that is shorter than [Shortest], no
// true, false and null, and no credential or address that is an ordinary word.
func (v Value) Hideable() bool { return len(v.parts()) > 0 }

// Lines returns what the runner is to hide for the Value, which compares line by line: nothing of a Value made by Whole.
func (v Value) Lines() []string {
	if v.kind == whole {
		return nil
	}
	var lines []string
	for _, p := range v.parts() {
		for line := range strings.FieldsFuncSeq(p.text, isLineEnd) {
			if v.kind == credential && hideable(line) || !strings.ContainsFunc(p.text, isLineEnd) {
				lines = append(lines, strings.TrimSpace(line))
			}
		}
	}
	return unique(lines)
}

// Format prints *** whatever the verb is.
func (v Value) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Mask) }

// String returns ***, also for an empty Value.
func (v Value) String() string { return Mask }

// GoString returns ***.
func (v Value) GoString() string { return Mask }

// MarshalText returns ***. It serves encoding/json and encoding/xml too.
func (v Value) MarshalText() ([]byte, error) { return []byte(Mask), nil }

// LogValue returns ***.
func (v Value) LogValue() slog.Value { return slog.StringValue(Mask) }

// part is a text that is looked for.
type part struct {
	text string
	how  match
}

// match says where a text counts as the secret.
type match uint8

const (
	byWindows match = iota // any twelve bytes of it, anywhere
	anywhere               // all of it
	onBorders              // all of it, where no letter or digit continues it
)

// parts returns what is looked for of the Value, each text once, all of it first.
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
		return exactly(nil, text)
	case whole:
		if hideable(text) {
			return []part{{v.Reveal(), anywhere}}
		}
		return nil
	}
	return partsOfCredential(text)
}

// partsOfCredential is all of it, or the lines of a short one, since texts are searched line by line and a short secret
// is not found by its windows.
func partsOfCredential(text string) []part {
	if len(text) >= window {
		if hideable(text) {
			return []part{{text, byWindows}}
		}
		return nil
	}
	var parts []part
	for line := range strings.FieldsFuncSeq(text, isLineEnd) {
		if hideable(line) {
			parts = append(parts, part{line, anywhere})
		}
	}
	return parts
}

// exactly appends a text that is secret as a whole. A short one may be part of other words.
func exactly(parts []part, text string) []part {
	switch {
	case len(text) < Shortest || literal(text):
		return parts
	case len(text) < window:
		return append(parts, part{text, onBorders})
	}
	return append(parts, part{text, anywhere})
}

// literal reports the words that stand in every plan.
func literal(s string) bool {
	return strings.EqualFold(s, "true") || strings.EqualFold(s, "false") || strings.EqualFold(s, "null")
}

func isLineEnd(c rune) bool { return c == '\n' || c == '\r' }

// hideable reports whether hiding a credential does more good than harm.
func hideable(s string) bool {
	return len(strings.TrimSpace(s)) >= Shortest && !ordinary[strings.ToLower(strings.TrimSpace(s))]
}

// ordinary holds values of settings that a log is full of; a credential that is one of them is not masked.
var ordinary = map[string]bool{
	"true": true, "false": true, "null": true, "none": true, "default": true, "enabled": true, "disabled": true,
	"admin": true, "root": true, "user": true, "test": true, "main": true, "master": true, "latest": true,
	"prod": true, "production": true, "staging": true, "development": true, "localhost": true,
	"http": true, "https": true, "terraform": true, "plan": true, "apply": true, "error": true, "warning": true,
}
