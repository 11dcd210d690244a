package bundle

// verdict is the result of matching one path.
type verdict struct {
	excluded bool
	by       int // number of the decisive rule, or none
	under    int // for directories: the last directory rule that matches it or one of its parents, or none
}

// top is the verdict for the root.
var top = verdict{by: none, under: none}

// matcher applies rules to paths. It is not safe for concurrent use.
type matcher struct {
	list      []rule
	plain     ruleIndex // rules about files and directories
	dirs      ruleIndex // rules about directories only
	reinclude reincluder
	work      int // steps so far: comparisons of a byte, a pattern or 64 positions of a pattern
}

func newMatcher(list []rule, include func(*rule) bool) *matcher {
	return &matcher{
		list:      list,
		plain:     newRuleIndex(list, func(r *rule) bool { return !r.dirOnly && include(r) }),
		dirs:      newRuleIndex(list, func(r *rule) bool { return r.dirOnly && include(r) }),
		reinclude: newReincluder(list, include),
	}
}

// match returns the verdict for path. Its last component starts at base, and parent is the verdict for its
// directory.
func (m *matcher) match(parent verdict, path []byte, base int, isDir bool) verdict {
	v := verdict{excluded: parent.excluded, by: parent.by, under: parent.under}
	if isDir {
		v.under = m.dirs.last(m.list, path, base, v.under, &m.work)
	}
	own := m.plain.last(m.list, path, base, v.under, &m.work)
	switch {
	case own < 0:
	case m.list[own].negate:
		// A rule cannot re-include the content of a directory that a later rule excludes.
		if !parent.excluded || own > parent.by {
			v.excluded, v.by = false, own
		}
	default:
		v.by = own
		if parent.excluded {
			v.by = max(own, parent.by)
		}
		v.excluded = true
	}
	return v
}

// matchPath returns the verdict for a path after matching all of its parents.
func (m *matcher) matchPath(path string, isDir bool) verdict {
	v, p := top, []byte(path)
	for base := 0; base < len(p); {
		end := base
		for end < len(p) && p[end] != '/' {
			end++
		}
		v = m.match(v, p[:end], base, isDir || end < len(p))
		base = end + 1
	}
	return v
}

// mayReinclude reports whether a later rule could include content of the excluded directory dir.
func (m *matcher) mayReinclude(v verdict, dir []byte) bool {
	return m.reinclude.mayInclude(dir, v.by, &m.work)
}
