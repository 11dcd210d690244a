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

// IsDecomposed reports whether a text contains letters that are followed by a combining mark, or Korean ones in parts, as in
// file names copied on macOS. Terraform composes them (Unicode NFC) in each string.
func IsDecomposed(text string) bool { return strings.IndexFunc(text, isMark) >= 0 }

// isMark reports whether composition joins a character with the previous one, for the Latin, Greek, Cyrillic, Arabic, Japanese
// and Korean scripts.
func isMark(r rune) bool {
	return 0x300 <= r && r <= 0x36f || 0x653 <= r && r <= 0x655 || 0x1160 <= r && r <= 0x11ff || r == 0x3099 || r == 0x309a
}

// Fold replaces each letter outside of ASCII, with its marks, by a question mark. Texts that are equal after composition are
// also equal after folding, but not vice versa.
func Fold(text string) string {
	var folded []byte
	for _, r := range text {
		if isMark(r) && len(folded) > 0 {
			folded = folded[:len(folded)-1]
		}
		if r > 0x7f {
			r = '?'
		}
		folded = append(folded, byte(r))
	}
	return string(folded)
}
