package bundle

import (
	"errors"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// copied describes a link target outside path that the archive contains as a copy.
type copied struct {
	name   string  // path of the link in the archive
	link   string  // path of the link in the checkout
	text   string  // content of the link
	target string  // path of the copied file or directory in the checkout
	outer  *copied // copy that contains the link; nil if the link itself is below path
	files  int
}

var errRecursive = errors.New("the directory contains the link, so a copy of it would never end")

// link adds the current entry, a link, according to the physical path of its target.
func (w *walker) link() error {
	source := w.source()
	end, err := resolveIn(w.tree, w.l.dirs[w.current.dir].source, string(w.path[w.base:]))
	if err := w.pulse.spend(linkWork * (1 + end.steps)); err != nil {
		return err
	}
	switch {
	case errors.Is(err, errTooManySteps):
		w.faults.add(&Error{Code: LinkCycle, Path: source, Target: end.target, Err: err})
	case err != nil:
		w.faults.add(&Error{Code: Unreadable, Path: source, Err: err})
	case end.outside != "":
		w.faults.add(&Error{Code: LinkOutside, Path: source, Target: end.outside})
	case end.kind == kindLoop:
		return w.addCircularLink(end)
	case within(w.l.base, end.path):
		return w.addInnerLink(end)
	default:
		return w.addOuterLink(source, end)
	}
	return nil
}

// linkWork is the cost, in steps, of resolving one component of a link's target.
const linkWork = 100

// addInnerLink adds a link whose target is in the bundle. It rewrites the link if its text is not valid where the
// bundle is unpacked.
func (w *walker) addInnerLink(end resolved) error {
	target := end.target
	if w.rewrites(end) {
		target = relative(w.l.dirs[w.current.dir].path, relative(w.l.base, end.path))
	}
	if end.kind == kindMissing {
		w.dangling.add(string(w.path))
	} else if err := w.checkInner(end); err != nil {
		return err
	}
	if end.kind == kindDir {
		w.l.aliases[string(w.path)] = target
	}
	return w.add(w.note(kindLink, target), w.current.copy, 0)
}

// checkInner records links to content that is excluded from the bundle; they are broken where the bundle is
// unpacked.
func (w *walker) checkInner(end resolved) error {
	own := relative(w.l.base, end.path)
	if hasExcludedComponent(own) {
		w.linksToExcluded.add(arrow(w.path, own))
		return nil
	}
	v, err := w.matchName(end.path, end.kind == kindDir)
	if v.excluded && (end.kind == kindFile || !w.rules.inArchive.mayReinclude(v, []byte(own))) {
		w.linksToExcluded.add(arrow(w.path, own))
	}
	return err
}

// rewrites reports whether a link's text could have a different target where the bundle is unpacked. A text that leads
// through another link may leave the bundle although its number of ".." does not show it.
func (w *walker) rewrites(end resolved) bool {
	return w.current.copy != nil || path.IsAbs(end.target) || leavesBundle(w.l.dirs[w.current.dir].path, end.target) ||
		slices.ContainsFunc(end.above, func(dir string) bool { return !within(w.l.base, dir) })
}

// addCircularLink adds a link in a cycle unchanged, or excludes it if its text leaves the bundle.
func (w *walker) addCircularLink(end resolved) error {
	w.circular.add(string(w.path))
	if !w.rewrites(end) {
		return w.add(w.note(kindLink, end.target), w.current.copy, 0)
	}
	w.leaveOut(reason{text: "a link cycle outside path"})
	return nil
}

// addOuterLink handles a link whose target is in the checkout but outside the bundle: it adds a copy of the target.
func (w *walker) addOuterLink(source string, end resolved) error {
	switch {
	case end.anyName(hasExcludedComponent):
		w.excludedTargets.add(arrow(w.path, end.path))
		w.leaveOut(reason{text: "never uploaded"})
	case end.kind == kindMissing:
		w.dangling.add(string(w.path))
		w.leaveOut(reason{text: "a broken link outside path"})
	case end.kind != kindFile && end.kind != kindDir:
		w.specials.add(string(w.path))
	default:
		return w.copyTarget(source, end)
	}
	return nil
}

// copyTarget adds a copy of a file or directory unless the target is excluded by its own path.
func (w *walker) copyTarget(source string, end resolved) error {
	target, whole, err := w.matchTarget(end)
	if err != nil {
		return err
	}
	if target.excluded {
		w.excludeTarget(target.by, end)
		if whole {
			return nil
		}
	}
	c := &copied{name: string(w.path), link: source, text: end.target, target: end.path, outer: w.current.copy}
	if end.kind == kindFile {
		return w.copyLinkedFile(end, c)
	}
	return w.copyLinkedDirectory(end, target, c)
}

// matchTarget matches all paths of a link's target. For an excluded directory, whole reports whether all of
// its content is excluded; otherwise a later rule may include a part of it.
func (w *walker) matchTarget(end resolved) (v verdict, whole bool, err error) {
	for _, name := range end.names {
		if v, err = w.matchName(name, end.kind == kindDir); err != nil || v.excluded {
			return v, true, err
		}
	}
	v, err = w.matchName(end.path, end.kind == kindDir)
	return v, end.kind != kindDir || !w.rules.outside().mayReinclude(v, []byte(end.path)), err
}

func (w *walker) matchName(name string, isDir bool) (verdict, error) {
	m := w.rules.outside()
	if name == w.l.base {
		return top, nil
	}
	if within(w.l.base, name) {
		m, name = w.rules.inArchive, relative(w.l.base, name)
	}
	before := m.work
	v := m.matchPath(name, isDir)
	return v, w.pulse.spend(m.work - before)
}

func (w *walker) excludeTarget(rule int, end resolved) {
	found := &w.excludedTargets
	if w.rules.list[rule].excludesState() {
		found = &w.states
	}
	found.add(arrow(w.path, end.path))
	w.leaveOut(reason{rule: rule, byTarget: true})
}

func (w *walker) copyLinkedFile(end resolved, c *copied) error {
	c.files++
	w.l.files++
	w.l.copies = append(w.l.copies, c)
	switch secret := func(name string) bool { return isSecretPath([]byte(name)) }; {
	case isSecretPath(w.path):
		w.secrets.add(string(w.path))
	case end.anyName(secret):
		w.secrets.add(arrow(w.path, end.path))
	}
	if path.Base(end.path) == repositoryConfig {
		w.repositoryConfig(end.path, arrow(w.path, end.path))
	}
	return w.add(w.note(kindFile, end.path), c, w.sizeOf(end.path))
}

func (w *walker) copyLinkedDirectory(end resolved, target verdict, c *copied) error {
	if c.containsItself() {
		w.faults.add(&Error{Code: LinkCycle, Path: c.link, Target: c.text, Err: errRecursive})
		return nil
	}
	m := w.rules.inArchive
	v := m.match(w.current.verdict, w.path, w.base, true)
	if v.excluded {
		w.leaveOut(reason{rule: v.by})
		if !m.mayReinclude(v, w.path) {
			return nil
		}
	}
	w.l.copies = append(w.l.copies, c)
	return w.directory(pendingDir{verdict: v, target: target, copy: c}, end.path, !v.excluded && !target.excluded)
}

// repositoryConfig records the config of a bare Git repository, which may contain credentials. shown is its
// name in messages.
func (w *walker) repositoryConfig(source, shown string) {
	for _, name := range []string{"HEAD", "objects", "refs"} {
		k, _, err := w.tree.lookup(path.Join(path.Dir(source), name))
		if isDir := k == kindDir; err != nil || k == kindMissing || isDir != (name != "HEAD") {
			return
		}
	}
	w.repositories.add(shown)
}

// containsItself reports whether the copied directory contains one of the links that lead to it: the copy would
// contain itself.
func (c *copied) containsItself() bool {
	for o := c; o != nil; o = o.outer {
		if within(c.target, path.Dir(o.link)) {
			return true
		}
	}
	return false
}

// leavesBundle reports whether a relative path in dir points above the root of the bundle. It does not follow
// links.
func leavesBundle(dir, target string) bool {
	depth := 0
	if dir != "." {
		depth = strings.Count(dir, "/") + 1
	}
	for part := range strings.SplitSeq(target, "/") {
		switch part {
		case "", ".":
		case "..":
			depth--
		default:
			depth++
		}
		if depth < 0 {
			return true
		}
	}
	return false
}

// relative returns the relative path from dir to name. Both must be clean and relative to the same root.
func relative(dir, name string) string {
	r, err := filepath.Rel(dir, name)
	if err != nil { // impossible for two relative paths
		return name
	}
	return filepath.ToSlash(r)
}
