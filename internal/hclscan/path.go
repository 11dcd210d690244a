package hclscan

import "strings"

// Below takes the reference ${name}/ from the front of a string's content, with blanks
// as HCL allows them, such as that to path.module.
func Below(content, name string) (rest string, ok bool) {
	inner, rest, found := strings.Cut(strings.TrimPrefix(content, "${"), "}")
	inner = strings.Trim(strings.TrimPrefix(strings.TrimSuffix(inner, "~"), "~"), " \t")
	if !strings.HasPrefix(content, "${") || !found || inner != name || !strings.HasPrefix(rest, "/") {
		return "", false
	}
	return strings.TrimLeft(rest, "/"), true
}

// Constant reports whether a string's content has no templates.
func Constant(content string) bool {
	plain := strings.NewReplacer("$${", "", "%%{", "").Replace(content)
	return !strings.Contains(plain, "${") && !strings.Contains(plain, "%{")
}
