package secret

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled when it is first used. The many of this package would otherwise take
// more memory before the program begins than Go's runtime collects without a word: see process.
type pattern func() *regexp.Regexp

func compiled(expression string) pattern {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

func (p pattern) matches(text string) bool { return p().MatchString(text) }
