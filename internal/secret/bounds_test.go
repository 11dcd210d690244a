package secret_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

// randomText returns a text without repetitions, the same for each call.
func randomText(seed uint64, n int) string {
	source := rand.New(rand.NewPCG(seed, 0))
	text := make([]byte, n)
	for i := range text {
		text[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/"[source.IntN(64)]
	}
	return string(text)
}

// TestRedactorIsBounded: any number of secrets of any length takes a limited amount of memory, the secrets that were
// added are found, and Add reports if there was not enough room.
func TestRedactorIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		secrets, length int
		all             bool
		most            int64 // MiB
	}{
		"forty certificates":    {40, 1700, true, 20},
		"too many of them":      {200, 1700, false, 20},
		"short ones":            {3000, 8, true, 40},
		"too many short ones":   {20_000, 8, false, 40},
		"a giant one":           {1, 60 << 10, true, 20},
		"one that is too large": {1, 4 << 20, false, 20},
	} {
		before := heapInUse()
		r, all := new(secret.Redactor), true
		for n := range c.secrets {
			all = r.Add(secret.New(randomText(uint64(n), c.length))) && all
		}
		held := heapInUse() - before
		if all != c.all {
			t.Errorf("%s: Add returned %v", name, all)
		}
		if held > c.most<<20 {
			t.Errorf("%s: uses %d MiB, want at most %d", name, held>>20, c.most)
		}
		if name == "too many short ones" && r.Add(secret.Exact(randomText(0, 600))) {
			t.Errorf("%s: there is room for a long one", name)
		}
		first := randomText(0, c.length)
		if got := r.String("a " + first[:min(c.length, 1000)] + " b"); got != "a *** b" {
			t.Errorf("%s: the first one is not found: %.100q", name, got)
		}
		runtime.KeepAlive(r)
	}
}

func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestMasksFormingSecrets: a text in which masks repeatedly form a secret is masked as a whole.
func TestMasksFormingSecrets(t *testing.T) {
	t.Parallel()
	r := redactor("x***", "yyyy")
	if got := r.String("a xxyyyy b"); got != "a *** b" {
		t.Errorf("got %q", got)
	}
	if got := r.String("a " + strings.Repeat("x", 8) + "yyyy b"); got != "a *** b" {
		t.Errorf("nine times: got %.80q", got)
	}
	if got := r.String("a " + strings.Repeat("x", 9) + "yyyy b"); got != "***" {
		t.Errorf("ten times: got %.80q", got)
	}
	if got := r.String("a " + strings.Repeat("x", 1000) + "yyyy b"); got != "***" {
		t.Errorf("got %.80q", got)
	}
}

// TestWholeOfAnyLength: a text that is secret only as a whole is found for any length.
func TestWholeOfAnyLength(t *testing.T) {
	t.Parallel()
	for _, n := range []int{4, 511, 512, 513, 515, 516, 517, 1024, 1027, 1029, 5000} {
		text := randomText(uint64(n), n)
		r := new(secret.Redactor)
		if !r.Add(secret.Whole(text)) {
			t.Errorf("%d bytes: no room", n)
		}
		if got := r.String("a " + text + " b"); got != "a *** b" {
			t.Errorf("%d bytes: got %.100q", n, got)
		}
		for _, piece := range []int{1, 7, 600} {
			s, out := r.Stream(), ""
			whole := "a " + text + " b"
			for at := 0; at < len(whole); at += piece {
				out += string(s.Next([]byte(whole[at:min(at+piece, len(whole))])))
			}
			if out += string(s.End()); out != "a *** b" {
				t.Errorf("%d bytes in pieces of %d: got %.100q", n, piece, out)
			}
		}
		part := text[:n-1]
		if masked := r.String(part) != part; masked != (n > 512) { // a longer one is found in parts
			t.Errorf("%d bytes: all but the last one are masked: %t", n, masked)
		}
	}
}

// TestShortSecretsWithCommonPrefix: secrets with a common prefix are distinguished.
func TestShortSecretsWithCommonPrefix(t *testing.T) {
	t.Parallel()
	r := new(secret.Redactor)
	for n := range 2000 {
		r.Add(secret.New(fmt.Sprintf("abcd%d", n)))
	}
	if got := r.String("abcd abcd7 abcd77x abcd1999 abcd2000"); got != "abcd *** ***x *** ***0" {
		t.Errorf("got %q", got)
	}
}
