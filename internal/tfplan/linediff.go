package tfplan

import "slices"

// hunk is a part of a text: unchanged lines, followed by removed and added ones.
type hunk struct{ unchanged, removed, added []string }

const (
	// maxPairs is the number of pairs of lines compared between two texts.
	maxPairs = 1 << 18
	// maxComparisons is the number of pairs of lines compared in a plan.
	maxComparisons = 1 << 26
)

// lineDiff compares two texts line by line and subtracts the number of comparisons from
// the budget. Texts that are too long are first divided at lines that occur once on
// both sides.
func lineDiff(before, after []string, budget *int) []hunk {
	d := lineDiffer{budget: budget}
	d.trimCommon(before, after, func(before, after []string) {
		if d.withinBudget(before, after) {
			d.compare(before, after)
			return
		}
		b, a := 0, 0
		for _, at := range anchors(before, after) {
			d.trimCommon(before[b:at.before], after[a:at.after], d.compare)
			b, a = at.before, at.after
		}
		d.trimCommon(before[b:], after[a:], d.compare)
	})
	return append(d.hunks, d.current)
}

type lineDiffer struct {
	hunks   []hunk
	current hunk
	budget  *int
}

func (d *lineDiffer) keep(lines ...string) {
	if len(d.current.removed)+len(d.current.added) > 0 && len(lines) > 0 {
		d.hunks, d.current = append(d.hunks, d.current), hunk{}
	}
	d.current.unchanged = append(d.current.unchanged, lines...)
}

// trimCommon removes the common prefix and suffix of both texts and compares the rest.
func (d *lineDiffer) trimCommon(before, after []string, compare func(before, after []string)) {
	head := 0
	for head < min(len(before), len(after)) && before[head] == after[head] {
		head++
	}
	tail := 0
	for tail < min(len(before), len(after))-head && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	d.keep(before[:head]...)
	compare(before[head:len(before)-tail], after[head:len(after)-tail])
	d.keep(before[len(before)-tail:]...)
}

func (d *lineDiffer) withinBudget(before, after []string) bool {
	return len(before)*len(after) <= min(maxPairs, *d.budget)
}

// compare finds the longest common subsequence if it is within the budget.
func (d *lineDiffer) compare(before, after []string) {
	if len(before) == 0 || len(after) == 0 || !d.withinBudget(before, after) {
		d.current.removed, d.current.added = append(d.current.removed, before...), append(d.current.added, after...)
		return
	}
	*d.budget -= len(before) * len(after)
	common := commonLines(before, after)
	for i, j := 0, 0; i < len(before) || j < len(after); {
		switch {
		case i < len(before) && j < len(after) && before[i] == after[j]:
			d.keep(before[i])
			i, j = i+1, j+1
		case i < len(before) && (j == len(after) || common[i+1][j] >= common[i][j+1]):
			d.current.removed, i = append(d.current.removed, before[i]), i+1
		default:
			d.current.added, j = append(d.current.added, after[j]), j+1
		}
	}
}

// commonLines returns a table with the length of the longest common subsequence of the
// rest of both texts, from each pair of lines on.
func commonLines(before, after []string) [][]int32 {
	table := make([][]int32, len(before)+1)
	for i := range table {
		table[i] = make([]int32, len(after)+1)
	}
	for i := len(before) - 1; i >= 0; i-- {
		for j := len(after) - 1; j >= 0; j-- {
			if before[i] == after[j] {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	return table
}

// pair is the position of a line on both sides.
type pair struct{ before, after int }

// anchors returns the longest sequence of lines that occur once on both sides and in
// the same order, as in a patience diff.
func anchors(before, after []string) []pair {
	inAfter, inBefore := uniquePositions(after), uniquePositions(before)
	var piles []pair           // the last line of the best sequence of each length
	previous := map[int]pair{} // by the position before
	for b, line := range before {
		a, ok := inAfter[line]
		if !ok || a < 0 || inBefore[line] < 0 {
			continue
		}
		n, _ := slices.BinarySearchFunc(piles, a, func(p pair, a int) int { return p.after - a })
		if n > 0 {
			previous[b] = piles[n-1]
		}
		if n == len(piles) {
			piles = append(piles, pair{})
		}
		piles[n] = pair{b, a}
	}
	if len(piles) == 0 {
		return nil
	}
	list := []pair{piles[len(piles)-1]}
	for {
		p, ok := previous[list[len(list)-1].before]
		if !ok {
			slices.Reverse(list)
			return list
		}
		list = append(list, p)
	}
}

// uniquePositions returns the position of each line; -1 if it occurs several times.
func uniquePositions(lines []string) map[string]int {
	at := make(map[string]int, len(lines))
	for i, l := range lines {
		if _, duplicate := at[l]; duplicate {
			i = -1
		}
		at[l] = i
	}
	return at
}
