package bundle

// verdict is the decision of the rules about one path.
type verdict struct {
	excluded bool
	by       int // the rule that decided; none if there is none
	under    int // of a directory: the last rule for directories that matches it or one above it, or none
}

// top is the verdict on the root.
var top = verdict{by: none, under: none}

// matcher applies rules to paths. It is not safe for concurrent use.
type matcher struct {
	list  []rule
	plain ruleIndex // rules about files and directories
	dirs  ruleIndex // rules about directories only
	back  bringBack
	work  int // steps so far: comparisons of a byte, a pattern or 64 places of one
}

func newMatcher(list []rule, include func(*rule) bool) *matcher {
	return &matcher{
		list:  list,
		plain: newRuleIndex(list, func(r *rule) bool { return !r.dirOnly && include(r) }),
		dirs:  newRuleIndex(list, func(r *rule) bool { return r.dirOnly && include(r) }),
		back:  newBringBack(list, include),
	}
}

// match decides about path, whose last component starts at base, in a directory with the verdict parent.
func (m *matcher) match(parent verdict, path []byte, base int, isDir bool) verdict {
	v := verdict{excluded: parent.excluded, by: parent.by, under: parent.under}
	if isDir {
		v.under = m.dirs.last(m.list, path, base, v.under, &m.work)
	}
	own := m.plain.last(m.list, path, base, v.under, &m.work)
	switch {
	case own < 0:
	case m.list[own].negate:
		// A rule before the one that excluded the directory cannot re-include its content.
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

// matchPath decides about a path after deciding about each directory above it.
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

// mayBringBack reports whether a later rule could re-include content of an excluded directory.
func (m *matcher) mayBringBack(v verdict, dir []byte) bool {
	return m.back.mayBelow(dir, v.by, &m.work)
}
