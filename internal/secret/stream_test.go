package secret_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

// TestStreamOfLongText: a text much longer than what a stream holds is redacted as it is at once, wherever it is split
// and wherever secrets are in it.
func TestStreamOfLongText(t *testing.T) {
	t.Parallel()
	exact := randomText(7, 300)
	r := new(secret.Redactor)
	r.Add(secret.New(canary), secret.Declared("hunter2"), secret.Declared("héllo"), secret.Exact(exact), secret.New("abab"))
	long := redactor(longToken())
	pieces := []string{
		canary, canary + canary, "hunter2", "xhunter2", "hunter2x", canary + "hunter2", "hunter2" + canary, "hunter2hunter2", exact,
		exact + exact, "héllo", "éhunter2é", "“hunter2”", "\x1b[38;5;208mhunter2\x1b[0m", "\x1b[" + strings.Repeat("1", 21) + "mhunter2",
		`\nhunter2`, "ababab", strings.Repeat("ab", 300), strings.Repeat(canary, 40), exact[:200], " ", "word", strings.Repeat("-", 100),
		longToken()[40:90], longToken(),
	}
	for seed := range uint64(60) {
		source := rand.New(rand.NewPCG(seed, 1))
		var text strings.Builder
		for text.Len() < 12<<10 {
			if source.IntN(3) == 0 {
				text.WriteString(strings.Repeat(" ", source.IntN(3000)))
			}
			text.WriteString(pieces[source.IntN(len(pieces))])
		}
		for name, redactor := range map[string]*secret.Redactor{"many secrets": r, "one secret": long} {
			want := redactor.String(text.String())
			for _, size := range []int{1 + source.IntN(9), 10 + source.IntN(90), 1000 + source.IntN(5000)} {
				if got := stream(redactor, text.String(), size); got != want {
					t.Fatalf("%s, seed %d, in pieces of %d: got\n%q\nwant\n%q", name, seed, size, got, want)
				}
			}
		}
	}
}

// TestStreamAtEveryPosition: whatever the position at which a stream returns text, a secret there is found.
func TestStreamAtEveryPosition(t *testing.T) {
	t.Parallel()
	r := declared("hunter2", "correct horse battery")
	for name, c := range map[string]struct{ text, want string }{
		"one":                {"hunter2", "***"},
		"a longer one":       {"correct horse battery", "***"},
		"within a word":      {"xhunter2 hunter2x", "xhunter2 hunter2x"},
		"after a mask":       {"correct horse batteryhunter2", "***"},
		"before a mask":      {"hunter2correct horse battery", "***"},
		"after a color":      {"\x1b[38;5;208mhunter2", "\x1b[38;5;208m***"},
		"after a long color": {"\x1b[" + strings.Repeat("1", 21) + "mhunter2", "\x1b[" + strings.Repeat("1", 21) + "m***"},
		"before a letter":    {"hunter2é", "hunter2é"},
		"many that touch":    {strings.Repeat("correct horse battery", 9), "***"},
		"masks and text":     {"hunter2 correct horse batteryx", "*** ***x"},
	} {
		const before = 4300 // the stream returns some of it
		for after := range 110 {
			s := r.Stream()
			out := string(s.Next([]byte(strings.Repeat(" ", before) + c.text + strings.Repeat("-", after))))
			out += string(s.Next([]byte(strings.Repeat("-", 110-after))))
			out += string(s.End())
			if got := strings.Trim(out, " -"); got != c.want || len(out) != before+110+len(c.want) {
				t.Fatalf("%s before %d bytes: got %q", name, after, got)
			}
		}
	}
}

// TestStreamHoldsLittle: a stream returns text in parts of at least 4 KiB, and holds no more than that and twice the
// length of the longest secret. A stream without secrets holds nothing.
func TestStreamHoldsLittle(t *testing.T) {
	t.Parallel()
	const longest = 400
	r := new(secret.Redactor)
	r.Add(secret.Exact(strings.Repeat("0123456789abcdef", longest/16)))
	limit, parts, held := 4<<10+2*2*longest+4, 0, 0 // its hexadecimal form is twice as long, but is split
	s := r.Stream()
	for range 100_000 {
		held++
		if out := s.Next([]byte("-")); len(out) > 0 {
			parts++
			held -= len(out)
		}
		if held >= limit {
			t.Fatalf("holds %d bytes, want less than %d", held, limit)
		}
	}
	if parts > 100_000>>12 {
		t.Errorf("returned %d parts", parts)
	}
	none := new(secret.Redactor).Stream()
	for range 3 {
		if got := string(none.Next([]byte("abc"))); got != "abc" {
			t.Errorf("without secrets: got %q", got)
		}
	}
	if got := none.End(); len(got) > 0 {
		t.Errorf("without secrets: %q at the end", got)
	}
}

// TestStreamCanBeReusedAfterMasks: nothing of a text affects the next one.
func TestStreamCanBeReusedAfterMasks(t *testing.T) {
	t.Parallel()
	for _, first := range []string{canary, canary + " ", strings.Repeat(" ", 9000) + canary, strings.Repeat(canary, 500), "hunter2", "x"} {
		for _, second := range []string{canary, "x", "hunter2", "xhunter2", "", strings.Repeat(canary, 500)} {
			r := new(secret.Redactor)
			r.Add(secret.New(canary), secret.Declared("hunter2"))
			s := r.Stream()
			for _, text := range []string{first, second} {
				if got := string(s.Next([]byte(text))) + string(s.End()); got != r.String(text) {
					t.Errorf("%.30q: got %.30q", text, got)
				}
			}
		}
	}
}

// TestStreamWithLaterSecret: a secret that is added after a stream returned it is not masked in addition, and one of
// which the stream returned a part is masked from there.
func TestStreamWithLaterSecret(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ first, second, want string }{
		"returned":        {"a hunter2", " b", " b"},
		"partly returned": {"a hunt", "er2 b", "*** b"},
		"not returned":    {"a ", "hunter2 b", "*** b"},
		"twice":           {"a hunter2", " hunter2 b", " *** b"},
	} {
		r := new(secret.Redactor)
		s := r.Stream()
		if got := string(s.Next([]byte(c.first))); got != c.first {
			t.Errorf("%s: without secrets, got %q", name, got)
		}
		r.Add(secret.New("hunter2"))
		if got := string(s.Next([]byte(c.second))) + string(s.End()); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
