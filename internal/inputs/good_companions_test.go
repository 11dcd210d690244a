package inputs_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/secret"
)

func TestLoadEnvironment(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		with with
		want inputs.Environment
	}{
		{"defaults", nil, inputs.Environment{Mode: inputs.EnvironmentPresent, Name: "production",
			Tags: inputs.Tags{Mode: inputs.TagsAdd}, PolicyGroupsMode: inputs.PolicyGroupsAdd}},
		{"everything",
			with{"name": "", "environment-id": "env-v0abc", "rename-to": "prod / eu", "account-id": "acc-v0abc", "tags": "a\r\n\nb b\na",
				"tags-mode": "replace", "cost-estimation-enabled": "true", "mask-sensitive-output": "FALSE", "remote-backend": "true",
				"provider-configurations": "pcfg-1\naws", "default-provider-configurations": "aws", "policy-groups": "pgrp-1", "policy-groups-mode": "remove"},
			inputs.Environment{Mode: inputs.EnvironmentPresent, EnvironmentID: "env-v0abc", RenameTo: "prod / eu", AccountID: "acc-v0abc",
				Tags:                  inputs.Tags{Mode: inputs.TagsReplace, Names: []string{"a", "b b"}},
				CostEstimationEnabled: new(true), MaskSensitiveOutput: new(false), RemoteBackend: new(true),
				ProviderConfigurations: []string{"pcfg-1", "aws"}, DefaultProviderConfigurations: []string{"aws"},
				PolicyGroups: []string{"pgrp-1"}, PolicyGroupsMode: inputs.PolicyGroupsRemove}},
		{"clear the tags", with{"tags-mode": "clear"}, inputs.Environment{Mode: inputs.EnvironmentPresent, Name: "production",
			Tags: inputs.Tags{Mode: inputs.TagsClear}, PolicyGroupsMode: inputs.PolicyGroupsAdd}},
		{"absent", with{"mode": "absent"}, inputs.Environment{Mode: inputs.EnvironmentAbsent, Name: "production",
			Tags: inputs.Tags{Mode: inputs.TagsAdd}, PolicyGroupsMode: inputs.PolicyGroupsAdd}},
		{"list all", with{"mode": "list", "name": ""}, inputs.Environment{Mode: inputs.EnvironmentList,
			Tags: inputs.Tags{Mode: inputs.TagsAdd}, PolicyGroupsMode: inputs.PolicyGroupsAdd}},
		{"list some",
			with{"mode": "list", "name": "", "query": "pre, view", "filter-tag": "preview", "filter-policy-group": "pgrp-1",
				"filter-latest-run-date": "between:2022-01-01T00:00:00Z,2022-02-01T00:00:00+02:00", "sort": "-created-at,name"},
			inputs.Environment{Mode: inputs.EnvironmentList, Tags: inputs.Tags{Mode: inputs.TagsAdd}, PolicyGroupsMode: inputs.PolicyGroupsAdd,
				Filter: inputs.EnvironmentFilter{Query: "pre, view", Tag: "preview", PolicyGroup: "pgrp-1",
					LatestRunDate: "between:2022-01-01T00:00:00Z,2022-02-01T00:00:00+02:00", Sort: "-created-at,name"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, notes, err := inputs.LoadEnvironment(row{action: "environment", with: tt.with}.source())
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Access = access()
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("got -, want +:\n%s", diff)
			}
			if len(notes) > 0 {
				t.Errorf("got notes %v, want none", notes)
			}
		})
	}
}

func TestLoadWorkspace(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		with with
		want inputs.Workspace
	}{
		{"defaults", nil, inputs.Workspace{Mode: inputs.WorkspacePresent, Environment: "production", Name: "network",
			Tags: inputs.Tags{Mode: inputs.TagsAdd}}},
		{"everything",
			with{"environment": "", "name": "", "workspace-id": "ws-v0abc", "tags": "a", "iac-platform": "opentofu", "terraform-version": "1.10.0-rc1",
				"working-directory": "infra/network", "auto-apply": "false", "execution-mode": "local", "auto-destroy-days": "14",
				"environment-type": "staging", "deletion-protection": "TRUE", "var-files": "b.tfvars\n\n a.tfvars \n", "agent-pool": "private network",
				"run-operation-timeout": "720", "force-latest-run": "true",
				"provider-configurations": "aws as eu\npcfg-1\nsaves as a as  b_2\natlas\npcfg-1\naws as us\nas eu\naws as basis",
				"variables":               "region=eu\nsizes:=[1,\n2]", "sensitive-environment-variables": "DB_PASSWORD=correct-horse"},
			inputs.Workspace{Mode: inputs.WorkspacePresent, WorkspaceID: "ws-v0abc", Tags: inputs.Tags{Mode: inputs.TagsAdd, Names: []string{"a"}},
				IaCPlatform: "opentofu", TerraformVersion: "1.10.0-rc1", WorkingDirectory: new("infra/network"), AutoApply: new(false),
				ExecutionMode: "local", AutoDestroyDays: new(14), EnvironmentType: "staging", DeletionProtection: new(true),
				VarFiles: []string{"b.tfvars", "a.tfvars"}, AgentPool: new("private network"), RunTimeout: new(720), ForceLatestRun: new(true),
				ProviderLinks: []inputs.ProviderLink{{Provider: "aws", Alias: "eu"}, {Provider: "pcfg-1"}, {Provider: "saves as a", Alias: "b_2"},
					{Provider: "atlas"}, {Provider: "aws", Alias: "us"}, {Provider: "as eu"}, {Provider: "aws", Alias: "basis"}},
				Variables: []inputs.Variable{{Key: "region", Value: secret.Declared("eu"), Category: "terraform"},
					{Key: "sizes", Value: secret.Declared("[1,\n2]"), Category: "terraform", HCL: true},
					{Key: "DB_PASSWORD", Value: secret.Declared("correct-horse"), Category: "shell", Sensitive: true}}}},
		{"shortest run timeout", with{"run-operation-timeout": "10"},
			inputs.Workspace{Mode: inputs.WorkspacePresent, Environment: "production", Name: "network",
				Tags: inputs.Tags{Mode: inputs.TagsAdd}, RunTimeout: new(10)}},
		{"clear what can be cleared", with{"working-directory": "none", "auto-destroy-days": "none", "var-files": "none\n", "agent-pool": " none ",
			"run-operation-timeout": "none", "provider-configurations": "\nnone"},
			inputs.Workspace{Mode: inputs.WorkspacePresent, Environment: "production", Name: "network", Tags: inputs.Tags{Mode: inputs.TagsAdd},
				WorkingDirectory: new(""), AutoDestroyDays: new(0), VarFiles: []string{}, AgentPool: new(""), RunTimeout: new(0),
				ProviderLinks: []inputs.ProviderLink{}}},
		{"outputs of one with an odd name", with{"mode": "outputs", "name": "old.name"}, inputs.Workspace{Mode: inputs.WorkspaceOutputs,
			Environment: "production", Name: "old.name", Tags: inputs.Tags{Mode: inputs.TagsAdd}}},
		{"list", with{"mode": "list", "name": "", "query": "net", "filter-tag": "preview", "filter-name": "network"},
			inputs.Workspace{Mode: inputs.WorkspaceList, Environment: "production", Tags: inputs.Tags{Mode: inputs.TagsAdd},
				Filter: inputs.WorkspaceFilter{Query: "net", Tag: "preview", Name: "network"}}},
		{"list everywhere", with{"mode": "list", "name": "", "environment": ""}, inputs.Workspace{Mode: inputs.WorkspaceList,
			Tags: inputs.Tags{Mode: inputs.TagsAdd}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, notes, err := inputs.LoadWorkspace(row{action: "workspace", with: tt.with}.source())
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Access = access()
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("got -, want +:\n%s", diff)
			}
			if len(notes) > 0 {
				t.Errorf("got notes %v, want none", notes)
			}
		})
	}
}
