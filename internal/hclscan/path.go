package hclscan

import "strings"

// Below removes the prefix ${name}/ from the content of a string; name is a reference such as path.module.
// HCL allows spaces inside the braces. ok is false if the content does not have the prefix.
func Below(content, name string) (rest string, ok bool) {
	inner, rest, found := strings.Cut(strings.TrimPrefix(content, "${"), "}")
	inner = strings.Trim(strings.TrimPrefix(strings.TrimSuffix(inner, "~"), "~"), " \t")
	if !strings.HasPrefix(content, "${") || !found || inner != name || !strings.HasPrefix(rest, "/") {
		return "", false
	}
	return strings.TrimLeft(rest, "/"), true
}

// Constant reports whether the content of a string contains no templates.
func Constant(content string) bool {
	plain := strings.NewReplacer("$${", "\n", "%%{", "\n").Replace(content) // text before and after must not form a template
	return !strings.Contains(plain, "${") && !strings.Contains(plain, "%{")
}
