package bundle

// verdict is what the rules say of one path.
type verdict struct {
	excluded bool
	by       int // the rule that decided; none if there is none
	under    int // of a directory: the last rule for directories that matches it or one above it, or none
}

// top is the verdict on the root.
var top = verdict{by: none, under: none}

// matcher decides by the rules, or by some of them. It is for one goroutine at a time.
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

// judge says what becomes of path, whose last component starts at base, in a directory with the verdict parent.
func (m *matcher) judge(parent verdict, path []byte, base int, isDir bool) verdict {
	v := verdict{excluded: parent.excluded, by: parent.by, under: parent.under}
	if isDir {
		v.under = m.dirs.last(m.list, path, base, v.under, &m.work)
	}
	own := m.plain.last(m.list, path, base, v.under, &m.work)
	switch {
	case own < 0:
	case m.list[own].negate:
		// A rule that came before the one which left out the directory brings nothing back.
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

// judgeAll judges a path and, before it, all directories above it.
func (m *matcher) judgeAll(path string, isDir bool) verdict {
	v, p := top, []byte(path)
	for base := 0; base < len(p); {
		end := base
		for end < len(p) && p[end] != '/' {
			end++
		}
		v = m.judge(v, p[:end], base, isDir || end < len(p))
		base = end + 1
	}
	return v
}

// mayBringBack says whether a later rule could bring back something in a directory that was left out.
func (m *matcher) mayBringBack(v verdict, dir []byte) bool {
	return m.back.mayBelow(dir, v.by, &m.work)
}
