package hclscan

import "strings"

// Below removes the reference ${name}/, such as that to path.module, from the start of a string's content. HCL allows
// spaces inside the braces.
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
