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

This page shows the result of a step with ` + "`fail-on: destroy`" +
	`, for each mode, each status in which a run is final or waits, and each combination of sources of
information about its plan. ` + "`go test ./internal/action -run TestGateTable -update`" +
	` runs all combinations against the simulator and writes this page. A test
compares the page with the results.

- The gate uses three sources: Scalr's numbers, the plan JSON and the plan log. The log is complete if it contains Terraform's last line.
- A plan passes if at least one source is complete, no source shows a destruction, and no source is ambiguous.
  Otherwise the step fails and the run does not continue.
- ` + "`run`" + ` creates its run with ` + "`auto-apply: false`" +
	`. It confirms the run if the plan passes, and discards it otherwise. The other modes do not discard runs.
- A run that failed, was stopped, or finished without applying its changes is a failure regardless of the gate.
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
