package affected

import (
	"errors"
	"strings"
	"unicode/utf8"

	"scalr-run-action/internal/charclass"
)

var (
	errOpenPattern  = errors.New("it has a [ without a ] or ends in a backslash")
	errUnknownClass = errors.New("it has an unknown class of characters; [[:alpha:]] and [[:digit:]], for example, are known")
)

// checkWildcard returns an error for a pattern of a path element that Git takes for invalid.
func checkWildcard(pattern string) error {
	for pattern != "" {
		first := pattern[0]
		switch pattern = pattern[1:]; first {
		case '[':
			_, rest, err := matchBrackets(pattern, 0)
			if err != nil {
				return err
			}
			pattern = rest
		case '\\':
			if pattern == "" {
				return errOpenPattern
			}
			pattern = pattern[1:]
		}
	}
	return nil
}

// matchWildcard matches an element of a path with a valid pattern, by the rules of gitignore: * and ? match within the
// element, brackets match one character (see [matchBrackets]), and a backslash removes the meaning of the next character.
func matchWildcard(pattern, text string) bool {
	star, retry := false, "" // after a failure, the last * takes one more character of retry
	var afterStar string
	for pattern != "" || text != "" {
		if strings.HasPrefix(pattern, "*") {
			pattern = pattern[1:]
			star, afterStar, retry = true, pattern, text
			continue
		}
		if rest, size, ok := matchCharacter(pattern, text); ok {
			pattern, text = rest, text[size:]
			continue
		}
		if !star || retry == "" {
			return false
		}
		_, size := utf8.DecodeRuneInString(retry)
		retry = retry[size:]
		pattern, text = afterStar, retry
	}
	return true
}

// matchCharacter matches the first character of a text with the beginning of a pattern that is not a *.
func matchCharacter(pattern, text string) (rest string, size int, ok bool) {
	if pattern == "" || text == "" {
		return "", 0, false
	}
	c, size := utf8.DecodeRuneInString(text)
	switch first := pattern[0]; first {
	case '?':
		return pattern[1:], size, true
	case '[':
		ok, rest, err := matchBrackets(pattern[1:], c)
		return rest, size, ok && err == nil
	case '\\':
		pattern = pattern[1:]
	}
	rest, ok = strings.CutPrefix(pattern, text[:size])
	return rest, size, ok
}

// matchBrackets matches a character with the rest of a pattern after a [. A ! or ^ negates the characters up to the ], which
// may be the first of them; they may contain ranges such as a-z and classes such as [:alpha:].
func matchBrackets(pattern string, c rune) (ok bool, rest string, err error) {
	negated := strings.HasPrefix(pattern, "!") || strings.HasPrefix(pattern, "^")
	if negated {
		pattern = pattern[1:]
	}
	for first := true; ; first = false {
		if !first && strings.HasPrefix(pattern, "]") {
			return ok != negated, pattern[1:], nil
		}
		if name, after, isClass := cutClass(pattern); isClass {
			ranges := charclass.Ranges(name)
			if ranges == "" {
				return false, "", errUnknownClass
			}
			ok, pattern = ok || charclass.Has(ranges, c), after
			continue
		}
		from, after, valid := cutCharacter(pattern)
		to := from
		if end, isRange := strings.CutPrefix(after, "-"); valid && isRange && !strings.HasPrefix(end, "]") {
			to, after, valid = cutCharacter(end)
		}
		if !valid {
			return false, "", errOpenPattern
		}
		ok, pattern = ok || c == from || from < c && c <= to, after
	}
}

// cutCharacter removes the first character between brackets, which may follow a backslash.
func cutCharacter(pattern string) (c rune, rest string, ok bool) {
	pattern = strings.TrimPrefix(pattern, `\`)
	c, size := utf8.DecodeRuneInString(pattern)
	return c, pattern[size:], size > 0
}

// cutClass removes a class such as [:alpha:], and returns its name.
func cutClass(pattern string) (name, rest string, ok bool) {
	after, ok := strings.CutPrefix(pattern, "[:")
	end := strings.IndexByte(after, ']')
	if !ok || end < 1 || after[end-1] != ':' {
		return "", "", false
	}
	return after[:end-1], after[end+1:], true
}
