package tfplan

import (
	"fmt"
	"strings"
	"testing"
)

// TestLimitsOfLog: so much of a log is kept, and no more. The figures are those that people see.
func TestLimitsOfLog(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("x", n) }
	diagnostic := func(title string, lines int) string {
		return "╷\n│ " + title + "\n" + strings.Repeat("│ "+long(99)+"\n", lines) + "╵\n"
	}
	for _, c := range []struct {
		name, log string
		got       func(Plan) int
		want      int
	}{
		{"50 errors", strings.Repeat(diagnostic("Error: e", 0), 60), func(p Plan) int { return len(p.Diagnostics) }, 50},
		{"50 warnings beside the errors", strings.Repeat(diagnostic("Warning: w", 0)+diagnostic("Error: e", 0), 60),
			func(p Plan) int { return len(p.Diagnostics) }, 100},
		{"all warnings are counted", strings.Repeat(diagnostic("Warning: w", 0), 60),
			func(p Plan) int { return p.Text.Warnings }, 60},
		{"6,000 bytes of an error", diagnostic("Error: e", 80), func(p Plan) int { return len(p.Diagnostics[0].Text) }, 5908},
		{"60 lines of the end", strings.Repeat("line\n", 500), func(p Plan) int { return 1 + strings.Count(p.Tail, "\n") }, 60},
		{"all lines of a short log", strings.Repeat("line\n", 60), func(p Plan) int { return 1 + strings.Count(p.Tail, "\n") }, 60},
		{"500 bytes of a line at the end", long(501), func(p Plan) int { return len(p.Tail) }, 500 + len("…")},
		{"a line of 500 bytes at the end", long(500), func(p Plan) int { return len(p.Tail) }, 500},
	} {
		if got := c.got(readPlan(nil, logSection(c.log))); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
}

// TestLimitsOfPlan: so many changes are listed, and so much of each is shown.
func TestLimitsOfPlan(t *testing.T) {
	t.Parallel()
	block := func(address string, size int) string { // a block of so many bytes
		const line = "      + x = 1\n"
		rest := size - len("  + resource \"a\" \"b\" {\n    }\n")
		return "  # " + address + " will be created\n  + resource \"a\" \"b\" {\n" + strings.Repeat(line, rest/len(line)) + "    }\n"
	}
	for _, c := range []struct {
		name, log string
		shown     bool
	}{
		// A line counts for 15 bytes more than its text and its line break.
		{"a diff of 120 kB", block("a.b", 120_000), true},
		{"a diff of 130 kB", block("a.b", 130_000), false},
	} {
		if p := readPlan(nil, logSection(c.log)); len(p.Changes) != 1 || (p.Changes[0].Diff != "") != c.shown {
			t.Errorf("%s: got %d changes, shown %t, want %t", c.name, len(p.Changes), p.Changes[0].Diff != "", c.shown)
		}
	}
}

// TestLimitOfNotes: of a comment line above a change up to 1,000 bytes are a reason.
func TestLimitOfNotes(t *testing.T) {
	t.Parallel()
	for size, kept := range map[int]bool{1000: true, 1001: false} {
		note := strings.Repeat("n", size)
		log := "  # a.b will be created\n  # " + note + "\n  + resource \"a\" \"b\" {\n    }\n"
		p := readPlan(nil, logSection(log))
		if len(p.Changes) != 1 || (p.Changes[0].Reason == note) != kept {
			t.Errorf("%d bytes: got %.30q…, want it kept: %t", size, fmt.Sprint(p.Changes), kept)
		}
	}
}

// TestLinesOfLongTexts: in texts too long to compare all lines with all others, lines that occur once on both
// sides stay unchanged, even the first ones and those that moved together.
func TestLinesOfLongTexts(t *testing.T) {
	t.Parallel()
	numbered := func(prefix string, n int) []string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprint(prefix, i))
		}
		return all
	}
	join := func(parts ...[]string) (all []string) {
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	one := func(line string) []string { return []string{line} }
	old, added := numbered("old ", 400), numbered("new ", 900)
	for _, c := range []struct {
		name          string
		before, after []string
		unchanged     string // the lines that stay
	}{
		{"the first line", join(one("kept"), old), join(added, one("kept"), added), "kept"},
		{"the last line", join(old, one("kept")), join(added, one("kept"), numbered("more ", 900)), "kept"},
		{"lines in order", join(old, one("a"), old, one("b"), old), join(added, one("a"), added, one("b"), added), "a b"},
		{"lines in another order", join(one("b"), old, one("a"), old, one("c")), join(one("a"), added, one("b"), added, one("c")), "a c"},
		{"a line that occurs twice before", join(one("x"), old, one("x"), old, one("a")), join(added, one("x"), added, one("a")), "a"},
		{"a line that occurs twice after", join(old, one("x"), old, one("a")), join(one("x"), added, one("x"), added, one("a")), "a"},
		{"a line that occurs three times", join(one("x"), old, one("x"), old, one("x"), old, one("a")), join(added, one("x"), added, one("a")), "a"},
		{"nothing", old, added, ""},
	} {
		budget := 1 << 26
		var unchanged, before, after []string
		for _, h := range lineDiff(c.before, c.after, &budget) {
			unchanged = append(unchanged, h.unchanged...)
			before = append(append(before, h.unchanged...), h.removed...)
			after = append(append(after, h.unchanged...), h.added...)
		}
		if got := strings.Join(unchanged, " "); got != c.unchanged {
			t.Errorf("%s: %q is unchanged, want %q", c.name, got, c.unchanged)
		}
		if strings.Join(before, "\n") != strings.Join(c.before, "\n") || strings.Join(after, "\n") != strings.Join(c.after, "\n") {
			t.Errorf("%s: lines are missing or in another order", c.name)
		}
	}
}
