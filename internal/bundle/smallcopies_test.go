package bundle_test

import (
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/bundle"
)

// TestSmallCopiesAreAllowed: copies of at most 1 MiB are allowed, although they are more than ten times as large as the
// checkout. Links within them have no size.
func TestSmallCopiesAreAllowed(t *testing.T) {
	t.Parallel()
	for size, allowed := range map[int]bool{10_485: true, 10_486: false} { // 100 copies
		entries := []string{"infra/main.tf", "d3/link->../infra/main.tf", "d3/f=" + strings.Repeat("x", size)}
		for dir, links := range map[string]int{"infra": 4, "d1": 5, "d2": 5} {
			to := map[string]string{"infra": "d1", "d1": "d2", "d2": "d3"}[dir]
			for i := range links {
				entries = append(entries, fmt.Sprintf("%s/l%d->../%s", dir, i, to))
			}
		}
		_, err := bundle.List(t.Context(), bundle.Options{Root: checkout(t, entries...), Path: "infra"})
		if (err == nil) != allowed || err != nil && !strings.Contains(err.Error(), "more than 10 times as many bytes") {
			t.Errorf("copies of %d bytes: got %v", 100*size, err)
		}
	}
}
