package plays

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Values of expressions are nil, bool, float64, string, list, object, and filtered, the result of `.*`.
type (
	list     = []any
	object   = map[string]any
	filtered list
)

// truthy converts a value to a boolean for &&, ||, ! and `if:` (GitHub's documents, "Evaluate expressions", literals).
func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case float64:
		return v != 0 && !math.IsNaN(v)
	case string:
		return v != ""
	}
	return true
}

// textOf converts a value to a string for ${{ }} within a longer string.
func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'G', 15, 64)
	case string:
		return v
	case object:
		return "Object"
	}
	return "Array"
}

// equal implements ==: it ignores case and compares values of different types as numbers.
func equal(a, b any) bool {
	if isCollection(a) || isCollection(b) {
		return false // objects are equal only if they are identical, which no example uses
	}
	x, aText := a.(string)
	y, bText := b.(string)
	if aText && bText {
		return strings.EqualFold(x, y)
	}
	if fmt.Sprintf("%T", a) == fmt.Sprintf("%T", b) {
		return a == b
	}
	return number(a) == number(b)
}

func isCollection(v any) bool {
	switch v.(type) {
	case object, list, filtered:
		return true
	}
	return false
}

// number converts a value to a number for the comparison with a value of another type.
func number(v any) float64 {
	switch v := v.(type) {
	case nil:
		return 0
	case bool:
		if v {
			return 1
		}
		return 0
	case float64:
		return v
	case string:
		if strings.TrimSpace(v) == "" {
			return 0
		}
		if n, err := strconv.ParseFloat(strings.TrimSpace(v), 64); err == nil {
			return n
		}
	}
	return math.NaN()
}

// member returns v.name. A member that does not exist is null, not an error.
func member(v any, name string) any {
	switch v := v.(type) {
	case object:
		return v[keyOf(v, name)]
	case filtered:
		found := filtered{}
		for _, each := range v {
			if o, ok := each.(object); ok && keyOf(o, name) != "" {
				found = append(found, o[keyOf(o, name)])
			}
		}
		return found
	}
	return nil
}

// keyOf returns the object's spelling of a key, ignoring case.
func keyOf(o object, name string) string {
	if _, ok := o[name]; ok {
		return name
	}
	for key := range o {
		if strings.EqualFold(key, name) {
			return key
		}
	}
	return ""
}

// element returns v[i].
func element(v, i any) any {
	if name, ok := i.(string); ok {
		return member(v, name)
	}
	all, _ := items(v)
	if n, ok := i.(float64); ok && n >= 0 && n < float64(len(all)) && n == math.Trunc(n) {
		return all[int(n)]
	}
	return nil
}

func items(v any) (list, bool) {
	switch v := v.(type) {
	case list:
		return v, true
	case filtered:
		return list(v), true
	}
	return nil, false
}

// every returns v.*.
func every(v any) any {
	found := filtered{}
	switch v := v.(type) {
	case object:
		for _, name := range sortedKeys(v) {
			found = append(found, v[name])
		}
	case list:
		found = append(found, v...)
	case filtered:
		for _, each := range v {
			if all, ok := every(each).(filtered); ok {
				found = append(found, all...)
			}
		}
	}
	return found
}

// decoded decodes JSON to values.
func decoded(text string) (any, error) {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, fmt.Errorf("%q is not JSON: %w", text, err)
	}
	return v, nil
}
