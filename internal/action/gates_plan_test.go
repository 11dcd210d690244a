package action_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// TestRedactionDoesNotHideDestruction checks that a secret that is also a word in Terraform's output is redacted in
// reports, while the gates use the unredacted plan.
func TestRedactionDoesNotHideDestruction(t *testing.T) {
	t.Parallel()
	uncounted := scalrsim.Fault{
		Op:     "GET /runs/*",
		Times:  -1,
		Action: scalrsim.Edit,
		Change: func(body string) string {
			return editPart(body, "plans", func(plan map[string]any) { plan["resource-destructions"] = nil })
		},
	}
	for _, c := range []struct {
		secret string
		json   int // HTTP status of the plan JSON
	}{
		{secret: "delete", json: 200},
		{secret: "actions", json: 200},
		{secret: "resource_changes", json: 200},
		{secret: "destroyed", json: 404},
		{secret: "will be destroyed", json: 404},
		{secret: "to destroy", json: 404},
		{secret: "old_gateway", json: 404},
	} {
		t.Run(c.secret, func(t *testing.T) {
			t.Parallel()
			s := with(scenario(t, "waits-for-approval"), uncounted)
			s.Logs.JSON = c.json
			r := newStepTest(t, s, "dry-run=false", "auto-apply=true", "fail-on=destroy",
				"sensitive-variables=STRATEGY="+c.secret)
			p := r.play().want(1, "result=rejected", "has-destroys=true").requestCount(confirms, 0).stops("discard 202")
			p.logContains("the plan destroys or replaces resources")
			for _, output := range planFiles {
				text, err := os.ReadFile(filepath.Join(p.dir, p.outputs[output]))
				if p.outputs[output] != "" && (err != nil || strings.Contains(string(text), c.secret)) {
					t.Errorf("%s contains the secret or cannot be read: %v", output, err)
				}
			}
			// Ignore the words of the report itself.
			others := strings.NewReplacer("1 to destroy", "", "would have destroyed 1 resource", "").Replace(p.summary)
			if strings.Contains(others, c.secret) {
				t.Errorf("the summary contains the secret:\n%s", p.summary)
			}
		})
	}
}

// TestSeveralUnitsAreListed checks that all plans of a workspace with several units are listed. In other workspaces,
// output after the plan comes from another program: it counts for the gates, and the summary mentions that it is not
// listed.
func TestSeveralUnitsAreListed(t *testing.T) {
	t.Parallel()
	unit := func(name string) string {
		return "Terraform will perform the following actions:\n\n  # null_resource." + name +
			" will be created\n  + resource \"null_resource\" \"" + name +
			"\" {\n      + id = (known after apply)\n    }\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n\n"
	}
	for name, terragrunt := range map[string]string{
		"several": `{"version":"0.80.0","use-run-all":true}`,
		"one":     `{"version":"0.80.0","use-run-all":false}`,
		"none":    "null",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := with(scenario(t, "plan-changes"),
				scalrsim.Fault{
					Op:     "GET /workspaces/*",
					Times:  -1,
					Action: scalrsim.Edit,
					Change: func(body string) string {
						body = strings.Replace(body, `"terragrunt":`, `"was":`, 1)
						return strings.Replace(body, `"attributes":{`, `"attributes":{"terragrunt":`+terragrunt+`,`, 1)
					},
				},
				scalrsim.Fault{Op: "GET /plans/*/sanitized-json-output", Times: -1, Status: 403})
			s.Script.Plan.Log = unit("first") + unit("second")
			p := newStepTest(t, s).play().want(0, "result=planned")
			if !strings.Contains(p.summary, "null_resource.first") ||
				strings.Contains(p.summary, "null_resource.second") != (name == "several") ||
				strings.Contains(p.summary, "1 more change, not listed here") == (name == "several") {
				t.Errorf("the summary is:\n%s", p.summary)
			}
		})
	}
}
