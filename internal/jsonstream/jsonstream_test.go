package jsonstream_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"scalr-run-action/internal/jsonstream"
)

func reader(document string, limits jsonstream.Limits) *jsonstream.Reader {
	return jsonstream.New(context.Background(), strings.NewReader(document), limits)
}

func TestObjectReadsRequestedMembers(t *testing.T) {
	t.Parallel()
	r := reader(` {"skipped":[1,{"a":"}"}],"name":"a\"b\u00e9\ud83d\ude00","raw": {"x": [1, 2]} ,"list":["a",2,"c"],`+
		`"empty":{}} `, jsonstream.Limits{})
	var name, list string
	var raw json.RawMessage
	err := r.Object(func(member string) (err error) {
		switch member {
		case "name":
			name, _, err = r.Text(100)
		case "raw":
			raw, err = r.Raw(100)
		case "list":
			err = r.Array(func() error {
				text, ok, err := r.Text(10)
				if ok {
					list += text
				}
				return err
			})
		}
		return err
	})
	if err != nil || r.End() != nil {
		t.Fatalf("got %v", err)
	}
	if name != `a"bé😀` || string(raw) != `{"x": [1, 2]}` || list != "ac" {
		t.Errorf("got %q, %q, %q", name, raw, list)
	}
}

func TestTextIsCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]string{0: "", 1: "a", 2: "a", 3: "aé", 6: "aé", 7: "aé😀", 50: "aé😀z"} {
		text, ok, err := reader(`"aé😀z"`, jsonstream.Limits{}).Text(limit)
		if text != want || !ok || err != nil {
			t.Errorf("%d bytes at most: got %q, %v, %v, want %q", limit, text, ok, err, want)
		}
	}
}

func TestRawOmitsLongValues(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100_000) // longer than the buffer
	r := reader(`["`+long+`","`+long+`",1]`, jsonstream.Limits{})
	var got []int
	err := r.Array(func() error {
		raw, err := r.Raw([]int{len(long) + 2, len(long) + 1, 1}[len(got)])
		got = append(got, len(raw))
		return err
	})
	if err != nil || len(got) != 3 || got[0] != len(long)+2 || got[1] != 0 || got[2] != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}

// TestUnreadValuesAreSkipped: a value that is not a string, or that a callback does not read, is skipped and checked.
func TestUnreadValuesAreSkipped(t *testing.T) {
	t.Parallel()
	for _, document := range []string{`{"a":[1]}`, `[2,{"b":null}]`, `3`, `true`, `false`, `null`} {
		r := reader(document+" ", jsonstream.Limits{})
		if text, ok, err := r.Text(10); text != "" || ok || err != nil || r.End() != nil {
			t.Errorf("%s: got %q, %t, %v", document, text, ok, err)
		}
		r, elements := reader("["+document+","+document+"]", jsonstream.Limits{}), 0
		if err := r.Array(func() error { elements++; return nil }); err != nil || elements != 2 || r.End() != nil {
			t.Errorf("two elements %s: got %d, %v", document, elements, err)
		}
		r, names := reader(`{"x":`+document+`,"y":`+document+"}", jsonstream.Limits{}), ""
		if err := r.Object(func(name string) error { names += name; return nil }); err != nil || names != "xy" || r.End() != nil {
			t.Errorf("two members %s: got %s, %v", document, names, err)
		}
		r = reader(document[:len(document)-1]+"#", jsonstream.Limits{})
		if _, ok, err := r.Text(10); ok || err != jsonstream.ErrSyntax {
			t.Errorf("%s with another end: got %t, %v", document, ok, err)
		}
	}
}

// TestIncompleteByteOrderMark: a document that begins with a part of a byte order mark is not JSON, however it is read.
func TestIncompleteByteOrderMark(t *testing.T) {
	t.Parallel()
	for _, document := range []string{"\xef", "\xef{}", "\xefx", "\xef\xbb", "\xef\xbb{}", "\xef\xbb\xef\xbb\xbf{}"} {
		for how, read := range map[string]func(r *jsonstream.Reader) error{
			"Skip": (*jsonstream.Reader).Skip,
			"End":  (*jsonstream.Reader).End,
			"Peek": func(r *jsonstream.Reader) error { _, err := r.Peek(); return err },
			"More": func(r *jsonstream.Reader) error {
				more, err := r.More()
				if more {
					t.Errorf("%q: there is another value", document)
				}
				return err
			},
		} {
			if err := read(reader(document, jsonstream.Limits{})); err != jsonstream.ErrSyntax {
				t.Errorf("%q: %s returns %v", document, how, err)
			}
		}
	}
	if err := readAll(strings.NewReader("\xef\xbb\xbf{}"), (*jsonstream.Reader).Skip); err != nil {
		t.Errorf("a complete mark: got %v", err)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	read := func(r *jsonstream.Reader) error {
		return r.Array(func() error { _, _, err := r.Text(100); return err })
	}
	for name, c := range map[string]struct {
		document string
		limits   jsonstream.Limits
		message  string // of the error; empty for none
	}{
		"as long as allowed": {`["abc"]`, jsonstream.Limits{Bytes: 7}, ""},
		"a byte longer":      {`["abc"]`, jsonstream.Limits{Bytes: 6}, "the JSON is larger than 0 KiB"},
		"kibibytes": {
			document: `["` + strings.Repeat("x", 1<<20) + `"]`,
			limits:   jsonstream.Limits{Bytes: 1<<20 - 1},
			message:  "the JSON is larger than 1023 KiB",
		},
		"a mebibyte": {
			document: `["` + strings.Repeat("x", 1<<20) + `"]`,
			limits:   jsonstream.Limits{Bytes: 1 << 20},
			message:  "the JSON is larger than 1 MiB",
		},
		"several mebibytes": {
			document: `["` + strings.Repeat("x", 3<<20) + `"]`,
			limits:   jsonstream.Limits{Bytes: 3 << 20},
			message:  "the JSON is larger than 3 MiB",
		},
		"keeps as much as allowed": {`["abc","def"]`, jsonstream.Limits{Kept: 6}, ""},
		"keeps a byte more":        {`["abc","defg"]`, jsonstream.Limits{Kept: 6}, "the JSON needs more than 0 KiB of memory"},
	} {
		err := read(reader(c.document, c.limits))
		var limit *jsonstream.LimitError
		switch {
		case c.message == "" && err != nil:
			t.Errorf("%s: got %v", name, err)
		case c.message != "" && (!errors.As(err, &limit) || err.Error() != c.message):
			t.Errorf("%s: got %v, want %q", name, err, c.message)
		}
	}
}

// TestMessages: the errors say what is wrong with a document.
func TestMessages(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		"[1,]":                   "the JSON is not well-formed",
		strings.Repeat("[", 513): "the JSON is not well-formed: it is nested too deeply",
	} {
		err := reader(document, jsonstream.Limits{}).Skip()
		if err == nil || err.Error() != want || !errors.Is(err, jsonstream.ErrSyntax) {
			t.Errorf("%.5s: got %v, want %s", document, err, want)
		}
	}
}

func TestDepth(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for n, want := range map[int]error{
		jsonstream.MaxDepth:     nil,
		jsonstream.MaxDepth + 1: jsonstream.ErrTooDeep,
		1 << 20:                 jsonstream.ErrTooDeep,
	} {
		if err := reader(deep(n), jsonstream.Limits{}).Skip(); err != want {
			t.Errorf("%d levels: got %v", n, err)
		}
	}
}

// TestMixedNesting: objects and arrays are distinguished at every level.
func TestMixedNesting(t *testing.T) {
	t.Parallel()
	opening, closing := "", ""
	for i := range jsonstream.MaxDepth {
		if i%3 == 1 || i%7 == 2 {
			opening, closing = opening+`{"a":`, "}"+closing
		} else {
			opening, closing = opening+"[", "]"+closing
		}
	}
	if err := reader(opening+"0"+closing, jsonstream.Limits{}).Skip(); err != nil {
		t.Error(err)
	}
	for i := range closing {
		changed := closing[:i] + string(closing[i]^('}'^']')) + closing[i+1:]
		if err := reader(opening+"0"+changed, jsonstream.Limits{}).Skip(); err != jsonstream.ErrSyntax {
			t.Errorf("another bracket at the end of level %d: got %v", jsonstream.MaxDepth-i, err)
		}
	}
}

// TestLineBreakInText: a line break does not end a string.
func TestLineBreakInText(t *testing.T) {
	t.Parallel()
	for _, space := range []string{"\n", "\r", "\t"} {
		for _, document := range []string{`["a` + space + `]`, `{"a` + space + `:1}`, `{"a":"b` + space + `}`, `"a` + space} {
			for how, read := range readers {
				if err := readAll(strings.NewReader(document), read); err != jsonstream.ErrSyntax {
					t.Errorf("%s: %q: got %v", how, document, err)
				}
			}
		}
	}
}

// TestMissingElement: an element that is missing after a comma is not announced.
func TestMissingElement(t *testing.T) {
	t.Parallel()
	elements := 0
	err := reader(`[1,]`, jsonstream.Limits{}).Array(func() error { elements++; return nil })
	if err != jsonstream.ErrSyntax || elements != 1 {
		t.Errorf("got %d elements, %v", elements, err)
	}
}

func TestSourceErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	source := io.MultiReader(strings.NewReader(`{"a":`), iotest.ErrReader(broken))
	var sourceError *jsonstream.SourceError
	if err := jsonstream.New(t.Context(), source, jsonstream.Limits{}).Skip(); !errors.Is(err, broken) ||
		!errors.As(err, &sourceError) {
		t.Errorf("got %v", err)
	}
	if err := reader(`{"a":`, jsonstream.Limits{}).Skip(); err != io.ErrUnexpectedEOF {
		t.Errorf("a truncated document: got %v", err)
	}
}

// TestContextEndsReading: a reader stops within one buffer after its context has ended, even for an endless source.
func TestContextEndsReading(t *testing.T) {
	t.Parallel()
	cause := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	source := &counted{to: repeatingReader("[],")}
	source.after = func() {
		if source.n > 1<<20 {
			cancel(cause)
		}
	}
	r := jsonstream.New(ctx, io.MultiReader(strings.NewReader("["), source), jsonstream.Limits{})
	if err := r.Skip(); !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	if source.n > 1<<20+128<<10 {
		t.Errorf("read %d bytes, although the context ended after %d", source.n, 1<<20)
	}
}

// TestMemoryDoesNotGrow: members that are not read use no memory, regardless of their size.
func TestMemoryDoesNotGrow(t *testing.T) {
	for name, unit := range map[string]string{
		"elements": "0,",
		"objects":  `{"a":{}},`,
		"lists":    "[[[]]],",
		"texts":    `"x",`,
		"escapes":  `"\n\u00e9\ud83d\ude00",`,
		"numbers":  "-1.5e+10,",
		"words":    "true,",
	} {
		allocs := func(n int) float64 {
			document := `{"data":"x","included":[` + strings.Repeat(unit, n) + `0]}`
			return testing.AllocsPerRun(1, func() {
				r := reader(document, jsonstream.Limits{})
				err := r.Object(func(name string) error {
					if name == "data" {
						_, _, err := r.Text(10)
						return err
					}
					return nil
				})
				if err != nil || r.BytesRead() != int64(len(document)) {
					t.Errorf("%s: read %d of %d bytes: %v", name, r.BytesRead(), len(document), err)
				}
			})
		}
		if few, many := allocs(1_000), allocs(100_000); many > few+2 {
			t.Errorf("%s: %v allocations for 1,000 and %v for 100,000", name, few, many)
		}
	}
}

// FuzzReader compares the valid documents, and the decoded texts, with encoding/json.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{
		`{}`,
		`[1,-0.5e+3,"a\u0041\ud800\udc00\ud800x\n",true,false,null]`,
		`{"a":{"b":[{}]}}`,
		`[1,]`,
		`{"a":1,}`,
		`{"a"}`,
		`[01]`,
		`[1.]`,
		`[-]`,
		`"\x"`,
		"\"\xff\"",
		"\"\n\"",
		` "a" `,
		`1 2`,
		``,
		`{"a" :1}`,
		`nul`,
		`]`,
		`{]`,
		`["\ud800\u0041\udc00\ud83d\ud83d\ude00"]`,
		"\xef\xbb\xbf[]",
		"\xef[]",
		`[[],[[]]]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, document string) {
		plain := strings.TrimPrefix(document, "\xef\xbb\xbf")
		want := json.Valid([]byte(plain))
		r := jsonstream.New(t.Context(), iotest.OneByteReader(strings.NewReader(document)), jsonstream.Limits{})
		err := r.Skip()
		if err == nil {
			err = r.End()
		}
		if got := err == nil; got != want && err != jsonstream.ErrTooDeep {
			t.Errorf("%q: got %v, JSON: %v", document, err, want)
		}
		if raw, err := reader(document, jsonstream.Limits{}).Raw(1 << 20); want && err == nil &&
			string(raw) != strings.Trim(plain, " \n\t\r") {
			t.Errorf("%q reads as %q", document, raw)
		}
		var wantText string
		isText := want && utf8.ValidString(plain) && json.Unmarshal([]byte(plain), &wantText) == nil &&
			strings.HasPrefix(strings.Trim(plain, " \n\t\r"), `"`)
		if text, ok, _ := reader(document, jsonstream.Limits{}).Text(1 << 20); isText && (!ok || text != wantText) {
			t.Errorf("%q decodes to %q, want %q", document, wantText, text)
		}
	})
}

// repeatingReader repeats a string endlessly.
type repeatingReader string

func (e repeatingReader) Read(p []byte) (int, error) {
	n := 0
	for n+len(e) <= len(p) {
		n += copy(p[n:], e)
	}
	return n, nil
}

type counted struct {
	to    io.Reader
	n     int
	after func()
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.to.Read(p)
	c.n += n
	c.after()
	return n, err
}
