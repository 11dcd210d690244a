package bundle

import (
	"bytes"
	"errors"
	"math"
	"unicode/utf8"

	"scalr-run-action/internal/charclass"
)

type token struct {
	kind   tokenKind
	r      rune // character of one
	not    bool // negates oneOf
	many   bool // oneOf: one or more characters
	ranges [][2]rune
}

type tokenKind uint8

const (
	one        tokenKind = iota // the character r
	anyOne                      // ?: one character except a slash
	oneOf                       // [a-z]: one character except a slash
	star                        // *: any number of characters except slashes
	deep                        // ** and an optional slash: the empty string, or text that ends with a slash
	everything                  // ** at the end: the rest of the path
)

// nextRune returns the first character and its length. A byte of invalid UTF-8 is a negative character.
func nextRune(s []byte) (rune, int) {
	r, n := utf8.DecodeRune(s)
	if r == utf8.RuneError && n == 1 {
		return -1 - rune(s[0]), 1
	}
	return r, n
}

func appendRune(b []byte, r rune) []byte {
	if r < 0 {
		return append(b, byte(-1-r))
	}
	return utf8.AppendRune(b, r)
}

// parseGlob parses a pattern. regexpPart reports whether it contains a part that Terraform, which converts patterns to regular
// expressions, does not match literally: a { after a class, a |, or a backslash before a letter or digit.
func parseGlob(text string) (tokens []token, regexpPart bool, err error) {
	afterClass := false
	for s := []byte(text); len(s) > 0; {
		t, n, err := parseToken(s)
		if err != nil {
			return nil, false, err
		}
		regexpPart = regexpPart || s[0] == '|' || s[0] == '{' && afterClass || s[0] == '\\' && t.kind == one && charclass.Has(charclass.Ranges("alnum"), t.r)
		s = s[n:]
		if afterClass = t.kind == oneOf; afterClass && len(s) > 0 && s[0] == '+' {
			t.many, s = true, s[1:]
		}
		tokens = append(tokens, t)
	}
	return tokens, regexpPart, nil
}

func parseToken(s []byte) (token, int, error) {
	r, n := nextRune(s)
	switch r {
	case '*':
		t, n := parseStar(s)
		return t, n, nil
	case '?':
		return token{kind: anyOne}, n, nil
	case '[':
		return parseClass(s)
	case '\\':
		if len(s) == n {
			return token{}, 0, errors.New(`it ends in a lone \`)
		}
		r, m := nextRune(s[n:])
		t := token{kind: oneOf}
		if !t.addEscaped(r) {
			t = token{r: r}
		}
		return t, n + m, nil
	}
	return token{r: r}, n, nil
}

func parseStar(s []byte) (token, int) {
	if len(s) < 2 || s[1] != '*' {
		return token{kind: star}, 1
	}
	if len(s) == 2 {
		return token{kind: everything}, 2
	}
	if s[2] == '/' {
		return token{kind: deep}, 3
	}
	return token{kind: deep}, 2
}

var errOpenClass = errors.New("a [ in it is not closed")

// parseClass parses [abc], [a-z], [!a-z], [^a-z] or [[:alpha:][:^digit:]]. A ] in the first position is a character of the
// class.
func parseClass(s []byte) (token, int, error) {
	t := token{kind: oneOf}
	i := 1
	if i < len(s) && (s[i] == '!' || s[i] == '^') {
		t.not = true
		i++
	}
	for first := true; ; first = false {
		if i >= len(s) {
			return t, 0, errOpenClass
		}
		if s[i] == ']' && !first {
			return t, i + 1, nil
		}
		n, err := t.addNamedClass(s[i:])
		if err != nil {
			return t, 0, err
		}
		if n > 0 {
			i += n
			continue
		}
		lo, n, err := classRune(s[i:])
		if err != nil {
			return t, 0, err
		}
		i += n
		hi := lo
		if i+1 < len(s) && s[i] == '-' && s[i+1] != ']' {
			if hi, n, err = classRune(s[i+1:]); err != nil {
				return t, 0, err
			}
			i += 1 + n
		}
		if hi < lo {
			return t, 0, errors.New("a range in it is reversed")
		}
		t.ranges = append(t.ranges, [2]rune{lo, hi})
	}
}

var errUnknownClass = errors.New("it has an unknown class of characters; [[:alpha:]] and [[:digit:]], for example, are known")

// addNamedClass adds a class such as [:alpha:] or \d, or [:^alpha:] for all other characters, and returns its length, which is
// 0 if s does not begin with one.
func (t *token) addNamedClass(s []byte) (int, error) {
	if len(s) > 1 && s[0] == '\\' && t.addEscaped(rune(s[1])) {
		return 2, nil
	}
	end := bytes.Index(s, []byte(":]"))
	if end < 2 || s[0] != '[' || s[1] != ':' {
		return 0, nil
	}
	name, negated := bytes.CutPrefix(s[2:end], []byte("^"))
	ranges := classRanges(string(name))
	if ranges == "" {
		return 0, errUnknownClass
	}
	t.addRanges(ranges, negated)
	return end + 2, nil
}

// addRanges adds the ranges of a class, or, if negated, all other characters.
func (t *token) addRanges(ranges string, negated bool) {
	next := rune(math.MinInt32) // a byte of invalid UTF-8 is negative
	for i := 0; i < len(ranges); i += 2 {
		lo, hi := rune(ranges[i]), rune(ranges[i+1])
		if negated {
			lo, hi, next = next, lo-1, hi+1
		}
		t.ranges = append(t.ranges, [2]rune{lo, hi})
	}
	if negated {
		t.ranges = append(t.ranges, [2]rune{next, utf8.MaxRune})
	}
}

// addEscaped adds the class that \d, \w or \s denotes in a regular expression; the upper-case letters denote all other
// characters. It returns false for other characters.
func (t *token) addEscaped(r rune) bool {
	ranges := ""
	switch r {
	case 'd', 'D':
		ranges = "09"
	case 'w', 'W':
		ranges = wordRanges
	case 's', 'S':
		ranges = "\t\n\f\r  "
	default:
		return false
	}
	t.addRanges(ranges, r < 'a')
	return true
}

// wordRanges are the ranges of letters, digits and the underscore.
const wordRanges = "09AZ__az"

// classRanges returns the ranges of a class, as [charclass.Ranges] does. Terraform converts the patterns of .terraformignore
// to regular expressions of Go, which have two more classes than POSIX.
func classRanges(name string) string {
	switch name {
	case "ascii":
		return "\x00\x7f"
	case "word":
		return wordRanges
	}
	return charclass.Ranges(name)
}

func classRune(s []byte) (rune, int, error) {
	r, n := nextRune(s)
	if r != '\\' {
		return r, n, nil
	}
	if len(s) == n {
		return 0, 0, errOpenClass
	}
	r, m := nextRune(s[n:])
	return r, n + m, nil
}

func (t *token) accepts(r rune) bool {
	if t.kind == one {
		return r == t.r
	}
	if r == '/' {
		return false
	}
	if t.kind == anyOne {
		return true
	}
	for _, span := range t.ranges {
		if span[0] <= r && r <= span[1] {
			return !t.not
		}
	}
	return t.not
}
