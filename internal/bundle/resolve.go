package bundle

import (
	"errors"
	"path"
	"slices"
	"strings"
)

// maxHops is the number of links that Linux follows before it reports a loop.
const maxHops = 40

// maxSteps limits the number of components of a name and of all link targets in it: otherwise a few links
// could cause a million lookups.
const maxSteps = 1024

var errTooManySteps = errors.New("resolving the path takes too many lookups")

// view is a tree of names in which links can be resolved: the checkout, the bundle or a prebuilt archive.
type view interface {
	lookup(name string) (k kind, target string, err error)
	inside(abs string) (rest string, ok bool)
}

// resolved is the result of resolving all links of a name.
type resolved struct {
	path    string   // physical path; components after a missing one are as written
	kind    kind     // never kindLink
	outside string   // the link target or path that leaves the tree; empty if path is inside
	names   []string // other names of path, one per link after the first
	above   []string // directories that ".." led to
	target  string   // target of the first link
	steps   int      // number of resolved components
}

// anyName reports whether test is true for path or one of its other names.
func (e resolved) anyName(test func(string) bool) bool {
	return test(e.path) || slices.ContainsFunc(e.names, test)
}

// resolve resolves the links of name like the kernel, but never opens a path outside the tree.
func resolve(v view, name string) (resolved, error) { return resolveIn(v, ".", name) }

// resolveIn is resolve for a name in dir, which must be a directory without links in its path.
func resolveIn(v view, dir, name string) (resolved, error) {
	if strings.Count(name, "/") >= maxSteps {
		return resolved{}, errTooManySteps
	}
	r := resolution{view: v, at: dir, rest: strings.Split(name, "/"), kind: kindDir, via: name}
	for len(r.rest) > 0 && r.outside == "" && r.kind != kindLoop {
		part := r.rest[0]
		r.rest = r.rest[1:]
		r.steps++
		if err := r.step(part); err != nil {
			return resolved{target: r.target, steps: r.steps}, err
		}
	}
	return resolved{path: r.at, kind: r.kind, outside: r.outside, names: r.names, above: r.above, target: r.target, steps: r.steps}, nil
}

type resolution struct {
	view    view
	at      string   // physical path so far
	rest    []string // remaining components
	kind    kind     // kind of at
	via     string   // the link whose target is being resolved
	names   []string
	above   []string
	target  string
	hops    int
	steps   int
	outside string
}

func (r *resolution) step(part string) error {
	switch part {
	case "", ".":
		return nil
	case "..":
		if r.at == "." {
			r.outside = r.via
			return nil
		}
		r.at = path.Dir(r.at)
		r.above = append(r.above, r.at)
		if r.kind != kindDir { // ".." cannot leave a file or a missing directory
			r.kind = kindMissing
		}
		return nil
	}
	parent := r.kind
	r.at = join(r.at, part)
	if parent != kindDir { // below a file or a missing directory
		r.kind = kindMissing
		return nil
	}
	k, target, err := r.view.lookup(r.at)
	if err != nil {
		return &Error{Code: Unreadable, Path: r.at, Err: err}
	}
	r.kind = k
	if k == kindLink {
		return r.followLink(target)
	}
	return nil
}

// followLink continues at the target of a link.
func (r *resolution) followLink(target string) error {
	if r.hops == 0 {
		r.target = target
	} else if !slices.Contains(r.rest, "..") {
		r.names = append(r.names, path.Join(append([]string{r.at}, r.rest...)...))
	}
	r.at, r.kind, r.via = path.Dir(r.at), kindDir, target
	if r.hops++; r.hops > maxHops {
		r.kind = kindLoop
		return nil
	}
	if strings.HasPrefix(target, "/") {
		rest, ok := r.view.inside(target)
		if !ok {
			r.outside = target
			return nil
		}
		r.at, target = ".", rest
	}
	r.rest = append(strings.Split(target, "/"), r.rest...)
	if r.steps+len(r.rest) > maxSteps {
		return errTooManySteps
	}
	return nil
}

// locate resolves the path that the user specified.
func locate(t *tree, written string) (resolved, error) {
	name := written
	if strings.HasPrefix(name, "/") {
		rest, ok := t.inside(path.Clean(name))
		if !ok {
			return resolved{}, &Error{Code: PathOutside, Path: written}
		}
		name = rest
	}
	name = path.Clean(name)
	if name == ".." || strings.HasPrefix(name, "../") {
		return resolved{}, &Error{Code: PathOutside, Path: written}
	}
	if strings.ContainsRune(name, 0) {
		return resolved{}, &Error{Code: PathMissing, Path: written}
	}
	end, err := resolve(t, name)
	if errors.Is(err, errTooManySteps) {
		return resolved{}, &Error{Code: PathUnsuitable, Path: written, Err: err}
	}
	if err != nil {
		return resolved{}, err
	}
	switch {
	case end.outside != "":
		return resolved{}, &Error{Code: PathOutside, Path: written, Target: end.outside}
	case end.kind == kindMissing:
		return resolved{}, &Error{Code: PathMissing, Path: written, Target: similarDirectory(t, end.path)}
	case end.kind == kindSpecial, end.kind == kindLoop:
		return resolved{}, &Error{Code: PathUnsuitable, Path: written}
	case end.anyName(hasExcludedComponent):
		return resolved{}, &Error{Code: NothingToSend, Path: written}
	}
	return end, nil
}
