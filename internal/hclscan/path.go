package hclscan

import (
	"path"
	"strings"
)

// ExpandPath replaces each ${path.module}, ${path.root} and ${path.cwd} in the content of a string with ".", if it is a
// complete element of a path before a slash, and other templates with "${}".
//
// base is the reference, such as path.module, to which the path is relative, and empty if there is none. exact is false if
// the path is only correct in the root module, where path.module is ".".
func ExpandPath(content string) (expanded, base string, exact bool) {
	ignore := func(string, string) {}
	l := &lexer{text: content, visitor: Visitor{Text: ignore, Source: func(string, bool) {}}}
	exact = true
	for l.pos < len(content) {
		rest := content[l.pos:]
		n := strings.IndexAny(rest, "$%")
		switch {
		case n < 0:
			n = len(rest)
		case n > 0:
		case strings.HasPrefix(rest, "${") || strings.HasPrefix(rest, "%{"):
			l.pos += 2
			inner := l.template()
			if inner == nil {
				return expanded + rest, base, exact
			}
			name := inner.reference()
			complete := strings.HasPrefix(content[l.pos:], "/") && (expanded == "" || strings.HasSuffix(expanded, "/"))
			isPath := name == "path.module" || name == "path.root" || name == "path.cwd"
			if rest[0] == '%' || !complete || !isPath {
				expanded += "${}"
				continue
			}
			switch first := path.Clean(expanded) == "."; {
			case first && base != "path.module":
				base = name
			case !first && name != "path.root":
				exact = false
			}
			expanded += "."
			continue
		case strings.HasPrefix(rest, "$${") || strings.HasPrefix(rest, "%%{"):
			n = 3
		default:
			n = 1
		}
		expanded += rest[:n]
		l.pos += n
	}
	return expanded, base, exact
}

// Constant reports whether the content of a string contains no templates.
func Constant(content string) bool {
	plain := strings.NewReplacer("$${", "\n", "%%{", "\n").Replace(content) // text before and after must not form a template
	return !strings.Contains(plain, "${") && !strings.Contains(plain, "%{")
}
