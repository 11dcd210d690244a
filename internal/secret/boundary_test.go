package secret_test

import (
	"strings"
	"testing"
)

// TestShortSecretAfterEscape: a short secret is found directly after an escape that ends with a letter or a digit.
func TestShortSecretAfterEscape(t *testing.T) {
	t.Parallel()
	r := declared("hunter2")
	for _, before := range []string{
		`\a`, `\b`, `\e`, `\f`, `\n`, `\r`, `\t`, `\v`, `\0`, `\000`, `\075`, `\377`, `\x09`, `\xaf`, `\xAF`, `\u003d`, `\u0F0a`,
		`\U0000003d`, `%3D`, `%09`, `%0a`, `%0A`, `%af`, `%FF`, "\x1b[m", "\x1b[0m", "\x1b[39m", "\x1b[38;5;208m", "\x1b[38:5:208m",
		"\x1b[" + strings.Repeat("1", 21) + "m",
	} {
		for _, start := range []string{"", "a ", "a"} {
			if got := r.String(start + before + "hunter2"); got != start+before+"***" {
				t.Errorf("%q after %q: got %q", before, start, got)
			}
		}
	}
}

// TestShortSecretAfterWord: what only resembles an escape is a part of the word that follows it.
func TestShortSecretAfterWord(t *testing.T) {
	t.Parallel()
	r := declared("hunter2")
	for _, before := range []string{
		"n", "m", "12m", "[m", "[32m", "x[32m", "\x1b32m", "\x1b]32m", "\x1b[32n", "\x1b[3xm", "\x1b[3/m", "\x1b[3<m",
		"\x1b[" + strings.Repeat("1", 22) + "m",
		`\c`, `\1`, `\9`, `\07`, `\078`, `\/77`, `\779`, `\8`, `\x3`, `\x3g`, `\xg3`, `\x:3`, `\x/3`, `\x@3`, "\\x`3", `\xG3`, `\u03d`,
		`\u003g`, `\U0003d`, `%3`, `%3g`, `%G0`, `3D`, `x3d`, `u003d`,
	} {
		if got := r.String(before + "hunter2"); got != before+"hunter2" {
			t.Errorf("%q: got %q", before, got)
		}
	}
}

// TestShortSecretBesideMask: only a mask that touches a short secret is a boundary.
func TestShortSecretBesideMask(t *testing.T) {
	t.Parallel()
	r := declared("hunter2", "correct horse battery")
	for text, want := range map[string]string{
		"correct horse batteryhunter2":                        "***",
		"correct horse batteryxhunter2":                       "***xhunter2",
		"hunter2correct horse battery":                        "***",
		"hunter2xcorrect horse battery":                       "hunter2x***",
		"correct horse battery, correct horse batteryhunter2": "***, ***",
		"hunter2": "***",
	} {
		if got := r.String(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestTruncatedSecrets: of a secret that another program truncated, eight bytes suffice.
func TestTruncatedSecrets(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ secret, text, want string }{
		"eight bytes":              {"swordfish-and-more", "a swordfis… b", "a ***… b"},
		"seven bytes":              {"swordfish-and-more", "a swordfi… b", "a swordfi… b"},
		"eight bytes alone":        {"swordfish-and-more", "swordfis…", "***…"},
		"all but the last byte":    {"swordfish-and-more", "swordfish-and-mor…", "***…"},
		"after another one":        {"swordfish-and-more", "a… b… swordfish-… c", "a… b… ***… c"},
		"several":                  {"swordfish-and-more", "swordfis… swordfish… end", "***… ***… end"},
		"before the whole secret":  {"swordfish-and-more", "swordfis… swordfish-and-more", "***… ***"},
		"after the whole secret":   {"swordfish-and-more", "swordfish-and-more swordfis…", "*** ***…"},
		"a complete short secret":  {"hunter22", "hunter22… xhunter22…", "***… xhunter22…"},
		"another text":             {"swordfish-and-more", "swordfight-an… Swordfis…", "swordfight-an… Swordfis…"},
		"a form of it":             {`sword"fish"and"more`, `sword\"fish\"an…`, "***…"},
		"within the examined ones": {"swordfish-and-more", strings.Repeat("…", 99) + "swordfis…", strings.Repeat("…", 99) + "***…"},
		"after too many ellipses": {
			secret: "swordfish-and-more",
			text:   strings.Repeat("…", 100) + "swordfis…",
			want:   strings.Repeat("…", 100) + "swordfis…",
		},
	} {
		if got := declared(c.secret).String(c.text); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	for text, r := range map[string]interface{ String(string) string }{"no secrets": declared(), "only long ones": redactor(canary)} {
		if got := r.String("tok-9fQ2… and more"); got != "tok-9fQ2… and more" {
			t.Errorf("%s: got %q", text, got)
		}
	}
}
