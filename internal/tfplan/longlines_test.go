package tfplan

import (
	"strings"
	"testing"
)

// TestEndsOfLongLines: a line of the log that is too long has a mark where it is cut, the arrow before the new value, and its end.
func TestEndsOfLongLines(t *testing.T) {
	t.Parallel()
	a, b := strings.Repeat("a", 9000)+"OLD", strings.Repeat("b", 9000)+"NEW"
	const forced = " # forces replacement"
	for name, c := range map[string]struct{ line, end string }{
		"both values are long":    {`      ~ x = "` + a + `" -> "` + b + `"` + forced, `…" -> "…` + b[len(b)-78:] + `"` + forced},
		"the new value is short":  {`      ~ x = "` + a + `" -> "new"` + forced, a[len(a)-69:] + `" -> "new"` + forced},
		"the old value is short":  {`      ~ x = "old" -> "` + b + `"` + forced, `b…` + b[len(b)-78:] + `"` + forced},
		"a quotation mark":        {`      ~ x = "` + a + `\" -> \"` + a + `" -> null` + forced, `a…` + a[len(a)-70:] + `" -> null` + forced},
		"characters of two bytes": {`      ~ x = "` + strings.Repeat("é", 9000) + `" -> null` + forced, `é…` + strings.Repeat("é", 35) + `" -> null` + forced},
	} {
		for _, size := range []int{1, 7, 1000, 100_000} {
			l := NewLog(nil)
			log := strings.Replace(textOf(c.line+"\n"), "will be updated in-place\n  ~", "must be replaced\n-/+", 1)
			for log != "" {
				n := min(size, len(log))
				l.Write([]byte(log[:n]))
				log = log[n:]
			}
			p := l.Plan(t.Context(), nil)
			lines := strings.Split(onlyDiff(t, p), "\n")
			if len(lines) != 3 || !strings.HasSuffix(lines[1], c.end) || len(lines[1]) > maxLineLength+150 ||
				p.Changes[0].Reason != "`x` cannot be changed in place" {
				t.Errorf("%s, pieces of %d bytes: reason %q, got …%s", name, size, p.Changes[0].Reason, lines[1][max(0, len(lines[1])-250):])
			}
		}
	}
}

// TestLongLinesOfTexts: two long lines that differ after the first 8 KiB do not look equal.
func TestLongLinesOfTexts(t *testing.T) {
	t.Parallel()
	same := strings.Repeat("x", 9000)
	got := onlyDiff(t, readPlan(nil, logSection(textOf("      ~ s = <<-EOT\n          - "+same+"1\n          + "+same+"2\n        EOT\n"))))
	for _, line := range []string{"x…" + strings.Repeat("x", 99) + "1\n+", "x…" + strings.Repeat("x", 99) + "2\n"} {
		if !strings.Contains(got, line) {
			t.Errorf("missing %q", line)
		}
	}
}
