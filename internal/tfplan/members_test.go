package tfplan

import (
	"strings"
	"testing"
)

// TestMembersThatOccurTwice: JSON parsers disagree on a member that occurs twice or in a different case. It is reported as a
// problem, and the changes in both members count.
func TestMembersThatOccurTwice(t *testing.T) {
	t.Parallel()
	destroy := `[{"address":"a.b","change":{"actions":["delete"]}}]`
	plan := func(members string) string { return `{"format_version":"1.2",` + members + `}` }
	change := func(members string) string { return plan(`"resource_changes":[{"address":"a.b",` + members + `}]`) }
	for name, c := range map[string]struct {
		doc, problem string
		destructions int
	}{
		"once":                   {plan(`"resource_changes":` + destroy), "", 1},
		"changes twice":          {plan(`"resource_changes":[],"resource_changes":` + destroy), `"resource_changes" more than once`, 1},
		"changes twice, reverse": {plan(`"resource_changes":` + destroy + `,"resource_changes":[]`), `"resource_changes" more than once`, 1},
		"a different case":       {plan(`"Resource_Changes":` + destroy), `"resource_changes" more than once, or in a different case`, 1},
		"a change twice":         {change(`"change":{"actions":["no-op"]},"change":{"actions":["delete"]}`), `"change" more than once`, 1},
		"actions twice":          {change(`"change":{"actions":["delete"],"actions":["no-op"]}`), `"actions" more than once`, 1},
		"an unknown member":      {change(`"x":1,"x":2,"change":{"actions":["delete"]}`), "", 1},
	} {
		p := readPlan(sectionOf([]byte(c.doc)), nil)
		got := strings.Join(p.JSON.Problems, "\n")
		if p.JSON.Destructions != c.destructions || (got == "") != (c.problem == "") || !strings.Contains(got, c.problem) {
			t.Errorf("%s: got %d destructions and the problems %q, %s; want %d and %q",
				name, p.JSON.Destructions, got, p.JSONProblem, c.destructions, c.problem)
		}
	}
}
