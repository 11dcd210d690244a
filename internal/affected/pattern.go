package affected

import (
	"fmt"
	"path"
	"strings"
)

// Patterns are rules in the form of gitignore for paths that several workspaces
// share. The last one that matches a path or a directory above it decides.
type Patterns []pattern

type pattern struct {
	negate, dirOnly bool
	elements        []string // of a path from the root of the checkout
}

// ParsePatterns reads patterns. {environment} and {workspace} stand for the names
// of each workspace. The error names the line that is not a pattern.
func ParsePatterns(lines []string) (Patterns, error) {
	var list Patterns
	for _, line := range lines {
		text, negate := strings.CutPrefix(strings.TrimSpace(line), "!")
		if text == "" || text[0] == '#' && !negate {
			continue
		}
		text, dirOnly := strings.CutSuffix(text, "/")
		rest, anchored := strings.CutPrefix(text, "/")
		elements := strings.Split(rest, "/")
		if !anchored && len(elements) == 1 {
			elements = append([]string{"**"}, elements...)
		}
		if err := checkElements(line, elements); err != nil {
			return nil, err
		}
		list = append(list, pattern{negate, dirOnly, elements})
	}
	return list, nil
}

func checkElements(line string, elements []string) error {
	for _, e := range elements {
		switch _, err := path.Match(e, ""); {
		case e == "" || e == "." || e == "..":
			return fmt.Errorf("%q has an empty, \".\" or \"..\" element, which matches no path", line)
		case err != nil:
			return fmt.Errorf("%q has a [ without a ] or ends in a backslash", line)
		}
		plain := strings.NewReplacer("{environment}", "", "{workspace}", "").Replace(e)
		if strings.ContainsAny(plain, "{}") {
			return fmt.Errorf("%q has a placeholder other than {environment} and {workspace}", line)
		}
	}
	return nil
}

// matcher answers for many workspaces which of the changed paths is the first
// that the patterns match.
type matcher struct {
	patterns Patterns
	sorted   []string
	split    [][]string // the elements of each path
	same     bool       // the answer is the same for all workspaces
	answer   *string    // the answer, if it is the same and known
}

func newMatcher(ps Patterns, sorted []string) *matcher {
	m := &matcher{patterns: ps, sorted: sorted, same: true}
	for _, p := range ps {
		m.same = m.same && !strings.Contains(strings.Join(p.elements, "/"), "{")
	}
	for _, p := range sorted {
		m.split = append(m.split, strings.Split(p, "/"))
	}
	return m
}

func (m *matcher) first(w Workspace) string {
	if m.answer != nil {
		return *m.answer
	}
	own, found := m.patterns.with(w), ""
	for i, elements := range m.split {
		if own.match(elements) {
			found = m.sorted[i]
			break
		}
	}
	if m.same {
		m.answer = &found
	}
	return found
}

// with puts in the names of a workspace, in which no character has a special meaning.
func (ps Patterns) with(w Workspace) Patterns {
	escape := strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`)
	names := strings.NewReplacer("{environment}", escape.Replace(w.Environment), "{workspace}", escape.Replace(w.Name))
	own := make(Patterns, len(ps))
	for i, p := range ps {
		own[i] = pattern{p.negate, p.dirOnly, strings.Split(names.Replace(strings.Join(p.elements, "/")), "/")}
	}
	return own
}

func (ps Patterns) match(elements []string) bool {
	for i := len(ps) - 1; i >= 0; i-- {
		if ps[i].about(elements) {
			return !ps[i].negate
		}
	}
	return false
}

// about reports whether the pattern matches a path or a directory above it.
func (p pattern) about(elements []string) bool {
	for n := 1; n <= len(elements); n++ {
		if n == len(elements) && p.dirOnly {
			return false
		}
		if matchElements(p.elements, elements[:n]) {
			return true
		}
	}
	return false
}

func matchElements(pattern, elements []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			if len(pattern) == 1 {
				return len(elements) > 0
			}
			for i := range elements {
				if matchElements(pattern[1:], elements[i:]) {
					return true
				}
			}
			return false
		}
		if len(elements) == 0 {
			return false
		}
		if ok, err := path.Match(pattern[0], elements[0]); err != nil || !ok {
			return false
		}
		pattern, elements = pattern[1:], elements[1:]
	}
	return len(elements) == 0
}
