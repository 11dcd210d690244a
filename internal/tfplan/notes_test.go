package tfplan

import (
	"fmt"
	"strings"
	"testing"
)

// TestNotesBelowHeader: the lines between a header and its block that begin like a comment or a reason are skipped there, and
// nowhere else.
func TestNotesBelowHeader(t *testing.T) {
	t.Parallel()
	const (
		title   = "Terraform will perform the following actions:\n\n"
		header  = "  # a.b will be created\n"
		first   = "  + resource \"a\" \"b\" {\n      + id = 1\n"
		last    = "    }\n\n"
		sum     = "Plan: 1 to add, 0 to change, 0 to destroy.\n\n"
		outputs = "Changes to Outputs:\n  + o = 1\n"
	)
	for note, skipped := range map[string]bool{
		"  #note\n": true, "  ##\n": true, "  #\n": true, " (because of it)\n": true,
		" (by hand)\n": false, "   #note\n": false, "#note\n": false, "(because of it)\n": false, "  note\n": false,
	} {
		for name, c := range map[string]struct {
			log         string
			block, rest bool // whether the block and the outputs are shown
		}{
			"below the header":   {title + header + note + first + last + sum + outputs, skipped, true},
			"in the block":       {title + header + first + note + last + sum + outputs, false, true},
			"below the block":    {title + header + first + last + note + sum + outputs, true, true},
			"below the plan":     {title + header + first + last + sum + note + outputs, true, false},
			"before the header":  {title + note + header + first + last + sum + outputs, true, true},
			"before the outputs": {title + header + first + last + note + outputs, true, true},
		} {
			p := readPlan(nil, logSection(c.log))
			if len(p.Changes) != 1 || (p.Changes[0].Diff != "") != c.block || (p.OutputDiff != "") != c.rest {
				t.Errorf("%q %s: got %+v and the outputs %q", note, name, p.Changes, p.OutputDiff)
			}
		}
	}
}

// TestNotesOfActions: ten comments below an action are kept, and one less if one says by which change it is triggered.
func TestNotesOfActions(t *testing.T) {
	t.Parallel()
	const update = "Terraform will perform the following actions:\n\n  # a.b will be updated in-place\n  ~ resource \"a\" \"b\" {\n    }\n"
	for when, kept := range map[string]int{"after": 9, "before": 9, "with": 10, "": 10} {
		for n := range 12 {
			log := update + "    # Actions to be invoked " + when + " this change in order:\n    # action.t.x\n" +
				strings.Repeat("  # (note)\n", n) + "  # (imported from \"i\")\n"
			p := readPlan(nil, logSection(log))
			want := fmt.Sprint(n < kept)
			if len(p.Changes) != 2 || fmt.Sprint(p.Changes[1].ImportID == "i") != want {
				t.Errorf("%q with %d notes: got %+v, want the id %s", when, n, p.Changes, want)
			}
		}
	}
}
