package resource

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/action/step/steptest"
	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/scalrsim"
)

// TestFlows compares the exit code, the log, the outputs and the changes of steps that follow each other on one server with
// golden files.
func TestFlows(t *testing.T) {
	t.Parallel()
	all := []string{"environment=staging", "name=app", "tags=blue\ngreen", "iac-platform=opentofu", "terraform-version=1.9.0",
		"working-directory=live/eu", "auto-apply=true", "execution-mode=remote", "auto-destroy-days=7", "environment-type=testing",
		"deletion-protection=false", "var-files=a.tfvars\nb.tfvars", "run-operation-timeout=30", "provider-configurations=aws as eu\ngcp",
		"terraform-variables=region=eu\nzone=a", "environment-variables=LOG=debug", "sensitive-environment-variables=KEY=s3cr3t-Xk29-qpLm"}
	for name, steps := range map[string][][]string{
		"environment": {
			{"name=preview", "tags=blue", "policy-groups=guard", "provider-configurations=aws", "default-provider-configurations=gcp",
				"mask-sensitive-output=true", "remote-backend=false"},
			{"name=preview", "tags=blue", "policy-groups=guard", "provider-configurations=aws"},
			{"name=preview", "tags=green", "tags-mode=replace", "policy-groups=cost", "mask-sensitive-output=false", "remote-backend=true"},
			{"name=preview", "tags=green", "tags-mode=remove", "policy-groups=guard", "policy-groups-mode=remove"},
			{"name=preview", "tags=a\nb"},
			{"name=preview", "policy-groups=gurd"},
			{"name=preview", "provider-configurations=awss"},
			{"environment-id=env-v0nowhere1"},
			{"mode=list"},
			{"mode=list", "filter-tag=a"},
			{"mode=list", "filter-tag=nothing"},
			{"mode=show", "name=preview"},
			{"mode=show", "name=previw"},
			{"mode=absent", "name=production"},
			{"mode=absent", "name=preview"},
			{"mode=absent", "name=preview"},
		},
		"workspace": {
			all, all,
			{"environment=staging", "name=app", "terraform-version=0.0.1"},
			{"environment=staging", "name=app", "tags=red", "tags-mode=replace", "iac-platform=terraform", "terraform-version=1.12.0", "working-directory=.",
				"auto-apply=false",
				"auto-destroy-days=none", "var-files=none", "run-operation-timeout=none", "provider-configurations=aws as us",
				"terraform-variables=region=us", "environment-variables=LOG=info", "sensitive-environment-variables=KEY=s3cr3t-other-9k2"},
			{"environment=staging", "name=app", "tags=red", "tags-mode=remove", "provider-configurations=none"},
			{"environment=staging", "name=app", "provider-configurations=awss"},
			{"environment=stagin", "name=app"},
			{"mode=list", "environment=staging"},
			{"mode=list", "filter-tag=blue"},
			{"mode=show", "environment=production", "name=network"},
			{"mode=show", "environment=production", "name=netw"},
			{"mode=outputs", "environment=production", "name=network"},
			{"mode=absent", "environment=production", "name=network"},
			{"mode=absent", "environment=staging", "name=app"},
			{"mode=absent", "environment=staging", "name=app"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			goldentest.Compare(t, filepath.Join("testdata", "flows", name+".txt"), play(t, name, steps))
		})
	}
}

func play(t *testing.T, name string, steps [][]string) (text string) {
	t.Helper()
	temp := t.TempDir()
	main := map[string]func(context.Context, *step.Step) int{"environment": Environment, "workspace": Workspace}[name]
	synctest.Test(t, func(t *testing.T) {
		server := scalrsim.New(scalrsim.Scenario{Setup: func(s *scalrsim.Server) {
			s.AddPolicyGroup("guard")
			s.AddPolicyGroup("cost")
			s.AddTag("blue")
			for _, provider := range []string{"aws", "gcp"} {
				s.AddProviderConfiguration(provider, provider)
			}
		}})
		defer server.Close()
		for _, inputs := range steps {
			before := len(server.Requests())
			in := map[string]string{"base-url": "https://acme.scalr.test", "token": scalrsim.Token}
			for _, input := range inputs {
				name, value, _ := strings.Cut(input, "=")
				in[name] = value
			}
			r := steptest.Step{Main: main, Inputs: in, Env: map[string]string{"RUNNER_TEMP": temp}, HTTP: server.Client()}.Run(t, t.TempDir())
			text += fmt.Sprintf("# %s\nexit code %d\n%s--\n%s--\n%s", strings.ReplaceAll(strings.Join(inputs, " "), "\n", ","), r.Code, r.Log,
				r.OutputLines(""), steptest.Changes(server.Requests()[before:]))
		}
	})
	return text
}
