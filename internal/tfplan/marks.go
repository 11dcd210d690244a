package tfplan

import (
	"reflect"
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
)

// values is one place in a change: what stands there before and after, and
// Terraform's marks for it. A mark is true, or has the shape of the value.
type values struct {
	before, after             any
	unknown                   any
	hiddenBefore, hiddenAfter any
}

func valuesOf(c *tfjson.Change) values {
	return values{c.Before, c.After, c.AfterUnknown, c.BeforeSensitive, c.AfterSensitive}
}

// at is a deeper place: a member of an object or an element of a list.
func (v values) at(step any) values {
	return values{child(v.before, step), child(v.after, step), mark(v.unknown, step),
		mark(v.hiddenBefore, step), mark(v.hiddenAfter, step)}
}

func child(value, step any) any {
	switch value := value.(type) {
	case map[string]any:
		name, _ := step.(string)
		return value[name]
	case []any:
		if i, ok := step.(int); ok && i < len(value) {
			return value[i]
		}
	}
	return nil
}

// mark is the mark of a deeper place. What is marked as a whole is marked in all
// its parts, and where a list of marks is too short, one counts for the rest.
func mark(marks, step any) any {
	if marks == true {
		return true
	}
	if list, ok := marks.([]any); ok {
		if i, ok := step.(int); ok && i >= len(list) {
			return marked(marks)
		}
	}
	return child(marks, step)
}

// marked reports whether a mark, or one within it, is set.
func marked(marks any) bool {
	switch marks := marks.(type) {
	case bool:
		return marks
	case map[string]any:
		for _, m := range marks {
			if marked(m) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(marks, marked)
	}
	return false
}

// same reports whether nothing changes here, as far as one can see. Nothing and
// an empty list are the same.
func (v values) same() bool {
	return !marked(v.unknown) && (reflect.DeepEqual(v.before, v.after) || empty(v.before) && empty(v.after))
}

func empty(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case map[string]any:
		return len(value) == 0
	case []any:
		return len(value) == 0
	}
	return false
}

// veiled reports a place whose sanitized value looks the same on both sides, so
// whose change cannot be determined.
func (v values) veiled() bool {
	return v.same() && v.hiddenBefore == true && v.hiddenAfter == true
}

// later reports whether there was nothing, and what comes is not known yet.
func (v values) later() bool { return v.before == nil && v.unknown == true }

func (v values) sign() string {
	switch {
	case v.before == nil && !marked(v.hiddenBefore):
		return "+"
	case v.after == nil && !marked(v.unknown) && !marked(v.hiddenAfter):
		return "-"
	}
	return "!"
}

// container tells what both sides are, as far as they are there: '{' for
// objects, '[' for lists, 0 for anything else, and for what must not be opened.
func (v values) container() byte {
	if v.unknown == true || v.hiddenBefore == true || v.hiddenAfter == true {
		return 0
	}
	before, after := shape(v.before), shape(v.after)
	switch {
	case v.before == nil:
		return after
	case v.after == nil, before == after:
		return before
	}
	return 0
}

func shape(value any) byte {
	switch value := value.(type) {
	case map[string]any:
		if len(value) > 0 {
			return '{'
		}
	case []any:
		if len(value) > 0 {
			return '['
		}
	}
	return 0
}
