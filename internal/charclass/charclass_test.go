package charclass

import (
	"regexp"
	"testing"
)

// TestClasses compares the classes with those of regular expressions.
func TestClasses(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit"} {
		want := regexp.MustCompile("^[[:" + name + ":]]$")
		ranges := Ranges(name)
		for c := range rune(0x200) {
			if got := Has(ranges, c); got != want.MatchString(string(c)) {
				t.Errorf("%s: %q is in it: %v", name, c, got)
			}
		}
	}
	for _, name := range []string{"", "alph", "lpha", "=", "09AZaz", "alpha=AZ", "Alpha", "ascii", "word"} {
		if got := Ranges(name); got != "" {
			t.Errorf("%q: got %q", name, got)
		}
	}
}
