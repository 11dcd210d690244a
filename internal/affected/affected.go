// Package affected finds the workspaces whose configuration a change touches.
//
// It works on a list of changed paths, on the files of the checkout and on the
// directories of the workspaces, and sends no request. A workspace of which it
// cannot say whether the change touches it counts as affected.
package affected

import (
	"path"
	"slices"
	"strings"
)

// Workspace is a workspace with a configuration in the checkout.
type Workspace struct {
	Environment, Name string
	// Directory is where Terraform runs, relative to the checkout, "." for its root.
	Directory string
	// Files are further files that the workspace uses, relative to the checkout.
	Files []string
	// Doubt says why it cannot be known what the workspace uses; "" if it can.
	Doubt string
}

// Title is how the workspace is named to people: environment/workspace.
func (w Workspace) Title() string { return w.Environment + "/" + w.Name }

// Answer is what a change means for one workspace.
type Answer struct {
	Affected bool
	// Because is the first file, by name, that made the workspace affected.
	Because string
	// Doubt says why the workspace counts as affected although none of its known
	// files has changed; "" otherwise.
	Doubt string
	// Uses are the paths in the checkout that the configuration names outside of
	// its directory, sorted.
	Uses []string
}

// Find returns an answer for each workspace. The changed paths are relative to
// the checkout; of a renamed file both paths belong to them. Links of the
// checkout are followed inside it only.
func (t *Tree) Find(changed []string, workspaces []Workspace, shared Patterns) []Answer {
	f := finder{tree: t, change: newChange(changed), modules: map[string]*module{}, nodes: map[string]*node{}, owners: map[string]bool{}}
	for _, w := range workspaces {
		f.owners[path.Clean(w.Directory)] = true
	}
	f.readModules()
	own := f.ownChanges()
	patterns := t.newMatcher(shared, f.change.sorted, workspaces)
	answers := make([]Answer, len(workspaces))
	for i, w := range workspaces {
		answers[i] = f.answer(w, own[path.Clean(w.Directory)])
		match, a := patterns.first(w), &answers[i]
		switch {
		case match == "":
		case a.Doubt != "":
			a.Because, a.Doubt = match, ""
		default:
			a.Affected, a.Because = true, earlier(a.Because, match)
		}
	}
	return answers
}

// finder is one search.
type finder struct {
	tree    *Tree
	change  *change
	modules map[string]*module // by directory
	nodes   map[string]*node   // by path
	owners  map[string]bool    // the directories of workspaces
}

// ownChanges gives the first changed path of each workspace directory. A path
// belongs to the deepest workspace directory above it.
func (f *finder) ownChanges() map[string]string {
	first := map[string]string{}
	for _, p := range f.change.sorted {
		for dir := p; ; dir = path.Dir(dir) {
			if f.owners[dir] {
				first[dir] = earlier(first[dir], p)
				break
			}
			if dir == "." {
				break
			}
		}
	}
	return first
}

func (f *finder) answer(w Workspace, own string) Answer {
	root := path.Clean(w.Directory)
	u := f.uses(root, w.Files)
	because := own
	if above := f.change.above(root); above != "" {
		because = earlier(because, above)
	}
	for p := range u.paths {
		because = earlier(because, f.change.touches(p))
	}
	for p := range u.exact {
		because = earlier(because, f.change.exactly(p))
	}
	if w.Doubt != "" {
		u.doubt, u.doubtFile = w.Doubt, ""
	}
	a := Answer{Affected: because != "" || u.doubt != "", Because: because}
	if because == "" && u.doubt != "" {
		a.Because, a.Doubt = u.doubtFile, u.doubt
	}
	for p := range u.named {
		if !below(p, root) && f.tree.Has(p) {
			a.Uses = append(a.Uses, p)
		}
	}
	slices.Sort(a.Uses)
	return a
}

// earlier is the path that comes first by name; "" stands for none.
func earlier(a, b string) string {
	if a == "" || b != "" && b < a {
		return b
	}
	return a
}

// below reports whether p is dir or lies in it, by whole path elements.
func below(p, dir string) bool {
	return dir == "." || p == dir || strings.HasPrefix(p, dir) && p[len(dir)] == '/'
}
