package affected

import (
	"errors"
	"strings"

	"scalr-run-action/internal/hclscan"
)

var errDynamic = errors.New("the source of a module is an expression")

// scan finds the paths that a Terraform file names.
func scan(name, text string) (refs []reference, err error) {
	dynamic := false
	err = hclscan.Scan(name, text, hclscan.Visitor{
		Text: func(content, _ string) {
			if r, ok := referenceIn(content); ok {
				refs = append(refs, r)
			}
		},
		Source: func(content string, literal bool) { dynamic = dynamic || !literal || isDynamic(content) },
	})
	if err == nil && dynamic {
		err = errDynamic
	}
	return refs, err
}

// referenceIn reads a string's content, as written between its quotes, as a
// path; ok is false if it does not begin like one.
func referenceIn(text string) (r reference, ok bool) {
	for prefix, b := range map[string]base{"path.module": moduleBase, "path.root": rootBase} {
		if rest, found := hclscan.Below(text, prefix); found {
			return reference{literal(rest), b}, true
		}
	}
	if strings.HasPrefix(text, "./") || strings.HasPrefix(text, "../") {
		return reference{literal(text), anyBase}, true
	}
	return reference{}, false
}

// literal is the part of a path before the first element that is an expression
// or a pattern, such as of "./files/${var.x}.txt" or "./files/*.txt".
func literal(text string) string {
	end := strings.IndexAny(text, "*?[{$%\\")
	if end < 0 {
		return text
	}
	return text[:strings.LastIndexByte(text[:end], '/')+1]
}

// isDynamic reports whether a module's source cannot be known from its text.
func isDynamic(source string) bool {
	for _, prefix := range []string{"path.module", "path.root"} {
		if rest, ok := hclscan.Below(source, prefix); ok {
			source = rest
		}
	}
	return !hclscan.Constant(source)
}
