package affected

import (
	"errors"
	"slices"
	"strings"
)

// Patterns are rules in the format of gitignore for paths that several workspaces share. The last pattern that matches a
// path, or a directory above it, decides.
type Patterns []Pattern

// Pattern is a single rule.
type Pattern struct {
	line            string // as written
	negate, dirOnly bool
	elements        []element // relative to the root of the checkout
}

// element is a pattern for one element of a path, or ** for any number of them.
type element struct {
	text  string
	plain bool // the text contains no special characters
}

func elementsOf(texts []string) []element {
	list := make([]element, len(texts))
	for i, t := range texts {
		if strings.HasPrefix(t, "**") && strings.Trim(t, "*") == "" { // Git treats more stars like two
			t = "**"
		}
		list[i] = element{t, !strings.ContainsAny(t, `*?[\{`)}
	}
	return list
}

// String returns the pattern as written.
func (p Pattern) String() string { return p.line }

// hasPlaceholders reports whether the pattern contains {environment} or {workspace}.
func (p Pattern) hasPlaceholders() bool {
	return slices.ContainsFunc(p.elements, func(e element) bool { return strings.Contains(e.text, "{") })
}

// ParsePattern parses a pattern. {environment} and {workspace} stand for the names of each workspace. ok is false for an
// empty line or a comment. The error describes the problem without repeating the line.
func ParsePattern(line string) (p Pattern, ok bool, err error) {
	line = trimBlanks(line)
	text, negate := strings.CutPrefix(line, "!")
	if text == "" || text[0] == '#' && !negate {
		return p, false, nil
	}
	text, dirOnly := strings.CutSuffix(text, "/")
	rest, anchored := strings.CutPrefix(text, "/")
	elements := strings.Split(rest, "/")
	if !anchored && len(elements) == 1 {
		elements = append([]string{"**"}, elements...)
	}
	return Pattern{line, negate, dirOnly, elementsOf(elements)}, true, checkElements(elements)
}

// trimBlanks removes blanks at both ends, except for one at the end that follows a backslash.
func trimBlanks(line string) string {
	trimmed := strings.TrimSpace(line)
	backslashes := len(trimmed) - len(strings.TrimRight(trimmed, `\`))
	if backslashes%2 == 1 && strings.Contains(line, trimmed+" ") {
		return trimmed + " "
	}
	return trimmed
}

func checkElements(elements []string) error {
	for _, e := range elements {
		if e == "" || e == "." || e == ".." {
			return errors.New(`it has an empty, "." or ".." element, which matches no path`)
		}
		if err := checkWildcard(e); err != nil {
			return err
		}
		if strings.Contains(e, "${") {
			return errors.New("it has a $ before a placeholder; write {environment} and {workspace} without it")
		}
		plain := strings.NewReplacer("{environment}", "", "{workspace}", "").Replace(e)
		if strings.ContainsAny(plain, "{}") {
			return errors.New("it has a placeholder other than {environment} and {workspace}")
		}
	}
	return nil
}

// withNames inserts the names of a workspace, whose characters have no special meaning.
func (p Pattern) withNames(w Workspace) Pattern {
	escape := strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`)
	return p.replace(escape.Replace(w.Environment), escape.Replace(w.Name))
}

func (p Pattern) replace(environment, workspace string) Pattern {
	names := strings.NewReplacer("{environment}", environment, "{workspace}", workspace)
	var texts []string
	for _, e := range p.elements {
		texts = append(texts, strings.Split(names.Replace(e.text), "/")...)
	}
	p.elements = elementsOf(texts)
	return p
}

// matches reports whether the pattern matches a path or a directory above it. If the path is a directory, every file
// below it may have changed: then a pattern that is not negated also matches if it can match a file below the path.
func (p Pattern) matches(elements []string, isDir bool) bool {
	for n := 1; n < len(elements); n++ {
		if matchElements(p.elements, elements[:n], false) {
			return true
		}
	}
	below := isDir && !p.negate
	return (!p.dirOnly || below) && matchElements(p.elements, elements, below)
}

// matchElements matches a whole path, or with below set, the directory above a matching path.
func matchElements(pattern []element, elements []string, below bool) bool {
	for len(pattern) > 0 {
		if len(elements) == 0 {
			return below
		}
		if pattern[0].text == "**" {
			if len(pattern) == 1 || below {
				return true
			}
			for i := range elements {
				if matchElements(pattern[1:], elements[i:], below) {
					return true
				}
			}
			return false
		}
		if !pattern[0].matches(elements[0]) {
			return false
		}
		pattern, elements = pattern[1:], elements[1:]
	}
	return len(elements) == 0
}

func (e element) matches(text string) bool {
	if e.plain {
		return e.text == text
	}
	return matchWildcard(e.text, text)
}
