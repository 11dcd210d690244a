package secret_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

var colorSequence = regexp.MustCompile("\x1b\\[[0-9;:]+m|\x1b\\[m")

func uncolored(s string) string { return colorSequence.ReplaceAllString(s, "") }

const (
	coloredToken = "tok-SECRET0123456789abcdefXYZ"
	coloredWord  = "hunter2-correct-horse"
)

func coloredRedactor() *secret.Redactor {
	r := new(secret.Redactor)
	r.Add(secret.New(coloredToken), secret.Declared(coloredWord), secret.Declared("pa55"))
	return r
}

// TestColorsInSecrets: a secret with colors inside is redacted, and the colors are kept.
func TestColorsInSecrets(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"no color " + coloredWord:                      "no color ***",
		"\x1b[32m" + coloredWord + "\x1b[0m":           "\x1b[32m***\x1b[0m",
		"a hunter2-\x1b[1mcorrect-horse b":             "a ***\x1b[1m b",
		"\x1b[31mhunter2\x1b[0;1m-correct-\x1b[mhorse": "\x1b[31m***\x1b[0;1m\x1b[m",
		"p\x1b[1ma\x1b[38;5;2m55":                      "***\x1b[1m\x1b[38;5;2m",
		"x\x1b[1mpa55":                                 "x\x1b[1m***", // the color ends the word
		"\x1b[1mpa55\x1b[0m":                           "\x1b[1m***\x1b[0m",
		"hunter2-\x1b[Kcorrect-horse":                  "hunter2-\x1b[Kcorrect-horse", // not a color: package job removes it first
		"hunter2-\x1b[1mcorrect-h… x":                  "***… x",                      // truncated: the text loses its colors
		"text \x1b[":                                   "text \x1b[",
		"text \x1b\x1b[1m.":                            "text \x1b\x1b[1m.",
		"x " + strings.Join(strings.Split(coloredToken, ""), "\x1b[31m"):            "x ***" + strings.Repeat("\x1b[31m", len(coloredToken)-1),
		coloredToken[:15] + "\x1b[1m" + coloredToken[15:] + " " + coloredToken[:12]: "***\x1b[1m ***",
	} {
		if got := string(coloredRedactor().Colored([]byte(text))); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestColoredSecret: a secret that contains colors is redacted with these colors, with others and without.
func TestColoredSecret(t *testing.T) {
	t.Parallel()
	r := new(secret.Redactor)
	r.Add(secret.Declared("one\x1b[1mtwo\x1b[0mthree"), secret.Declared("a\x1b[31mb"), secret.Declared("key\x1b=value"), secret.Declared("x***y"))
	for text, want := range map[string]string{
		"one\x1b[1mtwo\x1b[0mthree": "***\x1b[1m\x1b[0m",
		"onetwothree":               "***",
		"one\x1b[2mtwothree":        "***\x1b[2m",
		"a\x1b[31mb":                "***", // too short without its color
		"key\x1b\x1b[1m=value":      "***\x1b[1m",
		"x\x1b[1monetwothreey":      "***", // the mask completes a secret
	} {
		if got := string(r.Colored([]byte(text))); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestColoredStream: a stream redacts the same secrets, and can be used for another text.
func TestColoredStream(t *testing.T) {
	t.Parallel()
	r := coloredRedactor()
	r.Add(secret.Declared("a\x1b[31mb"))
	s := r.ColoredStream()
	for _, c := range []struct{ text, want string }{
		{"x\x1b[1mpa55", "x\x1b[1m***"},
		{"a\x1b[31mb", "***"},
		{"hunter2-\x1b[1mcorrect-horse\x1b[0m", "***\x1b[1m\x1b[0m"},
		{"text", "text"},
	} {
		if got := string(s.Next([]byte(c.text))) + string(s.End()); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

// TestColorsChangeNoRedaction: with colors at any position, the visible text is redacted as without them, and a stream
// redacts it wherever it is split.
func TestColorsChangeNoRedaction(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	r := coloredRedactor()
	pieces := []string{coloredWord, coloredToken, coloredToken[5:20], " ", "é", "plain text ", "***", "hunter2-", "correct-horse", "\n"}
	for range 1000 {
		var plain, colored strings.Builder
		for range 1 + random.IntN(12) {
			for _, c := range pieces[random.IntN(len(pieces))] {
				if random.IntN(6) == 0 {
					colored.WriteString([]string{"\x1b[1m", "\x1b[0m", "\x1b[38;5;200m", "\x1b[m"}[random.IntN(4)])
				}
				colored.WriteRune(c)
				plain.WriteRune(c)
			}
		}
		want := r.String(plain.String())
		if got := string(r.Colored([]byte(colored.String()))); uncolored(got) != want {
			t.Fatalf("%q: got %q, want the text %q", colored.String(), got, want)
		}
		whole, parts := r.ColoredStream(), r.ColoredStream()
		long := strings.Repeat(colored.String()+"\n", 40)
		all := string(whole.Next([]byte(long))) + string(whole.End())
		split := ""
		for rest := long; rest != ""; {
			n := min(len(rest), 1+random.IntN(700))
			split, rest = split+string(parts.Next([]byte(rest[:n]))), rest[n:]
		}
		split += string(parts.End())
		if all != split {
			t.Fatalf("%q: whole %q, split %q", long, all, split)
		}
		if got := colorSequence.FindAllString(all, -1); len(got) != len(colorSequence.FindAllString(long, -1)) {
			t.Fatalf("%q: %d colors remain", long, len(got))
		}
	}
}

// TestManyColors: the memory for a text that consists of colors, or of one endless color, is bounded.
func TestManyColors(t *testing.T) {
	t.Parallel()
	for name, piece := range map[string]string{"colors": strings.Repeat("\x1b[31m", 10_000), "one color": strings.Repeat("1", 50_000)} {
		s := coloredRedactor().ColoredStream()
		s.Next([]byte("\x1b["))
		for range 200 {
			s.Next([]byte(piece))
		}
		if n := len(s.End()); n == 0 || n > 100_000 {
			t.Errorf("%s: %d bytes were held", name, n)
		}
	}
}
