package scalr

import (
	"reflect"
	"testing"
)

// TestFootprint checks the memory that is counted for a value: its own bytes and those of all that it refers to.
func TestFootprint(t *testing.T) {
	t.Parallel()
	word, text := 7, "abc"
	for want, value := range map[int]any{
		8:                     1,
		1:                     true,
		16 + 3:                text,
		8 + 8:                 &word,
		8 + 16 + 3:            &text,
		24 + 2*16 + 3:         []string{"", text},
		24:                    []string(nil),
		8 + 96 + (16 + 3) + 1: map[string]bool{text: true},
		(16 + 1) + (16 + 3):   Tag{ID: "a", Name: text},
		24 + 2*(16+1):         []Tag{{ID: "a", Name: "b"}},
	} {
		if got := footprint(reflect.ValueOf(value)); got != want {
			t.Errorf("%#v: got %d, want %d", value, got, want)
		}
	}
}
