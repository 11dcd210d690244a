package plays

import (
	"fmt"
	"maps"
	"reflect"

	"gopkg.in/yaml.v3"
)

// combinations expands a matrix: every value of each axis with every value of
// the others, and then what `include` adds or extends.
func combinations(matrix *yaml.Node, in scope) ([]object, error) {
	all := []object{{}}
	var include list
	axes := 0
	for name, node := range pairs(matrix) {
		v, err := filledNode(node, in)
		if err != nil {
			return nil, fmt.Errorf("matrix %s: %w", name, err)
		}
		values, ok := items(v)
		switch {
		case !ok:
			return nil, fmt.Errorf("matrix %s is not a list", name)
		case name == "exclude":
			return nil, fmt.Errorf("exclude is not supported")
		case name == "include":
			include = values
			continue
		case len(values) == 0:
			return nil, fmt.Errorf("matrix %s has no values, which GitHub refuses", name)
		}
		axes++
		all = multiplied(all, name, values)
	}
	if axes == 0 {
		all = nil
	}
	return included(all, include)
}

func multiplied(all []object, name string, values list) []object {
	var more []object
	for _, c := range all {
		for _, v := range values {
			extended := maps.Clone(c)
			extended[name] = v
			more = append(more, extended)
		}
	}
	return more
}

// included adds an entry to every combination with which it does not conflict, or creates a new combination.
func included(all []object, include list) ([]object, error) {
	originals := make([]object, len(all))
	for i, c := range all {
		originals[i] = maps.Clone(c)
	}
	for _, entry := range include {
		added, ok := entry.(object)
		if !ok {
			return nil, fmt.Errorf("include has an entry that is not a mapping")
		}
		found := false
		for i, original := range originals {
			if agrees(original, added) {
				maps.Copy(all[i], added)
				found = true
			}
		}
		if !found {
			all = append(all, maps.Clone(added))
		}
	}
	return all, nil
}

func agrees(original, added object) bool {
	for name, v := range original {
		if other, ok := added[name]; ok && !reflect.DeepEqual(v, other) {
			return false
		}
	}
	return true
}
