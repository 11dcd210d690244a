package action_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// companionStep is one step of the environment or workspace action, run against a new server from configuredScalr.
type companionStep struct {
	title  string
	before []string // inputs of a step that runs before, if not empty
	inputs []string
}

// configuredScalr returns a server with objects of each kind that the environment and workspace actions link.
func configuredScalr(s *scalrsim.Server) {
	for _, name := range []string{"guard", "cost"} {
		s.AddPolicyGroup(name)
	}
	for _, p := range []string{"aws", "azurerm", "google"} {
		s.SetAttribute(s.AddProviderConfiguration(p, p), "is-shared", p == "google")
	}
	tagged := s.AddEnvironment("tagged", "eu", "blue")
	s.AddAgentPool("private")
	s.AddAgentPool("spare")
	app := s.AddWorkspace(tagged, "app", map[string]any{"var-files": []string{"a.tfvars"}}, "eu", "blue")
	s.AddVariable(app, map[string]any{"key": "region", "category": "terraform", "value": "eu"})
	s.AddVariable(app, map[string]any{"key": "password", "category": "terraform", "value": "x", "sensitive": true})
	s.LinkProvider(app, s.AddProviderConfiguration("backup", "aws"), "old")
	s.LinkProvider(app, s.AddProviderConfiguration("retired", "google"), "")
	s.SetOutputs(app, scalrsim.Output{Name: "url", Value: "https://a.example"}, scalrsim.Output{Name: "key", Value: "k", Sensitive: true})
}

var environmentSteps = []companionStep{
	{title: "create with every setting", inputs: []string{"name=preview-7", "tags=eu\nnew", "cost-estimation-enabled=true", "mask-sensitive-output=false",
		"remote-backend=false", "policy-groups=guard\ncost", "provider-configurations=aws\ngoogle", "default-provider-configurations=azurerm"}},
	{title: "change every setting", inputs: []string{"name=staging", "rename-to=stage", "tags=eu\nnew", "cost-estimation-enabled=true",
		"mask-sensitive-output=false", "remote-backend=false", "policy-groups=guard", "provider-configurations=aws",
		"default-provider-configurations=azurerm\ngoogle"}},
	{title: "create with a tag that Scalr rejects", inputs: []string{"name=preview-7", "tags=new\nnew tag"}},
	{title: "rename what was renamed before", inputs: []string{"name=stage", "rename-to=staging"}},
	{title: "remove tags", inputs: []string{"name=tagged", "tags=eu\nred", "tags-mode=remove"}},
	{title: "remove tags that it does not have", inputs: []string{"name=tagged", "tags=red", "tags-mode=remove"}},
	{title: "replace tags", inputs: []string{"name=tagged", "tags=eu\ngreen", "tags-mode=replace"}},
	{title: "clear tags", inputs: []string{"name=tagged", "tags-mode=clear"}},
	{title: "unlink policy groups", before: []string{"name=staging", "policy-groups=guard\ncost"},
		inputs: []string{"name=staging", "policy-groups=guard\ncost", "policy-groups-mode=remove"}},
	{title: "replace provider configurations", before: []string{"name=staging", "provider-configurations=aws\nbackup"},
		inputs: []string{"name=staging", "provider-configurations=azurerm"}},
	{title: "show", inputs: []string{"mode=show", "name=tagged"}},
	{title: "list", inputs: []string{"mode=list"}},
	{title: "list by a tag", inputs: []string{"mode=list", "filter-tag=eu"}},
	{title: "list by an unknown tag", inputs: []string{"mode=list", "filter-tag=blu"}},
	{title: "list by a policy group", inputs: []string{"mode=list", "filter-policy-group=guard"}},
	{title: "show what is missing", inputs: []string{"mode=show", "name=tag"}},
	{title: "link an unknown policy group", inputs: []string{"name=staging", "policy-groups=gard"}},
	{title: "link an unknown provider configuration", inputs: []string{"name=staging", "provider-configurations=azure"}},
	{title: "use a removed input", inputs: []string{"name=staging", "cloud-credentials=aws"}},
	{title: "delete", inputs: []string{"mode=absent", "name=staging"}},
	{title: "delete what is missing", inputs: []string{"mode=absent", "name=nowhere"}},
	{title: "delete what is in use", inputs: []string{"mode=absent", "name=tagged"}},
}

var workspaceSteps = []companionStep{
	{title: "create with every setting", inputs: []string{"environment=staging", "name=app", "tags=eu\nnew", "iac-platform=opentofu", "terraform-version=1.9.0",
		"working-directory=live", "auto-apply=false", "execution-mode=remote", "auto-destroy-days=7", "environment-type=testing",
		"deletion-protection=true", "var-files=eu.tfvars\nprod.tfvars", "agent-pool=private", "run-operation-timeout=90",
		"force-latest-run=true", "provider-configurations=google\nbackup as second", "variables=region=eu\nsizes:=[1]",
		"sensitive-variables=password=hunter-2-hunter", "environment-variables=TF_LOG=debug",
		"sensitive-environment-variables=TOKEN=correct-horse"}},
	{title: "change every setting", inputs: []string{"environment=tagged", "name=app", "tags=eu\nnew", "iac-platform=opentofu", "terraform-version=1.9.0",
		"working-directory=live", "auto-apply=true", "auto-destroy-days=7", "environment-type=testing",
		"deletion-protection=true", "var-files=eu.tfvars\nprod.tfvars", "agent-pool=private", "run-operation-timeout=90",
		"force-latest-run=true", "provider-configurations=google\nbackup as second", "variables=region=us\nsizes:=[1]\npassword=plain-value",
		"environment-variables=TF_LOG=debug"}},
	{title: "clear settings", inputs: []string{"environment=tagged", "name=app", "tags-mode=clear", "var-files=none", "provider-configurations=backup"}},
	{title: "exchange aliases", inputs: []string{"environment=tagged", "name=app", "provider-configurations=backup\nretired as old"}},
	{title: "change the version only", inputs: []string{"environment=tagged", "name=app", "terraform-version=1.9.0"}},
	{title: "change the platform only", inputs: []string{"environment=tagged", "name=app", "iac-platform=opentofu"}},
	{title: "change plain settings only", inputs: []string{"environment=tagged", "name=app", "working-directory=live"}},
	{title: "show", inputs: []string{"mode=show", "environment=tagged", "name=app"}},
	{title: "outputs", inputs: []string{"mode=outputs", "environment=tagged", "name=app"}},
	{title: "list", inputs: []string{"mode=list"}},
	{title: "list by an environment and a tag", inputs: []string{"mode=list", "environment=tagged", "filter-tag=eu"}},
	{title: "list by an unknown tag", inputs: []string{"mode=list", "filter-tag=blu"}},
	{title: "list in an unknown environment", inputs: []string{"mode=list", "environment=taged"}},
	{title: "show what is missing", inputs: []string{"mode=show", "environment=tagged", "name=ap"}},
	{title: "show by an unknown id", inputs: []string{"mode=show", "workspace-id=ws-v0unknown"}},
	{title: "use an unknown agent pool", inputs: []string{"environment=tagged", "name=app", "agent-pool=privat"}},
	{title: "delete", inputs: []string{"mode=absent", "environment=production", "name=network"}},
	{title: "delete what is missing", inputs: []string{"mode=absent", "environment=production", "name=nowhere"}},
}

// rejected has the JSON pointer to the setting that Scalr rejects.
var rejected = map[string]string{
	"environment": "/data/relationships/default-provider-configurations", "workspace": "/data/attributes/terraform-version",
}

// TestCompanionTranscripts compares the logs, outputs and requests of the environment and workspace actions with
// golden files.
func TestCompanionTranscripts(t *testing.T) {
	t.Parallel()
	forCompanions(t, func(t *testing.T, name string, steps []companionStep) {
		c := newTranscripts(t, name)
		for _, s := range steps {
			v := s.play(t, name, nil)
			c.add(s.title, v.stepResult)
			for _, r := range v.requests {
				c.line("%s", strings.TrimSpace(r.Method+" "+strings.TrimSuffix(r.Path+"?"+r.Query, "?")+" "+r.Body))
			}
		}
	})
}

// TestCompanionErrorTranscripts rejects each request of each step, one at a time. The step must fail with Scalr's
// message, unless it does not need the response.
func TestCompanionErrorTranscripts(t *testing.T) {
	t.Parallel()
	forCompanions(t, func(t *testing.T, name string, steps []companionStep) {
		c := newTranscripts(t, name+"-refused")
		for _, s := range steps {
			c.line("=== %s", s.title)
			for _, status := range []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusOK} {
				m := &faultTransport{status: status, writes: status != http.StatusForbidden}
				if status == http.StatusUnprocessableEntity {
					m.pointer = rejected[name]
				}
				m.runWithEachFault(func(m *faultTransport) *stepResult { return s.play(t, name, m).stepResult }, c.appendFaultResult(m))
			}
		}
	})
}

// TestCompanionsRecoverFromLostResponses loses the response to each write request, one at a time. The outputs must be
// the same as without the error.
func TestCompanionsRecoverFromLostResponses(t *testing.T) {
	t.Parallel()
	forCompanions(t, func(t *testing.T, name string, steps []companionStep) {
		for _, s := range steps {
			whole, m := s.play(t, name, nil), &faultTransport{writes: true}
			m.runWithEachFault(func(m *faultTransport) *stepResult { return s.play(t, name, m).stepResult }, func(v *stepResult) {
				if v.code != whole.code || !maps.Equal(v.outputs, whole.outputs) {
					t.Errorf("%s, response to %s lost: exit %d, outputs %v, want exit %d, %v\n%s", s.title, m.changed, v.code, v.outputs,
						whole.code, whole.outputs, v.log)
				}
			})
		}
	})
}

// forCompanions runs a test with the steps of both actions.
func forCompanions(t *testing.T, test func(t *testing.T, name string, steps []companionStep)) {
	for name, steps := range map[string][]companionStep{"environment": environmentSteps, "workspace": workspaceSteps} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, name, steps)
		})
	}
}

// play runs the step against a new server.
func (s companionStep) play(t *testing.T, action string, m *faultTransport) (v *companionResult) {
	withCompanions(t, scalrsim.Scenario{Setup: configuredScalr}, func(d *companionTest) {
		if s.before != nil {
			d.play("scalr-"+action, nil, s.before...)
		}
		d.http = m.through(d.http)
		v = d.play("scalr-"+action, nil, s.inputs...)
	})
	return v
}
