package sdk_test

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/scalr/go-scalr/v2/scalr/ops/account"
	"github.com/scalr/go-scalr/v2/scalr/ops/agent_pool"
	"github.com/scalr/go-scalr/v2/scalr/ops/environment"
	"github.com/scalr/go-scalr/v2/scalr/ops/policy_group"
	"github.com/scalr/go-scalr/v2/scalr/ops/provider_configuration"
	"github.com/scalr/go-scalr/v2/scalr/ops/service_account"
	"github.com/scalr/go-scalr/v2/scalr/ops/tag"
	"github.com/scalr/go-scalr/v2/scalr/ops/variable"
	"github.com/scalr/go-scalr/v2/scalr/ops/workspace"
	"github.com/scalr/go-scalr/v2/scalr/schemas"
	"github.com/scalr/go-scalr/v2/scalr/value"

	"scalr-run-action/internal/scalrsim"
)

type filter = map[string]string

// reads calls the operations on objects of an account.
func (a *tenant) reads() {
	c, ctx, mine := a.sdk, a.ctx, filter{"account": scalrsim.AccountID}
	want[string](a, "Ping", nil)(c.Misc.Ping(ctx))
	part := base64.RawURLEncoding.EncodeToString([]byte("{}"))
	want(a, "AssumeServiceAccount", func(s string) bool { return strings.Contains(s, `"access-token"`) })(
		c.AccessToken.AssumeServiceAccount(ctx, &schemas.AssumeServiceAccountRequest{
			IdToken: part + "." + part + ".", ServiceAccountEmail: "deployer@acme.scalr.io"}))
	accounts := want(a, "GetAccounts",
		func(l []*schemas.Account) bool { return len(l) == 1 && l[0].ID == scalrsim.AccountID })(
		c.Account.GetAccounts(ctx, &account.GetAccountsOptions{}))
	if len(accounts) == 0 {
		return
	}
	owner := want(a, "GetAccount", func(v *schemas.Account) bool { return v.Attributes.Name == "acme" })(
		c.Account.GetAccount(ctx, scalrsim.AccountID, nil)).Relationships.Owner
	want(a, "GetUser", func(u *schemas.User) bool { return u.ID == owner.ID })(c.User.GetUser(ctx, owner.ID, nil))
	want(a, "GetServiceAccounts",
		func(l []*schemas.ServiceAccount) bool { return len(l) == 1 })(c.ServiceAccount.GetServiceAccounts(ctx,
		&service_account.GetServiceAccountsOptions{Include: []string{"created-by"}, Filter: mine}))

	aws := a.sim.AddProviderConfiguration("aws", "aws")
	want(a, "ListProviderConfigurations",
		func(l []*schemas.ProviderConfiguration) bool { return len(l) == 1 && l[0].ID == aws })(
		c.ProviderConfiguration.ListProviderConfigurations(ctx,
			&provider_configuration.ListProviderConfigurationsOptions{Filter: mine}))
	want(a, "GetProviderConfiguration", func(p *schemas.ProviderConfiguration) bool { return p.Attributes.Name == "aws" })(
		c.ProviderConfiguration.GetProviderConfiguration(ctx, aws, nil))
	want[*schemas.ProviderConfiguration](a, "UpdateProviderConfiguration",
		nil)(c.ProviderConfiguration.UpdateProviderConfiguration(ctx, aws,
		&schemas.ProviderConfigurationRequest{
			ID:   aws,
			Type: "provider-configurations",
			Attributes: schemas.ProviderConfigurationAttributesRequest{
				Name:         value.Set("aws"),
				ProviderName: value.Set[any]("aws"),
			},
			Relationships: schemas.ProviderConfigurationRelationshipsRequest{
				Environments: value.Set([]schemas.Environment{{ID: scalrsim.EnvironmentID}})},
		}))

	group, staging := a.sim.AddPolicyGroup("guard"), []schemas.Environment{{ID: scalrsim.StagingID}}
	want(a, "ListPolicyGroups", func(l []*schemas.PolicyGroup) bool { return len(l) == 1 && l[0].ID == group })(
		c.PolicyGroup.ListPolicyGroups(ctx, &policy_group.ListPolicyGroupsOptions{Filter: mine}))
	a.passed("CreatePolicyGroupEnvironments", c.PolicyGroup.CreatePolicyGroupEnvironments(ctx, group, staging))
	a.passed("UpdatePolicyGroupEnvironments", c.PolicyGroup.UpdatePolicyGroupEnvironments(ctx, group, staging))
	want(a, "GetPolicyGroup", func(g *schemas.PolicyGroup) bool { return len(g.Relationships.Environments) == 1 })(
		c.PolicyGroup.GetPolicyGroup(ctx, group, nil))
	a.passed("DeletePolicyGroupEnvironments", c.PolicyGroup.DeletePolicyGroupEnvironments(ctx, group, scalrsim.StagingID))
}

func (a *tenant) newTag(name string) schemas.Tag {
	t := want(a, "CreateTag", func(t *schemas.Tag) bool { return t.Attributes.Name == name })(a.sdk.Tag.CreateTag(a.ctx,
		&schemas.TagRequest{Type: "tags", Attributes: schemas.TagAttributesRequest{Name: value.Set(name)}}))
	if t == nil {
		a.t.FailNow()
	}
	return schemas.Tag{ID: t.ID}
}

// environments calls the operations on environments and tags.
func (a *tenant) environments() {
	c, ctx, one := a.sdk, a.ctx, func(l []*schemas.Tag) bool { return len(l) == 1 }
	blue := a.newTag("blue")
	want(a, "ListTags", one)(c.Tag.ListTags(ctx, &tag.ListTagsOptions{Filter: filter{"account": scalrsim.AccountID}}))
	want(a, "ListTags by id", one)(c.Tag.ListTags(ctx, &tag.ListTagsOptions{Filter: filter{"tag": blue.ID}}))
	e := want(a, "CreateEnvironment", func(e *schemas.Environment) bool { return e.Attributes.Name == "feature" })(
		c.Environment.CreateEnvironment(ctx, &schemas.EnvironmentRequest{Type: "environments",
			Attributes: schemas.EnvironmentAttributesRequest{Name: value.Set("feature")}}, nil))
	if e == nil {
		a.t.FailNow()
	}
	want(a, "GetEnvironment",
		func(e *schemas.Environment) bool { return e.Relationships.Account.ID == scalrsim.AccountID })(
		c.Environment.GetEnvironment(ctx, e.ID, &environment.GetEnvironmentOptions{Include: []string{"created-by"}}))
	want(a, "ListEnvironments", func(l []*schemas.Environment) bool { return len(l) == 1 && l[0].ID == e.ID })(
		c.Environment.ListEnvironments(ctx, &environment.ListEnvironmentsOptions{Filter: filter{"name": "feature"}}))
	want(a, "UpdateEnvironment", func(e *schemas.Environment) bool { return e.Attributes.Name == "feature-2" })(
		c.Environment.UpdateEnvironment(ctx, e.ID, &schemas.EnvironmentRequest{
			ID:         e.ID,
			Type:       "environments",
			Attributes: schemas.EnvironmentAttributesRequest{Name: value.Set("feature-2")},
		}, nil))
	a.passed("AddEnvironmentTags", c.Environment.AddEnvironmentTags(ctx, e.ID, []schemas.Tag{blue}))
	a.passed("ReplaceEnvironmentTags", c.Environment.ReplaceEnvironmentTags(ctx, e.ID, []schemas.Tag{blue}))
	want(a, "ListEnvironmentTags", one)(c.Environment.ListEnvironmentTags(ctx, e.ID, nil))
	a.passed("DeleteEnvironmentTags", c.Environment.DeleteEnvironmentTags(ctx, e.ID, []schemas.Tag{blue}))
	want(a, "GetTag", func(t *schemas.Tag) bool { return t.Attributes.Name == "blue" })(c.Tag.GetTag(ctx, blue.ID))
	want(a, "UpdateTag", func(t *schemas.Tag) bool { return t.Attributes.Name == "green" })(c.Tag.UpdateTag(ctx, blue.ID,
		&schemas.TagRequest{ID: blue.ID, Type: "tags", Attributes: schemas.TagAttributesRequest{Name: value.Set("green")}}))
	a.passed("DeleteTag", c.Tag.DeleteTag(ctx, blue.ID))
	a.passed("DeleteEnvironment", c.Environment.DeleteEnvironment(ctx, e.ID))
	want(a, "LockEnvironment", func(e *schemas.Environment) bool { return e.Attributes.Locked })(
		c.Environment.LockEnvironment(ctx, scalrsim.StagingID, &schemas.EnvLockReason{Reason: "release"}))
}

// workspaces calls the operations on workspaces.
func (a *tenant) workspaces() {
	c, ctx, red := a.sdk, a.ctx, a.newTag("red")
	w := want(a, "CreateWorkspace", func(w *schemas.Workspace) bool { return w.Attributes.Name == "edge" })(
		c.Workspace.CreateWorkspace(ctx, &schemas.WorkspaceRequest{
			Type: "workspaces",
			Attributes: schemas.WorkspaceAttributesRequest{
				Name:                      value.Set("edge"),
				DeletionProtectionEnabled: value.Set(false),
			},
			Relationships: schemas.WorkspaceRelationshipsRequest{
				Environment: value.Set(schemas.Environment{ID: scalrsim.EnvironmentID}),
			},
		}))
	if w == nil {
		a.t.FailNow()
	}
	want(a, "GetWorkspace", func(w *schemas.Workspace) bool {
		return w.Relationships.Environment.Attributes.Name == scalrsim.EnvironmentName
	})(
		c.Workspace.GetWorkspace(ctx, w.ID, &workspace.GetWorkspaceOptions{Include: []string{"environment"}}))
	want(a, "GetWorkspaces", func(l []*schemas.Workspace) bool { return len(l) == 1 && l[0].ID == w.ID })(
		c.Workspace.GetWorkspaces(ctx, &workspace.GetWorkspacesOptions{
			Filter: filter{"environment": scalrsim.EnvironmentID, "name": "edge"}}))
	want(a, "UpdateWorkspace", func(w *schemas.Workspace) bool { return w.Attributes.AutoApply })(
		c.Workspace.UpdateWorkspace(ctx, w.ID, &schemas.WorkspaceRequest{
			ID:         w.ID,
			Type:       "workspaces",
			Attributes: schemas.WorkspaceAttributesRequest{AutoApply: value.Set(true)},
		}))
	a.passed("AddWorkspaceTags", c.Workspace.AddWorkspaceTags(ctx, w.ID, []schemas.Tag{red}))
	a.passed("ReplaceWorkspaceTags", c.Workspace.ReplaceWorkspaceTags(ctx, w.ID, []schemas.Tag{red}))
	want(a, "ListWorkspaceTags", func(l []*schemas.Tag) bool { return len(l) == 1 && l[0].ID == red.ID })(
		c.Workspace.ListWorkspaceTags(ctx, w.ID, nil))
	a.passed("DeleteWorkspaceTags", c.Workspace.DeleteWorkspaceTags(ctx, w.ID, []schemas.Tag{red}))
	a.settings(w.ID)
	a.passed("DeleteWorkspace", c.Workspace.DeleteWorkspace(ctx, w.ID))
	want(a, "LockWorkspace", func(w *schemas.Workspace) bool { return w.Attributes.Locked })(
		c.Workspace.LockWorkspace(ctx, scalrsim.EdgeWorkspaceID, &schemas.Reason{Reason: "release"}))
	want[string](a, "GetWorkspaceOutputs", nil)(c.Workspace.GetWorkspaceOutputs(ctx, scalrsim.WorkspaceID))
}

// settings calls the operations on agent pools, variables and provider configurations of a workspace.
func (a *tenant) settings(workspaceID string) {
	c, ctx := a.sdk, a.ctx
	pool := a.sim.AddAgentPool("private", scalrsim.Agent{Name: "runner-1", Status: "busy"})
	want(a, "GetAgentPools", func(l []*schemas.AgentPool) bool {
		return slices.ContainsFunc(l, func(p *schemas.AgentPool) bool { return p.ID == pool })
	})(
		c.AgentPool.GetAgentPools(ctx, nil))
	want(a, "GetAgentPool", func(p *schemas.AgentPool) bool {
		return len(p.Relationships.Agents) == 1 && p.Relationships.Agents[0].Attributes.Name == "runner-1"
	})(
		c.AgentPool.GetAgentPool(ctx, pool, &agent_pool.GetAgentPoolOptions{Include: []string{"agents"}}))
	v := want(a, "CreateVariable",
		func(v *schemas.Variable) bool { return v.Attributes.Key == "TOKEN" && v.Attributes.Sensitive })(
		c.Variable.CreateVariable(ctx, &schemas.VariableRequest{Attributes: schemas.VariableAttributesRequest{
			Key:       value.Set("TOKEN"),
			Value:     value.Set("hidden-value"),
			Category:  value.Set(schemas.VariableCategoryEnv),
			Sensitive: value.Set(true),
		},
			Relationships: schemas.VariableRelationshipsRequest{Workspace: value.Set(schemas.Workspace{ID: workspaceID})}}, nil))
	google := a.sim.AddProviderConfiguration("google", "google")
	link := want(a, "CreateProviderConfigurationLink",
		func(l *schemas.ProviderConfigurationLink) bool { return l.Relationships.Workspace.ID == workspaceID })(
		c.ProviderConfigurationLink.CreateProviderConfigurationLink(ctx, workspaceID,
			&schemas.ProviderConfigurationLinkRequest{
				Attributes: schemas.ProviderConfigurationLinkAttributesRequest{Alias: value.Set("eu")},
				Relationships: schemas.ProviderConfigurationLinkRelationshipsRequest{
					ProviderConfiguration: value.Set(schemas.ProviderConfiguration{ID: google}),
				},
			}))
	if v == nil || link == nil {
		a.t.FailNow()
	}
	want(a, "GetVariables", func(l []*schemas.Variable) bool { return len(l) == 1 && l[0].ID == v.ID })(
		c.Variable.GetVariables(ctx, &variable.GetVariablesOptions{Filter: filter{"workspace": workspaceID}}))
	want[*schemas.Variable](a, "UpdateVariable", nil)(c.Variable.UpdateVariable(ctx, v.ID,
		&schemas.VariableRequest{ID: v.ID, Attributes: schemas.VariableAttributesRequest{Value: value.Set("other-value")}},
		nil))
	a.passed("DeleteVariable", c.Variable.DeleteVariable(ctx, v.ID))
	want(a, "ListProviderConfigurationLinks",
		func(l []*schemas.ProviderConfigurationLink) bool { return len(l) == 1 && l[0].ID == link.ID })(
		c.ProviderConfigurationLink.ListProviderConfigurationLinks(ctx, workspaceID, nil))
	want[*schemas.ProviderConfigurationLink](a, "UpdateProviderConfigurationLink",
		nil)(c.ProviderConfigurationLink.UpdateProviderConfigurationLink(ctx, link.ID,
		&schemas.ProviderConfigurationLinkRequest{
			ID:         link.ID,
			Attributes: schemas.ProviderConfigurationLinkAttributesRequest{Alias: value.Set("us")},
		}))
	a.passed("DeleteProviderConfigurationWorkspaceLink",
		c.ProviderConfigurationLink.DeleteProviderConfigurationWorkspaceLink(ctx, link.ID))
}
