package affected

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

var (
	errDynamic = errors.New("the source of a module is an expression")
	errNotHCL  = errors.New("a string, comment or heredoc has no end")
	errNotJSON = errors.New("it is not valid JSON")
)

const interpolate = "${"

// scan finds the paths that a Terraform file names.
func scan(name, text string) ([]reference, error) {
	if strings.HasSuffix(name, ".json") {
		return scanJSON(text)
	}
	return scanHCL(text)
}

// referenceIn reads a string's content, as written between its quotes, as a
// path; ok is false if it does not begin like one.
func referenceIn(text string) (r reference, ok bool) {
	for prefix, b := range map[string]base{"path.module": moduleBase, "path.root": rootBase} {
		if rest, found := interpolation(text, prefix); found {
			return reference{literal(rest), b}, true
		}
	}
	if strings.HasPrefix(text, "./") || strings.HasPrefix(text, "../") {
		return reference{literal(text), anyBase}, true
	}
	return reference{}, false
}

// interpolation takes "${name}/" from the front of text, with blanks as HCL allows them.
func interpolation(text, name string) (rest string, ok bool) {
	inner, rest, found := strings.Cut(strings.TrimPrefix(text, interpolate), "}")
	inner = strings.Trim(strings.TrimPrefix(strings.TrimSuffix(inner, "~"), "~"), " \t")
	if !strings.HasPrefix(text, interpolate) || !found || inner != name || !strings.HasPrefix(rest, "/") {
		return "", false
	}
	return strings.TrimLeft(rest, "/"), true
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

// dynamic reports whether a module's source cannot be known from its text.
func dynamic(source string) bool {
	for _, prefix := range []string{"path.module", "path.root"} {
		if rest, ok := interpolation(source, prefix); ok {
			source = rest
		}
	}
	plain := strings.NewReplacer("$${", "", "%%{", "").Replace(source)
	return strings.Contains(plain, interpolate) || strings.Contains(plain, "%{")
}

func scanJSON(text string) (refs []reference, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return refs, errNotJSON
		}
		if s, ok := token.(string); ok {
			if r, ok := referenceIn(s); ok {
				refs = append(refs, r)
			}
		}
	}
	var file struct {
		Module json.RawMessage `json:"module"`
	}
	if json.Unmarshal([]byte(text), &file) != nil {
		return refs, errNotJSON
	}
	if dynamicInJSON(file.Module, 3) {
		err = errDynamic
	}
	return refs, err
}

// dynamicInJSON looks for a source in the calls of modules, which are objects by
// name, or lists of such.
func dynamicInJSON(raw json.RawMessage, depth int) bool {
	var list []json.RawMessage
	if depth == 0 || len(bytes.TrimSpace(raw)) == 0 {
		return false
	}
	if json.Unmarshal(raw, &list) == nil {
		for _, one := range list {
			if dynamicInJSON(one, depth) {
				return true
			}
		}
		return false
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return false
	}
	for name, one := range members {
		var source string
		if name == "source" && json.Unmarshal(one, &source) == nil && dynamic(source) {
			return true
		}
		if dynamicInJSON(one, depth-1) {
			return true
		}
	}
	return false
}
