package repository_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/goldentest"
)

const inputsDocument = "docs/inputs.md"

// shownInput is an input with its value, as documents show it in a sentence or a table.
var shownInput = regexp.MustCompile("`([a-z][a-z-]+): [^`]+`")

// TestInputsDocument keeps the tables of docs/inputs.md equal to the action.yml files. With -update it writes them.
func TestInputsDocument(t *testing.T) {
	before, err := os.ReadFile(inputsDocument)
	if err != nil {
		t.Fatal(err)
	}
	text := replaced(t, string(before), "actions", actionSections(t))
	switch {
	case text == string(before):
	case *goldentest.Update:
		if err := os.WriteFile(inputsDocument, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Fatalf("%s and the action.yml files differ; go test ./test/repository -run TestInputsDocument -update writes it",
			inputsDocument)
	}
}

// TestREADMEInputs holds the README's short tables against action.yml: each input exists and has the default that is shown.
func TestREADMEInputs(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(content), "\n## The inputs that matter\n")
	section, _, _ = strings.Cut(section, "\n## ")
	root := readActionFile(t, "action.yml")
	shown := 0
	for line := range strings.Lines(section) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !strings.HasPrefix(cells[1], " `") {
			continue
		}
		shown++
		name, preset := strings.Trim(cells[1], " `"), strings.TrimSpace(cells[2])
		i := slices.IndexFunc(root.inputs, func(f field) bool { return f.name == name })
		switch {
		case i < 0:
			t.Errorf("README.md shows the input %q, which does not exist", name)
		case root.inputs[i].presetWritten && preset != "`"+root.inputs[i].preset+"`":
			t.Errorf("README.md shows the default %s for the input %q, want %q", preset, name, root.inputs[i].preset)
		case !root.inputs[i].presetWritten && strings.HasPrefix(preset, "`"):
			t.Errorf("README.md shows the default %s for the input %q, which has none", preset, name)
		}
	}
	if shown < 7 {
		t.Errorf("README.md shows %d inputs, want at least 7", shown)
	}
	for line := range strings.Lines(section) {
		for _, m := range shownInput.FindAllStringSubmatch(line, -1) {
			if !root.hasInput(m[1]) {
				t.Errorf("README.md uses the input %q, which does not exist", m[1])
			}
		}
	}
}

// TestREADMELength holds the README to a length that can be read.
func TestREADMELength(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(content), "\n"); lines > 320 {
		t.Errorf("README.md has %d lines, want at most 320: move details to docs", lines)
	}
}

// TestRecipesAreListed holds that the README lists every recipe.
func TestRecipesAreListed(t *testing.T) {
	t.Parallel()
	recipes, err := filepath.Glob("examples/*.yml")
	if err != nil || len(recipes) == 0 {
		t.Fatalf("got no recipes: %v", err)
	}
	listed := links(t, "README.md")
	for _, recipe := range recipes {
		if !slices.Contains(listed, filepath.ToSlash(recipe)) {
			t.Errorf("README.md does not link to %s", recipe)
		}
	}
}

// replaced puts content between the marks that name it.
func replaced(t *testing.T, text, mark, content string) string {
	t.Helper()
	begin, end := "<!-- "+mark+" -->\n", "<!-- end of "+mark+" -->"
	head, rest, ok := strings.Cut(text, begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("there are no marks %q and %q", strings.TrimSpace(begin), end)
	}
	return head + begin + "\n" + content + "\n" + end + tail
}

// actionSections documents each action: the run action first, then its companions.
func actionSections(t *testing.T) string {
	t.Helper()
	files := actionFiles(t)
	order := []string{"", "/environment", "/workspace", "/affected", "/overview"}
	var sections []string
	for _, path := range order {
		file, ok := files[path]
		if !ok {
			continue
		}
		title, document := "Run action", "../README.md"
		if name := strings.TrimPrefix(path, "/"); name != "" {
			title, document = strings.ToUpper(name[:1])+name[1:]+" action", "../"+name+"/README.md"
		}
		use := fmt.Sprintf("`OWNER/scalr-run-action%s@v1`", path)
		if _, err := os.Stat(filepath.Join("docs", document)); err == nil {
			use = fmt.Sprintf("[%s](%s)", use, document)
		}
		sections = append(sections,
			fmt.Sprintf("## %s\n\n%s: %s\n\n%s\n%s", title, use, file.description, inputTable(file), outputTable(file)))
		delete(files, path)
	}
	if len(files) > 0 {
		t.Errorf("%s has no place for the actions %v", inputsDocument, files)
	}
	return strings.Join(sections, "\n")
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
			var lines []string
			for line := range strings.Lines(f.preset) {
				lines = append(lines, "`"+cell(line)+"`")
			}
			preset = strings.Join(lines, "<br>")
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
