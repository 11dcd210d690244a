package tfplan

import (
	"slices"
	"testing"
)

// smallTexts returns all texts of up to n lines, each of which is one of three.
func smallTexts(n int) [][]string {
	all, longest := [][]string{nil}, [][]string{nil}
	for range n {
		var longer [][]string
		for _, text := range longest {
			for _, line := range []string{"a", "b", "c"} {
				longer = append(longer, append(slices.Clone(text), line))
			}
		}
		all, longest = append(all, longer...), longer
	}
	return all
}

// mostCommon returns the number of lines that two texts have in common in the same order, at most.
func mostCommon(before, after []string) int {
	switch {
	case len(before) == 0 || len(after) == 0:
		return 0
	case before[0] == after[0]:
		return 1 + mostCommon(before[1:], after[1:])
	}
	return max(mostCommon(before[1:], after), mostCommon(before, after[1:]))
}

// TestDiffOfSmallTexts: as many lines as possible are unchanged, and the hunks are both texts.
func TestDiffOfSmallTexts(t *testing.T) {
	t.Parallel()
	texts := smallTexts(4)
	for _, before := range texts {
		for _, after := range texts {
			budget := 1000
			var gotBefore, gotAfter []string
			unchanged := 0
			hunks := lineDiff(before, after, &budget)
			for i, h := range hunks {
				unchanged += len(h.unchanged)
				gotBefore = append(append(gotBefore, h.unchanged...), h.removed...)
				gotAfter = append(append(gotAfter, h.unchanged...), h.added...)
				if i > 0 && len(h.unchanged) == 0 || i+1 < len(hunks) && len(h.removed)+len(h.added) == 0 {
					t.Errorf("%s and %s: hunk %d is not separate: %q", before, after, i, h)
				}
			}
			if !slices.Equal(gotBefore, before) || !slices.Equal(gotAfter, after) || unchanged != mostCommon(before, after) {
				t.Errorf("%s and %s: got %d unchanged lines, want %d, in %q", before, after, unchanged, mostCommon(before, after), hunks)
			}
		}
	}
}
