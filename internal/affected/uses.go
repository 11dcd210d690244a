package affected

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// module is what the Terraform files of one directory name.
type module struct {
	refs             []reference
	doubt, doubtFile string // why not all is known of it, and the file that is the cause
}

// mostFile is the largest Terraform file that is read.
const mostFile = 8 << 20

// uses is what one workspace uses.
type uses struct {
	paths            map[string]bool // a change there, below or above counts
	exact            map[string]bool // a change of this path alone counts
	doubt, doubtFile string
}

func (f *finder) uses(root string, files []string) *uses {
	u := &uses{paths: map[string]bool{}, exact: map[string]bool{}}
	for _, file := range files {
		u.paths[path.Clean(file)] = true
	}
	for dir := root; ; dir = path.Dir(dir) {
		u.exact[path.Join(dir, ".terraformignore")] = true
		if dir == "." {
			break
		}
	}
	seen := map[string]bool{}
	todo := []string{root}
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[p] {
			continue
		}
		seen[p] = true
		todo = append(todo, f.visit(u, root, p)...)
	}
	return u
}

// visit takes down one path that a workspace uses and gives those that it leads to.
func (f *finder) visit(u *uses, root, p string) (next []string) {
	if p != root {
		u.paths[p] = true
	}
	links, real, ok := f.tree.resolve(p)
	for _, l := range links {
		u.exact[l] = true
	}
	if !ok {
		return nil
	}
	if real != p {
		return []string{real}
	}
	for _, l := range f.tree.linksBelow(p) {
		if p != root || f.ownedBy(l, root) {
			next = append(next, l)
		}
	}
	for _, dir := range f.tree.unreadable {
		if u.doubt == "" && (below(dir, p) || below(p, dir)) {
			u.doubt, u.doubtFile = dir+": the directory cannot be read", dir
		}
	}
	if _, isDir := f.tree.dirs[p]; !isDir {
		return next
	}
	m := f.module(p)
	if m.doubt != "" && u.doubt == "" {
		u.doubt, u.doubtFile = m.doubt, m.doubtFile
	}
	for _, r := range m.refs {
		next = append(next, r.leadsTo(p, root)...)
	}
	return next
}

// ownedBy reports whether root is the deepest workspace directory above p.
func (f *finder) ownedBy(p, root string) bool {
	for dir := path.Dir(p); ; dir = path.Dir(dir) {
		if f.owners[dir] || dir == "." {
			return dir == root
		}
	}
}

func (f *finder) module(dir string) *module {
	if m, ok := f.modules[dir]; ok {
		return m
	}
	m := &module{}
	f.modules[dir] = m
	for _, name := range f.tree.dirs[dir] {
		file := path.Join(dir, name)
		text, err := f.tree.read(file)
		var found []reference
		if err == nil {
			found, err = scan(name, text)
		}
		m.refs = append(m.refs, found...)
		if err != nil && m.doubt == "" {
			m.doubt, m.doubtFile = fmt.Sprintf("%s: %v", file, err), file
		}
	}
	return m
}

func (t *tree) read(file string) (string, error) {
	_, real, ok := t.resolve(file)
	if !ok {
		return "", fmt.Errorf("it is a link that leads out of the checkout")
	}
	info, err := fs.Stat(t.fs, real)
	switch {
	case err != nil:
		return "", fmt.Errorf("it cannot be read")
	case !info.Mode().IsRegular() || info.Size() > mostFile:
		return "", fmt.Errorf("it is not a file of at most %d MiB", mostFile>>20)
	}
	b, err := fs.ReadFile(t.fs, real)
	if err != nil {
		return "", fmt.Errorf("it cannot be read")
	}
	return string(b), nil
}

// reference is a path as a configuration names it.
type reference struct {
	path string
	base base
}

// base is what a path is relative to.
type base uint8

const (
	// anyBase is for "./x" and "../x": of a module's source it is relative to the
	// module, of a function's argument to the directory in which Terraform runs.
	anyBase base = iota
	moduleBase
	rootBase
)

func (r reference) leadsTo(module, root string) (paths []string) {
	bases := map[base][]string{moduleBase: {module}, rootBase: {root}, anyBase: {module, root}}[r.base]
	for _, b := range bases {
		p := path.Join(b, r.path)
		if p != ".." && !strings.HasPrefix(p, "../") {
			paths = append(paths, p)
		}
	}
	return paths
}
