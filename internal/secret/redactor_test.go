package secret_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"net/url"
	"strings"
	"sync"
	"testing"

	"scalr-run-action/internal/secret"
)

func redactor(secrets ...string) *secret.Redactor {
	r := new(secret.Redactor)
	for _, s := range secrets {
		r.Add(secret.New(s))
	}
	return r
}

func declared(secrets ...string) *secret.Redactor {
	r := new(secret.Redactor)
	for _, s := range secrets {
		r.Add(secret.Declared(s))
	}
	return r
}

// awkward is a secret that every encoding changes.
const awkward = `p4/ss+w"ord<&>'\ %z?=~9`

func TestRedactorFindsEveryForm(t *testing.T) {
	t.Parallel()
	texts := map[string]string{
		"raw":                awkward,
		"xml":                xmlText(t, awkward),
		"html":               html.EscapeString(awkward),
		"query":              url.QueryEscape(awkward),
		"path":               url.PathEscape(awkward),
		"lower-case escapes": strings.ToLower(url.QueryEscape(awkward)),
		"hex":                hex.EncodeToString([]byte(awkward)),
		"HEX":                fmt.Sprintf("%X", awkward),
		"json":               jsonText(t, awkward, true),
		"json for a page":    jsonText(t, awkward, false),
	}
	encodings := map[string]*base64.Encoding{
		"std":     base64.StdEncoding,
		"raw std": base64.RawStdEncoding,
		"url":     base64.URLEncoding,
		"raw url": base64.RawURLEncoding,
	}
	for name, e := range encodings {
		for _, before := range []string{"", "u", "u:", "usr:", "user:"} {
			for _, after := range []string{"", "a", "ab", "abc"} {
				texts[fmt.Sprintf("base64 %s of %q…%q", name, before, after)] = e.EncodeToString([]byte(before + awkward + after))
			}
		}
	}
	r := redactor(awkward)
	for name, text := range texts {
		got := r.String("seen: " + text + " end")
		// Only the adjacent text remains, or the characters that contain bits of it.
		rest := strings.TrimSuffix(strings.TrimPrefix(got, "seen: "), " end")
		if !strings.Contains(rest, secret.Mask) || len(rest) > len(secret.Mask)+14 || strings.Count(rest, secret.Mask) != 1 {
			t.Errorf("%s: got %q out of %q", name, got, text)
		}
	}
}

func xmlText(t *testing.T, s string) string {
	t.Helper()
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func jsonText(t *testing.T, s string, plain bool) string {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(!plain)
	if err := e.Encode(s); err != nil {
		t.Fatal(err)
	}
	return strings.Trim(strings.TrimSpace(b.String()), `"`)
}

func TestRedactor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		secrets    []string
		text, want string
	}{
		"no secrets":                  {nil, "text", "text"},
		"whole":                       {[]string{canary}, "a " + canary + " b", "a *** b"},
		"twice, touching":             {[]string{canary}, canary + canary + " b", "*** b"},
		"alone":                       {[]string{canary}, canary, "***"},
		"twelve bytes":                {[]string{canary}, "x" + canary[3:15] + "y", "x***y"},
		"eleven bytes":                {[]string{canary}, "x" + canary[3:14] + "y", "x" + canary[3:14] + "y"},
		"the last twelve":             {[]string{canary}, "x" + canary[len(canary)-12:], "x***"},
		"two halves":                  {[]string{canary}, canary[:12] + "|" + canary[8:], "***|***"},
		"short, whole":                {[]string{"hunter2"}, "my hunter2!", "my ***!"},
		"short, part":                 {[]string{"hunter2"}, "my hunter", "my hunter"},
		"short, base64":               {[]string{"hunter2"}, "aHVudGVyMg==", "***"},
		"short, inside longer base64": {[]string{"hunter2"}, "dTpodW50ZXIyeA==", "dTp***eA=="},
		"too short":                   {[]string{"abc"}, "abc", "abc"},
		"spaces":                      {[]string{"            ", "    true    "}, "a             b     true     c", "a             b     true     c"},
		"ordinary word":               {[]string{"true", "Production"}, "true Production", "true Production"},
		"empty":                       {[]string{""}, "text", "text"},
		"lines of a long secret": {
			secrets: []string{"first-line-of-it\nshort1\n}\nx"},
			text:    "first-line-of-it | short1 | } | x",
			want:    "*** | short1 | } | x",
		},
		"lines of a short secret": {[]string{"short1\nab\n}"}, "short1 | ab | }", "*** | ab | }"},
		"trailing newline":        {[]string{"hunter2\n"}, "hunter2", "***"},
		"one inside another":      {[]string{"hunter2", "xx-hunter2-and-more"}, "xx-hunter2-and-more", "***"},
		"stars that form a secret": {
			secrets: []string{"AAAAAAAA***BBBBBBBB", "0123456789abcdef"},
			text:    "AAAAAAAA0123456789abcdefBBBBBBBB",
			want:    "***",
		},
		"at every offset of stride": {
			secrets: []string{canary},
			text:    "1" + canary + "22" + canary + "333" + canary + "4444" + canary,
			want:    "1***22***333***4444***",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := redactor(c.secrets...)
			if got := r.String(c.text); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if got := r.String(c.want); got != c.want {
				t.Errorf("again: got %q, want %q", got, c.want)
			}
		})
	}
}

// TestTwelveBytesAnywhere: twelve bytes of a credential are found wherever they are in a text, and nothing else is: every
// bit counts.
func TestTwelveBytesAnywhere(t *testing.T) {
	t.Parallel()
	var all []string
	r := new(secret.Redactor)
	for n := range uint64(300) {
		all = append(all, randomText(n, 12))
		r.Add(secret.New(all[n]))
	}
	for n, text := range all {
		before, after := strings.Repeat("-", n%6), strings.Repeat("-", n/6%9)
		if got := r.String(before + text + after); got != before+"***"+after {
			t.Errorf("%q after %d and before %d bytes: got %q", text, len(before), len(after), got)
		}
	}
	for bit := range 12 * 8 {
		other := []byte(all[0])
		other[bit/8] ^= 1 << (bit % 8)
		if got := r.String("(" + string(other) + ")"); got != "("+string(other)+")" {
			t.Errorf("with another bit %d: got %q", bit, got)
		}
	}
}

// TestSeveralKindsOfOneText: a text that is secret in two ways is found in both.
func TestSeveralKindsOfOneText(t *testing.T) {
	t.Parallel()
	atBoundaries, anywhere := secret.Declared("hunter2"), secret.New("hunter2")
	for name, c := range map[string]struct {
		values []secret.Value
		want   string
	}{
		"at boundaries":           {[]secret.Value{atBoundaries, atBoundaries}, "*** xhunter2x"},
		"anywhere":                {[]secret.Value{anywhere, anywhere}, "*** x***x"},
		"at boundaries, anywhere": {[]secret.Value{atBoundaries, anywhere}, "*** x***x"},
		"anywhere, at boundaries": {[]secret.Value{anywhere, atBoundaries}, "*** x***x"},
	} {
		r := new(secret.Redactor)
		r.Add(c.values...)
		if got := r.String("hunter2 xhunter2x"); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestCredentialOfTwelveBytes: any twelve bytes of a credential are secret; of a shorter one, the lines are.
func TestCredentialOfTwelveBytes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ secret, text, want string }{
		"twelve bytes in lines":      {"abcd1f\nghijk", "(abcd1f) (ghijk) (abcd1f\nghijk)", "(abcd1f) (ghijk) (***)"},
		"eleven bytes in lines":      {"abcd1\nghijk", "(abcd1) (ghijk) (abcd1\nghijk)", "(***) (***) (***\n***)"},
		"a part of the encoded form": {"abcd1fghijkl", "(FiY2QxZmdoaW)", "(***)"},
		"space around it":            {"  abcd1fghij \n", "abcd1fghij", "***"},
		"a form that is too short":   {"a\u200b\u200bb", "(a\u200b\u200bb) (ab)", "(***) (ab)"},
	} {
		r := new(secret.Redactor)
		if !r.Add(secret.New(c.secret)) {
			t.Errorf("%s: not all forms were added", name)
		}
		if got := r.String(c.text); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	r := new(secret.Redactor)
	if !r.Add(secret.Exact("a\u200b\u200bb")) {
		t.Error("a form that is too short counts as one that has no room")
	}
}

func TestRedactorLargeSecret(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, "%08x", i*2654435761)
	}
	r := redactor(b.String())
	if got, want := r.String("x"+b.String()+"y"), "x***y"; got != want {
		t.Errorf("got %d bytes, want %q", len(got), want)
	}
}

func TestRedactorDoesNotAllocateWithoutMatch(t *testing.T) {
	r := redactor(canary, "hunter2")
	line := []byte(strings.Repeat("aws_instance.web: Still creating... [10s elapsed] ", 20))
	if got := testing.AllocsPerRun(100, func() { r.Bytes(line) }); got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
	if got := r.Bytes(line); &got[0] != &line[0] {
		t.Error("got a copy, want the line itself")
	}
}

func TestRedactorIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	r := redactor(canary)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			r.Add(secret.New(fmt.Sprintf("another-secret-%d", i)))
			if got := r.String("x " + canary); got != "x ***" {
				t.Errorf("got %q", got)
			}
		})
	}
	all.Wait()
}

func TestStreamFindsSplitSecrets(t *testing.T) {
	t.Parallel()
	text := "a " + canary + " b " + canary + canary + " hunter2 " + base64.StdEncoding.EncodeToString([]byte("u:"+
		canary)) + " c" + canary[2:14]
	r := redactor(canary, "hunter2")
	want := r.String(text)
	for size := 1; size <= len(text); size++ {
		if got := stream(r, text, size); got != want {
			t.Errorf("pieces of %d: got %q, want %q", size, got, want)
		}
	}
}

func stream(r *secret.Redactor, text string, size int) string {
	var out strings.Builder
	s := r.Stream()
	for len(text) > 0 {
		n := min(size, len(text))
		out.Write(s.Next([]byte(text[:n])))
		text = text[n:]
	}
	out.Write(s.End())
	return out.String()
}

func TestStreamCanBeReused(t *testing.T) {
	t.Parallel()
	s := redactor(canary).Stream()
	for range 2 {
		got := string(s.Next([]byte(canary))) + string(s.End())
		if want := "***"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func BenchmarkRedactor(b *testing.B) {
	r := redactor(canary, strings.Repeat("eyJhbGciOiJSUzI1NiJ9.", 1)+longToken())
	line := []byte(strings.Repeat("\x1b[0m\x1b[1maws_instance.web[\"a\"]: Still creating... [10s elapsed]\x1b[0m ", 15))
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		r.Bytes(line)
	}
}

func longToken() string {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "%x", (uint64(i)+1)*0x9e3779b97f4a7c15)
	}
	return b.String()
}
