package action_test

import (
	"maps"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"scalr-run-action/internal/scalrsim"
)

const tokenSecret = "${{ secrets.SCALR_TOKEN }}"

// pastedInputs returns the inputs of the step that the summary offers.
func pastedInputs(t *testing.T, summary string) map[string]string {
	t.Helper()
	_, text, _ := strings.Cut(summary, "```yaml\n")
	text, _, _ = strings.Cut(text, "```")
	var steps []struct {
		Uses string
		With map[string]string
	}
	if err := yaml.Unmarshal([]byte(text), &steps); err != nil || len(steps) != 1 || steps[0].Uses != "acme/scalr-run-action@v1" {
		t.Fatalf("the summary offers no step: %v\n%s", err, summary)
	}
	return steps[0].With
}

// TestPastedStep runs the step that the summary offers. Only the secret is replaced.
func TestPastedStep(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scenario string
		first    string // inputs
		want     string // inputs of the offered step besides the ids, the address and the token
		result   string
	}{
		"confirm":         {"waits-for-approval", "dry-run=false", "mode=confirm", "applied"},
		"confirm destroy": {"waits-for-approval", "dry-run=false destroy=true", "mode=confirm destroy=true", "applied"},
		"saved destroy":   {"saved-plan", "dry-run=false save-plan=true destroy=true", "mode=confirm destroy=true", "applied"},
		"override":        {"policy-soft", "dry-run=false", "mode=override", "needs-confirmation"},
		"override destroy, which is then applied": {"policy-soft", "dry-run=false destroy=true auto-apply=true", "mode=override destroy=true", "applied"},
		"override a dry run of destroy":           {"policy-soft", "destroy=true", "mode=override destroy=true", "planned"},
		"watch destroy":                           {"plan-changes", "destroy=true wait=false", "mode=watch", "planned"},
		"service account": {"waits-for-approval", "dry-run=false token= service-account=deployer@acme.scalr.io",
			"mode=confirm service-account=deployer@acme.scalr.io", "applied"},
		"service account with audience": {"waits-for-approval",
			"dry-run=false token= service-account=deployer@acme.scalr.io oidc-audience=https://acme.scalr.io",
			"mode=confirm service-account=deployer@acme.scalr.io oidc-audience=https://acme.scalr.io", "applied"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := signingIn(t, scenario(t, c.scenario), nil)
			delete(r.inputs, "service-account")
			r.set("token=" + scalrsim.Token).set(strings.Fields(c.first)...)
			r.env["GITHUB_ACTION_REPOSITORY"], r.env["GITHUB_ACTION_REF"] = "acme/scalr-run-action", "v1"
			a, b := newResult(t), newResult(t)
			var pasted map[string]string
			r.then(a, func() {
				a.read()
				pasted = pastedInputs(t, a.summary)
				next, _ := signingIn(t, r.scenario, nil)
				next.inputs = maps.Clone(pasted)
				if pasted["token"] == tokenSecret {
					next.set("token=" + scalrsim.Token)
				}
				b.server = a.server
				next.step(b)
			})
			b.read()
			b.want(0, "result="+c.result)

			want := map[string]string{"base-url": "https://acme.scalr.test", "run-id": a.outputs["run-id"]}
			if !strings.Contains(c.first, "service-account") {
				want["token"] = tokenSecret
			}
			if !strings.Contains(c.want, "watch") {
				want["workspace-id"] = scalrsim.WorkspaceID
				want["expected-configuration-version-id"] = a.outputs["configuration-version-id"]
			}
			for _, input := range strings.Fields(c.want) {
				name, value, _ := strings.Cut(input, "=")
				want[name] = value
			}
			if !maps.Equal(pasted, want) {
				t.Errorf("the step has the inputs\n%v\nwant\n%v", pasted, want)
			}
		})
	}
}

// TestPastedStepWithIDToken: the summary cannot contain the expression of id-token, so it offers no step.
func TestPastedStepWithIDToken(t *testing.T) {
	t.Parallel()
	r := newStepTest(t, gitLabSim(scenario(t, "waits-for-approval")), "dry-run=false", "token=", "service-account=deployer@acme.scalr.io",
		"id-token="+gitLabToken(t, nil))
	r.env["GITHUB_ACTION_REPOSITORY"], r.env["GITHUB_ACTION_REF"] = "acme/scalr-run-action", "v1"
	p := r.play().want(0, "result=needs-confirmation")
	if !strings.Contains(p.summary, "**Next:** confirm or discard the run") || strings.Contains(p.summary, "```yaml") {
		t.Errorf("got the summary\n%s", p.summary)
	}
}

// TestNextWithoutStep checks that the sections after the next action are headings, also if the summary offers no step because
// the action is used by its path.
func TestNextWithoutStep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ scenario, inputs string }{
		{"waits-for-approval", "dry-run=false"}, {"saved-plan", "dry-run=false save-plan=true"}, {"policy-soft", "dry-run=false"},
	} {
		r := newStepTest(t, scenario(t, c.scenario), strings.Fields(c.inputs)...)
		delete(r.env, "GITHUB_ACTION_REPOSITORY")
		p := r.play()
		if _, after, found := strings.Cut(p.summary, "**Next:** "); !found || !strings.Contains(after, ".\n\n#### ✏️ Update in place (1)\n") {
			t.Errorf("%s: the section after the next action is not a heading:\n%s", c.scenario, p.summary)
		}
	}
}
