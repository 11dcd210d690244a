package secret_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

func FuzzRedactor(f *testing.F) {
	f.Add("a tok-9fQ2xLw7Rk4VbN8s b", canary, "hunter2", uint8(3))
	f.Add("x aHVudGVyMg== y 746f6b2d396651327", canary, "hunter2", uint8(1))
	f.Add("AAAAAAAA0123456789abcdefBBBBBBBB", "AAAAAAAA***BBBBBBBB", "0123456789abcdef", uint8(7))
	f.Add("abababababababababab", "abababababab", "baba", uint8(5))
	f.Fuzz(func(t *testing.T, text, first, second string, size uint8) {
		r := redactor(first, second)
		got := r.String(text)
		if len(got) > len(text) {
			t.Errorf("got %d bytes out of %d", len(got), len(text))
		}
		if again := r.String(got); again != got {
			t.Errorf("not idempotent: got %q, then %q", got, again)
		}
		for _, s := range []string{first, second} {
			if shown := shows(got, s); shown != "" {
				t.Errorf("%q shows %q of the secret", got, shown)
			}
		}
		// The stars of a mask may complete a secret that contains stars; a stream cannot revoke what it returned.
		if cut := stream(r, text, int(size)+1); cut != got && !strings.Contains(first+second, "*") {
			t.Errorf("in pieces of %d: got %q, want %q", int(size)+1, cut, got)
		}
	})
}

// FuzzDeclared: no long declared secret is shown, and a stream redacts the same as a whole text.
func FuzzDeclared(f *testing.F) {
	f.Add("a hunter2, nohunter2 correct horse batteryhunter2", "hunter2", "correct horse battery", uint8(3))
	f.Add("\x1b[1mdebug\x1b[0m %3Ddebug debugging\\ndebug_\xc3\xa9debug", "debug", "0123456789abcdef", uint8(1))
	f.Add("ababababababababab-bab", "abab", "baba-", uint8(5))
	f.Add("first\nsecond-line-of-it", "first\nsecond-line-of-it\nq7Zp3Vx9", "first", uint8(9))
	f.Fuzz(func(t *testing.T, text, first, second string, size uint8) {
		r := declared(first, second)
		got := r.String(text)
		if again := r.String(got); again != got {
			t.Errorf("not idempotent: got %q, then %q", got, again)
		}
		for _, s := range []string{first, second} {
			if s = strings.TrimSpace(s); len(s) >= 12 && strings.Contains(got, s) {
				t.Errorf("%q shows the secret", got)
			}
		}
		if strings.ContainsAny(first+second, "*") || strings.Contains(text, "…") {
			return // a stream cannot revoke what it returned, and redacts texts before they are truncated
		}
		if cut := stream(r, text, int(size)+1); cut != got {
			t.Errorf("in pieces of %d: got %q, want %q", int(size)+1, cut, got)
		}
	})
}

// shows returns the part of s that text contains: any twelve bytes of a long secret, the
// whole of a short one.
func shows(text, s string) string {
	if !secret.New(s).Hideable() {
		return ""
	}
	n := min(12, len(s))
	for i := 0; i+n <= len(s); i++ {
		if strings.Contains(text, s[i:i+n]) {
			return s[i : i+n]
		}
	}
	return ""
}
