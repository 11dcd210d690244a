package plays

import (
	"fmt"
	"slices"
	"strings"
)

// fill returns a string of a workflow with its ${{ }} evaluated.
func fill(text string, in scope) (string, error) {
	v, err := fillValue(text, in)
	return textOf(v), err
}

// fillValue is like fill, but a string that consists of one expression keeps the type of its value.
func fillValue(text string, in scope) (any, error) {
	var out strings.Builder
	for rest := text; ; {
		before, after, found := strings.Cut(rest, "${{")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		inside, after, err := cutExpression(after)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", text, err)
		}
		v, err := evaluate(inside, in)
		if err != nil || out.Len() == 0 && after == "" && rest == text {
			return v, err
		}
		out.WriteString(textOf(v))
		rest = after
	}
}

// cutExpression finds the end of an expression, whose strings may contain }}.
func cutExpression(text string) (inside, after string, err error) {
	quoted := false
	for i := range len(text) {
		switch {
		case text[i] == '\'':
			quoted = !quoted
		case !quoted && strings.HasPrefix(text[i:], "}}"):
			return text[:i], text[i+2:], nil
		}
	}
	return "", "", fmt.Errorf("an expression has no end")
}

// fillAll evaluates the expressions in all values.
func fillAll(texts map[string]string, in scope) (map[string]string, error) {
	filled := map[string]string{}
	for _, name := range sortedKeys(texts) {
		text, err := fill(texts[name], in)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		filled[name] = text
	}
	return filled, nil
}

// evalIf reports whether a job or step with the `if:` runs. A condition without a status function implies success().
func evalIf(condition string, in scope) (bool, error) {
	condition = strings.TrimSpace(condition)
	if inside, ok := strings.CutPrefix(condition, "${{"); ok {
		condition = strings.TrimSuffix(inside, "}}")
	}
	if condition == "" {
		return in.status("success"), nil
	}
	e, err := parse(condition)
	if err != nil {
		return false, err
	}
	asks := slices.ContainsFunc(e.calls, func(name string) bool {
		return slices.Contains([]string{"success", "failure", "cancelled", "always"}, name)
	})
	if !asks && !in.status("success") {
		return false, nil
	}
	v, err := e.evaluate(in)
	if err != nil {
		return false, fmt.Errorf("if: %s: %w", condition, err)
	}
	return truthy(v), nil
}

func sortedKeys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
