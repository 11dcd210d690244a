package tfplan

import "slices"

// hunk is a part of a text: lines that stay, and then some that go and come.
type hunk struct{ stay, gone, come []string }

const (
	// mostPairs is how many pairs of lines are compared between two texts.
	mostPairs = 1 << 18
	// mostComparisons is how many are compared in a plan.
	mostComparisons = 1 << 26
)

// lineDiff finds the lines that stay between two texts. It takes the comparisons that
// it makes off those that are left. What is too long to be compared line by line is
// divided first at lines that are there once on both sides.
func lineDiff(before, after []string, left *int) []hunk {
	d := differ{left: left}
	d.ends(before, after, func(before, after []string) {
		if d.affords(before, after) {
			d.compare(before, after)
			return
		}
		b, a := 0, 0
		for _, at := range anchors(before, after) {
			d.ends(before[b:at.before], after[a:at.after], d.compare)
			b, a = at.before, at.after
		}
		d.ends(before[b:], after[a:], d.compare)
	})
	return append(d.hunks, d.now)
}

type differ struct {
	hunks []hunk
	now   hunk
	left  *int
}

func (d *differ) stays(lines ...string) {
	if len(d.now.gone)+len(d.now.come) > 0 && len(lines) > 0 {
		d.hunks, d.now = append(d.hunks, d.now), hunk{}
	}
	d.now.stay = append(d.now.stay, lines...)
}

// ends takes off what both texts begin and end with, and has the rest compared.
func (d *differ) ends(before, after []string, compare func(before, after []string)) {
	head := 0
	for head < min(len(before), len(after)) && before[head] == after[head] {
		head++
	}
	tail := 0
	for tail < min(len(before), len(after))-head && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	d.stays(before[:head]...)
	compare(before[head:len(before)-tail], after[head:len(after)-tail])
	d.stays(before[len(before)-tail:]...)
}

func (d *differ) affords(before, after []string) bool {
	return len(before)*len(after) <= min(mostPairs, *d.left)
}

// compare finds the longest common subsequence, if that is not too much work.
func (d *differ) compare(before, after []string) {
	if len(before) == 0 || len(after) == 0 || !d.affords(before, after) {
		d.now.gone, d.now.come = append(d.now.gone, before...), append(d.now.come, after...)
		return
	}
	*d.left -= len(before) * len(after)
	common := commonLines(before, after)
	for i, j := 0, 0; i < len(before) || j < len(after); {
		switch {
		case i < len(before) && j < len(after) && before[i] == after[j]:
			d.stays(before[i])
			i, j = i+1, j+1
		case i < len(before) && (j == len(after) || common[i+1][j] >= common[i][j+1]):
			d.now.gone, i = append(d.now.gone, before[i]), i+1
		default:
			d.now.come, j = append(d.now.come, after[j]), j+1
		}
	}
}

// commonLines says how many lines are the longest common subsequence of what is left
// of two texts, from each pair of lines on.
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

// pair is where a line stands on both sides.
type pair struct{ before, after int }

// anchors are lines that are there once on both sides, and in the same order: the
// longest such sequence, as in a patience diff.
func anchors(before, after []string) []pair {
	inAfter, inBefore := places(after), places(before)
	var piles []pair           // the last line of the best sequence of each length
	previous := map[int]pair{} // of a line, by its place before
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

// places says where each line stands; -1 if it is there several times.
func places(lines []string) map[string]int {
	at := make(map[string]int, len(lines))
	for i, l := range lines {
		if _, again := at[l]; again {
			i = -1
		}
		at[l] = i
	}
	return at
}
