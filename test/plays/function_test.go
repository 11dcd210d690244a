package plays

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// functions contains the functions that the examples call, with the number of their arguments.
var functions = map[string]struct {
	arguments int // a negative number is a minimum
	call      func([]any) (any, error)
}{
	"fromJSON": {1, func(a []any) (any, error) { return decoded(textOf(a[0])) }},
	"toJSON": {1, func(a []any) (any, error) {
		text, err := json.MarshalIndent(a[0], "", "  ")
		return string(text), err
	}},
	"contains": {2, func(a []any) (any, error) { return contains(a[0], a[1]), nil }},
	"format":   {-1, format},
}

func function(name string, arguments []node) (node, error) {
	switch name {
	case "success", "failure", "cancelled", "always":
		return func(in scope) (any, error) {
			if in.status == nil {
				return nil, fmt.Errorf("%s() may not stand here", name)
			}
			return in.status(name), nil
		}, nil
	}
	f, ok := functions[name]
	if !ok {
		return nil, fmt.Errorf("the function %q is not supported", name)
	}
	if f.arguments >= 0 && len(arguments) != f.arguments || len(arguments) < -f.arguments {
		return nil, fmt.Errorf("%s has %d arguments", name, len(arguments))
	}
	return func(in scope) (any, error) {
		var values []any
		for _, a := range arguments {
			v, err := a(in)
			if err != nil {
				return nil, err
			}
			values = append(values, v)
		}
		return f.call(values)
	}, nil
}

// contains searches for an element of a list, or for a substring.
func contains(where, what any) bool {
	all, ok := items(where)
	if !ok {
		return strings.Contains(strings.ToLower(textOf(where)), strings.ToLower(textOf(what)))
	}
	for _, v := range all {
		if equal(v, what) {
			return true
		}
	}
	return false
}

var placeholder = regexp.MustCompile(`\{\{|\}\}|\{[0-9]+\}|[{}]`)

func format(a []any) (any, error) {
	var wrong error
	text := placeholder.ReplaceAllStringFunc(textOf(a[0]), func(found string) string {
		switch found {
		case "{{", "}}":
			return found[:1]
		case "{", "}":
			wrong = fmt.Errorf("a brace stands alone in %q", a[0])
			return ""
		}
		n, err := strconv.Atoi(found[1 : len(found)-1])
		if err != nil || n+1 >= len(a) {
			wrong = fmt.Errorf("%s in %q has no argument", found, a[0])
			return ""
		}
		return textOf(a[n+1])
	})
	return text, wrong
}
