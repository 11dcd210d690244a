package action_test

import (
	"os"
	"path/filepath"
	"regexp"
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
		"configuration version": {scenario(t, "plan-changes"), "true", edit(createVersion, `"id":"cv-`, `"id":"`+scalrsim.Token+"-"),
			"configuration-version-id"},
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

// TestColorsInSecrets checks that a color inside a secret does not hide it in the log or in its copy for later steps.
func TestColorsInSecrets(t *testing.T) {
	t.Parallel()
	const word = "hunter2-correct-horse"
	token := strings.Join([]string{scalrsim.Token[:8], scalrsim.Token[8:16], scalrsim.Token[16:]}, "\x1b[31m")
	s := with(scenario(t, "plan-changes"), scalrsim.Fault{Op: "GET /plans/*/output", Times: -1, Action: scalrsim.Edit,
		Change: func(body string) string {
			return strings.Replace(body, "Initializing the backend...", "A "+token+" B "+word[:8]+"\x1b[1m"+word[8:]+" C", 1)
		}})
	p := newStepTest(t, s, "sensitive-variables=password="+word).play().want(0, "result=planned")
	for name, text := range map[string]string{"log": p.log, "file": p.planLog()} {
		text = regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(maskLines.ReplaceAllString(text, ""), "")
		if !strings.Contains(text, "A *** B *** C") {
			t.Errorf("the %s is\n%s", name, text)
		}
	}
}
