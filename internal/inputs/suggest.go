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

// nearest returns the word that v, in any case and with underscores or hyphens, is most likely a misspelling of.
func nearest(v string, words []string) (string, bool) {
	return spelling.Nearest(strings.ReplaceAll(strings.ToLower(v), "_", "-"), words)
}
