package tfplan

import (
	"fmt"
	"strings"
	"testing"
)

// TestPlanWhileItIsWritten: after a plan was taken from the log, the log goes on. A block that was open is not continued.
func TestPlanWhileItIsWritten(t *testing.T) {
	t.Parallel()
	const header = "Terraform will perform the following actions:\n\n"
	const open = "  # a.open will be created\n  + resource \"a\" \"open\" {\n      + id = 1\n"
	const rest = "      + late = 1\n    }\n\n  # a.next will be created\n  + resource \"a\" \"next\" {\n      + id = 1\n    }\n\n" +
		"Plan: 2 to add, 0 to change, 0 to destroy.\n"
	for name, write := range map[string]func(l *Log, text string){
		"one plan": func(l *Log, text string) { fmt.Fprint(l, text) },
		"two units": func(l *Log, text string) {
			for line := range strings.Lines(text) {
				fmt.Fprintf(l, "10:15:02.101 STDOUT [x] tofu: %s10:15:02.101 STDOUT [y] tofu: %s", line, line)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := NewLog(nil)
			write(l, header+open)
			n := map[string]int{"one plan": 1, "two units": 2}[name]
			if got := len(l.Plan(t.Context(), nil).Changes); got != n {
				t.Errorf("%d changes so far, want %d", got, n)
			}
			write(l, rest)
			p := l.Plan(t.Context(), nil)
			if len(p.Changes) != 2*n || p.Text.Additions != 2*n {
				t.Fatalf("got %+v", p.Changes)
			}
			for _, c := range p.Changes {
				if (c.Diff != "") != (c.Address == "a.next") || strings.Contains(c.Diff, "late") {
					t.Errorf("%s in %q: got %q", c.Address, c.Unit, c.Diff)
				}
			}
		})
	}
}
