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

// TestLine: a text becomes one line of at most that many characters, the last one an ellipsis if something is missing.
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

// TestName: a name keeps its spaces, and loses its middle if it is too long.
func TestName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in    string
		limit int
		want  string
	}{
		{" a  b\t\r\nc\u00a0d ", 20, "a  b  c d"},
		{"größe", 5, "größe"},
		{"größe!", 5, "gr…e!"},
		{"größe?!", 6, "grö…?!"},
		{"\x1b[31mabc", 3, "abc"},
		{"ab", 1, "…"},
	} {
		if got := Name(tt.in, tt.limit); got != tt.want {
			t.Errorf("Name(%q, %d): got %q, want %q", tt.in, tt.limit, got, tt.want)
		}
	}
}

// TestNote: the text of an error is one line of at most limit bytes, and an unfinished sequence does not hide the next line.
func TestNote(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in    string
		limit int
		want  string
	}{
		{" a  b\r\nc\td\re\vf\fg\u0085h\u2028i ", 40, "a  b c d e f g h i"},
		{"\x1b[31mred\x1b[0m \u202eb\u200bc\x00", 40, "red bc"},
		{"a\x1b]8;;\nb\x1b]0;x\rc", 40, "a b c"},
		{"größe", 7, "größe"},
		{"größe!", 7, "größe…"},
		{"größe", 3, "gr…"},
		{"a\xffb", 9, "a\uFFFDb"},
		{"abcdefghijklmnop", 3, "abc…"},
		{"a\tb", 9, "a b"},
		{"a\nb", 9, "a b"},
		{"a\n\tb ", 9, "a  b"},
		{"           x", 3, "x"}, // of a long text, only the first four times limit bytes are read
		{"            x", 3, ""},
		{"           xy", 3, "x"},
	} {
		if got := Note(tt.in, tt.limit); got != tt.want {
			t.Errorf("Note(%q, %d): got %q, want %q", tt.in, tt.limit, got, tt.want)
		}
	}
}

// TestOutput: the value of an output is one line without control characters, and otherwise the text itself.
func TestOutput(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"app\nresult=done": "app result=done", "a\r\n\x00b\x1b[31mc": "a b [31mc", "café\u200b  1": "café\u200b  1", "\n": "",
	} {
		if got := Output(in); got != want {
			t.Errorf("Output(%q): got %q, want %q", in, got, want)
		}
	}
}
