package secret_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"scalr-run-action/internal/secret"
)

// redactedJSON returns the redacted form of a document written in pieces of a given size.
func redactedJSON(r *secret.Redactor, document string, size int) (string, error) {
	var out bytes.Buffer
	j := r.JSON(&out)
	for len(document) > 0 {
		n := min(size, len(document))
		if _, err := j.Write([]byte(document[:n])); err != nil {
			return "", err
		}
		document = document[n:]
	}
	err := j.End()
	return out.String(), err
}

func TestJSON(t *testing.T) {
	t.Parallel()
	r := declared("hunter2", "5432", "123456789012", "correct horse", "é-secret", `q"uo\te`, "1.25", "***",
		"line\nof text")
	long := strings.Repeat("x", 100_000)
	for name, c := range map[string]struct{ document, want string }{
		"nothing": {
			document: ` {"a" : [1, 2.50, -3e+07, true, null, "\u00e9\/"] } `,
			want:     ` {"a" : [1, 2.50, -3e+07, true, null, "\u00e9\/"] } `,
		},
		"a text":                {`{"a":"hunter2"}`, `{"a":"***"}`},
		"escaped":               {`{"a":"\u0068unter\u0032"}`, `{"a":"***"}`},
		"within other text":     {`["my \u0068unter2!\n\"and\" more\u0001"]`, `["my ***!\n\"and\" more\u0001"]`},
		"a secret with escapes": {`["q\"uo\\te"]`, `["***"]`},
		"lines":                 {`["line\nof text"]`, `["***"]`},
		"not ASCII":             {`["\u00E9-secret", "é-secret"]`, `["***", "***"]`},
		"a number": {
			document: `{"port":5432,"more":[15432,54321,5432.5,5432]}`,
			want:     `{"port":"***","more":[15432,54321,5432.5,"***"]}`,
		},
		"with an exponent": {
			document: `[5.432e3, 5432.0, 5432e0, 54320E-1, 5432e1, 1.25, 12.5e-1]`,
			want:     `["***", "***", "***", "***", 5432e1, "***", "***"]`,
		},
		"a long number":           {`[123456789012,1.23456789012e+11,123456789013]`, `["***","***",123456789013]`},
		"a giant exponent":        {`[5e999999999, 1e-999999999]`, `[5e999999999, 1e-999999999]`},
		"a name":                  {`{"hunter2":1,"x-hunter2":2,"hunter2x":3}`, `{"***":1,"x-***":2,"hunter2x":3}`},
		"names that are the same": {`{"hunter2":1,"correct horse":2,"5432":3}`, `{"***":1,"***-2":2,"***-3":3}`},
		"such names before them": {
			document: `{"a***":0,"***-2":0,"hunter2":1,"correct horse":2}`,
			want:     `{"a***":0,"***-2":0,"***":1,"***-3":2}`,
		},
		"such names after them": {
			document: `{"hunter2":1,"correct horse":2,"***":3,"***-2":4}`,
			want:     `{"***":1,"***-2":2,"***-3":3,"***-2-2":4}`,
		},
		"the same name twice": {`{"a":1,"a":2}`, `{"a":1,"a":2}`},
		"names that differ at the start": {
			document: `{"a-hunter2-and-a-name-that-is-longer-than-that-of-others":1,"b-hunter2-and-a-name-that-is-longer-than-that-of-others":2}`,
			want:     `{"a-***-and-a-name-that-is-longer-than-that-of-others":1,"b-***-and-a-name-that-is-longer-than-that-of-others":2}`,
		},
		"names of other objects": {`{"hunter2":{"hunter2":1},"a":{"hunter2":2}}`, `{"***":{"***":1},"a":{"***":2}}`},
		"several documents": {
			document: "{\"a\":\"hunter2\"}\n[5432] 5432 \"5432\"\n",
			want:     "{\"a\":\"***\"}\n[\"***\"] \"***\" \"***\"\n",
		},
		"a byte order mark": {"\xef\xbb\xbf[1]", "[1]"},
		"not UTF-8":         {"[\"a\xff\", \"hunter2\xff\", \"\xc3\"]", "[\"a\uFFFD\", \"***\uFFFD\", \"\uFFFD\"]"},
		"half a surrogate":  {`["\ud83d", "\ud83dhunter2", "\ud83d\ude00 hunter2"]`, `["\ud83d", "***", "😀 ***"]`},
		"JSON within JSON":  {`["{\"a\":\"q\\\"uo\\\\te\",\"b\":5432}"]`, `["{\"a\":\"***\",\"b\":***}"]`},
		"a long text":       {`{"a":"` + long + ` \u0068unter2","b":1}`, `{"a":"` + long + ` ***","b":1}`},
		"a long text of escapes": {
			document: `["` + strings.Repeat(`\ud83d\ude00`, 20_000) + `"]`,
			want:     `["` + strings.Repeat(`😀`, 20_000) + `"]`,
		},
		"long names": {
			document: `{"` + long + `hunter2":1,"` + long + `-hunter2":2,"` + long + `-5432":3}`,
			want:     `{"` + long + `hunter2":1,"` + long + `-***":2,"` + long + `-***-2":3}`,
		},
		"deep": {
			document: strings.Repeat("[", 5000) + `"hunter2"` + strings.Repeat("]", 5000),
			want:     strings.Repeat("[", 5000) + `"***"` + strings.Repeat("]", 5000),
		},
	} {
		if name == "half a surrogate" {
			// In a text that is redacted it becomes U+FFFD, which is not a letter.
			c.want = strings.Replace(c.want, `"***", `, "\"\uFFFD***\", ", 1)
		}
		for _, size := range []int{1, 2, 3, 7, 4096, len(c.document)} {
			got, err := redactedJSON(r, c.document, size)
			if err != nil || got != c.want {
				t.Errorf("%s, in pieces of %d: %v\ngot  %.200q\nwant %.200q", name, size, err, got, c.want)
				break
			}
		}
	}
}

func TestNotJSON(t *testing.T) {
	t.Parallel()
	for _, document := range []string{
		"",
		" ",
		"{",
		"[",
		`{"a"`,
		`{"a":`,
		`{"a":1`,
		`{"a":1,}`,
		`[1,]`,
		`[,1]`,
		`{,}`,
		`{"a" 1}`,
		`{1:2}`,
		`[1 2]`,
		`"a`,
		`"\x"`,
		`"\u00g0"`,
		`"\u12"`,
		"\"\n\"",
		"01",
		"-",
		"1.",
		".5",
		"1e",
		"+1",
		"tru",
		"nul",
		"True",
		"[1}",
		`{"a":1]`,
		"]",
		"hunter2",
		"\xef\xbb[1]",
		"<html>",
		"'a'",
		"[1]x",
		"\x00",
		strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001),
	} {
		for _, size := range []int{1, 1 << 20} {
			if got, err := redactedJSON(declared("hunter2"), document, size); !errors.Is(err, secret.ErrNotJSON) {
				t.Errorf("%.40q: got %.40q, %v", document, got, err)
			}
		}
	}
}

// TestJSONIsBounded: the memory of the writer does not grow with the text written to it.
func TestJSONIsBounded(t *testing.T) {
	r := declared("hunter2")
	for name, unit := range map[string]string{
		"elements": `[1,"hunter2",{"a":"b"}],`, "one text": "aé\\n", "secret names": `"hunter2":1,`, "nested": `{"hunter2":`,
	} {
		document := func(n int) string {
			body := strings.Repeat(unit, n)
			switch name {
			case "one text":
				return `"` + body + `"`
			case "secret names":
				return `{` + body + `"z":1}`
			case "nested":
				return strings.Repeat(unit, min(n, 9000)) + "1" + strings.Repeat("}", min(n, 9000))
			}
			return `[` + body + `0]`
		}(200_000)
		before := heapInUse()
		j := r.JSON(io.Discard)
		_, _ = io.CopyBuffer(onlyWriter{j}, strings.NewReader(document), make([]byte, 4096))
		if held := heapInUse() - before; held > 12<<20 {
			t.Errorf("%s: uses %d KiB after %d KiB", name, held>>10, len(document)>>10)
		}
		if err := j.End(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		runtime.KeepAlive(document)
	}
}

type onlyWriter struct{ io.Writer }

// TestManySecretNames: any number of names that redaction makes equal remain distinct.
func TestManySecretNames(t *testing.T) {
	t.Parallel()
	var document strings.Builder
	document.WriteString("{")
	const count = 100_000
	for n := range count {
		fmt.Fprintf(&document, `"hunter2":%d,`, n)
	}
	document.WriteString(`"last":0}`)
	out, err := redactedJSON(declared("hunter2"), document.String(), 1<<16)
	var members map[string]int
	if err != nil || json.Unmarshal([]byte(out), &members) != nil || len(members) != count+1 {
		t.Errorf("got %d members of %d, %v", len(members), count+1, err)
	}
}

// FuzzJSON compares with encoding/json: a JSON document keeps its structure, and other input is rejected.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,"x",true,{"b":null}]}`,
		`{"hunter2":"hunter2","x":{"hunter2":1234}}`,
		`["\u0068unter2\ud83d\ude00\ud83d"]`,
		`[1234, 1.234e3]`,
		"\"\xff\"",
		`{"a":1,}`,
		`"\x"`,
		` "a" `,
		`[01]`,
		"\xef\xbb\xbf[]",
		`{"***":1,"hunter2":2}`,
	} {
		f.Add(seed, "hunter2", uint8(3))
		f.Add(seed, "1234", uint8(1))
	}
	f.Fuzz(func(t *testing.T, document, hidden string, size uint8) {
		got, err := redactedJSON(declared(hidden), document, int(size)+1)
		plain := strings.TrimPrefix(document, "\xef\xbb\xbf")
		if want := json.Valid([]byte(plain)); want && err != nil {
			t.Fatalf("%q: %v", document, err)
		} else if !want {
			return // encoding/json rejects several documents
		}
		if !json.Valid([]byte(got)) || !utf8.ValidString(got) {
			t.Fatalf("%q became %q", document, got)
		}
		if before, after := shape(t, plain), shape(t, got); before != after {
			t.Errorf("%q became %q", document, got)
		}
		if hidden := strings.TrimSpace(hidden); len(hidden) >= 12 && utf8.ValidString(hidden) &&
			!strings.Contains(hidden, "*") {
			for _, text := range texts(t, got) {
				if strings.Contains(text, hidden) {
					t.Errorf("%q shows the secret", got)
				}
			}
		}
	})
}

// shape returns the structure of a document without its texts and numbers.
func shape(t *testing.T, document string) string {
	var out strings.Builder
	d := json.NewDecoder(strings.NewReader(document))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err == io.EOF {
			return out.String()
		}
		switch token := token.(type) {
		case json.Delim, bool, nil:
			fmt.Fprint(&out, token, " ")
		default:
			out.WriteString("x ")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// texts returns all texts of a document.
func texts(t *testing.T, document string) []string {
	var all []string
	d := json.NewDecoder(strings.NewReader(document))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(string); ok {
			all = append(all, text)
		}
	}
}
