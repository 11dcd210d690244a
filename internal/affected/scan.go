package affected

import (
	"errors"
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
			if !IsTerraform(name) {
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
		if r, ok := referenceIn(s); ok {
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
		if r, ok := referenceIn(t); ok {
			refs = append(refs, r)
		}
	}
	if err == nil && dynamic {
		err = errDynamic
	}
	return refs, err
}

// referenceIn parses a string's content, as written between its quotes, as a path; ok is false if it does not begin like
// one.
func referenceIn(text string) (r reference, ok bool) {
	for prefix, b := range map[string]base{"path.module": moduleBase, "path.root": rootBase, "path.cwd": rootBase} {
		if rest, found := hclscan.Below(text, prefix); found {
			return reference{literalPrefix(rest), b}, true
		}
	}
	if text == ".." || strings.HasPrefix(text, "./") || strings.HasPrefix(text, "../") {
		return reference{literalPrefix(text), anyBase}, true
	}
	return reference{}, false
}

// literalPrefix returns the part of a path before the first element that is an expression or a pattern, such as of
// "./files/${var.x}.txt" or "./files/*.txt".
func literalPrefix(text string) string {
	end := strings.IndexAny(text, "*?[{$%\\")
	if end < 0 {
		return text
	}
	return text[:strings.LastIndexByte(text[:end], '/')+1]
}

// isDynamic reports whether a module's source cannot be determined from its text.
func isDynamic(source string) bool {
	for _, prefix := range []string{"path.module", "path.root"} {
		if rest, ok := hclscan.Below(source, prefix); ok {
			source = rest
		}
	}
	return !hclscan.Constant(source)
}
