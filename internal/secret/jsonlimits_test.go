package secret_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

// TestJSONTokens: tokens of a document are complete and valid, however they are split.
func TestJSONTokens(t *testing.T) {
	t.Parallel()
	r := declared("hunter2", "5432")
	for document, want := range map[string]string{
		`[true,false,null]`:                                     `[true,false,null]`,
		`[0,0.5,-0,1E5,1e+5,1.9e-09]`:                           `[0,0.5,-0,1E5,1e+5,1.9e-09]`,
		"null{}true[]5432[1]":                                   `null{}true[]"***"[1]`,
		"5432":                                                  `"***"`,
		"\t[\r\n5432 ]\r\n":                                     "\t[\r\n\"***\" ]\r\n",
		`["\"\\\/\b\f\n\r\t\u001f hunter2"]`:                    `["\"\\/\u0008\u000c\n\r\t\u001f ***"]`,
		"[\"hunter2 \x7f\u0080é\U0001f600\"]":                   "[\"*** \x7f\u0080é\U0001f600\"]",
		`["\u00e9\u00C9 \ud83d\ude00 hunter2"]`:                 `["éÉ 😀 ***"]`,
		`["\ud83d\u0041 \ude00\ud83d \ud83d\n hunter2"]`:        "[\"\uFFFDA \uFFFD\uFFFD \uFFFD\\n ***\"]",
		`["\ud83dx123456 hunter2", "\ud83d\\u12345 hunter2"]`:   "[\"\uFFFDx123456 ***\", \"\uFFFD\\\\u12345 ***\"]",
		`{"hunter2":5432,"a":{"5432":"hunter2"},"b":[],"c":{}}`: `{"***":"***","a":{"***":"***"},"b":[],"c":{}}`,
	} {
		for size := 1; size <= len(document); size++ {
			if got, err := redactedJSON(r, document, size); err != nil || got != want {
				t.Errorf("%s in pieces of %d: got %s, %v", document, size, got, err)
			}
		}
	}
}

// TestInvalidJSONTokens: what encoding/json rejects is rejected, also within a text that is too long to be held.
func TestInvalidJSONTokens(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 70_000)
	for name, document := range map[string]string{
		"two byte order marks":              "\xef\xbb\xbf\xef\xbb\xbf[]",
		"half a byte order mark":            "\xef\xbb",
		"a third of a byte order mark":      "\xef[1]",
		"first digit out of range":          `"\ug041"`,
		"a space in the byte order mark":    "\xef\xbb []",
		"a byte order mark after a value":   "[]\xef\xbb\xbf",
		"another word":                      "tru",
		"a longer word":                     "nullx",
		"a word with a number":              "null0",
		"a number with a word":              "0null",
		"a colon after a number":            `{"a":1:2}`,
		"no digits of an escape":            `"\u"`,
		"an escape that the text ends":      `"\u004"`,
		"a digit out of range":              `"\u00:0"`,
		"another digit out of range":        "\"\\u00`0\"",
		"an invalid second surrogate":       `"\ud83d\ude0g"`,
		"an incomplete second surrogate":    `"\ud83d\ude0"`,
		"an unknown escape":                 `"\a"`,
		"an escaped quotation mark":         `"\"`,
		"a control character":               "\"\x1f\"",
		"a control character in a name":     "{\"\x00\":1}",
		"an invalid escape in a long text":  `"` + long + `\x"`,
		"an incomplete escape in such text": `"` + long + `\u00"`,
		"an invalid escape before its end":  `"\x` + long + `"`,
		"a control character in such text":  `"` + long + "\n\"",
		"the end of a long text":            `"` + long,
		"a bracket that nothing opened":     "[]]",
		"another bracket":                   "{]",
		"a brace in a list":                 "[}",
		"a value after a name":              `{"a" "b"}`,
		"a comma at the top":                "1,2",
		"a list that begins with a comma":   "[,1]",
		"a name that is a list":             "{[]:1}",
	} {
		for _, size := range []int{1, 3, 1 << 20} {
			if _, err := redactedJSON(declared("hunter2"), document, size); !errors.Is(err, secret.ErrNotJSON) {
				t.Errorf("%s in pieces of %d: %v", name, size, err)
			}
		}
	}
}

// TestJSONLimits: depth, numbers and texts are limited exactly.
func TestJSONLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		document string
		valid    bool
	}{
		"depth":           {strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), true},
		"too deep":        {strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001), false},
		"digits":          {strings.Repeat("1", 4096) + " ", true},
		"too many digits": {strings.Repeat("1", 4097) + " ", false},
	} {
		for _, size := range []int{1, 1 << 20} {
			got, err := redactedJSON(declared("hunter2"), c.document, size)
			if (err == nil) != c.valid || c.valid && got != c.document {
				t.Errorf("%s in pieces of %d: %v", name, size, err)
			}
		}
	}
	// A text that is held as a whole keeps its escapes.
	for size, want := range map[int]string{64<<10 - 2: `\/`, 64<<10 - 1: `/`} {
		body := strings.Repeat("x", size)
		if got, err := redactedJSON(declared("hunter2"), `"\/`+body+`"`, 1); err != nil || got != `"`+want+body+`"` {
			t.Errorf("%d bytes: got %.10s, %v", size+2, got, err)
		}
	}
	long := strings.Repeat("x", 200_000)
	if got, err := redactedJSON(declared("hunter2"), `"\/`+long+`"`, 1<<20); err != nil || got != `"/`+long+`"` {
		t.Errorf("a long text in one piece: got %.10s, %v", got, err)
	}
}

// TestLongNames: names that are too long to be held remain distinct.
func TestLongNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 40_000)
	document, want := "{", "{"
	for i, suffix := range []string{"", "-2", "-3", "-4"} {
		document += fmt.Sprintf(`"%s%s":%d,`, long, []string{"hunter2", "5432"}[i%2], i)
		want += fmt.Sprintf(`"%s***%s":%d,`, long, suffix, i)
		document += fmt.Sprintf(`"hunter2":%d,`, i)
		want += fmt.Sprintf(`"***%s":%d,`, suffix, i)
	}
	for _, size := range []int{999, 64 << 10, 1 << 20} {
		if got, err := redactedJSON(redactor("hunter2", "5432"), document+`"a":0}`, size); err != nil || got != want+`"a":0}` {
			t.Errorf("in pieces of %d: %v", size, err)
		}
	}
}

// TestManyObjects: names are only distinguished from those of the same object, however many there are.
func TestManyObjects(t *testing.T) {
	t.Parallel()
	const count = 1<<16 + 10
	r := declared("hunter2")
	document := "[" + strings.Repeat(`{"hunter2":1},`, count) + "0]"
	want := "[" + strings.Repeat(`{"***":1},`, count) + "0]"
	if got, err := redactedJSON(r, document, 1<<20); err != nil || got != want {
		t.Errorf("objects: %v, %.200s", err, got)
	}
	// 65536 names are remembered; all further ones get a number.
	var all, distinct strings.Builder
	for n := range count {
		fmt.Fprintf(&all, `"hunter2%d":1,`, n)
		suffix := ""
		if n >= 1<<16 {
			suffix = fmt.Sprint("-", n+1)
		}
		fmt.Fprintf(&distinct, `"***%d%s":1,`, n, suffix)
	}
	got, err := redactedJSON(redactor("hunter2"), "{"+all.String()+`"a":0}`, 1<<20)
	if err != nil || got != "{"+distinct.String()+`"a":0}` {
		t.Errorf("names: %v, %s", err, got[max(0, len(got)-300):])
	}
	// Those that got a number are remembered, too.
	got, err = redactedJSON(redactor("hunter2"), "{"+strings.Repeat(`"hunter2":1,`, 1<<16)+`"a-hunter2":0}`, 1<<20)
	if err != nil || !strings.HasSuffix(got, `,"***-65536":1,"a-***-65537":0}`) {
		t.Errorf("names with a number: %v, %s", err, got[max(0, len(got)-300):])
	}
}

// TestErrNotJSON: the error reads well after what is not JSON.
func TestErrNotJSON(t *testing.T) {
	t.Parallel()
	if got := secret.ErrNotJSON.Error(); got != "it is not JSON" {
		t.Errorf("got %q", got)
	}
}

// TestJSONIsWrittenInParts: output is written when it reaches 32 KiB, and at the end of each piece.
func TestJSONIsWrittenInParts(t *testing.T) {
	t.Parallel()
	var out sizes
	j := redactor("hunter2").JSON(&out)
	_, _ = j.Write([]byte("[1,"))
	_, _ = j.Write([]byte(strings.Repeat("1,", 100_000)))
	_, _ = j.Write([]byte("1"))
	_, _ = j.Write([]byte("2]"))
	if err := j.End(); err != nil {
		t.Fatal(err)
	}
	if out[0] != 3 || out[1] != 32<<10 || out[2] != 32<<10 || out[len(out)-1] != 3 {
		t.Errorf("got writes of %v bytes", out)
	}
	var buffer bytes.Buffer
	j = redactor("hunter2").JSON(&buffer)
	n, err := j.Write([]byte("[x] and more"))
	if again, _ := j.Write([]byte("[1]")); n != 12 || err != nil || again != 3 || buffer.String() != "" {
		t.Errorf("after an error: wrote %d and %d bytes, %v, %q", n, again, err, buffer.String())
	}
}

type sizes []int

func (s *sizes) Write(p []byte) (int, error) {
	*s = append(*s, len(p))
	return len(p), nil
}
