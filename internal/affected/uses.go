package affected

import (
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"scalr-run-action/internal/hclscan"
)

// module holds the references of the Terraform files of one directory.
type module struct {
	refs                 []reference
	unknown, unknownFile string // why the references may be incomplete, and the file that is the cause
}

// uses holds the paths that a workspace uses.
type uses struct {
	paths                set // paths for which a change of them, below or above counts
	exact                set // paths for which only a change of them counts
	unknown, unknownFile string

	// named holds the paths that the configuration refers to, rather than reached by a link, each with the directories
	// that refer to it.
	named map[string][]string
	// copied are the targets of links in the workspace's directory. Its archive contains copies of them, in which further
	// links are replaced too.
	copied []string
}

// refersTo reports whether the configuration refers to a path, other than from within a copy that contains the path.
func (u *uses) refersTo(p string) bool {
	return slices.ContainsFunc(u.named[p], func(from string) bool { return !u.isCopied(from, p) })
}

// isCopied reports whether a copy contains all paths.
func (u *uses) isCopied(paths ...string) bool {
	return slices.ContainsFunc(u.copied, func(dir string) bool {
		return !slices.ContainsFunc(paths, func(p string) bool { return !below(p, dir) })
	})
}

type set map[string]struct{}

func (s set) add(p string) { s[p] = struct{}{} }

func (f *finder) usesOf(root string, files []string) *uses {
	u := &uses{paths: set{}, exact: set{}, named: map[string][]string{}}
	var pending []string
	for _, file := range files {
		file = path.Clean(file)
		u.named[file] = append(u.named[file], root)
		pending = append(pending, file)
	}
	for dir := root; ; dir = path.Dir(dir) {
		u.exact.add(path.Join(dir, ".terraformignore"))
		if dir == "." {
			break
		}
	}
	seen := map[string]bool{}
	pending = append(pending, root) // first, since its reason for an unknown use takes precedence
	for len(pending) > 0 {
		p := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if !seen[p] {
			seen[p] = true
			pending = f.visit(u, root, p, pending)
		}
	}
	return u
}

// visit records a path that a workspace uses, and appends the paths to which it links.
func (f *finder) visit(u *uses, root, p string, pending []string) []string {
	if p != root {
		u.paths.add(p)
	}
	n := f.node(p)
	if len(n.next) > 0 && (below(p, root) || u.isCopied(p)) {
		u.copied = append(u.copied, n.next...)
	}
	for _, l := range n.linksTo {
		u.exact.add(l)
	}
	for _, l := range n.links {
		if p != root || f.isOwnedBy(l, root) {
			pending = append(pending, l)
		}
	}
	if u.unknown == "" {
		u.unknown, u.unknownFile = n.unknown, n.unknownFile
	}
	named := slices.Clip(n.named) // the node is shared
	for _, rel := range n.fromRoot {
		if to, ok := join(root, rel); ok {
			named = append(named, to)
		}
	}
	for _, to := range named {
		if hclscan.IsDecomposed(to) {
			named = append(named, f.composed(to)...)
		}
	}
	for _, to := range named {
		u.named[to] = append(u.named[to], p)
	}
	return append(append(pending, n.next...), named...)
}

// composed returns the paths in the checkout and the changed paths that a path may denote after composition. It may return
// too many.
func (f *finder) composed(p string) []string {
	if f.byFold == nil {
		f.byFold = map[string][]string{}
		add := func(p string) {
			fold := hclscan.Fold(p)
			if fold != p && !slices.Contains(f.byFold[fold], p) {
				f.byFold[fold] = append(f.byFold[fold], p)
			}
		}
		for file := range f.tree.files {
			add(file)
		}
		for dir := range f.tree.dirs {
			add(dir)
		}
		for _, changed := range f.change.sorted {
			for ; changed != "."; changed = path.Dir(changed) {
				add(changed)
			}
		}
	}
	return f.byFold[hclscan.Fold(p)]
}

// node is a path that workspaces use, with the data that they share.
type node struct {
	linksTo              []string // links on the way to the path
	links                []string // links inside the path
	next                 []string // destination if the path is a link
	named                []string // paths that its Terraform files refer to
	fromRoot             []string // further paths, relative to Terraform's working directory
	unknown, unknownFile string
}

func (f *finder) node(p string) *node {
	if n, ok := f.nodes[p]; ok {
		return n
	}
	n := &node{}
	f.nodes[p] = n
	way, real, ok := f.tree.resolve(p)
	n.linksTo = way
	switch {
	case !ok:
		return n
	case real != p:
		n.next = []string{real}
		return n
	}
	n.links = f.tree.linksBelow(p)
	for _, dir := range f.tree.unreadable {
		if n.unknown == "" && (below(dir, p) || below(p, dir)) {
			n.unknown, n.unknownFile = dir+": the directory cannot be read", dir
		}
	}
	switch _, isDir := f.tree.dirs[p]; {
	case isDir:
		n.addModule(p, f.module(p))
	case isVarFile(p) && f.tree.files[p]:
		n.addModule(path.Dir(p), f.tree.scanFiles(path.Dir(p), []string{path.Base(p)}))
	}
	return n
}

// addModule records the references of the Terraform files in the node's directory.
func (n *node) addModule(dir string, m *module) {
	if n.unknown == "" {
		n.unknown, n.unknownFile = m.unknown, m.unknownFile
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

// join returns false for a path outside of the checkout.
func join(dir, rel string) (string, bool) {
	p := path.Join(dir, rel)
	return p, p != ".." && !strings.HasPrefix(p, "../")
}

// isOwnedBy reports whether root is the innermost workspace directory above p.
func (f *finder) isOwnedBy(p, root string) bool {
	for dir := path.Dir(p); ; dir = path.Dir(dir) {
		if f.workspaceDirs[dir] || dir == "." {
			return dir == root
		}
	}
}

// module returns the module of a directory that readModules has read, or reads the directory. The caller caches the
// result in the node of the directory.
func (f *finder) module(dir string) *module {
	if m, ok := f.modules[dir]; ok {
		return m
	}
	return f.tree.module(dir)
}

// readModules reads the directories of the workspaces and the modules that they call concurrently, because reading files
// takes most of the time.
func (f *finder) readModules() {
	var pending []string
	for dir := range f.workspaceDirs {
		pending = append(pending, dir)
	}
	for len(pending) > 0 {
		var dirs []string
		for _, p := range pending {
			_, real, ok := f.tree.resolve(p)
			if _, isDir := f.tree.dirs[real]; ok && isDir && f.modules[real] == nil {
				f.modules[real] = &module{}
				dirs = append(dirs, real)
			}
		}
		pending = nil
		for i, m := range f.tree.readAll(dirs) {
			f.modules[dirs[i]] = m
			n := &node{}
			n.addModule(dirs[i], m)
			pending = append(pending, n.named...)
		}
	}
}

func (t *Tree) readAll(dirs []string) []*module {
	modules := make([]*module, len(dirs))
	var readers sync.WaitGroup
	next := make(chan int)
	for range min(len(dirs), runtime.GOMAXPROCS(0)) {
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
func (t *Tree) module(dir string) *module { return t.scanFiles(dir, t.dirs[dir]) }

func (t *Tree) scanFiles(dir string, names []string) *module {
	m := &module{}
	for _, name := range names {
		file := path.Join(dir, name)
		text, err := t.read(file)
		var found []reference
		if err == nil {
			found, err = scan(name, text)
		}
		m.refs = append(m.refs, found...)
		if err != nil && m.unknown == "" {
			m.unknown, m.unknownFile = fmt.Sprintf("%s: %v", file, err), file
		}
	}
	return m
}

// reference is a path in a configuration.
type reference struct {
	path string
	base base
}

// base is the directory to which a path is relative.
type base uint8

const (
	// anyBase is for "./x" and "../x" that are not the source of a module: an argument of a function is relative to
	// Terraform's working directory, but another expression may append it to path.module.
	anyBase base = iota
	moduleBase
	rootBase
)
