package inputs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"scalr-run-action/internal/inputs"
)

type actionFile struct {
	Name, Description, Author string
	Branding                  struct{ Icon, Color string }
	Inputs, Outputs           yaml.Node
	Runs                      map[string]string
}

func readActionFile(t *testing.T, name string) (file actionFile, text string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	return file, string(b)
}

// TestActionFileInputs checks that the program reads the documented inputs with the same defaults.
func TestActionFileInputs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]inputs.Input{
		"action.yml":             inputs.RunNames(),
		"environment/action.yml": inputs.EnvironmentNames(),
		"workspace/action.yml":   inputs.WorkspaceNames(),
		"affected/action.yml":    inputs.AffectedNames(),
		"overview/action.yml":    inputs.OverviewNames(),
	} {
		file, _ := readActionFile(t, name)
		var got []inputs.Input
		for i := 0; i < len(file.Inputs.Content); i += 2 {
			in := inputs.Input{Name: file.Inputs.Content[i].Value}
			checkInput(t, name, &in, file.Inputs.Content[i+1])
			got = append(got, in)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got the inputs\n%q\nwant\n%q", name, got, want)
		}
	}
}

// checkInput checks that there is a description, and that YAML parses the default as a string.
func checkInput(t *testing.T, file string, in *inputs.Input, node *yaml.Node) {
	t.Helper()
	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i].Value, node.Content[i+1]
		switch {
		case key == "description" && len(strings.Fields(value.Value)) >= 4:
		case key == "default" && in.Name == "github-token":
			if value.Value != "${{ github.token }}" {
				t.Errorf("%s: got the default %s for github-token, want the job's own token", file, value.Value)
			}
		case key == "default" && value.Style == yaml.DoubleQuotedStyle:
			in.Default = value.Value
		default:
			t.Errorf("%s: the %s of the input %s is not as it should be: %s", file, key, in.Name, value.Value)
		}
	}
}

func TestActionFileOutputs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"action.yml": "run-id run-url workspace-id environment-id configuration-version-id result status summary has-changes has-destroys " +
			"additions changes destructions imports warnings cost-delta policy-status bundle-sha256 bundle-bytes bundle-files plan-log-file plan-json-file " +
			"terraform-outputs terraform-outputs-file comment-url error-code",
		"environment/action.yml": "environment-id environment-url name status created changed tags environments count result error-code",
		"workspace/action.yml": "workspace-id workspace-url name environment-id created changed tags workspaces count terraform-outputs " +
			"terraform-outputs-file result error-code",
		"affected/action.yml": "workspaces workspace-ids batches count removed unclaimed scope scope-reason result error-code",
		"overview/action.yml": "runs failed changed missing comment-url result error-code",
	} {
		file, _ := readActionFile(t, name)
		var got []string
		for i := 0; i < len(file.Outputs.Content); i += 2 {
			got = append(got, file.Outputs.Content[i].Value)
			// For an output of a container action, the runner only accepts the key description.
			if keys := file.Outputs.Content[i+1].Content; len(keys) != 2 || keys[0].Value != "description" || keys[1].Value == "" {
				t.Errorf("%s: the output %s must have a description and nothing else", name, got[len(got)-1])
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got the outputs\n%s\nwant\n%s", name, got, want)
		}
	}
}

// TestActionFileRuns checks that no input is passed by args, which are visible in the command line, or by
// runs.env, which a job's env overrides. A release may name the image by digest.
func TestActionFileRuns(t *testing.T) {
	t.Parallel()
	image := regexp.MustCompile(`^((\.\./)?Dockerfile|docker://[a-z0-9./_-]+@sha256:[0-9a-f]{64})$`)
	for name, want := range map[string]map[string]string{
		"action.yml":             {"using": "docker", "entrypoint": "/scalr-run", "post-entrypoint": "/scalr-run-post"},
		"environment/action.yml": {"using": "docker", "entrypoint": "/scalr-environment"},
		"workspace/action.yml":   {"using": "docker", "entrypoint": "/scalr-workspace"},
		"affected/action.yml":    {"using": "docker", "entrypoint": "/scalr-affected"},
		"overview/action.yml":    {"using": "docker", "entrypoint": "/scalr-overview"},
	} {
		file, text := readActionFile(t, name)
		if !image.MatchString(file.Runs["image"]) || strings.HasPrefix(file.Runs["image"], "..") != (name != "action.yml") &&
			!strings.HasPrefix(file.Runs["image"], "docker://") {
			t.Errorf("%s: got the image %q, want the Dockerfile of the root or an image by digest", name, file.Runs["image"])
		}
		want["image"] = file.Runs["image"]
		for key, value := range file.Runs {
			if want[key] != value {
				t.Errorf("%s: got runs.%s %q, want %q", name, key, value, want[key])
			}
		}
		if len(file.Runs) != len(want) {
			t.Errorf("%s: got %d keys below runs, want %d", name, len(file.Runs), len(want))
		}
		// The runner does not load a file with an expression outside of a default.
		if n, want := strings.Count(text, "${{"), strings.Count(text, "default: ${{ github.token }}"); n != want {
			t.Errorf("%s: got %d expressions, want %d", name, n, want)
		}
		checkMarketplace(t, name, file)
	}
}

func checkMarketplace(t *testing.T, name string, file actionFile) {
	t.Helper()
	if file.Name == "" || file.Author == "" || file.Branding.Icon == "" || file.Branding.Color != "blue" {
		t.Errorf("%s: got name %q, author %q, branding %v, want all of them", name, file.Name, file.Author, file.Branding)
	}
	if n := len(file.Description); n == 0 || n >= 125 {
		t.Errorf("%s: the description has %d characters, want 1 to 124", name, n)
	}
}
