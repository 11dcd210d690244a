package spelling_test

import (
	"strings"
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

func TestNearest(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 60)
	for _, c := range []struct{ word, want string }{
		{"netwrok", "network"}, {"network", "network"},
		{"networks", "network"}, {"nwtworkab", ""}, // two and three bytes differ; a third of seven is two
		{"apq", "app"}, {"apqr", ""}, // one byte of a short word may differ
		{"tet", "test"}, {"x", ""},
		{"dev1", "dev2"}, // the first of several
		{long, long}, {long + "n", ""},
	} {
		near, ok := spelling.Nearest(c.word, []string{"network", "app", "test", "dev2", "dev3", "a", long + "n", long})
		if near != c.want || ok != (c.want != "") {
			t.Errorf("Nearest(%q) = %q, %t, want %q", c.word, near, ok, c.want)
		}
	}
}
