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

// Shortest is the length in bytes below which a text is no secret: hiding it would wreck every other text.
const Shortest = 4

// Value is a text that prints as *** under every verb, in JSON and in structured logs. The zero Value is empty.
type Value struct {
	// A pointer, since fmt prints the fields of a struct that keeps a Value in an unexported field without asking us.
	text *string
	// whole: only the whole text is secret, not twelve bytes of it.
	whole bool
}

// New returns s as a Value. New("") is the zero Value.
func New(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{text: &s}
}

// Whole returns s as a Value of which parts may be shown, such as a path that is made of words.
func Whole(s string) Value {
	v := New(s)
	v.whole = true
	return v
}

// IsWhole reports whether the Value was made by [Whole].
func (v Value) IsWhole() bool { return v.whole }

// Reveal returns the text itself, for the one place that sends it.
func (v Value) Reveal() string {
	if v.text == nil {
		return ""
	}
	return *v.text
}

// Empty says whether there is no text.
func (v Value) Empty() bool { return v.text == nil }

// Equal says whether both hold the same text. Comparing with == compares identities.
func (v Value) Equal(other Value) bool { return v.Reveal() == other.Reveal() }

// Hideable says whether hiding the text does more good than harm: it is not shorter than Shortest and no ordinary word.
func (v Value) Hideable() bool { return hideable(v.Reveal()) }

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

func hideable(s string) bool {
	return len(strings.TrimSpace(s)) >= Shortest && !ordinary[strings.ToLower(strings.TrimSpace(s))]
}

// ordinary holds values of settings that a log is full of; a secret that is one of them is no secret.
var ordinary = map[string]bool{
	"true": true, "false": true, "null": true, "none": true, "default": true, "enabled": true, "disabled": true,
	"admin": true, "root": true, "user": true, "test": true, "main": true, "master": true, "latest": true,
	"prod": true, "production": true, "staging": true, "development": true, "localhost": true,
	"http": true, "https": true, "terraform": true, "plan": true, "apply": true, "error": true, "warning": true,
}
