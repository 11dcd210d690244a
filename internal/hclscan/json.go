package hclscan

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
)

// ErrNotJSON reports that a file in JSON syntax is not valid JSON.
var ErrNotJSON = errors.New("it is not valid JSON")

// scanJSON reads Terraform's JSON syntax, in which every string is a template. It visits the members of an
// object in the order of their names.
func scanJSON(text string, v Visitor) error {
	var file any
	if json.Unmarshal([]byte(text), &file) != nil {
		return ErrNotJSON
	}
	root, ok := file.(map[string]any)
	if !ok {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(root)) {
		if name == "module" {
			modulesInJSON(root[name], 2, v)
		}
		stringsInJSON(root[name], v)
	}
	return nil
}

// modulesInJSON reports the source of each module call. A module call is an object, or a list of objects,
// under its name.
func modulesInJSON(value any, depth int, v Visitor) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			modulesInJSON(element, depth, v)
		}
	case map[string]any:
		if depth == 1 {
			if source, ok := value["source"]; ok {
				content, literal := source.(string)
				v.Source(content, literal)
			}
			return
		}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			modulesInJSON(value[name], depth-1, v)
		}
	}
}

// stringsInJSON reports every string and the strings in its templates.
func stringsInJSON(value any, v Visitor) {
	switch value := value.(type) {
	case string:
		v.Text(value, "")
		l := &lexer{text: value, visitor: v}
		l.heredocLine(len(value))
	case []any:
		for _, element := range value {
			stringsInJSON(element, v)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			stringsInJSON(value[name], v)
		}
	}
}
