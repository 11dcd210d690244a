package repository_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// actionFile contains the documented parts of one action.yml.
type actionFile struct {
	description     string
	inputs, outputs []field
}

// field is an input or an output in action.yml.
type field struct {
	group         string // the comment above the first of its group
	name, preset  string
	text          string
	presetWritten bool // an input without a default has an empty one
}

// actionFiles are the actions of the repository, by the part of `uses:` that follows its name.
func actionFiles(t *testing.T) map[string]actionFile {
	t.Helper()
	companions, err := filepath.Glob("*/action.yml")
	if err != nil || len(companions) == 0 {
		t.Fatalf("got no companion actions: %v", err)
	}
	files := map[string]actionFile{"": readActionFile(t, "action.yml")}
	for _, name := range companions {
		files["/"+filepath.Base(filepath.Dir(name))] = readActionFile(t, name)
	}
	return files
}

func readActionFile(t *testing.T, name string) actionFile {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Description     string
		Inputs, Outputs yaml.Node
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return actionFile{file.Description, fields(&file.Inputs), fields(&file.Outputs)}
}

func fields(node *yaml.Node) []field {
	var all []field
	group := ""
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.HeadComment != "" {
			group = strings.TrimSpace(strings.TrimPrefix(key.HeadComment, "#"))
		}
		f := field{group: group, name: key.Value}
		for j := 0; j+1 < len(value.Content); j += 2 {
			switch value.Content[j].Value {
			case "description":
				f.text = strings.TrimSpace(value.Content[j+1].Value)
			case "default":
				f.preset, f.presetWritten = value.Content[j+1].Value, true
			}
		}
		all = append(all, f)
	}
	return all
}

func (a actionFile) hasInput(name string) bool  { return has(a.inputs, name) }
func (a actionFile) hasOutput(name string) bool { return has(a.outputs, name) }

func has(list []field, name string) bool {
	for _, f := range list {
		if f.name == name {
			return true
		}
	}
	return false
}
