package inputs

import "strings"

// didYouMean returns a sentence with the allowed word that is closest to v, or "".
func didYouMean(v string, allowed []string) string {
	if near, ok := nearest(v, allowed); ok {
		return "Did you mean " + near + "? "
	}
	return ""
}

// nearest returns the word that v is most likely a misspelling of.
//
// A word of n letters may differ by one third of them: enough for a typing
// error or a twist, too little for another word.
func nearest(v string, words []string) (string, bool) {
	// What is much longer than any word is none of them, and costly to compare.
	if len(v) > 60 {
		return "", false
	}
	v = strings.ReplaceAll(strings.ToLower(v), "_", "-")
	best, least := "", 1<<30
	for _, w := range words {
		if d := distance(v, w); d < least && d <= max(1, len(w)/3) && d < len(w) {
			best, least = w, d
		}
	}
	return best, best != ""
}

// distance counts the letters to insert, remove, replace or swap with the next
// to get from a to b (optimal string alignment).
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			best := min(rows[i-1][j-1]+cost, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				best = min(best, rows[i-2][j-2]+1)
			}
			rows[i][j] = best
		}
	}
	return rows[len(a)][len(b)]
}
