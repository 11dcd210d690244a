package spelling_test

import (
	"testing"

	"scalr-run-action/internal/spelling"
)

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "abc", 3}, {"network", "network", 0},
		{"netwrk", "network", 1}, {"nettwork", "network", 1}, {"netwarks", "network", 2},
		{"netowrk", "network", 1}, {"ba", "ab", 1}, {"abcd", "badc", 2}, {"kitten", "sitting", 3},
	} {
		for _, pair := range [][2]string{{c.a, c.b}, {c.b, c.a}} {
			if got := spelling.Distance(pair[0], pair[1]); got != c.want {
				t.Errorf("Distance(%q, %q) = %d, want %d", pair[0], pair[1], got, c.want)
			}
		}
	}
}
