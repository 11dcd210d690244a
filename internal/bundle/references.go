package bundle

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"scalr-run-action/internal/hclscan"
)

// constantPath is a reference in a Terraform file to a file or directory by a constant path, which is already composed
// (Unicode NFC).
type constantPath struct {
	from     string // the Terraform file
	path     string // path in the bundle; as written if anywhere is true
	module   bool   // refers to the directory of a module
	anywhere bool   // relative to the root module, whose directory is unknown here
}

// maxReferences is the largest number of references that are checked.
const maxReferences = 10_000

// fileFunctions lists the functions that fail if the file in their first argument does not exist.
var fileFunctions = []string{"file", "filebase64", "filebase64sha256", "filebase64sha512", "filemd5", "filesha1", "filesha256", "filesha512", "templatefile"}

// source records the directory that the source argument of a module refers to.
func (i *inspector) source(dir, from, text string) {
	text, _, _ = strings.Cut(text, "//") // Terragrunt copies the directory before the //
	local := strings.HasPrefix(text, "./") || strings.HasPrefix(text, "../")
	if local && hclscan.Constant(text) && !hclscan.IsDecomposed(text) && !leavesBundle(dir, text) { // modules records sources outside the bundle
		i.addReference(constantPath{from: from, path: path.Join(dir, text), module: true})
	}
}

// argument records the constant path that is passed to a file function.
func (i *inspector) argument(dir, from, text string) {
	text, base, exact := hclscan.ExpandPath(text)
	if !exact || !hclscan.Constant(text) || hclscan.IsDecomposed(text) {
		return
	}
	r := constantPath{from: from, path: path.Clean(text), anywhere: base != "path.module"}
	if !r.anywhere {
		r.path = path.Join(dir, text)
	}
	i.addReference(r)
}

func (i *inspector) addReference(r constantPath) {
	if len(i.references) < maxReferences {
		i.references = append(i.references, r)
	}
}

// missing returns the Terraform files that refer to modules and those that refer to files outside the bundle, each one
// once.
func (l *Listing) missing(all []constantPath) (modules, files findings) {
	inModules, inFiles := map[string]bool{}, map[string]bool{}
	wanted := map[string][]constantPath{} // keys are the last components of the paths
	for _, r := range all {
		if r.module {
			if !l.HasDir(r.path) {
				inModules[r.from] = true
			}
			continue
		}
		if i, ok := l.findDir(path.Dir(r.path)); ok && !r.anywhere {
			r.path = join(l.dirs[i].path, path.Base(r.path)) // resolves links
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
	for _, waiting := range wanted {
		for _, r := range waiting {
			inFiles[r.from] = true
		}
	}
	for from := range inModules {
		modules.add(from)
	}
	for from := range inFiles {
		files.add(from)
	}
	return modules, files
}

// findReferences records the references in a Terraform file. It ignores syntax errors, which Terraform
// reports.
func (i *inspector) findReferences(dir string, name, content []byte) {
	from := path.Join(dir, string(name))
	_ = hclscan.Scan(string(name), string(content), hclscan.Visitor{
		Text: func(text, call string) {
			if call != "" && slices.Contains(fileFunctions, call) {
				i.argument(dir, from, text)
			}
		},
		Source: func(text string, _ bool) { i.source(dir, from, text) },
	})
}

// mayRefer reports whether a Terraform file may contain references. It avoids scanning most files, which
// would cost nearly as much as compressing them. A relative path begins with a period or, in JSON, an escape
// sequence.
func mayRefer(name, content []byte, hasRelative bool) bool {
	if bytes.HasSuffix(name, []byte(".json")) {
		return hasRelative || bytes.Contains(content, []byte("file")) || bytes.Contains(content, []byte(`"\`))
	}
	return hasRelative || mayCallFile(content)
}

// mayCallFile reports whether content may call a file function: the name of one, followed by a parenthesis or
// by a comment.
func mayCallFile(content []byte) bool {
	for {
		_, after, ok := bytes.Cut(content, []byte("file"))
		if !ok {
			return false
		}
		content = bytes.TrimLeft(after, "abdehms0123456789") // base64, md5, sha256 and so on
		next := bytes.TrimLeft(content, " \t\r\n")
		if len(next) > 0 && (next[0] == '(' || next[0] == '/' || next[0] == '#') {
			return true
		}
	}
}
