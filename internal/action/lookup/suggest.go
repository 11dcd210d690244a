package lookup

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"scalr-run-action/internal/spelling"
)

// Limits of the search for similar names, since the server controls the number and length of the names.
const (
	maxSimilarLength = 255       // bytes; the maximum length of a name in Scalr (openapi.yml)
	maxCompared      = 4_000_000 // pairs of letters compared for one suggestion
	maxSuggested     = 3
)

// DidYouMean returns a "Did you mean" sentence with up to three similar names, or "" if there are none.
func DidYouMean(name string, names []string) string {
	var quoted []string
	for _, n := range similar(name, names) {
		quoted = append(quoted, quoteDistinct(n))
	}
	if len(quoted) == 0 {
		return ""
	}
	return " Did you mean " + strings.Join(quoted, " or ") + "?"
}

// similar returns the names that differ from name in at most a third of the letters, contain it, or are contained in
// it, the most similar first. In a name of four or five letters, two may differ. It stops comparing after maxCompared
// pairs of letters.
func similar(name string, names []string) []string {
	type near struct {
		name     string
		distance int
	}
	var list []near
	wanted, most, work := strings.ToLower(name), max(min(2, len(name)/2), len(name)/3), 0
	for _, n := range names {
		if n == "" || len(n) > maxSimilarLength || len(name) > 2*maxSimilarLength {
			continue // not reported by Scalr, or too long to be a name
		}
		d := max(len(n)-len(name), len(name)-len(n))
		switch {
		case strings.Contains(n, name) || strings.Contains(name, n):
		case d > most || work > maxCompared:
			continue
		default:
			d = spelling.Distance(wanted, strings.ToLower(n))
			work += len(name) * len(n)
			if d > most {
				continue
			}
		}
		list = append(list, near{n, d})
		if len(list) == 2*maxSuggested {
			slices.SortStableFunc(list, func(a, b near) int { return cmp.Compare(a.distance, b.distance) })
			list = list[:maxSuggested]
		}
	}
	slices.SortStableFunc(list, func(a, b near) int { return cmp.Compare(a.distance, b.distance) })
	var found []string
	for _, n := range list[:min(maxSuggested, len(list))] {
		found = append(found, n.name)
	}
	return found
}

// quoteDistinct quotes a name. If the name has characters outside ASCII, quoteDistinct appends the escaped form, so
// that names that look alike can be distinguished.
func quoteDistinct(name string) string {
	shown, spelled := strconv.Quote(name), strconv.QuoteToASCII(name)
	if shown == spelled {
		return shown
	}
	return shown + " (" + spelled + ")"
}
