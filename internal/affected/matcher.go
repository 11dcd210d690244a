package affected

import "strings"

// matcher answers for many workspaces which of the changed paths is the first
// that the patterns match. What is the same for all of them is found once.
type matcher struct {
	patterns Patterns
	sorted   []string
	split    [][]string // the elements of each path
	// dirs says which paths are directories: submodules, and links to directories. A
	// change of one may change every file below it.
	dirs []bool
	// may says of each pattern which paths it matches, for the names of some workspace
	// if it has placeholders.
	may [][]bool
	// own says which patterns have to be matched again with the names of a workspace.
	own []bool
	// some are the paths that a pattern matches which does not take out.
	some []int
}

func (t *Tree) newMatcher(ps Patterns, sorted []string, workspaces []Workspace) *matcher {
	m := &matcher{patterns: ps, sorted: sorted, may: make([][]bool, len(ps)), own: make([]bool, len(ps))}
	for _, p := range sorted {
		m.split = append(m.split, strings.Split(p, "/"))
		m.dirs = append(m.dirs, t.HasDirectory(p))
	}
	slashes := false // in names, which then are more than one element
	for _, w := range workspaces {
		slashes = slashes || strings.Contains(w.Environment+w.Name, "/")
	}
	for i, p := range ps {
		m.own[i] = p.placeholders()
		general := p.replace("*", "*")
		m.may[i] = make([]bool, len(sorted))
		for n, elements := range m.split {
			m.may[i][n] = m.own[i] && slashes || general.about(elements, m.dirs[n])
		}
	}
	for n := range sorted {
		for i, p := range ps {
			if m.may[i][n] && !p.negate {
				m.some = append(m.some, n)
				break
			}
		}
	}
	return m
}

func (m *matcher) first(w Workspace) string {
	own := make(Patterns, len(m.patterns))
	for i, p := range m.patterns {
		if m.own[i] {
			own[i] = p.with(w)
		}
	}
	for _, n := range m.some {
		if m.match(own, n) {
			return m.sorted[n]
		}
	}
	return ""
}

// match reports what the last pattern says that matches path n.
func (m *matcher) match(own Patterns, n int) bool {
	for i := len(m.patterns) - 1; i >= 0; i-- {
		if m.may[i][n] && (!m.own[i] || own[i].about(m.split[n], m.dirs[n])) {
			return !m.patterns[i].negate
		}
	}
	return false
}

// Unmatched returns the patterns that match none of the changed paths and no file
// of the checkout, whatever the names of the workspaces. One that takes out is not
// among them.
func (t *Tree) Unmatched(ps Patterns, changed []string, workspaces []Workspace) Patterns {
	var list Patterns
	for _, p := range ps {
		if p.negate {
			continue
		}
		m := t.newMatcher(Patterns{p}, changed, workspaces)
		if len(m.some) == 0 && !t.hasMatch(p.replace("*", "*")) {
			list = append(list, p)
		}
	}
	return list
}

func (t *Tree) hasMatch(p Pattern) bool {
	for file := range t.files {
		if p.about(strings.Split(file, "/"), false) {
			return true
		}
	}
	return false
}
