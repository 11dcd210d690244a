package action_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// TestTokenInResponses checks that outputs, states and files for later steps do not contain the token if Scalr, or a
// server in front of it, returns it as an id, a status, a name or the value of an output.
func TestTokenInResponses(t *testing.T) {
	t.Parallel()
	edit := func(op, old, replacement string) scalrsim.Fault {
		return scalrsim.Fault{Op: op, Times: -1, Action: scalrsim.Edit, Change: func(body string) string {
			return strings.Replace(body, old, replacement, 1)
		}}
	}
	outputs := scenario(t, "applied")
	outputs.Script.Outputs = []scalrsim.Output{{Name: "url", Value: "URL"}}
	for name, c := range map[string]struct {
		scenario scalrsim.Scenario
		dry      string
		fault    scalrsim.Fault
		output   string
	}{
		"configuration version": {scenario(t, "plan-changes"), "true", edit(createVersion, `"id":"cv-`, `"id":"`+scalrsim.Token+"-"), "configuration-version-id"},
		"status": {scenario(t, "plan-changes"), "true",
			edit(readRun, `"status":"planned_and_finished"`, `"status":"`+scalrsim.Token[4:]+`"`), "status"},
		"Terraform output": {outputs, "false", edit("GET /workspaces/*/outputs", "URL", `\u0073`+scalrsim.Token[1:]), "terraform-outputs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newResult(t)
			newStepTest(t, with(c.scenario, c.fault), "dry-run="+c.dry).then(p, p.read) // the id with the token is requested
			if !strings.Contains(p.outputs[c.output], "***") {
				t.Errorf("%s is %q", c.output, p.outputs[c.output])
			}
			var texts []string
			for _, values := range []map[string]string{p.outputs, p.state} {
				for name, value := range values {
					texts = append(texts, name+"="+value)
				}
			}
			if file := p.outputs["terraform-outputs-file"]; file != "" {
				content, err := os.ReadFile(filepath.Join(p.dir, file))
				if !strings.Contains(string(content), "***") {
					t.Errorf("%s contains %q, %v", file, content, err)
				}
				texts = append(texts, string(content))
			}
			for _, text := range texts {
				text = strings.ReplaceAll(text, `\u0073`, "s")
				for i := range len(scalrsim.Token) - 11 {
					if strings.Contains(text, scalrsim.Token[i:i+12]) {
						t.Fatalf("a part of the token is in %s", text)
					}
				}
			}
		})
	}
}
