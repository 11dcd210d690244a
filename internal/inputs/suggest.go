package inputs

import (
	"strings"

	"scalr-run-action/internal/spelling"
)

// didYouMean returns a sentence that suggests the allowed word most similar to v, or "".
func didYouMean(v string, allowed []string) string {
	if near, ok := nearest(v, allowed); ok {
		return "Did you mean " + near + "? "
	}
	return ""
}

// nearest returns the word that v is most likely a misspelling of.
//
// A word of n letters may differ in a third of them, which is enough for a typing error or swapped
// letters, but not for another word.
func nearest(v string, words []string) (string, bool) {
	// A much longer text is not similar to any word, and expensive to compare.
	if len(v) > 60 {
		return "", false
	}
	v = strings.ReplaceAll(strings.ToLower(v), "_", "-")
	best, least := "", 1<<30
	for _, w := range words {
		if d := spelling.Distance(v, w); d < least && d <= max(1, len(w)/3) && d < len(w) {
			best, least = w, d
		}
	}
	return best, best != ""
}
