package report

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
)

// special are the characters that have a meaning in Markdown, in HTML or for GitHub.
const special = "<>&\"'*_~[]\\|!$#+^"

// escapedRune is how prose shows a character.
func escapedRune(c rune) string {
	if strings.ContainsRune(special, c) {
		return fmt.Sprintf("&#%d;", c)
	}
	return string(c)
}

// TestEveryCharacter: characters with a meaning are escaped, and those that begin a list at the start of the text.
func TestEveryCharacter(t *testing.T) {
	t.Parallel()
	for c := '!'; c <= '~'; c++ {
		if c == '`' {
			continue // see TestCodeInProse
		}
		if got, want := prose("x"+string(c)), "x"+escapedRune(c); got != want {
			t.Errorf("after a letter: got %q, want %q", got, want)
		}
		want := escapedRune(c)
		if c == '-' || unicode.IsDigit(c) {
			want = fmt.Sprintf("&#%d;", c)
		}
		if got := prose(string(c) + " x"); got != want+" x" {
			t.Errorf("at the start: got %q, want %q", got, want+" x")
		}
		if got, want := code("x"+string(c)), "`x"+string(c)+"`"; got != want && !strings.ContainsRune(`|\`, c) {
			t.Errorf("as code: got %q, want %q", got, want)
		}
	}
	for in, want := range map[string]string{
		"":       "",
		" \n":    "",
		"|":      "<code>&#124;</code>",
		"`":      "<code>&#96;</code>",
		`a\b`:    "<code>a&#92;b</code>",
		"a b\nc": "`a b c`",
		"-":      "`-`",
	} {
		if got := code(in); got != want {
			t.Errorf("code(%q): got %q, want %q", in, got, want)
		}
	}
}

// TestUnderscores: an underscore between letters or digits is not escaped, because it has no meaning there.
func TestUnderscores(t *testing.T) {
	t.Parallel()
	for c := '!'; c <= '~'; c++ {
		if c == '`' || c == '@' { // @_ is also the start of a mention
			continue
		}
		underscore := "&#95;"
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			underscore = "_"
		}
		if got, want := prose("x"+string(c)+"_a"), "x"+escapedRune(c)+underscore+"a"; got != want {
			t.Errorf("before it: got %q, want %q", got, want)
		}
		if got, want := prose("a_"+string(c)), "a"+underscore+escapedRune(c); got != want {
			t.Errorf("after it: got %q, want %q", got, want)
		}
	}
	for in, want := range map[string]string{
		"_a": "&#95;a", "a_": "a&#95;", "_": "&#95;", "a_b_c": "a_b_c", "a__b": "a&#95;&#95;b", "é_a": "é&#95;a", "1_2": "&#49;_2",
	} {
		if got := prose(in); got != want {
			t.Errorf("prose(%q): got %q, want %q", in, got, want)
		}
	}
}

func TestCodeInProse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"`a`":               "<code>a</code>",
		"see `a_b|c` and *": "see <code>a_b&#124;c</code> and &#42;",
		"`a` `b`":           "<code>a</code> <code>b</code>",
		"` a `":             "<code>a</code>",
		"`<b>`!":            "<code>&#60;b&#62;</code>&#33;",
		"a``b":              "a&#96;&#96;b",
		"a` `b":             "a&#96;&#96;b",
		"a`b":               "a&#96;b",
		"`a``b":             "<code>a</code>&#96;b",
		"-`-`-":             "&#45;<code>&#45;</code>&#45;",
		"":                  "",
	} {
		if got := prose(in); got != want {
			t.Errorf("prose(%q): got %q, want %q", in, got, want)
		}
	}
}

// TestLongTexts: names are shortened to 300 characters, sentences to 4,000, by their middle.
func TestLongTexts(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("é", n) }
	for _, tt := range []struct{ name, got, want string }{
		{"code", code(long(300)), "`" + long(300) + "`"},
		{"longer code", code(long(301)), "`" + long(150) + "…" + long(149) + "`"},
		{"code in HTML", htmlCode(long(300)), "<code>" + long(300) + "</code>"},
		{"longer code in HTML", htmlCode(long(301)), "<code>" + long(150) + "…" + long(149) + "</code>"},
		{"a sentence", prose(long(4000)), long(4000)},
		{"a longer sentence", prose(long(4001)), long(2000) + "…" + long(1999)},
		{"code in a sentence", prose("`" + long(301) + "`"), "<code>" + long(150) + "…" + long(149) + "</code>"},
		{"a quoted name", quoteCode("a`b" + long(297)), "`a'b" + long(297) + "`"},
		{"a longer quoted name", quoteCode(long(301)), "`" + long(150) + "…" + long(149) + "`"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %.40q (%d bytes), want %.40q (%d bytes)", tt.name, tt.got, len(tt.got), tt.want, len(tt.want))
		}
	}
}

func TestCodeBlock(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a":               "```x\na\n```\n",
		"a\n\n":           "```x\na\n```\n",
		"\n a\n\nb":       "```x\n\n a\n\nb\n```\n",
		"`":               "```x\n`\n```\n",
		"``":              "```x\n``\n```\n",
		"```":             "````x\n```\n````\n",
		"a ```` b ``` `c": "`````x\na ```` b ``` `c\n`````\n",
		"``a``":           "```x\n``a``\n```\n",
		"":                "```x\n\n```\n",
	} {
		if got := codeBlock("x", in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestSentence: the URL of the run becomes a link, and the spaces around it stay.
func TestSentence(t *testing.T) {
	t.Parallel()
	const run = "https://acme.scalr.io/run-1"
	const to = "[the run in Scalr](" + run + ")"
	for in, want := range map[string]string{
		"See " + run + " now":           "See " + to + " now",
		run:                             to,
		run + " is late":                to + " is late",
		"It is late: " + run:            "It is late: " + to,
		"(" + run + ")":                 "(" + to + ")",
		run + " and " + run + " *":      to + " and " + to + " &#42;",
		" " + run + " ":                 to,
		"- " + run + "":                 "&#45; " + to,
		"No URL, but `code`":            "No URL, but <code>code</code>",
		"See https://other.example/run": "See https:&#8203;//other.example/run",
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			r := Report{Problem: in, RunURL: run}
			_, got, _ := strings.Cut(r.Comment(CommentLimit), "> **")
			if got, _, _ = strings.Cut(got, "**\n"); strings.TrimSpace(got) != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	for _, url := range []string{"", "run-1"} { // no web address
		if got := (Report{RunURL: url}).sentence("run-1 *"); got != "run-1 &#42;" {
			t.Errorf("with the URL %q: got %q", url, got)
		}
	}
}
