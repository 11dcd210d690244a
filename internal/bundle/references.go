package bundle

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// constantPath is a file or a directory that a Terraform file names by a constant path.
type constantPath struct {
	from   string // the Terraform file
	path   string // in the bundle; as written if it is found from anywhere
	module bool   // a directory with a module
	// anywhere: the path is relative to the root module, of which only Scalr knows where it lies.
	anywhere bool
}

// mostReferences bounds how many are looked up in a bundle.
const mostReferences = 10_000

// fileFunctions are those that fail where the file of their first argument is missing.
var fileFunctions = []string{"file", "filebase64", "filebase64sha256", "filebase64sha512", "filemd5", "filesha1", "filesha256", "filesha512", "templatefile"}

// reference takes down what a call, or the argument source of a module, names by a constant path.
func (i *inspector) reference(dir, from, text string, module bool) {
	r := constantPath{from: from, module: module}
	rest, inModule := strings.CutPrefix(text, "${path.module}/")
	switch {
	case len(i.references) == mostReferences || strings.Contains(rest, "%{"):
		return
	case module:
		if !strings.HasPrefix(text, "./") && !strings.HasPrefix(text, "../") || strings.Contains(text, "${") {
			return // of a registry, or a repository
		}
		rest, _, _ = strings.Cut(text, "//") // Terragrunt's mark for what is copied
		if leavesBundle(dir, rest) {
			return // found by modules
		}
		r.path = path.Join(dir, rest)
	case inModule:
		r.path = path.Join(dir, rest)
	default:
		for _, root := range []string{"${path.root}/", "${path.cwd}/"} {
			rest, _ = strings.CutPrefix(rest, root)
		}
		r.path, r.anywhere = path.Clean(rest), true
	}
	if !strings.Contains(rest, "${") {
		i.references = append(i.references, r)
	}
}

// missing finds the references to what is not in the bundle, and gives the modules and the files by the names of the
// Terraform files.
func (l *Listing) missing(all []constantPath) (modules, files findings) {
	wanted := map[string][]constantPath{} // by the last element of the path
	for _, r := range all {
		if r.module {
			if !l.HasDir(r.path) {
				modules.add(r.from)
			}
			continue
		}
		if i, ok := l.findDir(path.Dir(r.path)); ok && !r.anywhere {
			r.path = join(l.dirs[i].path, path.Base(r.path)) // by way of links
		}
		wanted[path.Base(r.path)] = append(wanted[path.Base(r.path)], r)
	}
	for _, e := range l.entries {
		if len(wanted) == 0 {
			break
		}
		base := string(l.names.at(e.name))
		waiting, ok := wanted[base]
		if !ok {
			continue
		}
		name := join(l.dirs[e.dir].path, base)
		waiting = slices.DeleteFunc(waiting, func(r constantPath) bool {
			return r.path == name || r.anywhere && strings.HasSuffix("/"+name, "/"+strings.TrimLeft(r.path, "./"))
		})
		if wanted[base] = waiting; len(waiting) == 0 {
			delete(wanted, base)
		}
	}
	seen := map[string]bool{}
	for _, waiting := range wanted {
		for _, r := range waiting {
			if !seen[r.from] {
				seen[r.from] = true
				files.add(r.from)
			}
		}
	}
	return modules, files
}

// find looks for references in a Terraform file.
func (i *inspector) find(dir string, name, content []byte) {
	if !bytes.Contains(content, []byte("source")) && !bytes.Contains(content, []byte("file")) {
		return
	}
	from := path.Join(dir, string(name))
	if bytes.HasSuffix(name, []byte(".json")) {
		findInJSON(content, func(text string, module bool) { i.reference(dir, from, text, module) })
		return
	}
	s := hclScanner{src: content, found: func(text string, module bool) { i.reference(dir, from, text, module) }}
	s.code(0)
}
