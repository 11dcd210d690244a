package sanitize

import "testing"

func TestText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "a b\tc\nd", "a b\tc\nd"},
		{"color", "\x1b[1m\x1b[31mError: \x1b[0mx", "Error: x"},
		{"cursor", "a\x1b[2J\x1b[1;1Hb", "ab"},
		{"link", "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x07", "click"},
		{"clipboard", "\x1b]52;c;ZXZpbA==\x07a", "a"},
		{"device control", "\x1bPq#0\x1b\\a", "a"},
		{"one rune introducers", "\u009b31mred\u009b0m\u009d0;title\u009c!", "red!"},
		{"unfinished escape", "a\x1b[31", "a31"},
		{"string up to the line's end", "\x1b]0;title\nnext", "\nnext"},
		{"bidi", "exe.\u202Egnp\u2066x\u2069", "exe.gnpx"},
		{"zero width", "a\u200Bb\u200Dc\uFEFFd\u00ADe", "abcde"},
		{"tags", "a\U000E0041b", "ab"},
		{"invisible letters", "a\u3164\u115Fb", "ab"},
		{"controls", "a\x00\x08\x7f\u0085b", "ab"},
		{"carriage return", "a\r\nb\rc", "a\nbc"},
		{"line separators", "a\u2028b\u2029c", "a b c"},
		{"plain that looks like a color", "10m 0;1m", "10m 0;1m"},
		{"color and its letter", "\x1b[mm\x1b[0mm", "mm"},
		{"shortest color", "\x1b[mx", "x"},
		{"color within a string", "\x1b]0;ti\x1b[31mtle\x07x", "tlex"},
		{"color after an introducer", "\x1b]\x1b[31mError: \x1b[0mx", "Error: x"},
		{"color within a sequence", "\x1b\x1b[31m[31mx", "[31mx"},
		{"color within a character", "a\xe2\x1b[31m\x80\x8bb", "a\uFFFD\uFFFDb"},
		{"private mode", "\x1b[?25lx\x1b[0m", "x"},
		{"only a control character", "\x7f", ""},
		{"a control character between letters", "a\x7fb", "ab"},
		{"only an invalid byte", "\x80", "\uFFFD"},
		{"several invalid bytes", "a\xff\xfe\xfdb", "a\uFFFDb"},
		{"invalid UTF-8", "a\xffb\xc3", "a\uFFFDb\uFFFD"},
		{"letters of the world", "größe 東京 עברית 🚀", "größe 東京 עברית 🚀"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Text(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
