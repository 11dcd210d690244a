package bundle

import (
	"path"
	"strings"
)

// maxHops is how many links Linux itself follows before it calls them a loop.
const maxHops = 40

// view is a tree of names in which links can be followed: the checkout, or the inside of a ready archive.
type view interface {
	lookup(name string) (k kind, target string, err error)
	inside(abs string) (rest string, ok bool)
}

// ending is where a name leads when all links on the way are followed.
type ending struct {
	path    string // physical; of a missing one the rest is as written
	kind    kind   // never kindLink
	outside string // the link target, or the path, that leaves the tree; empty if nothing does
}

// resolve follows name hop by hop, as the kernel would, but stops before it looks at anything outside.
func resolve(v view, name string) (ending, error) {
	r := resolution{view: v, rest: strings.Split(name, "/"), kind: kindDir, via: name}
	for len(r.rest) > 0 && r.outside == "" && r.kind != kindLoop {
		part := r.rest[0]
		r.rest = r.rest[1:]
		if err := r.step(part); err != nil {
			return ending{}, err
		}
	}
	return ending{path: r.path(), kind: r.kind, outside: r.outside}, nil
}

type resolution struct {
	view    view
	at      []string // physical components so far
	rest    []string // components to go
	kind    kind     // of at
	via     string   // the link whose target is being walked
	hops    int
	outside string
}

func (r *resolution) path() string { return path.Join(append([]string{"."}, r.at...)...) }

func (r *resolution) step(part string) error {
	switch part {
	case "", ".":
		return nil
	case "..":
		if len(r.at) == 0 {
			r.outside = r.via
			return nil
		}
		r.at = r.at[:len(r.at)-1]
		if r.kind != kindDir { // there is no way back out of a file, or of what is not there
			r.kind = kindMissing
		}
		return nil
	}
	parent := r.kind
	r.at = append(r.at, part)
	if parent != kindDir { // below something missing, or below a file: the rest is text only
		r.kind = kindMissing
		return nil
	}
	k, target, err := r.view.lookup(r.path())
	if err != nil {
		return &Error{Code: Unreadable, Path: r.path(), Err: err}
	}
	r.kind = k
	if k == kindLink {
		r.hop(target)
	}
	return nil
}

// hop goes on at a link's target.
func (r *resolution) hop(target string) {
	r.at, r.kind, r.via = r.at[:len(r.at)-1], kindDir, target
	if r.hops++; r.hops > maxHops {
		r.kind = kindLoop
		return
	}
	if strings.HasPrefix(target, "/") {
		rest, ok := r.view.inside(target)
		if !ok {
			r.outside = target
			return
		}
		r.at, target = nil, rest
	}
	r.rest = append(strings.Split(target, "/"), r.rest...)
}

// locate finds the directory or file that the user's path names.
func locate(t *tree, written string) (ending, error) {
	name := written
	if strings.HasPrefix(name, "/") {
		rest, ok := t.inside(path.Clean(name))
		if !ok {
			return ending{}, &Error{Code: PathOutside, Path: written}
		}
		name = rest
	}
	name = path.Clean(name)
	if name == ".." || strings.HasPrefix(name, "../") {
		return ending{}, &Error{Code: PathOutside, Path: written}
	}
	if strings.ContainsRune(name, 0) {
		return ending{}, &Error{Code: PathMissing, Path: written}
	}
	end, err := resolve(t, name)
	if err != nil {
		return ending{}, err
	}
	switch {
	case end.outside != "":
		return ending{}, &Error{Code: PathOutside, Path: written, Target: end.outside}
	case end.kind == kindMissing:
		return ending{}, &Error{Code: PathMissing, Path: written}
	case end.kind == kindSpecial, end.kind == kindLoop:
		return ending{}, &Error{Code: PathUnsuitable, Path: written}
	case neverSentAnywhere(end.path):
		return ending{}, &Error{Code: NothingToSend, Path: written}
	}
	return end, nil
}
