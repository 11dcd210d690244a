package plays

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Values of expressions are nil, bool, float64, string, list and object, and
// filtered, which is what `.*` leaves behind.
type (
	list     = []any
	object   = map[string]any
	filtered list
)

// truthy is what && and || and ! and `if:` go by (GitHub's documents, "Evaluate
// expressions", literals).
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

// textOf is what stands in the place of ${{ }} in a longer text.
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

// equal is ==: without regard to case, and of two kinds as numbers.
func equal(a, b any) bool {
	if isCollection(a) || isCollection(b) {
		return false // equal only if it is the same one, which no example asks
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

// number is how a value is compared with one of another kind.
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

// keyOf is the key as the object spells it; the case of letters does not count.
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

// element is v[i].
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

// every is v.*.
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

// decoded reads JSON into values.
func decoded(text string) (any, error) {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, fmt.Errorf("%q is not JSON: %w", text, err)
	}
	return v, nil
}
