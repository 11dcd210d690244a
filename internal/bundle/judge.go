package bundle

// verdict is what the rules say of one path.
type verdict struct {
	excluded bool
	by       int // the rule that decided; -1: none
	under    int // of a directory: the last rule for directories that matches it or one above it; -1: none
}

// top is the verdict on the root of the bundle.
var top = verdict{by: -1, under: -1}

// judge says what becomes of path, whose last component starts at base, in a directory with the verdict parent.
func (rs rules) judge(parent verdict, path []byte, base int, isDir bool) verdict {
	own := parent.under
	for i := len(rs) - 1; i > parent.under; i-- {
		if (isDir || !rs[i].dirOnly) && rs[i].pattern.matches(path, base) {
			own = i
			break
		}
	}
	v := verdict{excluded: parent.excluded, by: parent.by, under: parent.under}
	if isDir {
		v.under = rs.lastForDirs(parent.under, own, path, base)
	}
	switch {
	case own < 0:
	case rs[own].negate:
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

// lastForDirs finds the last rule for directories that is about path, given that no rule after own is.
func (rs rules) lastForDirs(parent, own int, path []byte, base int) int {
	for i := own; i > parent; i-- {
		if rs[i].dirOnly && rs[i].pattern.matches(path, base) {
			return i
		}
	}
	return parent
}

// mayBringBack says whether a later rule could bring back something in a directory that was left out.
func (rs rules) mayBringBack(v verdict, dir []byte) bool {
	for i := v.by + 1; i < len(rs); i++ {
		if rs[i].negate && rs[i].pattern.mayMatchBelow(dir) {
			return true
		}
	}
	return false
}
