package runner_test

import (
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"gopkg.in/yaml.v3"
)

// shellScripts contains the documented scripts that run the image, by CI system.
func shellScripts(t *testing.T) map[string]string {
	t.Helper()
	blocks := documented(t)
	var harness []struct {
		Step struct{ Spec struct{ Command string } }
	}
	var bamboo struct {
		Job struct {
			Tasks []yaml.Node
		} `yaml:"Dry run"`
	}
	if err := yaml.Unmarshal([]byte(blocks["Harness"]), &harness); err != nil || len(harness) != 1 {
		t.Fatalf("the step of Harness: %v", err)
	}
	if err := yaml.Unmarshal([]byte(blocks["Bamboo"]), &bamboo); err != nil || len(bamboo.Job.Tasks) != 3 {
		t.Fatalf("the job of Bamboo: %v", err)
	}
	var task struct{ Script struct{ Scripts []string } }
	if err := bamboo.Job.Tasks[1].Decode(&task); err != nil {
		t.Fatal(err)
	}
	jenkins := strings.Split(blocks["Jenkins"], "'''")
	if len(jenkins) != 5 {
		t.Fatalf("the pipeline of Jenkins has %d parts, want two scripts and what is around them", len(jenkins))
	}
	scripts := map[string]string{"line": blocks["One command"], "Jenkins": jenkins[1], "Jenkins' apply": jenkins[3],
		"Harness": harness[0].Step.Spec.Command, "Bamboo": task.Script.Scripts[0], "Buildkite": blocks["Buildkite"]}
	maps.Copy(scripts, moreScripts(t, blocks))
	return scripts
}

// moreScripts contains the scripts of pipelines that are plain lists of steps.
func moreScripts(t *testing.T, blocks map[string]string) map[string]string {
	t.Helper()
	var gitlab map[string]struct{ Script []string }
	var azure struct{ Steps []struct{ Bash string } }
	var circle struct {
		Jobs struct {
			Plan struct{ Steps []yaml.Node }
		}
	}
	for heading, into := range map[string]any{"GitLab": &gitlab, "Azure Pipelines": &azure, "CircleCI": &circle} {
		if err := yaml.Unmarshal([]byte(blocks[heading]), into); err != nil {
			t.Fatalf("the pipeline of %s: %v", heading, err)
		}
	}
	if len(azure.Steps) != 2 || len(circle.Jobs.Plan.Steps) != 3 || len(gitlab["plan"].Script) != 1 ||
		len(gitlab["apply"].Script) != 1 {
		t.Fatal("the pipelines of Azure, CircleCI or GitLab have other steps than the tests expect")
	}
	var step struct{ Run struct{ Command string } }
	if err := circle.Jobs.Plan.Steps[1].Decode(&step); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"GitLab": gitlab["plan"].Script[0], "GitLab's apply": gitlab["apply"].Script[0],
		"Azure": azure.Steps[1].Bash, "CircleCI": step.Run.Command}
}

// documented returns the first code block below each heading in docs/other-ci.md.
func documented(t *testing.T) map[string]string {
	t.Helper()
	source, err := os.ReadFile("../../docs/other-ci.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks, heading := map[string]string{}, ""
	document := goldmark.DefaultParser().Parse(text.NewReader(source))
	for n := document.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			heading = string(n.Lines().Value(source))
		case *ast.FencedCodeBlock:
			if blocks[heading] == "" {
				blocks[heading] = string(n.Lines().Value(source))
			}
		}
	}
	return blocks
}

// releasedImage is the image that the documents name; a release fills in the owner.
var releasedImage = regexp.MustCompile(`ghcr\.io/[A-Za-z0-9-]+/scalr-run-action:v1`)
