package repository_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the generated parts of the documents")

// TestREADMETables keeps the tables of inputs and outputs in the README equal to
// the three action.yml. With -update it writes them.
func TestREADMETables(t *testing.T) {
	before, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(before)
	for _, part := range []struct{ mark, table string }{
		{"inputs of action.yml", inputTable(readActionFile(t, "action.yml"))},
		{"outputs of action.yml", outputTable(readActionFile(t, "action.yml"))},
		{"inputs of environment/action.yml", inputTable(readActionFile(t, "environment/action.yml"))},
		{"outputs of environment/action.yml", outputTable(readActionFile(t, "environment/action.yml"))},
		{"inputs of workspace/action.yml", inputTable(readActionFile(t, "workspace/action.yml"))},
		{"outputs of workspace/action.yml", outputTable(readActionFile(t, "workspace/action.yml"))},
	} {
		text = replaced(t, text, part.mark, part.table)
	}
	if text == string(before) {
		return
	}
	if !*update {
		t.Fatal("README.md and the action.yml files differ; go test ./test/repository -run TestREADMETables -update writes the tables anew")
	}
	if err := os.WriteFile("README.md", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// replaced puts the table between the marks that name it.
func replaced(t *testing.T, text, mark, table string) string {
	t.Helper()
	begin, end := "<!-- "+mark+" -->\n", "<!-- end of "+mark+" -->"
	head, rest, ok := strings.Cut(text, begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("README.md has no marks %q and %q", strings.TrimSpace(begin), end)
	}
	return head + begin + "\n" + table + "\n" + end + tail
}

func inputTable(file actionFile) string {
	table := "| input | default | meaning |\n| --- | --- | --- |\n"
	group := ""
	for _, f := range file.inputs {
		if f.group != group {
			group = f.group
			table += fmt.Sprintf("| **%s** | | |\n", cell(strings.TrimSuffix(group, ".")))
		}
		preset := ""
		if f.presetWritten {
			preset = "`" + cell(f.preset) + "`"
		}
		table += fmt.Sprintf("| `%s` | %s | %s |\n", f.name, preset, cell(f.text))
	}
	return table
}

func outputTable(file actionFile) string {
	table := "| output | meaning |\n| --- | --- |\n"
	for _, f := range file.outputs {
		table += fmt.Sprintf("| `%s` | %s |\n", f.name, cell(f.text))
	}
	return table
}

// cell makes one cell of a table of a text.
func cell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}
