package tfplan

import (
	"fmt"
	"strings"
	"testing"
)

// hunksOf formats the comparison of two texts, whose lines are separated by spaces: " a" is unchanged, "-a" removed, "+a" added.
func hunksOf(before, after string, budget int) (text string, left int) {
	var out strings.Builder
	for _, h := range lineDiff(strings.Fields(before), strings.Fields(after), &budget) {
		for _, part := range []struct {
			sign  string
			lines []string
		}{{"", h.unchanged}, {"-", h.removed}, {"+", h.added}} {
			for _, l := range part.lines {
				out.WriteString(part.sign + l + " ")
			}
		}
		out.WriteString("| ")
	}
	return strings.TrimSuffix(out.String(), " | "), budget
}

// TestLineDiff compares the longest common lines, and without a budget those that are unique on both sides.
func TestLineDiff(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		before, after string
		want          string
		cost          int
		unique        string // with a budget that is too small
	}{
		{"", "", "| ", 0, "| "},
		{"a b", "a b", "a b", 0, "a b"},
		{"", "a", "+a", 0, "+a"},
		{"a", "", "-a", 0, "-a"},
		{"a", "b", "-a +b", 1, "-a +b"},
		{"a b c", "a x c", "a -b +x | c", 1, "a -b +x | c"},
		{"a b c", "a c", "a -b | c", 0, "a -b | c"},
		{"a c", "a b c", "a +b | c", 0, "a +b | c"},
		{"a b a", "a", "a -b -a", 0, "a -b -a"},
		{"a a b", "a b", "a -a | b", 0, "a -a | b"},
		{"a b c d", "b x d y", "-a | b -c +x | d +y", 16, "-a | b -c +x | d +y"},
		{"a b c", "c b a", "-a -b | c +b +a", 9, "-a -b | c +b +a"},
		{"x a y b z", "p a q b r", "-x +p | a -y +q | b -z +r", 25, "-x +p | a -y +q | b -z +r"},
		{"x a a y", "p a a q", "-x +p | a a -y +q", 16, "-x -a -a -y +p +a +a +q"},
		{"1 a 2 b 3 c 4", "5 b 6 a 7 c 8", "-1 -a -2 +5 | b -3 +6 +a +7 | c -4 +8", 49, "-1 -a -2 +5 | b -3 +6 +a +7 | c -4 +8"},
		{"1 a b c d 2", "3 c d a b 4", "-1 -a -b +3 | c d -2 +a +b +4", 36, "-1 -a -b +3 | c d -2 +a +b +4"},
		{"1 a 2", "a 3 4 5", "-1 | a -2 +3 +4 +5", 12, "-1 | a -2 +3 +4 +5"},
	} {
		if got, left := hunksOf(tt.before, tt.after, 1000); got != tt.want || left != 1000-tt.cost {
			t.Errorf("%q, %q: got %q and %d comparisons, want %q and %d", tt.before, tt.after, got, 1000-left, tt.want, tt.cost)
		}
		if got, left := hunksOf(tt.before, tt.after, tt.cost); got != tt.want || left != 0 {
			t.Errorf("%q, %q, just within the budget: got %q, %d left, want %q", tt.before, tt.after, got, left, tt.want)
		}
		if got, _ := hunksOf(tt.before, tt.after, 0); got != tt.unique {
			t.Errorf("%q, %q, without a budget: got %q, want %q", tt.before, tt.after, got, tt.unique)
		}
	}
}

// TestLinesCompared: texts of up to 512 lines each are compared line by line; of larger ones only unique lines are found.
func TestLinesCompared(t *testing.T) {
	t.Parallel()
	text := func(name string, n int) string {
		lines := make([]string, n)
		for i := range lines {
			lines[i] = fmt.Sprint(name, i)
		}
		lines[100], lines[200] = "twice", "twice"
		return strings.Join(lines, " ")
	}
	for n, want := range map[int]int{512: 2, 513: 0} {
		got, _ := hunksOf(text("a", n), text("b", n), 1<<30)
		if found := strings.Count(got, "| twice"); found != want {
			t.Errorf("%d lines: %d common lines were found, want %d", n, found, want)
		}
	}
}
