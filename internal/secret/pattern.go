package secret

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled on first use. The many patterns of this package would otherwise take
// so much memory at startup that a garbage collection would run before main: see package process.
type pattern func() *regexp.Regexp

func lazyPattern(expression string) pattern {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

func (p pattern) matches(text string) bool { return p().MatchString(text) }
