package lookup

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestDidYouMean(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", maxSimilarLength)
	for name, c := range map[string]struct {
		name  string
		names []string
		want  string
	}{
		"none":                        {name: "network", want: ""},
		"another case":                {name: "network", names: []string{"NETWORK"}, want: `"NETWORK"`},
		"one of three letters":        {name: "blu", names: []string{"eu", "blx"}, want: `"blx"`},
		"two of four letters":         {name: "prod", names: []string{"prxy", "pxyz"}, want: `"prxy"`},
		"a third of the letters":      {name: "abcdefghi", names: []string{"abcdefxyz", "abcdewxyz"}, want: `"abcdefxyz"`},
		"three of six letters":        {name: "abcdef", names: []string{"abcxyz"}, want: ""},
		"three of eight letters":      {name: "abcdefgh", names: []string{"abcdexyz"}, want: ""},
		"two letters more":            {name: "abcdef", names: []string{"axbcydef"}, want: `"axbcydef"`},
		"two letters less":            {name: "axbcyd", names: []string{"abcd"}, want: `"abcd"`},
		"three letters more":          {name: "abcdef", names: []string{"axbcydezf"}, want: ""},
		"contained, however long":     {name: "app", names: []string{"service-app-production"}, want: `"service-app-production"`},
		"containing":                  {name: "service-app-production", names: []string{"app"}, want: `"app"`},
		"an unreported name":          {name: "network", names: []string{""}, want: ""},
		"the longest name":            {name: "n", names: []string{long}, want: `"` + long + `"`},
		"longer than any name":        {name: "n", names: []string{long + "n"}, want: ""},
		"twice the longest name":      {name: long + long, names: []string{"nn"}, want: `"nn"`},
		"more than twice the longest": {name: long + long + "n", names: []string{"nn"}, want: ""},
		"characters that look alike":  {name: "cafe", names: []string{"café"}, want: `"café" ("caf\u00e9")`},
		"the three most similar": {name: "abcdef", names: []string{"abcdxy", "abcdex", "abcdefgh", "abcdef1"},
			want: `"abcdex" or "abcdef1" or "abcdxy"`},
		"most similar names last": {name: "abcdef", names: []string{"abcdx1", "abcdx2", "abcdx3", "abcdx4", "abcdx5", "abcdeg", "abcdeh"},
			want: `"abcdeg" or "abcdeh" or "abcdx1"`},
		"equally similar in their order": {name: "app-1", names: []string{"app-4", "app-3", "app-2"}, want: `"app-4" or "app-3" or "app-2"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := c.want
			if want != "" {
				want = " Did you mean " + want + "?"
			}
			if got := DidYouMean(c.name, c.names); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

// TestDidYouMeanIsLimited checks that at most about maxCompared pairs of letters are compared.
func TestDidYouMeanIsLimited(t *testing.T) {
	t.Parallel()
	wanted := strings.Repeat("n", maxSimilarLength)
	similarName := wanted[1:] + "x"
	within := maxCompared / (maxSimilarLength * maxSimilarLength)
	for others, found := range map[int]bool{0: true, within: true, within + 1: false} {
		var names []string
		for i := range others {
			names = append(names, fmt.Sprintf("%0*d", maxSimilarLength, i))
		}
		if got := DidYouMean(wanted, append(names, similarName)) != ""; got != found {
			t.Errorf("after %d other names: found %t, want %t", others, got, found)
		}
	}
}

// TestDidYouMeanComparesUpToTheLimit checks the last name that is compared if the pairs compared before it are exactly the
// limit, or one more.
func TestDidYouMeanComparesUpToTheLimit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		length int   // bytes of the name
		others []int // bytes of each name compared before
		found  bool
	}{
		"3,990,000 pairs": {100, slices.Repeat([]int{100}, 399), true},
		"4,000,000 pairs": {100, slices.Repeat([]int{100}, 400), true},
		"4,000,001 pairs": {41, append(slices.Repeat([]int{41}, 2378), 28, 35), false}, // 41 * 97,561
		"4,010,000 pairs": {100, slices.Repeat([]int{100}, 401), false},
	} {
		wanted := strings.Repeat("n", c.length)
		var names []string
		for i, length := range c.others {
			names = append(names, fmt.Sprintf("%0*d", length, i))
		}
		if got := DidYouMean(wanted, append(names, wanted[1:]+"x")) != ""; got != c.found {
			t.Errorf("%s: found %t, want %t", name, got, c.found)
		}
	}
}
