package tfplan

import (
	"fmt"
	"strings"
	"testing"
)

// TestLimitsOfLog checks the maximum size of each part of a log that is kept.
func TestLimitsOfLog(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("x", n) }
	diagnostic := func(title string) string { return "╷\n│ " + title + "\n╵\n" }
	for _, c := range []struct {
		name, log string
		got       func(Plan) int
		want      int
	}{
		{"50 errors", strings.Repeat(diagnostic("Error: e"), 60), func(p Plan) int { return len(p.Diagnostics) }, 50},
		{"50 warnings and 50 errors", strings.Repeat(diagnostic("Warning: w")+diagnostic("Error: e"), 60),
			func(p Plan) int { return len(p.Diagnostics) }, 100},
		{"all warnings are counted", strings.Repeat(diagnostic("Warning: w"), 60),
			func(p Plan) int { return p.Text.Warnings }, 60},
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

// TestLimitOfDiagnostics: an error is cut after a whole line, at a maximum of 6,000 bytes.
func TestLimitOfDiagnostics(t *testing.T) {
	t.Parallel()
	for last, lines := range map[int]int{90: 60, 91: 59} { // the title has 9 bytes, and each line adds a line break
		log := "╷\n│ Error: e\n" + strings.Repeat("│ "+strings.Repeat("x", 99)+"\n", 59) + "│ " + strings.Repeat("y", last) + "\n╵\n"
		p := readPlan(nil, logSection(log))
		if got := strings.Count(p.Diagnostics[0].Text, "\n"); got != lines {
			t.Errorf("a last line of %d bytes: got %d lines below the title, want %d", last, got, lines)
		}
	}
}

// TestLimitOfDiffs: a change whose diff is too large is listed with a note. Each line counts with 16 bytes of overhead.
func TestLimitOfDiffs(t *testing.T) {
	t.Parallel()
	const line = "      + x = 1\n"
	for size, shown := range map[int]bool{120_000: true, 130_000: false} {
		p := readPlan(nil, logSection("  # a.b will be created\n  + resource \"a\" \"b\" {\n"+strings.Repeat(line, size/len(line))+"    }\n"))
		if len(p.Changes) != 1 || isComplete(p.Changes[0].Diff) != shown {
			t.Errorf("%d bytes: got %.80q…, want a diff: %t", size, fmt.Sprint(p.Changes), shown)
		}
	}
}

// TestLimitOfNotes: a comment of up to 1,000 bytes above a change is its reason.
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

// TestLimitOfOutputLines: 8 MiB of the text about outputs are kept, with 16 bytes for each line, and only of the first text.
func TestLimitOfOutputLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ sections, longer, want int }{{1, 0, 8}, {1, 1, 7}, {2, 0, 0}} {
		p := &planText{sections: c.sections}
		line := strings.Repeat("x", 1<<20-16)
		p.outputLine(line + strings.Repeat("y", c.longer))
		for range 9 {
			p.outputLine(line)
		}
		if got := len(p.outputLines); got != c.want {
			t.Errorf("%d texts, %d more bytes: got %d lines, want %d", c.sections, c.longer, got, c.want)
		}
	}
}

// TestLinesOfLongTexts: if texts are too long for a comparison of all lines, the lines that occur exactly once on both
// sides, in the same order, are unchanged.
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
		unchanged     string // the expected unchanged lines
	}{
		{"the first line", join(one("kept"), old), join(added, one("kept"), added), "kept"},
		{"the last line", join(old, one("kept")), join(added, one("kept"), numbered("more ", 900)), "kept"},
		{"lines in order", join(old, one("a"), old, one("b"), old), join(added, one("a"), added, one("b"), added), "a b"},
		{"lines in another order", join(one("b"), old, one("a"), old, one("c")), join(one("a"), added, one("b"), added, one("c")), "a c"},
		{"a line that occurs twice before", join(one("x"), old, one("x"), old, one("a")), join(added, one("x"), added, one("a")), "a"},
		{"a line that occurs twice after", join(old, one("x"), old, one("a")), join(one("x"), added, one("x"), added, one("a")), "a"},
		{"a line that occurs three times", join(one("x"), old, one("x"), old, one("x"), old, one("a")), join(added, one("x"), added, one("a")), "a"},
		{"no common line", old, added, ""},
	} {
		budget := 1 << 26
		var unchanged, before, after []string
		for _, h := range lineDiff(c.before, c.after, &budget) {
			unchanged = append(unchanged, h.unchanged...)
			before = append(append(before, h.unchanged...), h.removed...)
			after = append(append(after, h.unchanged...), h.added...)
		}
		if got := strings.Join(unchanged, " "); got != c.unchanged {
			t.Errorf("%s: got the unchanged lines %q, want %q", c.name, got, c.unchanged)
		}
		if strings.Join(before, "\n") != strings.Join(c.before, "\n") || strings.Join(after, "\n") != strings.Join(c.after, "\n") {
			t.Errorf("%s: lines are missing or in another order", c.name)
		}
	}
}
