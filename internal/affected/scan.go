package affected

import (
	"errors"
	"path"
	"strings"

	"scalr-run-action/internal/hclscan"
)

var errDynamic = errors.New("the source of a module is an expression")

// scan returns the paths that a Terraform file refers to.
func scan(name, text string) (refs []reference, err error) {
	dynamic := false
	var texts, sources []string
	err = hclscan.Scan(name, text, hclscan.Visitor{
		Text: func(content, _ string) { texts = append(texts, content) },
		Source: func(content string, literal bool) {
			if !hclscan.IsTerraform(name) {
				return
			}
			sources = append(sources, content)
			dynamic = dynamic || !literal || isDynamic(content)
		},
	})
	// A source is also one of the texts; it is only relative to its module.
	isSource := map[string]int{}
	for _, s := range sources {
		isSource[s]++
		for _, r := range referencesIn(s) {
			if r.base == anyBase {
				r.base = moduleBase
			}
			refs = append(refs, r)
		}
	}
	for _, t := range texts {
		if isSource[t] > 0 {
			isSource[t]--
			continue
		}
		refs = append(refs, referencesIn(t)...)
	}
	if err == nil && dynamic {
		err = errDynamic
	}
	return refs, err
}

// bases are the references that a path can begin with.
var bases = map[string]base{"path.module": moduleBase, "path.root": rootBase, "path.cwd": rootBase}

// referencesIn parses a string's content, as written between its quotes, as a path. It returns nothing if the content does
// not begin like one.
func referencesIn(text string) []reference {
	if text == "" || strings.IndexByte(".$%", text[0]) < 0 {
		return nil
	}
	expanded, name, exact := hclscan.ExpandPath(text)
	expanded = cutDirectory(expanded)
	if expanded != ".." && !strings.HasPrefix(expanded, "./") && !strings.HasPrefix(expanded, "../") {
		return nil
	}
	paths := []string{literalPrefix(expanded)}
	if !exact {
		paths = append(paths, literalPrefix(text))
	}
	if passed := passPatterns(expanded); passed != expanded {
		paths = append(paths, literalPrefix(passed))
	}
	var refs []reference
	for _, p := range paths {
		refs = append(refs, reference{p, bases[name]})
	}
	return refs
}

// cutDirectory removes an expression, or a verb of format, before a "..". It usually stands for the directory of the module or
// for Terraform's working directory, such as in "${abspath(path.module)}/../x".
func cutDirectory(expanded string) string {
	for _, directory := range []string{"${}/", "%s/"} {
		if rest, ok := strings.CutPrefix(expanded, directory); ok && strings.HasPrefix(rest, "..") {
			return rest
		}
	}
	return expanded
}

// patternChars begin an expression or a pattern.
const patternChars = "*?[{$%\\"

// literalPrefix returns the part of a path before the first element that is an expression or a pattern, such as of
// "./files/${var.x}.txt" or "./files/*.txt".
func literalPrefix(text string) string {
	end := strings.IndexAny(text, patternChars)
	if end < 0 {
		return text
	}
	return text[:strings.LastIndexByte(text[:end], '/')+1]
}

// passPatterns removes elements that are expressions or patterns together with a ".." that follows them, since such an
// element usually stands for one directory. It returns other paths unchanged.
func passPatterns(text string) string {
	if at := strings.IndexAny(text, patternChars); at < 0 || !strings.Contains(text[at:], "/..") {
		return text
	}
	return path.Clean(text)
}

// isDynamic reports whether a module's source cannot be determined from its text.
func isDynamic(source string) bool {
	expanded, _, _ := hclscan.ExpandPath(source)
	return !hclscan.Constant(expanded)
}
