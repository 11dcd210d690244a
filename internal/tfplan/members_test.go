package tfplan

import (
	"strings"
	"testing"
)

// TestMembersThatOccurTwice: JSON parsers disagree on what a member means that occurs twice, or in a different case, so
// that it is a problem, and both count.
func TestMembersThatOccurTwice(t *testing.T) {
	t.Parallel()
	destroy := `[{"address":"a.b","change":{"actions":["delete"]}}]`
	change := func(text string) string {
		return `{"format_version":"1.2","resource_changes":[{"address":"a.b",` + text + `}]}`
	}
	for name, c := range map[string]struct {
		doc, problem string
		destructions int
	}{
		"once":                   {`{"format_version":"1.2","resource_changes":` + destroy + `}`, "", 1},
		"changes twice":          {`{"format_version":"1.2","resource_changes":[],"resource_changes":` + destroy + `}`, `"resource_changes" more than once`, 1},
		"changes twice, reverse": {`{"format_version":"1.2","resource_changes":` + destroy + `,"resource_changes":[]}`, `"resource_changes" more than once`, 1},
		"a different case":       {`{"format_version":"1.2","Resource_Changes":` + destroy + `}`, `"resource_changes" more than once, or in a different case`, 1},
		"a change twice":         {change(`"change":{"actions":["no-op"]},"change":{"actions":["delete"]}`), `"change" more than once`, 1},
		"actions twice":          {change(`"change":{"actions":["delete"],"actions":["no-op"]}`), `"actions" more than once`, 1},
		"an unknown member":      {change(`"x":1,"x":2,"change":{"actions":["delete"]}`), "", 1},
	} {
		p := readPlan(sectionOf([]byte(c.doc)), nil)
		got := strings.Join(p.JSON.Problems, "\n")
		if p.JSON.Destructions != c.destructions || (got == "") != (c.problem == "") || !strings.Contains(got, c.problem) {
			t.Errorf("%s: %d destructions, problems %q, %s; want %d and %q", name, p.JSON.Destructions, got, p.JSONProblem, c.destructions, c.problem)
		}
	}
}

// TestLimitOfDiagnostics: of an error so many whole lines are kept that they have at most 6,000 bytes.
func TestLimitOfDiagnostics(t *testing.T) {
	t.Parallel()
	for last, lines := range map[int]int{90: 60, 91: 59} { // the title has 9 bytes, each line its line break
		log := "╷\n│ Error: e\n" + strings.Repeat("│ "+strings.Repeat("x", 99)+"\n", 59) + "│ " + strings.Repeat("y", last) + "\n╵\n"
		p := readPlan(nil, logSection(log))
		if got := strings.Count(p.Diagnostics[0].Text, "\n"); got != lines {
			t.Errorf("a last line of %d bytes: %d lines below the title, want %d", last, got, lines)
		}
	}
}
