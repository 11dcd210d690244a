package tfplan

import (
	"strings"
	"testing"
)

// TestBeginOfText: a text begins with its mark at the end of a line, outside of quotes.
func TestBeginOfText(t *testing.T) {
	t.Parallel()
	for line, begins := range map[string]bool{
		`x = <<-EOT`:                          true,
		`x = <<~EOT`:                          true,
		`<<-EOT`:                              true,
		`<<~EOT`:                              true,
		`x = <<-EOT # forces replacement`:     true,
		`x = <<~EOT # forces replacement`:     true,
		`x = "a" -> <<-EOT`:                   true,
		`x = "\"" -> <<-EOT`:                  true,
		`x = "a\\" -> <<-EOT`:                 true,
		`x = "a\\\"" -> <<-EOT`:               true,
		`x = "a" "b" <<-EOT`:                  true,
		`x = "a -> <<-EOT`:                    false,
		`x = "\" -> <<-EOT`:                   false,
		`x = "a" "b <<-EOT`:                   false,
		`x = "a\\\" -> <<-EOT`:                false,
		`x =<<-EOT`:                           false,
		`"<<-EOT`:                             false,
		`x = <<EOT`:                           false,
		`x = <<-EO`:                           false,
		`x = <<-EOT,`:                         false,
		`x = <<-EOT # forces something`:       false,
		`x = <<-EOT  # forces replacement`:    false,
		`x = <<-EOT # forces replacement too`: false,
		``:                                    false,
		`EOT`:                                 false,
	} {
		if got := beginsText(line); got != begins {
			t.Errorf("%s: got %t", line, got)
		}
	}
}

// TestEndOfText: a text ends with its mark in the column of its attribute, whatever follows it after a space or a comma.
func TestEndOfText(t *testing.T) {
	t.Parallel()
	const first = `      ~ x = <<-EOT`
	for line, want := range map[string]place{
		"        EOT":                            endOfText,
		"        EOT,":                           endOfText,
		"        EOT -> null":                    endOfText,
		"        EOT ":                           endOfText,
		"        EOT-":                           outsideText,
		"        EOT2":                           outsideText,
		"        EO":                             outsideText,
		"       EOT":                             outsideText,
		"         EOT":                           outsideText,
		"          EOT":                          insideText,
		"            EOT":                        insideText,
		"          text":                         insideText,
		"         text":                          outsideText,
		"        text":                           outsideText,
		"":                                       insideText,
		"  ":                                     insideText,
		strings.Repeat(" ", 30):                  insideText,
		"          + EOT":                        insideText,
		"      + y = 1":                          outsideText,
		"            x = <<-EOT":                 insideText,
		"            EOT -> (known after apply)": insideText,
	} {
		var h heredoc
		if _, _, where := h.cut(first); where != outsideText {
			t.Fatalf("%s: got %d", first, where)
		}
		_, _, where := h.cut(line)
		if where != want {
			t.Errorf("%q: got %d, want %d", line, where, want)
		}
		if _, _, next := h.cut("            next"); (next == insideText) != (want == insideText) {
			t.Errorf("after %q: got %d", line, next)
		}
	}
}

// TestSignsOfTextLines: in a text, only the gutter has signs, and all lines of an added or removed text have its sign.
func TestSignsOfTextLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ first, line, sign, rest string }{
		{"      ~ x = <<-EOT", "          + a", "+", "a"},
		{"      ~ x = <<-EOT", "          - a", "-", "a"},
		{"      ~ x = <<-EOT", "          +   a", "+", "  a"},
		{"      ~ x = <<-EOT", "          +", "+", ""},
		{"      ~ x = <<-EOT", "          -", "-", ""},
		{"      ~ x = <<-EOT", "          ~ a", "", "          ~ a"},
		{"      ~ x = <<-EOT", "          ~", "", "          ~"},
		{"      ~ x = <<-EOT", "          +a", "", "          +a"},
		{"      ~ x = <<-EOT", "          -a", "", "          -a"},
		{"      ~ x = <<-EOT", "           + a", "", "           + a"},
		{"      ~ x = <<-EOT", "            + a", "", "            + a"},
		{"      ~ x = <<-EOT", "            a", "", "            a"},
		{"      ~ x = <<-EOT", "        EOT", "", "        EOT"},
		{"      + x = <<-EOT", "            a", "+", "a"},
		{"      + x = <<-EOT", "            - a", "+", "- a"},
		{"      + x = <<-EOT", "", "+", ""},
		{"      + x = <<-EOT", "        EOT", "+", "EOT"},
		{"      - x = <<-EOT", "            a", "-", "a"},
		{"      - x = <<-EOT", "        EOT -> null", "-", "EOT -> null"},
		{"      - x = <<-EOT", "      + y = 1", "+", "y = 1"},
		{"        x = <<-EOT", "            - a", "", "            - a"},
	} {
		var h heredoc
		h.cut(c.first)
		if sign, rest, _ := h.cut(c.line); sign != c.sign || rest != c.rest {
			t.Errorf("%q after %q: got %q and %q, want %q and %q", c.line, c.first, sign, rest, c.sign, c.rest)
		}
	}
}
