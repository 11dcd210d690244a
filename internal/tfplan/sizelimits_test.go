package tfplan

import (
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

// TestSizeOfList: a list of changes has at most 8 MiB: each change takes 250 bytes and its addresses and ids.
func TestSizeOfList(t *testing.T) {
	t.Parallel()
	const size = 8192 // of one change, 1024 of which fit
	for name, fill := range map[string]func(n int) Change{
		"address":          func(n int) Change { return Change{Address: strings.Repeat("x", n)} },
		"previous address": func(n int) Change { return Change{Previous: strings.Repeat("x", n)} },
		"deposed object":   func(n int) Change { return Change{Deposed: strings.Repeat("x", n)} },
		"import id":        func(n int) Change { return Change{ImportID: strings.Repeat("x", n)} },
		"all": func(n int) Change {
			s := strings.Repeat("x", n/4)
			return Change{Address: s, Previous: s, Deposed: s, ImportID: s + strings.Repeat("x", n%4)}
		},
	} {
		for more, want := range map[int]int{0: 1024, 1: 1023} {
			var l list
			kept := 0
			for range 1030 {
				if l.reserve(fill(size - 250 + more)) {
					kept++
				}
			}
			if kept != want || l.omitted != 1030-want {
				t.Errorf("%s of %d bytes: %d are kept and %d omitted, want %d", name, size-250+more, kept, l.omitted, want)
			}
		}
	}
}

// TestNumberOfChanges: 20,000 changes are listed, and as many destructions and replacements.
func TestNumberOfChanges(t *testing.T) {
	t.Parallel()
	for many, other := range map[Action]Action{Create: Destroy, Update: Replace, Destroy: Create, Replace: Move} {
		var l list
		kept := 0
		for range 20_001 {
			if l.reserve(Change{Action: many}) {
				kept++
			}
		}
		if kept != 20_000 || l.omitted != 1 || !l.reserve(Change{Action: other}) {
			t.Errorf("%s: kept %d, omitted %d, want 20000 and space for another action", many, kept, l.omitted)
		}
	}
}

// textOfSize returns the body of a block that takes a number of bytes: each line takes 16 bytes more than it has.
func textOfSize(size int) string {
	const first, last = `  + resource "a" "b" {`, "    }"
	size -= len(first) + 16 + len(last) + 16
	body := strings.Repeat("      + "+strings.Repeat("x", 992)+"\n", size/1016-1)
	size -= (size/1016 - 1) * 1016
	return first + "\n" + body + "      + " + strings.Repeat("y", size-16-8) + "\n" + last + "\n"
}

// TestSizeOfBlocks: the text of one change has at most 256 KiB, and that of all changes 8 MiB.
func TestSizeOfBlocks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		sizes []int
		want  string // the blocks that are shown
	}{
		{"as large as possible", []int{256 << 10, 256<<10 + 1, 2000}, "yny"},
		{"all of them", append(repeated(256<<10, 31), 256<<10-2000, 2000, 2000), strings.Repeat("y", 33) + "n"},
		{"one byte more", append(repeated(256<<10, 31), 256<<10-2000, 2001, 2000), strings.Repeat("y", 32) + "ny"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := NewLog(nil)
			fmt.Fprint(l, "Terraform will perform the following actions:\n\n")
			for i, size := range tt.sizes {
				fmt.Fprintf(l, "  # a.b[%d] will be created\n%s", i, textOfSize(size))
			}
			got := ""
			for _, c := range l.Plan(t.Context(), nil).Changes {
				got += map[bool]string{true: "y", false: "n"}[isComplete(c.Diff)]
			}
			if got != tt.want {
				t.Errorf("shown are %s, want %s", got, tt.want)
			}
		})
	}
}

func repeated(n, times int) (all []int) {
	for range times {
		all = append(all, n)
	}
	return all
}

// TestSizeOfRecords: the values of a change of at most 256 KiB are shown, and those of outputs up to 1 MiB.
func TestSizeOfRecords(t *testing.T) {
	t.Parallel()
	record := func(prefix, suffix string, size int) string {
		return prefix + strings.Repeat("x", size-len(prefix)-len(suffix)) + suffix
	}
	for size, shown := range map[int]bool{256 << 10: true, 256<<10 + 1: false} {
		p := readPlan(sectionOf([]byte(`{"format_version":"1.2","resource_changes":[`+record(
			`{"address":"a.b","mode":"managed","type":"a","name":"b","change":{"actions":["create"],"after_sensitive":{},`+
				`"after":{"x":"`, `"}}}`, size)+`]}`)), nil)
		if len(p.Changes) != 1 || isComplete(p.Changes[0].Diff) != shown {
			t.Errorf("a change of %d bytes: got %.100v", size, p.Changes)
		}
	}
	for last, want := range map[int]string{0: "abcd", 1: "abc"} {
		var outputs []string
		for i, name := range []string{"a", "b", "c", "d"} {
			size := 256 << 10
			if i == 0 {
				size -= 100 - last
			}
			outputs = append(outputs, `"`+name+`":`+record(`{"actions":["create"],"after_sensitive":false,"after":"`, `"}`, size))
		}
		outputs = append(outputs, `"e":`+record(`{"actions":["create"],"after_sensitive":false,"after":"`, `"}`, 100))
		p := readPlan(sectionOf([]byte(`{"format_version":"1.2","output_changes":{`+strings.Join(outputs, ",")+`}}`)), nil)
		got := ""
		for line := range strings.Lines(p.OutputDiff) {
			if isComplete(line) {
				got += line[2:3]
			}
		}
		if want += map[int]string{0: "e", 1: "d"}[last]; got != want || len(p.Outputs) != 5 {
			t.Errorf("shown are the outputs %s of %q, want %s", got, p.Outputs, want)
		}
	}
}

// TestLongAddresses: 64 KiB of an address are read.
func TestLongAddresses(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]int{64 << 10: 64 << 10, 64<<10 + 1: 64 << 10} {
		p := readPlan(sectionOf([]byte(`{"format_version":"1.2","resource_changes":[{"address":"`+strings.Repeat("x", size)+
			`","change":{"actions":["create"]}}]}`)), nil)
		if len(p.Changes) != 1 || len(p.Changes[0].Address) != want {
			t.Errorf("%d bytes: got %.100v %s", size, p.Changes, p.JSONProblem)
		}
	}
}

// TestNumberOfActionLists: a change may list its actions ten times.
func TestNumberOfActionLists(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{10: "", 11: "the plan's JSON is unusable: a change lists its actions more than 10 times"} {
		p := readPlan(sectionOf([]byte(`{"format_version":"1.2","resource_changes":[{"address":"a.b","change":{`+
			strings.TrimSuffix(strings.Repeat(`"actions":["no-op"],`, n), ",")+`}}]}`)), nil)
		if p.JSONProblem != want {
			t.Errorf("%d lists: got %q, want %q", n, p.JSONProblem, want)
		}
	}
}

// TestLongLines: 8 KiB of a line are read, whether it is written at once or in pieces.
func TestLongLines(t *testing.T) {
	t.Parallel()
	const words = `"]: Creation complete after `
	for size, want := range map[int]int{8 << 10: 2, 8<<10 + 1: 1} {
		address := `a.b["` + strings.Repeat("x", size-len(`a.b["`)-len(words))
		for piece := range 3 {
			l := NewLog(nil)
			log := address + words + "1s\na.c: Creation complete after 1s\n"
			for len(log) > 0 {
				n := min(len(log), []int{len(log), 1000, 8 << 10}[piece])
				fmt.Fprint(l, log[:n])
				log = log[n:]
			}
			if got := l.Apply().Done; len(got) != want || got[len(got)-1].Address != "a.c" {
				t.Errorf("%d bytes in pieces: got %d completed changes, want %d", size, len(got), want)
			}
		}
	}
}

// TestNumberOfOutputs: 20,000 outputs are listed.
func TestNumberOfOutputs(t *testing.T) {
	t.Parallel()
	for n, omitted := range map[int]int{20_000: 0, 20_002: 2} {
		outputs := make([]string, n)
		for i := range outputs {
			outputs[i] = fmt.Sprintf(`"o%05d":{"actions":["create"],"after":1}`, i)
		}
		p := readPlan(sectionOf([]byte(`{"format_version":"1.2","output_changes":{`+strings.Join(outputs, ",")+`}}`)), nil)
		if len(p.Outputs) != 20_000 || p.Omitted != omitted || p.JSON.Others != n || p.Outputs[19_999] != "o19999" {
			t.Errorf("%d outputs: %d are listed, %d omitted, %d counted", n, len(p.Outputs), p.Omitted, p.JSON.Others)
		}
	}
}

// TestNumberOfDiagnostics: 100 diagnostics of all units are kept.
func TestNumberOfDiagnostics(t *testing.T) {
	t.Parallel()
	for units, want := range map[int]int{1: 50, 2: 100, 3: 100} {
		l := NewLog(nil)
		for unit := range units {
			for range 50 {
				for _, line := range []string{"╷", "│ Error: E", "│ text", "╵"} {
					fmt.Fprintf(l, "10:15:02.101 STDOUT [u%d] tofu: %s\n", unit, line)
				}
			}
		}
		if got := len(l.Plan(t.Context(), nil).Diagnostics); got != want {
			t.Errorf("%d units: %d diagnostics, want %d", units, got, want)
		}
	}
}

// TestErrorAfterWarningsOfUnits: the warnings of other units do not replace an error.
func TestErrorAfterWarningsOfUnits(t *testing.T) {
	t.Parallel()
	l := NewLog(nil)
	for unit, level := range []string{"Warning", "Warning", "Warning", "Error"} {
		for range 50 {
			for _, line := range []string{"╷", "│ " + level + ": E", "│ ", "│ text", "╵"} {
				fmt.Fprintf(l, "10:15:02.101 STDOUT [u%d] tofu: %s\n", unit, line)
			}
		}
	}
	found := l.Plan(t.Context(), nil).Diagnostics
	if len(found) != 150 || found[149].Level != "error" {
		t.Errorf("got %d diagnostics, the last is %+v", len(found), found[len(found)-1])
	}
}

// TestLongLineWithASecret: the end of a long line that may be the beginning of a secret is held back, and then cut, too.
func TestLongLineWithASecret(t *testing.T) {
	t.Parallel()
	const words = `"]: Creation complete after `
	redactor := new(secret.Redactor)
	redactor.Add(secret.New("after 1234567890"))
	for size, want := range map[int]int{8 << 10: 1, 8<<10 + 1: 0} {
		l := NewLog(redactor)
		fmt.Fprint(l, `a.b["`+strings.Repeat("x", size-len(`a.b["`)-len(words))+words+"\n")
		if got := l.Apply().Done; len(got) != want {
			t.Errorf("%d bytes: got %d completed changes, want %d", size, len(got), want)
		}
	}
}

// TestSizeOfHeaders: the addresses, deposed objects and notes that are kept of a log have about 8 MiB; without all of them, no
// text is shown.
func TestSizeOfHeaders(t *testing.T) {
	t.Parallel()
	const block = "  - resource \"a\" \"b\" {\n    }\n"
	for name, header := range map[string]func(i int) string{ // each takes 4096 bytes
		"addresses": func(i int) string { return fmt.Sprintf("  # a.b%03843d will be destroyed\n", i) },
		"deposed objects": func(i int) string {
			return fmt.Sprintf("  # a.b%01900d (deposed object %s) will be destroyed\n", i, strings.Repeat("z", 1943))
		},
		"notes": func(i int) string {
			note := "  # (" + strings.Repeat("x", 923) + ")\n" // 941 bytes
			return fmt.Sprintf("  # a.b%079d will be destroyed\n", i) + note + note + note + note
		},
	} {
		for n, shown := range map[int]bool{2049: true, 2050: false} {
			t.Run(fmt.Sprint(name, " ", n), func(t *testing.T) {
				t.Parallel()
				l := NewLog(nil)
				for i := range n {
					fmt.Fprint(l, header(i)+block)
				}
				p := l.Plan(t.Context(), nil)
				if len(p.Changes) == 0 || isComplete(p.Changes[0].Diff) != shown || p.Text.Destructions != n {
					t.Errorf("%d destructions, %d listed, %d omitted, diff %.20q", p.Text.Destructions, len(p.Changes), p.Omitted, p.Changes[0].Diff)
				}
			})
		}
	}
}

// TestNumberOfUnits: 500 units are distinguished; all further ones are read as one.
func TestNumberOfUnits(t *testing.T) {
	t.Parallel()
	l := NewLog(nil)
	for i := range 503 {
		for _, line := range []string{
			"Terraform will perform the following actions:", "", "  # a.b will be created", `  + resource "a" "b" {`, "    }", "",
			"Plan: 1 to add, 0 to change, 0 to destroy.", "╷", "│ Warning: W", "│ ", "│   on main.tf line 1:", "╵",
		} {
			if i < 498 && strings.HasPrefix(line, "│ Warn") {
				line = "│ no title"
			}
			fmt.Fprintf(l, "10:15:02.101 STDOUT [u%d] tofu: %s\n", i, line)
		}
	}
	units := map[string]int{}
	p := l.Plan(t.Context(), nil)
	for _, c := range p.Changes {
		units[c.Unit]++
	}
	if units["u0"] != 1 || units["u498"] != 1 || units["u499"] != 0 || units["…"] != 1 || p.Planned.Additions != 503 {
		t.Errorf("%d units, %d in u498, %d in u499, %d in others, %d additions",
			len(units), units["u498"], units["u499"], units["…"], p.Planned.Additions)
	}
	var files []string
	for _, d := range p.Diagnostics {
		files = append(files, d.File)
	}
	if got := strings.Join(files, " "); got != "u498/main.tf u499/main.tf …/main.tf …/main.tf …/main.tf" || p.Text.Warnings != 5 {
		t.Errorf("%d warnings in %s", p.Text.Warnings, got)
	}
}

// TestBareUnits: the words in brackets of at most 500 units are distinguished from the words of scripts.
func TestBareUnits(t *testing.T) {
	t.Parallel()
	l := NewLog(nil)
	for i := range 501 {
		for _, line := range []string{
			"Terraform will perform the following actions:", "", "  # a.b will be created", `  + resource "a" "b" {`, "    }", "",
			"Plan: 1 to add, 0 to change, 0 to destroy.",
		} {
			fmt.Fprintf(l, "[u%d] %s\n", i, line)
		}
	}
	if got := l.Plan(t.Context(), nil).Planned.Additions; got != 500 {
		t.Errorf("got %d additions, want 500", got)
	}
}
