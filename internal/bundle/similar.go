package bundle

import (
	"errors"
	"slices"
	"strings"

	"scalr-run-action/internal/spelling"
)

// maxSimilarNames is the maximum number of directory entries that are compared with the components of a missing path.
const maxSimilarNames = 10_000

// similarDirectory returns the directory that a missing path is most likely a misspelling of, or "" if there is none.
// Each component may be misspelled.
func similarDirectory(t *tree, missing string) string {
	dir, left, differs := ".", maxSimilarNames, false
	for part := range strings.SplitSeq(missing, "/") {
		k, _, err := t.lookup(join(dir, part))
		if err == nil && k == kindMissing {
			part, differs = nearestDirectory(t, dir, part, &left), true
		}
		if err != nil || part == "" || k != kindMissing && k != kindDir {
			return ""
		}
		dir = join(dir, part)
	}
	if !differs { // for example "link" where its target is "network/missing/.."
		return ""
	}
	return dir
}

// nearestDirectory returns the subdirectory of dir that a name is most likely a misspelling of, or "". It reads at most
// *left entries and subtracts their number.
func nearestDirectory(t *tree, dir, name string, left *int) string {
	var names []string
	errEnough := errors.New("enough names")
	err := t.readDir(dir, func(entry []byte, k kind) error {
		if *left--; *left < 0 {
			return errEnough
		}
		if k == kindDir && !hasExcludedComponent(string(entry)) {
			names = append(names, string(entry))
		}
		return nil
	})
	if err != nil && err != errEnough {
		return ""
	}
	slices.Sort(names)
	near, _ := spelling.Nearest(name, names)
	return near
}
