package lookup

import (
	"fmt"
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

// TestDidYouMeanComparesUpToTheLimit checks the last name that is compared if the compared pairs are exactly the limit.
func TestDidYouMeanComparesUpToTheLimit(t *testing.T) {
	t.Parallel()
	wanted := strings.Repeat("n", 100)
	for others, found := range map[int]bool{399: true, 400: true, 401: false} {
		var names []string
		for i := range others {
			names = append(names, fmt.Sprintf("%0100d", i))
		}
		if got := DidYouMean(wanted, append(names, wanted[1:]+"x")) != ""; got != found {
			t.Errorf("after %d other names: found %t, want %t", others, got, found)
		}
	}
}
