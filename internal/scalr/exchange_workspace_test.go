package scalr_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"scalr-run-action/internal/scalr"
)

const (
	variableAnswer = `{"data":{"type":"vars","id":"var-1","attributes":{"key":"region","value":"eu","category":"terraform","hcl":true,"sensitive":false},` +
		`"relationships":{"workspace":{"data":{"type":"workspaces","id":"ws-1"}}}}}`
	variableResult = `{"ID":"var-1","Key":"region","Value":"eu","Shell":false,"HCL":true,"Sensitive":false}`
)

// TestWorkspaceExchanges: each call sends exactly these requests, and reads exactly this result from the responses.
func TestWorkspaceExchanges(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	runExchanges(t, map[string]exchangeTest{
		"delete a workspace": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.DeleteWorkspace(ctx, "ws-1", func(context.Context) error { return nil }))
			},
			requests: []string{"DELETE workspaces/ws-1"},
			answers:  []string{""},
			want:     `"done"`,
		},
		"delete a workspace that must not be deleted": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.DeleteWorkspace(ctx, "ws-1", func(context.Context) error { return io.ErrNoProgress }))
			},
			answers: []string{""},
			want:    "error: " + io.ErrNoProgress.Error(),
		},
		"list own variables": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return c.WorkspaceVariables(ctx, "ws-1") },
			requests: []string{"GET vars?filter[workspace]=ws-1&" + firstPage},
			answers: []string{`{"data":[{"type":"vars","id":"var-1","attributes":{"key":"a","category":"env","sensitive":true},` +
				`"relationships":{"workspace":{"data":{"type":"workspaces","id":"ws-1"}}}},` +
				`{"type":"vars","id":"var-2","attributes":{"key":"b"},"relationships":{"environment":{"data":{"type":"environments","id":"env-1"}}}},` +
				`{"type":"vars","id":"var-3","attributes":{"key":"c","category":"shell","value":"x"},` +
				`"relationships":{"workspace":{"data":{"type":"workspaces","id":"ws-1"}}}}]}`},
			want: `[{"ID":"var-1","Key":"a","Value":"","Shell":true,"HCL":false,"Sensitive":true},` +
				`{"ID":"var-3","Key":"c","Value":"x","Shell":true,"HCL":false,"Sensitive":false}]`,
		},
		"create a variable": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				v, _, err := c.CreateVariable(ctx, "ws-1", scalr.Variable{Key: "region", Value: "eu", HCL: true})
				return v, err
			},
			requests: []string{`POST vars {"data":{"attributes":{"category":"terraform","hcl":true,"key":"region","sensitive":false,"value":"eu"},` +
				`"relationships":{"workspace":{"data":{"type":"workspaces","id":"ws-1"}}},"type":"vars"}}`},
			answers: []string{variableAnswer},
			want:    variableResult,
		},
		"change a variable": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return c.UpdateVariable(ctx, "var-1", scalr.Variable{Key: "region", Value: "eu", HCL: true})
			},
			requests: []string{`PATCH vars/var-1 {"data":{"attributes":{"hcl":true,"sensitive":false,"value":"eu"},"id":"var-1","type":"vars"}}`},
			answers:  []string{variableAnswer},
			want:     variableResult,
		},
		"change a workspace with all settings": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				days, minutes, dir, pool := 7, 30, "live", "apool-1"
				_, err := c.UpdateWorkspace(ctx, "ws-1", scalr.WorkspaceSettings{Platform: "opentofu", Version: "1.9.0", ExecutionMode: "local",
					EnvironmentType: "production", AutoQueueRuns: "never", AutoApply: &no, Protection: &yes, ForceLatestRun: &yes, Directory: &dir,
					AutoDestroyDays: &days, RunTimeout: &minutes, VarFiles: []string{"a.tfvars"}, AgentPoolID: &pool})
				return done(err)
			},
			requests: []string{`PATCH workspaces/ws-1 {"data":{"attributes":{"auto-apply":false,"auto-destroy-days":7,"auto-queue-runs":"never",` +
				`"deletion-protection-enabled":true,"environment-type":"production","execution-mode":"local","force-latest-run":true,` +
				`"iac-platform":"opentofu","run-operation-timeout":30,"terraform-version":"1.9.0","var-files":["a.tfvars"],` +
				`"working-directory":"live"},"id":"ws-1","relationships":{"agent-pool":{"data":{"type":"agent-pools","id":"apool-1"}}},"type":"workspaces"}}`},
			answers: []string{`{"data":{"type":"workspaces","id":"ws-1"}}`},
			want:    `"done"`,
		},
		"clear settings of a workspace": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				none, pool := 0, ""
				_, err := c.UpdateWorkspace(ctx, "ws-1", scalr.WorkspaceSettings{Directory: &pool, AutoDestroyDays: &none, RunTimeout: &none,
					VarFiles: []string{}, AgentPoolID: &pool})
				return done(err)
			},
			requests: []string{`PATCH workspaces/ws-1 {"data":{"attributes":{"auto-destroy-days":null,"run-operation-timeout":null,"var-files":[],` +
				`"working-directory":null},"id":"ws-1","relationships":{"agent-pool":{"data":null}},"type":"workspaces"}}`},
			answers: []string{`{"data":{"type":"workspaces","id":"ws-1"}}`},
			want:    `"done"`,
		},
		"change the alias of a provider link": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.SetProviderAlias(ctx, "pcl-1", "eu"))
			},
			requests: []string{`PATCH provider-configuration-links/pcl-1 {"data":{"attributes":{"alias":"eu"},"id":"pcl-1",` +
				`"type":"provider-configuration-links"}}`},
			answers: []string{""},
			want:    `"done"`,
		},
		"list own provider links": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return c.ProviderLinks(ctx, "ws-1") },
			requests: []string{"GET workspaces/ws-1/provider-configuration-links?" + firstPage},
			answers: []string{`{"data":[{"type":"provider-configuration-links","id":"pcl-1","relationships":{` +
				`"environment":{"data":{"type":"environments","id":"env-1"}}}},{"type":"provider-configuration-links","id":"pcl-2",` +
				`"attributes":{"alias":"eu"},"relationships":{"workspace":{"data":{"type":"workspaces","id":"ws-1"}},` +
				`"provider-configuration":{"data":{"type":"provider-configurations","id":"pcfg-1"}}}}]}`},
			want: `[{"ID":"pcl-2","ProviderID":"pcfg-1","Alias":"eu"}]`,
		},
		"read outputs": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return c.Outputs(ctx, "ws-1", false) },
			requests: []string{"GET workspaces/ws-1/outputs"},
			answers: []string{`{"meta":[1],"data":[{"name":"a","value":[1, 2],"sensitive":false,"other":{}},` +
				`{"name":"b","value":"x","sensitive":true},{"name":"c","value":1,"sensitive":"unclear"},{"name":"d","value":null,"sensitive":null},` +
				`{"name":"e","value":1,"sensitive":true,"sensitive":false},{"name":"f","value":1,"sensitive":false},{"name":"f","value":2,"sensitive":1},` +
				`{"name":"f","value":3}]}`},
			want: `[{"Name":"a","Value":[1,2],"Sensitive":false},{"Name":"b","Value":null,"Sensitive":true},{"Name":"c","Value":null,"Sensitive":true},` +
				`{"Name":"d","Value":null,"Sensitive":true},{"Name":"e","Value":null,"Sensitive":true},{"Name":"f","Value":null,"Sensitive":true},` +
				`{"Name":"f","Value":null,"Sensitive":true},{"Name":"f","Value":null,"Sensitive":true}]`,
		},
		"read sensitive outputs": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return c.Outputs(ctx, "ws-1", true) },
			requests: []string{"GET workspaces/ws-1/outputs"},
			answers:  []string{`{"data":[{"name":"b","value":"x","sensitive":true}]}`},
			want:     `[{"Name":"b","Value":"x","Sensitive":true}]`,
		},
		"read no outputs": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return c.Outputs(ctx, "ws-1", true) },
			requests: []string{"GET workspaces/ws-1/outputs"},
			answers:  []string{`{"data":null}`},
			want:     `null`,
		},
		"read outputs that are not a list": {
			call:    func(ctx context.Context, c *scalr.Client) (any, error) { return c.Outputs(ctx, "ws-1", true) },
			answers: []string{`{"data":{"name":"b"}}`},
			want:    "error: read the outputs of workspace ws-1: the response is not a list of outputs",
		},
		"read outputs that are too large": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return c.Outputs(ctx, "ws-1", true) },
			requests: []string{"GET workspaces/ws-1/outputs"},
			answers:  []string{`{"data":[{"name":"b","value":"` + strings.Repeat("x", 8<<20) + `"}]}`},
			want:     "error: read the outputs of workspace ws-1: the response needs more than 8 MiB of memory",
		},
		"list the contents of an environment": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return c.EnvironmentContents(ctx, "env-1") },
			requests: []string{"GET workspaces?filter[environment]=env-1&" + firstPage},
			answers: []string{`{"data":[{"type":"workspaces","id":"ws-1","attributes":{"name":"a"},"relationships":{"environment":` +
				`{"data":{"type":"environments","id":"env-1"}}}},{"type":"workspaces","id":"ws-2",` +
				`"relationships":{"environment":{"data":{"type":"environments","id":"env-1"}}}},` +
				`{"type":"workspaces","id":"ws-3"},{"type":"workspaces","id":"ws-4",` +
				`"relationships":{"environment":{"data":{"type":"environments","id":"env-2"}}}}],` +
				`"meta":{"pagination":{"total-count":4}}}`},
			want: `{"Inside":{"Count":2,"First":["a","ws-2"]},"Doubtful":{"Count":1,"First":["ws-3"]},"Outside":1,"Whole":true}`,
		},
		"list the contents of an account": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return c.AccountContents(ctx, "env-1") },
			requests: []string{"GET workspaces?" + firstPage},
			answers:  []string{`{"data":[],"meta":{"pagination":{"total-count":1}}}`},
			want:     `{"Inside":{"Count":0,"First":null},"Doubtful":{"Count":0,"First":null},"Outside":0,"Whole":false}`,
		},
	})
}
