package tfplan

import "strings"

// pairOfElements contains the indexes of an element before and after a change; -1 means that there is none.
type pairOfElements struct {
	before, after int
	changed       bool // the element is not the same on both sides
}

// pairs aligns the elements of two lists as Terraform does: equal ones in their order, and
// between them objects one by one. Other elements are removed or added. Unlike Terraform, it
// aligns lists and long texts like objects, so that only the differences in them are shown.
func (v values) pairs(budget *int) (pairs []pairOfElements) {
	before, _ := v.before.([]any)
	after, _ := v.after.([]any)
	i, j := 0, 0
	for _, h := range lineDiff(compactAll(before), compactAll(after), budget) {
		for range h.unchanged {
			pairs = append(pairs, pairOfElements{before: i, after: j})
			i, j = i+1, j+1
		}
		removed, added := i+len(h.removed), j+len(h.added)
		for ; i < removed && j < added && v.alike(i, j); i, j = i+1, j+1 {
			pairs = append(pairs, pairOfElements{i, j, true})
		}
		for ; i < removed; i++ {
			pairs = append(pairs, pairOfElements{i, -1, true})
		}
		for ; j < added; j++ {
			pairs = append(pairs, pairOfElements{-1, j, true})
		}
	}
	return pairs
}

// identity returns the names of unchanged attributes that show which element of a list changes: those that Terraform
// and providers use as names, or else the first ones.
func (v values) identity() (names []string) {
	var others []string
	for _, name := range members(v) {
		if at := v.child(name); !at.unchanged() || at.sensitive() || !identifies(at.before) {
			continue
		}
		switch name {
		case "id", "name", "key":
			names = append(names, name)
		default:
			others = append(others, name)
		}
	}
	if len(names) == 0 {
		return others[:min(len(others), 3)]
	}
	return names
}

// identifies reports whether a value can show which element of a list changes: a short one
// that fits on the line of its name.
func identifies(value any) bool {
	switch value := value.(type) {
	case nil, map[string]any, []any:
		return false
	case string:
		return value != "" && !strings.Contains(value, "\n")
	}
	return true
}

func compactAll(elements []any) []string {
	all := make([]string, len(elements))
	for i, e := range elements {
		all[i] = compact(e)
	}
	return all
}

// alike reports whether an element before and one after the change are shown as one that
// changes, which only pays off if most of it can be the same.
func (v values) alike(i, j int) bool {
	before, after := childOf(v.before, i), childOf(v.after, j)
	if was := shape(before); was != 0 {
		return was == shapeAfter(after, mark(v.unknown, j))
	}
	was, ok := before.(string)
	will, both := after.(string)
	return ok && both && (strings.Contains(was+will, "\n") || max(len(was), len(will)) > maxValueLength)
}

// element returns the values of a pair. A removed or added element may be one of the other
// side whose mark has changed and whose value is not in the JSON, so it has the marks of
// all elements of the other side without a counterpart, which others contains.
func (v values) element(p pairOfElements, others marksOfOthers) values {
	at := values{}
	if p.before >= 0 {
		b := v.child(p.before)
		at.before, at.sensitiveBefore = b.before, b.sensitiveBefore
	}
	if p.after >= 0 {
		a := v.child(p.after)
		at.after, at.sensitiveAfter, at.unknown = a.after, a.sensitiveAfter, a.unknown
	}
	switch {
	case p.after < 0:
		at.sensitiveBefore = union(at.sensitiveBefore, others.after)
	case p.before < 0:
		at.sensitiveAfter = union(at.sensitiveAfter, others.before)
	}
	return at
}

// marksOfOthers contains the marks of all elements that changed, for each side.
type marksOfOthers struct{ before, after any }

func (v values) marksOf(pairs []pairOfElements) (all marksOfOthers) {
	for _, p := range pairs {
		if p.changed && p.before >= 0 {
			all.before = union(all.before, mark(v.sensitiveBefore, p.before))
		}
		if p.changed && p.after >= 0 {
			all.after = union(all.after, mark(v.sensitiveAfter, p.after))
		}
	}
	return all
}

// union returns a mark that is set where either is.
func union(a, b any) any {
	switch {
	case !marked(a):
		return b
	case !marked(b):
		return a
	case a == true || b == true:
		return true
	}
	x, isMap := a.(map[string]any)
	y, areMaps := b.(map[string]any)
	if !isMap || !areMaps {
		return true // lists, whose elements may be others
	}
	all := map[string]any{}
	for _, marks := range []map[string]any{x, y} {
		for name, m := range marks {
			all[name] = union(all[name], m)
		}
	}
	return all
}
