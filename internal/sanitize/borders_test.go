package sanitize

import "testing"

// TestInvisibleRanges: the first and the last character that show nothing are removed, their neighbors are kept.
func TestInvisibleRanges(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a\u180A\u180Bb":        "a\u180Ab",
		"a\u180F\u1810b":        "a\u1810b",
		"a\u034E\u034F\u0350b":  "a\u034E\u0350b",
		"\u115E\u115F\u1161":    "\u115E\u1161",
		"\u17B3\u17B4\u17B5b":   "\u17B3b",
		"a\u1160b\uFFA0c":       "abc",
		"\x1f\x7f~ \t\n\x0b":    "~ \t\n",
		"\x1b[1;31mred\x1b[0m!": "red!",
		"a\x0bb":                "ab",
		"a\x08b":                "ab",
		"\x1b[1mab3mc":          "ab3mc",
		"\x1b[31x\x1b[0m!":      "!",
	} {
		if got := Text(in); got != want {
			t.Errorf("%+q becomes %+q, want %+q", in, got, want)
		}
	}
}

// TestLine: a text becomes one line of at most so many characters, the last one an ellipsis if something is missing.
func TestLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in    string
		limit int
		want  string
	}{
		{" a \n\tb\r\nc ", 10, "a b c"},
		{"größe", 5, "größe"},
		{"größe!", 5, "größ…"},
		{"\x1b[31mabc", 3, "abc"},
		{"ab", 1, "…"},
	} {
		if got := Line(tt.in, tt.limit); got != tt.want {
			t.Errorf("Line(%q, %d): got %q, want %q", tt.in, tt.limit, got, tt.want)
		}
	}
}
