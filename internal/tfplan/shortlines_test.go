package tfplan

import "testing"

// TestSpacesAtLineEnds: a diagnostic has no spaces at the ends of its lines.
func TestSpacesAtLineEnds(t *testing.T) {
	t.Parallel()
	p := readPlan(nil, logSection("╷\n│ Error: E  \n│ one   \n│   \n│ two \n╵\n"))
	if len(p.Diagnostics) != 1 || p.Diagnostics[0].Text != "Error: E\none\n\ntwo" {
		t.Errorf("got %+v", p.Diagnostics)
	}
}

// TestForcedByName: a line that has only a name may be what forces a replacement.
func TestForcedByName(t *testing.T) {
	t.Parallel()
	const log = "  # a.b must be replaced\n-/+ resource \"a\" \"b\" {\n      ~ x # forces replacement\n    }\n"
	p := readPlan(nil, logSection(log))
	if len(p.Changes) != 1 || p.Changes[0].Reason != "`x` cannot be changed in place" {
		t.Errorf("got %+v", p.Changes)
	}
}
