// Package affected finds the workspaces whose configuration is affected by a change.
//
// It uses the list of changed paths, the files of the checkout and the directories of the workspaces, and sends no
// request. If it is unknown whether a change affects a workspace, the workspace counts as affected.
package affected

import (
	"path"
	"slices"
	"strings"
)

// Workspace is a workspace with a configuration in the checkout.
type Workspace struct {
	Environment, Name string
	// Directory is Terraform's working directory, relative to the checkout, "." for its root.
	Directory string
	// Files are further files that the workspace uses, relative to the checkout.
	Files []string
	// Unknown describes why it is unknown what the workspace uses; "" if it is known.
	Unknown string
}

// Result is the effect of a change on one workspace.
type Result struct {
	Affected bool
	// ChangedFile is the first changed file, by name, that affects the workspace.
	ChangedFile string
	// Unknown describes why the workspace counts as affected although none of its known files has changed; "" otherwise.
	Unknown string
	// Uses lists the paths in the checkout, outside of its directory, that the configuration refers to, sorted. It omits
	// paths in the target of a link to which only files in the same target refer: an archive has a copy of the target.
	Uses []string
}

// Find returns a result for each workspace. The changed paths are relative to the checkout and contain both paths of
// a renamed file. Links are only followed inside the checkout.
func (t *Tree) Find(changed []string, workspaces []Workspace, shared Patterns) []Result {
	f := finder{
		tree:          t,
		change:        newChange(changed),
		modules:       map[string]*module{},
		nodes:         map[string]*node{},
		workspaceDirs: map[string]bool{},
	}
	for _, w := range workspaces {
		f.workspaceDirs[path.Clean(w.Directory)] = true
	}
	f.readModules()
	own := f.ownChanges()
	patterns := t.newMatcher(shared, f.change.sorted, workspaces)
	results := make([]Result, len(workspaces))
	for i, w := range workspaces {
		results[i] = f.result(w, own[path.Clean(w.Directory)])
		match, r := patterns.first(w), &results[i]
		switch {
		case match == "":
		case r.Unknown != "":
			r.ChangedFile, r.Unknown = match, ""
		default:
			r.Affected, r.ChangedFile = true, firstByName(r.ChangedFile, match)
		}
	}
	return results
}

// finder is the state of one search.
type finder struct {
	tree          *Tree
	change        *change
	modules       map[string]*module  // by directory
	nodes         map[string]*node    // by path
	workspaceDirs map[string]bool     // the directories of workspaces
	byFold        map[string][]string // paths with letters outside of ASCII, by hclscan.Fold
}

// ownChanges returns the first changed path of each workspace directory. A path belongs to the innermost workspace
// directory that contains it.
func (f *finder) ownChanges() map[string]string {
	first := map[string]string{}
	for _, p := range f.change.sorted {
		for dir := p; ; dir = path.Dir(dir) {
			if f.workspaceDirs[dir] {
				first[dir] = firstByName(first[dir], p)
				break
			}
			if dir == "." {
				break
			}
		}
	}
	return first
}

func (f *finder) result(w Workspace, own string) Result {
	root := path.Clean(w.Directory)
	u := f.usesOf(root, w.Files)
	because := own
	if above := f.change.changedParent(root); above != "" {
		because = firstByName(because, above)
	}
	for p := range u.paths {
		because = firstByName(because, f.change.touches(p))
	}
	for p := range u.exact {
		because = firstByName(because, f.change.exactMatch(p))
	}
	if w.Unknown != "" {
		u.unknown, u.unknownFile = w.Unknown, ""
	}
	r := Result{Affected: because != "" || u.unknown != "", ChangedFile: because}
	if because == "" && u.unknown != "" {
		r.ChangedFile, r.Unknown = u.unknownFile, u.unknown
	}
	for p := range u.named {
		if !below(p, root) && u.refersTo(p) && f.tree.Has(p) {
			r.Uses = append(r.Uses, p)
		}
	}
	slices.Sort(r.Uses)
	return r
}

// firstByName returns the path that is first by name; "" means no path.
func firstByName(a, b string) string {
	if a == "" || b != "" && b < a {
		return b
	}
	return a
}

// below reports whether p is dir or is inside of it, by whole path elements.
func below(p, dir string) bool {
	return dir == "." || p == dir || strings.HasPrefix(p, dir) && p[len(dir)] == '/'
}
