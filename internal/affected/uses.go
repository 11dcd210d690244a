package affected

import (
	"fmt"
	"path"
	"runtime"
	"strings"
	"sync"
)

// module is what the Terraform files of one directory name.
type module struct {
	refs             []reference
	doubt, doubtFile string // why not all is known of it, and the file that is the cause
}

// uses is what one workspace uses.
type uses struct {
	paths            map[string]bool // a change there, below or above counts
	exact            map[string]bool // a change of this path alone counts
	named            map[string]bool // those of paths that are named, rather than reached by a link
	doubt, doubtFile string
}

func (f *finder) uses(root string, files []string) *uses {
	u := &uses{paths: map[string]bool{}, exact: map[string]bool{}, named: map[string]bool{}}
	for _, file := range files {
		u.paths[path.Clean(file)], u.named[path.Clean(file)] = true, true
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
		if !seen[p] {
			seen[p] = true
			todo = f.visit(u, root, p, todo)
		}
	}
	return u
}

// visit takes down one path that a workspace uses, and appends the paths that it
// leads to.
func (f *finder) visit(u *uses, root, p string, todo []string) []string {
	if p != root {
		u.paths[p] = true
	}
	n := f.node(p)
	for _, l := range n.way {
		u.exact[l] = true
	}
	for _, l := range n.links {
		if p != root || f.ownedBy(l, root) {
			todo = append(todo, l)
		}
	}
	if n.doubt != "" && u.doubt == "" {
		u.doubt, u.doubtFile = n.doubt, n.doubtFile
	}
	named := n.named
	for _, rel := range n.fromRoot {
		if to, ok := join(root, rel); ok {
			named = append(named[:len(named):len(named)], to)
		}
	}
	for _, to := range named {
		u.named[to] = true
	}
	return append(append(todo, n.next...), named...)
}

// node is a path that workspaces use: what holds for each of them.
type node struct {
	way              []string // the links that lead there
	links            []string // the links in it and below
	next             []string // where it leads as a link
	named            []string // the paths that its Terraform files name
	fromRoot         []string // further ones, relative to the directory in which Terraform runs
	doubt, doubtFile string
}

func (f *finder) node(p string) *node {
	if n, ok := f.nodes[p]; ok {
		return n
	}
	n := &node{}
	f.nodes[p] = n
	way, real, ok := f.tree.resolve(p)
	n.way = way
	switch {
	case !ok:
		return n
	case real != p:
		n.next = []string{real}
		return n
	}
	n.links = f.tree.linksBelow(p)
	for _, dir := range f.tree.unreadable {
		if n.doubt == "" && (below(dir, p) || below(p, dir)) {
			n.doubt, n.doubtFile = dir+": the directory cannot be read", dir
		}
	}
	if _, isDir := f.tree.dirs[p]; isDir {
		n.use(p, f.module(p))
	}
	return n
}

// use takes down what the Terraform files of the node's directory name.
func (n *node) use(dir string, m *module) {
	if m.doubt != "" && n.doubt == "" {
		n.doubt, n.doubtFile = m.doubt, m.doubtFile
	}
	for _, r := range m.refs {
		if r.base != rootBase {
			if to, ok := join(dir, r.path); ok {
				n.named = append(n.named, to)
			}
		}
		if r.base != moduleBase {
			n.fromRoot = append(n.fromRoot, r.path)
		}
	}
}

// join is false for a path that leads out of the checkout.
func join(dir, rel string) (string, bool) {
	p := path.Join(dir, rel)
	return p, p != ".." && !strings.HasPrefix(p, "../")
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
	m := f.tree.module(dir)
	f.modules[dir] = m
	return m
}

// readModules reads the directories of the workspaces and the modules that they
// call, several at a time: most of the search is waiting for the disk.
func (f *finder) readModules() {
	var todo []string
	for dir := range f.owners {
		todo = append(todo, dir)
	}
	for len(todo) > 0 {
		var dirs []string
		for _, p := range todo {
			_, real, ok := f.tree.resolve(p)
			if _, isDir := f.tree.dirs[real]; ok && isDir && f.modules[real] == nil {
				f.modules[real] = &module{}
				dirs = append(dirs, real)
			}
		}
		todo = nil
		for i, m := range f.tree.readAll(dirs) {
			f.modules[dirs[i]] = m
			n := &node{}
			n.use(dirs[i], m)
			todo = append(todo, n.named...)
		}
	}
}

func (t *Tree) readAll(dirs []string) []*module {
	modules := make([]*module, len(dirs))
	var readers sync.WaitGroup
	next := make(chan int)
	for range min(len(dirs), 2*runtime.GOMAXPROCS(0)) {
		readers.Go(func() {
			for i := range next {
				modules[i] = t.module(dirs[i])
			}
		})
	}
	for i := range dirs {
		next <- i
	}
	close(next)
	readers.Wait()
	return modules
}

// module reads the Terraform files of a directory.
func (t *Tree) module(dir string) *module {
	m := &module{}
	for _, name := range t.dirs[dir] {
		file := path.Join(dir, name)
		text, err := t.read(file)
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

// reference is a path as a configuration names it.
type reference struct {
	path string
	base base
}

// base is what a path is relative to.
type base uint8

const (
	// anyBase is for "./x" and "../x" that are no module's source: an argument of a
	// function is relative to the directory in which Terraform runs, but may be put
	// behind path.module by another expression.
	anyBase base = iota
	moduleBase
	rootBase
)
