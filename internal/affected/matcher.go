package affected

import "strings"

// matcher finds the first changed path that matches the patterns, for many workspaces. It computes what they have in
// common only once.
type matcher struct {
	patterns Patterns
	sorted   []string
	split    [][]string // the elements of each path
	// isDir reports for each path whether it is a directory: a submodule, or a link to a directory. A change of one may change
	// every file below it.
	isDir []bool
	// candidates reports for each pattern which paths it matches; if it has placeholders, for the names of any workspace.
	candidates [][]bool
	// needsNames reports which patterns must be matched again with the names of a workspace.
	needsNames []bool
	// included are the paths that a pattern matches that is not negated.
	included []int
}

func (t *Tree) newMatcher(ps Patterns, sorted []string, workspaces []Workspace) *matcher {
	m := &matcher{patterns: ps, sorted: sorted, candidates: make([][]bool, len(ps)), needsNames: make([]bool, len(ps))}
	for _, p := range sorted {
		m.split = append(m.split, strings.Split(p, "/"))
		m.isDir = append(m.isDir, t.HasDirectory(p))
	}
	slashes := false // some names contain a slash and so consist of several elements
	for _, w := range workspaces {
		slashes = slashes || strings.Contains(w.Environment+w.Name, "/")
	}
	for i, p := range ps {
		m.needsNames[i] = p.hasPlaceholders()
		wildcard := p.replace("*", "*")
		m.candidates[i] = make([]bool, len(sorted))
		for n, elements := range m.split {
			m.candidates[i][n] = m.needsNames[i] && slashes || wildcard.matches(elements, m.isDir[n])
		}
	}
	for n := range sorted {
		if m.isIncluded(n) {
			m.included = append(m.included, n)
		}
	}
	return m
}

func (m *matcher) isIncluded(n int) bool {
	for i, p := range m.patterns {
		if m.candidates[i][n] && !p.negate {
			return true
		}
	}
	return false
}

func (m *matcher) first(w Workspace) string {
	own := make(Patterns, len(m.patterns))
	for i, p := range m.patterns {
		if m.needsNames[i] {
			own[i] = p.withNames(w)
		}
	}
	for _, n := range m.included {
		if m.match(own, n) {
			return m.sorted[n]
		}
	}
	return ""
}

// match reports whether the last pattern that matches path n includes it.
func (m *matcher) match(own Patterns, n int) bool {
	for i := len(m.patterns) - 1; i >= 0; i-- {
		if m.candidates[i][n] && (!m.needsNames[i] || own[i].matches(m.split[n], m.isDir[n])) {
			return !m.patterns[i].negate
		}
	}
	return false
}

// Unmatched returns the patterns that match none of the changed paths and no file of the checkout, for any names of
// workspaces. It does not return negated patterns.
func (t *Tree) Unmatched(ps Patterns, changed []string, workspaces []Workspace) Patterns {
	var list Patterns
	for _, p := range ps {
		if p.negate {
			continue
		}
		m := t.newMatcher(Patterns{p}, changed, workspaces)
		if len(m.included) == 0 && !t.hasMatch(p.replace("*", "*")) {
			list = append(list, p)
		}
	}
	return list
}

func (t *Tree) hasMatch(p Pattern) bool {
	for file := range t.files {
		if p.matches(strings.Split(file, "/"), false) {
			return true
		}
	}
	return false
}
