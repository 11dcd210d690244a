package action_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// writeGateTable writes docs/gates.md: one table per group of sources with the same results, with a row for each
// status and a column for each mode.
func writeGateTable(t *testing.T, file string, cells map[string]cell) {
	t.Helper()
	var out strings.Builder
	out.WriteString(gateTableHead)
	for _, verdict := range []struct{ word, title string }{
		{word: "passes", title: "The plan passes"},
		{word: "destroys", title: "The plan destroys"},
		{word: "unknown", title: "Unknown"},
	} {
		tables := map[string][]string{}
		var order []string
		for _, source := range gateSources() {
			if source.verdict != verdict.word {
				continue
			}
			table := gateTable(source.name, cells)
			if tables[table] == nil {
				order = append(order, table)
			}
			tables[table] = append(tables[table], source.name)
		}
		for _, table := range order {
			fmt.Fprintf(&out, "\n## %s\n\n- %s\n\n%s", verdict.title, strings.Join(tables[table], "\n- "), table)
		}
	}
	if err := os.WriteFile(filepath.FromSlash(file), []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func gateTable(source string, cells map[string]cell) string {
	var out strings.Builder
	fmt.Fprintf(&out, "| status | %s |\n| --- |%s\n", strings.Join(gateModes, " | "),
		strings.Repeat(" --- |", len(gateModes)))
	for _, at := range gateStatuses {
		fmt.Fprintf(&out, "| `%s` |", at.status)
		for _, mode := range gateModes {
			fmt.Fprintf(&out, " %s |", cells[at.status+"/"+source+"/"+mode])
		}
		out.WriteString("\n")
	}
	return out.String()
}

const gateTableHead = `# Gates

How a step with ` + "`fail-on: destroy`" +
	` ends, in each mode, for each status in which a run waits or is finished, and for each way in which its plan can be known.
` + "`go test ./internal/action -run TestGateTable -update`" +
	` plays every cell against the simulator and writes this page; a test compares.

- The worst of three sources counts: Scalr's numbers, the plan JSON, the text of the plan. A text is complete once its last line was seen.
- A plan passes if at least one source is complete, none shows a destruction, and none is ambiguous. Everything else fails, and nothing is let go on.
- ` + "`run`" + ` creates its run with ` + "`auto-apply: false`" +
	`, confirms it if it passes, and discards it if it does not. The other modes leave a run that they did not create as it is.
- A run that failed or was stopped is red for that reason alone.
`

// readGateTable parses the cells of docs/gates.md.
func readGateTable(t *testing.T, text string) map[string]string {
	t.Helper()
	cells := map[string]string{}
	for _, section := range strings.Split(text, "\n## ")[1:] {
		var sources []string
		for line := range strings.SplitSeq(section, "\n") {
			if name, ok := strings.CutPrefix(line, "- "); ok {
				sources = append(sources, name)
			}
			columns := strings.Split(strings.Trim(line, "| "), " | ")
			if len(columns) != 1+len(gateModes) || !strings.HasPrefix(columns[0], "`") {
				continue
			}
			for i, mode := range gateModes {
				for _, source := range sources {
					cells[strings.Trim(columns[0], "`")+"/"+source+"/"+mode] = columns[1+i]
				}
			}
		}
	}
	return cells
}
