package jsonstream_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"scalr-run-action/internal/jsonstream"
)

// TestRecord: Record returns the value as written, for any buffering of the source.
func TestRecord(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100_000) // longer than the buffer
	document := ` [ {"a": "1", "b":[2]} , {"a":"` + long + `"}, 3 ] `
	for name, source := range map[string]io.Reader{
		"whole":       strings.NewReader(document),
		"byte a byte": iotest.OneByteReader(strings.NewReader(document)),
	} {
		r := jsonstream.New(t.Context(), source, jsonstream.Limits{})
		var names, raws []string
		err := r.Array(func() error {
			raw, err := r.Record(50, func() error {
				if c, err := r.Peek(); err != nil || c != '{' {
					return r.Skip()
				}
				return r.Object(func(name string) error {
					text, _, err := r.Text(1)
					names = append(names, name+text)
					return err
				})
			})
			raws = append(raws, string(raw))
			return err
		})
		if got := strings.Join(names, " "); err != nil || got != "a1 b ax" {
			t.Errorf("%s: read %q, %v", name, got, err)
		}
		if got := strings.Join(raws, "|"); got != `{"a": "1", "b":[2]}||3` {
			t.Errorf("%s: recorded %q", name, got)
		}
	}
}

func TestMore(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]int{"": 0, " \n": 0, "{}": 1, "{}\n{} []": 3, "1 2": 2} {
		r, got := reader(document, jsonstream.Limits{}), 0
		for {
			more, err := r.More()
			if err != nil {
				t.Fatal(err)
			}
			if !more {
				break
			}
			if err := r.Skip(); err != nil {
				t.Fatal(err)
			}
			got++
		}
		if got != want {
			t.Errorf("%q has %d values, got %d", document, want, got)
		}
	}
}
