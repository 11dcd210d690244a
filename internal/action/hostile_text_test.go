package action_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/report/reporttest"
	"scalr-run-action/internal/scalrsim"
)

// injected is the text that each attack in hostileText tries to inject.
const injected = "injected"

// hostileText is a text that the author of a module, a pull request or a policy could write.
const hostileText = "\x1b]0;injected\x07\x1b[2J\x1b[31mred\r::error::injected\n::set-output name=result::injected\n##[error]injected\n" +
	"result=injected\n\u202edetcejni\u2066\u200b\u0085::warning::injected\x00\xff " +
	"@octo/everyone fixes #1 https://evil.test www.evil.test <img src=https://evil.test/x.png> ![x](https://evil.test/x.png) " +
	"[x](https://evil.test) <!-- scalr-run-action --> </details></summary></code> | ``` ~~~ `a` **b** ~~c~~\n" +
	"```\n# heading\n- [x] task\n<!-- injected\nEOF\n"

// freeTexts are the attributes in Scalr's responses that users and modules control.
var freeTexts = []string{"name", "message", "error-message", "description", "reason", "lock-reason", "title", "detail", "full-name", "username",
	"email", "source", "comment", "value", "policy-name", "policy-group-name"}

// linkedHosts are the hosts of the links in reports.
var linkedHosts = []string{"acme.scalr.test", "github.com/acme"}

// TestHostileTextIsNeutralized: with hostile texts in logs and responses, the log contains no workflow commands, escape
// sequences or bidirectional characters, the outputs are correct, and summary and comment show plain text.
func TestHostileTextIsNeutralized(t *testing.T) {
	t.Parallel()
	log := strings.Repeat(hostileText, 2)
	for name, c := range map[string]struct {
		scenario string
		dry      string
		fault    scalrsim.Fault
		result   string
	}{
		"planned":   {scenario: "plan-changes", result: "planned"},
		"errored":   {scenario: "plan-error", result: "errored"},
		"policy":    {scenario: "policy-hard", result: "policy-failed"},
		"locked":    {scenario: "locked", dry: "false", result: "refused"},
		"creation":  {scenario: "plan-changes", fault: refusal("POST /runs"), result: "refused"},
		"upload":    {scenario: "plan-changes", fault: refusal("PUT /upload/*"), result: "refused"},
		"workspace": {scenario: "plan-changes", fault: refusal("GET /workspaces/*"), result: "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hub := newHub(oldHead)
			s := scenario(t, c.scenario)
			s.Script.Plan.Log = log + s.Script.Plan.Log
			r := onPull(t, hub, s, "11", oldHead, "workspace=", "workspace-id="+scalrsim.WorkspaceID, "dry-run="+c.dry)
			r.anyFault, r.anyObjection = true, true
			if c.fault.Op != "" {
				r.scenario.Faults = append(r.scenario.Faults, c.fault)
			}
			r.scenario.Faults = append(r.scenario.Faults, scalrsim.Fault{Op: "* /**", Times: -1, Action: scalrsim.Edit, Change: withHostileTexts})
			p := r.play()
			if p.outputs["result"] != c.result {
				t.Fatalf("result %q, want %q\n%s", p.outputs["result"], c.result, p.log)
			}
			p.isNeutral(t)
			for _, comment := range hub.Written(7) {
				reporttest.Check(t, withoutMarkers(comment.Body), 65_536, linkedHosts...)
			}
		})
	}
}

func refusal(op string) scalrsim.Fault {
	body, _ := json.Marshal(map[string]any{"errors": []any{map[string]any{"title": hostileText, "detail": hostileText, "code": hostileText}}})
	return scalrsim.Fault{Op: op, Times: -1, Action: scalrsim.Status, Status: 422, Body: string(body)}
}

// withHostileTexts replaces the free texts in a response.
func withHostileTexts(body string) string {
	var doc any
	if json.Unmarshal([]byte(body), &doc) != nil {
		return body
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, member := range v {
				if _, text := member.(string); text && slices.Contains(freeTexts, key) {
					v[key] = hostileText
				}
				walk(member)
			}
		case []any:
			for _, element := range v {
				walk(element)
			}
		}
	}
	walk(doc)
	changed, err := json.Marshal(doc)
	if err != nil {
		return body
	}
	return string(changed)
}

// withoutMarkers removes the hidden markers from a comment.
func withoutMarkers(body string) string {
	lines := strings.Split(body, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool {
		return strings.HasPrefix(l, "<!-- ") && strings.HasSuffix(l, " -->")
	}), "\n")
}

// isNeutral checks the log, the outputs and the summary of a step.
func (p *stepResult) isNeutral(t *testing.T) {
	t.Helper()
	step := runnertest.Read(p.log)
	if len(step.Problems) > 0 || step.Stopped {
		t.Errorf("problems %v, stopped %v", step.Problems, step.Stopped)
	}
	for _, c := range step.Commands {
		if strings.HasPrefix(c.Data, injected) || c.Name == "set-output" {
			t.Errorf("the runner executed the command %+v", c)
		}
	}
	for _, sequence := range []string{"\x1b]", "\x1b[2J", "\u202e", "\u2066", "\r", "\x00", "\xff", "\u0085"} {
		if strings.Contains(p.log, sequence) {
			t.Errorf("the log contains %q", sequence)
		}
	}
	for name, value := range p.outputs {
		if value == injected || strings.ContainsAny(value, "\r\n\x1b") {
			t.Errorf("output %s is %q", name, value)
		}
	}
	reporttest.Check(t, p.summary, 1_000_000, linkedHosts...)
}
