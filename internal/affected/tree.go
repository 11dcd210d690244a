package affected

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// tree is what the checkout holds, read once.
type tree struct {
	fs    fs.ReadLinkFS
	dirs  map[string][]string // the names of the Terraform files of each directory
	links map[string]string   // target by path, as written
	order []string            // the paths of the links, sorted
	// unreadable are the directories that could not be listed.
	unreadable []string
}

func readTree(checkout fs.ReadLinkFS) (*tree, error) {
	t := &tree{fs: checkout, dirs: map[string][]string{}, links: map[string]string{}}
	err := fs.WalkDir(checkout, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && p == ".":
			return err
		case err != nil:
			t.unreadable = append(t.unreadable, p)
			return nil
		case d.IsDir() && (d.Name() == ".git" || d.Name() == ".terraform"):
			return fs.SkipDir
		case d.IsDir():
			t.dirs[p] = nil
			return nil
		}
		if d.Type()&fs.ModeSymlink != 0 {
			// A link that cannot be read leads nowhere.
			t.links[p], _ = checkout.ReadLink(p)
			t.order = append(t.order, p)
		}
		if isTerraform(d.Name()) {
			t.dirs[path.Dir(p)] = append(t.dirs[path.Dir(p)], d.Name())
		}
		return nil
	})
	slices.Sort(t.order)
	return t, err
}

func isTerraform(name string) bool {
	for _, end := range []string{".tf", ".tofu", ".tf.json", ".tofu.json"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// mostLinks is how many links one path may lead over, as on Linux.
const mostLinks = 40

// resolve follows the links of a path. It gives the links on the way, and where
// the path leads; ok is false if that is outside of the checkout.
func (t *tree) resolve(p string) (links []string, to string, ok bool) {
	todo, done := strings.Split(p, "/"), "."
	for len(todo) > 0 {
		next := todo[0]
		todo = todo[1:]
		if next == ".." && done == "." {
			return links, "", false
		}
		at := path.Join(done, next)
		target, isLink := t.links[at]
		if !isLink {
			done = at
			continue
		}
		links = append(links, at)
		if len(links) > mostLinks || target == "" || path.IsAbs(target) {
			return links, "", false
		}
		todo = append(strings.Split(target, "/"), todo...)
	}
	return links, done, true
}

// linksBelow gives the links in a directory and below it.
func (t *tree) linksBelow(dir string) []string {
	if dir == "." {
		return t.order
	}
	from, _ := slices.BinarySearch(t.order, dir+"/")
	to := from
	for to < len(t.order) && below(t.order[to], dir) {
		to++
	}
	return t.order[from:to]
}
