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
	l := &lexer{text: content, visitor: Visitor{Text: func(string, string) {}, Source: func(string, bool) {}}}
	exact = true
	var b strings.Builder
	for l.pos < len(content) {
		start := l.pos
		template, ok := l.templateOrChar()
		switch {
		case !ok:
			b.WriteString(content[start:])
			return b.String(), base, exact
		case template == nil:
			b.WriteString(content[start:l.pos])
			continue
		}
		before := b.String()
		name := template.reference()
		complete := strings.HasPrefix(content[l.pos:], "/") && (before == "" || strings.HasSuffix(before, "/"))
		isPath := name == "path.module" || name == "path.root" || name == "path.cwd"
		if content[start] == '%' || !complete || !isPath {
			b.WriteString("${}")
			continue
		}
		switch first := isCurrent(before); {
		case first && base != "path.module":
			base = name
		case !first && name != "path.root":
			exact = false
		}
		b.WriteByte('.')
	}
	return b.String(), base, exact
}

// maxCleaned is the maximum length of a path before a template, in bytes. Cleaning a longer one for each of many templates
// would take too long.
const maxCleaned = 4096

// isCurrent reports whether a path leads to the directory to which it is relative. It returns false for a path that is
// longer than maxCleaned.
func isCurrent(p string) bool { return len(p) <= maxCleaned && path.Clean(p) == "." }

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
