// Package spelling finds words that are similar to a misspelled one, for messages that suggest another word.
package spelling

// maxCompared is the maximum length, in bytes, of a word that Nearest compares: the comparison of long words is expensive.
const maxCompared = 60

// Nearest returns the word that w is most likely a misspelling of, the first one if several are equally similar. At most a
// third of its bytes differ, which is enough for a typing error or swapped letters, but not for another word.
func Nearest(w string, words []string) (string, bool) {
	if len(w) > maxCompared {
		return "", false
	}
	best, least := "", 1<<30
	for _, word := range words {
		if len(word) > maxCompared {
			continue
		}
		if d := Distance(w, word); d < least && d <= max(1, len(word)/3) && d < len(word) {
			best, least = word, d
		}
	}
	return best, best != ""
}

// Distance returns the number of bytes to insert, remove, replace or swap with the next one to change a to b (optimal
// string alignment). It takes len(a)*len(b) steps.
func Distance(a, b string) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j-1]+cost, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
