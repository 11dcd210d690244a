package tfplan

import (
	"reflect"
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
)

// values holds the values of one attribute before and after a change, and Terraform's
// marks for it. A mark is true, or has the shape of the value.
type values struct {
	before, after                   any
	unknown                         any
	sensitiveBefore, sensitiveAfter any
	// onBothSides is set for a member of an object that exists before and after. Null is then
	// a value that differs from an empty list.
	onBothSides bool
}

func valuesOf(c *tfjson.Change) values {
	return values{c.Before, c.After, c.AfterUnknown, c.BeforeSensitive, c.AfterSensitive, false}
}

// readMarks makes the marks of sensitive values strict: anything but false, an object or a list is a
// mark. Terraform leaves out a mark that is not set.
func readMarks(c *tfjson.Change) {
	for _, marks := range []*any{&c.BeforeSensitive, &c.AfterSensitive} {
		if *marks != nil {
			*marks = strictMark(*marks)
		}
	}
}

func strictMark(marks any) any {
	switch marks := marks.(type) {
	case bool:
		return marks
	case map[string]any:
		for name, m := range marks {
			marks[name] = strictMark(m)
		}
		return marks
	case []any:
		for i, m := range marks {
			marks[i] = strictMark(m)
		}
		return marks
	}
	return true
}

// child returns the values of a member of an object or an element of a list.
func (v values) child(step any) values {
	return values{childOf(v.before, step), childOf(v.after, step), mark(v.unknown, step),
		mark(v.sensitiveBefore, step), mark(v.sensitiveAfter, step), hasMember(v.before, step) && hasMember(v.after, step)}
}

// hasMember reports whether a value is an object with a member. Like other small functions with
// many callers, it is not inlined, to keep the image small.
//
//go:noinline
func hasMember(value, step any) bool {
	object, _ := value.(map[string]any)
	name, _ := step.(string)
	_, ok := object[name]
	return ok
}

func childOf(value, step any) any {
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

// mark returns the mark of a member or an element. A mark of the whole applies to all
// its parts, and if a list of marks is too short, any of them applies to the rest.
func mark(marks, step any) any {
	if marks == true {
		return true
	}
	if list, ok := marks.([]any); ok {
		if i, ok := step.(int); ok && i >= len(list) {
			return marked(marks)
		}
	}
	return childOf(marks, step)
}

// marked reports whether a mark, or one inside it, is set.
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

// markedOutside reports whether a mark is set where no mark of others is.
func markedOutside(marks any, others ...any) bool {
	if slices.Contains(others, any(true)) {
		return false
	}
	inside := func(step any) []any {
		var all []any
		for _, o := range others {
			all = append(all, mark(o, step))
		}
		return all
	}
	switch marks := marks.(type) {
	case bool:
		return marks
	case map[string]any:
		for name, m := range marks {
			if markedOutside(m, inside(name)...) {
				return true
			}
		}
	case []any:
		for i, m := range marks {
			if markedOutside(m, inside(i)...) {
				return true
			}
		}
	}
	return false
}

// unchanged reports whether no change is visible. In a new or removed object, null and an empty
// list are the same: the JSON has such a list for a block that does not exist. A value that is
// sensitive on one side only is shown as changed, as in Terraform.
func (v values) unchanged() bool {
	same := reflect.DeepEqual(v.before, v.after) && !v.newlySensitive(v.before) || !v.onBothSides && isEmpty(v.before) && isEmpty(v.after)
	return same && !marked(v.unknown)
}

// newlySensitive reports whether a part of the value is sensitive on one side only.
func (v values) newlySensitive(value any) bool {
	before, after := v.sensitiveBefore, v.sensitiveAfter
	if before == true || after == true || !marked(before) && !marked(after) {
		return value != nil && marked(before) != marked(after)
	}
	switch value := value.(type) {
	case map[string]any:
		for name, part := range value {
			if v.child(name).newlySensitive(part) {
				return true
			}
		}
	case []any:
		for i, part := range value {
			if v.child(i).newlySensitive(part) {
				return true
			}
		}
	}
	return false
}

// sensitive reports whether a part is sensitive on any side. Terraform shows neither side
// of a value that becomes sensitive, or that was.
func (v values) sensitive() bool { return marked(v.sensitiveBefore) || marked(v.sensitiveAfter) }

//go:noinline
func isEmpty(value any) bool {
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

// masked reports whether the value is sensitive and removed on both sides, so that a
// change cannot be determined.
func (v values) masked() bool {
	return v.unchanged() && v.sensitiveBefore == true && v.sensitiveAfter == true
}

// hidesParts reports whether parts are sensitive on both sides: they may differ even if the JSON has the same values.
func (v values) hidesParts() bool {
	return !isEmpty(v.before) && marked(v.sensitiveBefore) && marked(v.sensitiveAfter)
}

// unknownAfterApply reports whether a new value is known only after the apply.
func (v values) unknownAfterApply() bool {
	return v.before == nil && v.unknown == true && !v.sensitive()
}

func (v values) sign() string {
	switch {
	case v.before == nil && !marked(v.sensitiveBefore):
		return "+"
	case v.after == nil && !marked(v.unknown) && !marked(v.sensitiveAfter):
		return "-"
	}
	return "!"
}

// container returns the kind of both sides, ignoring null: '{' for objects, '[' for
// lists, 0 for anything else and for values that must not be expanded.
func (v values) container() byte {
	if v.unknown == true || v.sensitiveBefore == true || v.sensitiveAfter == true {
		return 0
	}
	before, after := shape(v.before), shapeAfter(v.after, v.unknown)
	if before == 0 && after != shape(v.after) && isEmpty(v.before) {
		before = after
	}
	switch {
	case v.before == nil:
		return after
	case v.after == nil, before == after:
		return before
	}
	return 0
}

//go:noinline
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

// shapeAfter returns the shape of a value after a change. An empty list or object of which
// parts are known only after the apply has the shape of their marks.
func shapeAfter(after, unknown any) byte {
	if after != nil && isEmpty(after) && marked(unknown) {
		return shape(unknown)
	}
	return shape(after)
}
