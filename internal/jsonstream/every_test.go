package jsonstream_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"scalr-run-action/internal/jsonstream"
)

// sampleDocument has every kind of token.
const sampleDocument = ` { "a\n\u00eF" : [ -10.5e+0 ,0, 1E2,{}, [ ] ,true , false,null ,"\ud83d\ude00z" ] , "b":{"c" : 7} } `

// walk reads a value and all nested values, and returns the strings.
func walk(r *jsonstream.Reader) (texts []string, err error) {
	inside := func() error {
		more, err := walk(r)
		texts = append(texts, more...)
		return err
	}
	switch c, err := r.Peek(); {
	case err != nil:
		return nil, err
	case c == '{':
		return texts, r.Object(func(name string) error {
			texts = append(texts, name)
			return inside()
		})
	case c == '[':
		return texts, r.Array(inside)
	}
	text, ok, err := r.Text(100)
	if ok {
		texts = append(texts, text)
	}
	return texts, err
}

// readers are the ways to read a document to its end.
var readers = map[string]func(r *jsonstream.Reader) error{
	"skip": func(r *jsonstream.Reader) error { return r.Skip() },
	"walk": func(r *jsonstream.Reader) error { _, err := walk(r); return err },
	"raw":  func(r *jsonstream.Reader) error { _, err := r.Raw(10); return err },
	"record": func(r *jsonstream.Reader) error {
		_, err := r.Record(10, r.Skip)
		return err
	},
}

func readAll(source io.Reader, read func(r *jsonstream.Reader) error) error {
	r := jsonstream.New(context.Background(), source, jsonstream.Limits{})
	if err := read(r); err != nil {
		return err
	}
	return r.End()
}

// TestEveryChangeOfADocument: every way to read a document accepts a changed document exactly when encoding/json does.
func TestEveryChangeOfADocument(t *testing.T) {
	t.Parallel()
	check := func(document string) {
		want := json.Valid([]byte(document))
		for _, how := range []string{"skip", "walk"} {
			if err := readAll(strings.NewReader(document), readers[how]); (err == nil) != want {
				t.Errorf("%s: %q: got %v, JSON: %t", how, document, err, want)
			}
		}
	}
	for from := range len(sampleDocument) {
		for to := from; to <= len(sampleDocument); to++ {
			check(sampleDocument[:from] + sampleDocument[to:])
		}
		for _, c := range []byte("\x00\x1f !\"'+,-./019:;<>@ABEFGZ[\\]^_`abefglntuz{|}~\x7f\xff") {
			check(sampleDocument[:from] + string([]byte{c}) + sampleDocument[from+1:])
		}
	}
}

// TestEveryPieceOfADocument: a truncated document is reported as such, not as a syntax error.
func TestEveryPieceOfADocument(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	end := strings.LastIndex(sampleDocument, "}")
	for how, read := range readers {
		for n := range end + 1 {
			piece := sampleDocument[:n]
			if err := readAll(strings.NewReader(piece), read); err != io.ErrUnexpectedEOF {
				t.Errorf("%s: %q: got %v", how, piece, err)
			}
			source := io.MultiReader(strings.NewReader(piece), iotest.ErrReader(broken))
			if err := readAll(source, read); !errors.Is(err, broken) {
				t.Errorf("%s: %q from a broken source: got %v", how, piece, err)
			}
		}
		source := io.MultiReader(strings.NewReader(sampleDocument), iotest.ErrReader(broken))
		if err := readAll(source, read); !errors.Is(err, broken) {
			t.Errorf("%s: a source that breaks after the document: got %v", how, err)
		}
	}
}

// TestEveryEscape: texts are decoded as encoding/json decodes them.
func TestEveryEscape(t *testing.T) {
	t.Parallel()
	parts := []string{`\ud83d`, `\ude00`, `\uDBFF`, `\uDFFF`, `\u0041`, `\uabCD`, `\u0fFe`, `\n\r\t\b\f\/\\\"`, "x", " ", "\x7f", "é", "😀"}
	for _, a := range parts {
		for _, b := range parts {
			for _, c := range parts {
				document := `"` + a + b + c + `"`
				var want string
				if err := json.Unmarshal([]byte(document), &want); err != nil {
					t.Fatal(err)
				}
				text, ok, err := jsonstream.New(t.Context(), iotest.OneByteReader(strings.NewReader(document)), jsonstream.Limits{}).Text(100)
				if text != want || !ok || err != nil {
					t.Errorf("%s: got %q, %t, %v, want %q", document, text, ok, err, want)
				}
			}
		}
	}
}

// TestManySiblings: adjacent containers do not count as nested, in every way to read them.
func TestManySiblings(t *testing.T) {
	t.Parallel()
	document := "[" + strings.Repeat(`[],{},[0],{"a":0},`, jsonstream.MaxDepth) + "0]"
	for how, read := range readers {
		if err := readAll(strings.NewReader(document), read); err != nil {
			t.Errorf("%s: got %v", how, err)
		}
	}
}

// TestWalkDepth: the nesting is limited in every way to read a document.
func TestWalkDepth(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
		for how, read := range readers {
			for n, want := range map[int]error{jsonstream.MaxDepth: nil, jsonstream.MaxDepth + 1: jsonstream.ErrTooDeep} {
				document := strings.Repeat(pair[0], n-1) + strings.TrimSuffix(pair[0], `"a":`) + strings.Repeat(pair[1], n)
				if err := readAll(strings.NewReader(document), read); err != want {
					t.Errorf("%s: %d levels of %s: got %v", how, n, pair[0], err)
				}
			}
		}
	}
}
