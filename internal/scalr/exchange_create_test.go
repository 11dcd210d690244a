package scalr_test

import (
	"context"
	"fmt"
	"testing"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
)

// TestExchangesOfCreations compares the whole request of each creation.
func TestExchangesOfCreations(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	answer := func(kind, id string) []string {
		return []string{fmt.Sprintf(`{"data":{"type":"%s","id":"%s"}}`, kind, id)}
	}
	const configuration = `{"data":{"type":"configuration-versions","id":"cv-1","links":{"upload":"https://blob.test/a"}}}`
	runExchanges(t, map[string]exchangeTest{
		"create a workspace": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				directory, days := "live", 7
				w, created, err := c.CreateWorkspace(ctx, "env-1", scalr.WorkspaceSettings{Name: "w", Platform: "opentofu", AutoApply: &yes,
					Directory: &directory, AutoDestroyDays: &days, TagIDs: []string{"tag-1"}})
				return fmt.Sprint(w.ID, created), err
			},
			requests: []string{`POST workspaces {"data":{"attributes":{"auto-apply":true,"auto-destroy-days":7,"iac-platform":"opentofu","name":"w",` +
				`"working-directory":"live"},"relationships":{"environment":{"data":{"type":"environments","id":"env-1"}},` +
				`"tags":{"data":[{"type":"tags","id":"tag-1"}]}},"type":"workspaces"}}`},
			answers: answer("workspaces", "ws-1"),
			want:    `"ws-1true"`,
		},
		"link a provider configuration to a workspace": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.CreateProviderLink(ctx, "ws-1", scalr.ProviderLink{ProviderID: "pcfg-1", Alias: "eu"}))
			},
			requests: []string{`POST workspaces/ws-1/provider-configuration-links {"data":{"attributes":{"alias":"eu"},"relationships":` +
				`{"provider-configuration":{"data":{"type":"provider-configurations","id":"pcfg-1"}}},"type":"provider-configuration-links"}}`},
			answers: []string{""},
			want:    `"done"`,
		},
		"link a provider configuration without an alias": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.CreateProviderLink(ctx, "ws-1", scalr.ProviderLink{ProviderID: "pcfg-1"}))
			},
			requests: []string{`POST workspaces/ws-1/provider-configuration-links {"data":{"relationships":` +
				`{"provider-configuration":{"data":{"type":"provider-configurations","id":"pcfg-1"}}},"type":"provider-configuration-links"}}`},
			answers: []string{""},
			want:    `"done"`,
		},
		"create a configuration version": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				v, err := c.CreateConfiguration(ctx, "ws-1", true)
				return v.ID, err
			},
			requests: []string{`POST configuration-versions {"data":{"attributes":{"auto-queue-runs":false,"is-dry":true},` +
				`"relationships":{"workspace":{"data":{"type":"workspaces","id":"ws-1"}}},"type":"configuration-versions"}}`},
			answers: []string{configuration},
			want:    `"cv-1"`,
		},
		"create a run with all settings": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				r, err := c.CreateRun(ctx, scalr.RunRequest{WorkspaceID: "ws-1", ConfigurationID: "cv-1", Destroy: true, SavePlan: true, AutoApply: &no,
					NoRefresh: true, RefreshOnly: true, Targets: []string{"a.b"}, Replace: []string{"c.d"}, Message: "hello",
					Variables: []scalr.Variable{{Key: "region", Value: "eu", HCL: true}, {Key: "KEY", Value: "x", Shell: true, Sensitive: true}}})
				return r.ID, err
			},
			requests: []string{`POST runs {"data":{"attributes":{"auto-apply":false,"is-destroy":true,"is-dry":false,"message":"hello","refresh":false,` +
				`"refresh-only":true,"replace-addrs":["c.d"],"save-plan":true,"source":"api","target-addrs":["a.b"],"variables":[` +
				`{"category":"terraform","hcl":true,"key":"region","sensitive":false,"value":"eu"},` +
				`{"category":"shell","hcl":false,"key":"KEY","sensitive":true,"value":"x"}]},"relationships":{` +
				`"configuration-version":{"data":{"type":"configuration-versions","id":"cv-1"}},` +
				`"workspace":{"data":{"type":"workspaces","id":"ws-1"}}},"type":"runs"}}`},
			answers: []string{`{"data":{"type":"runs","id":"run-1","attributes":{"status":"pending"}}}`},
			want:    `"run-1"`,
		},
		"create a run with the settings of the workspace": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				r, err := c.CreateRun(ctx, scalr.RunRequest{WorkspaceID: "ws-1", ConfigurationID: "cv-1", Dry: true})
				return r.ID, err
			},
			requests: []string{`POST runs {"data":{"attributes":{"is-dry":true,"source":"api"},"relationships":{` +
				`"configuration-version":{"data":{"type":"configuration-versions","id":"cv-1"}},` +
				`"workspace":{"data":{"type":"workspaces","id":"ws-1"}}},"type":"runs"}}`},
			answers: []string{`{"data":{"type":"runs","id":"run-1","attributes":{"status":"pending"}}}`},
			want:    `"run-1"`,
		},
		"create a tag": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				tag, created, err := c.EnsureTag(ctx, "eu")
				return fmt.Sprint(tag, created), err
			},
			requests: []string{"GET tags?filter[name]=eu&" + firstPage, `POST tags {"data":{"attributes":{"name":"eu"},"type":"tags"}}`},
			answers:  []string{`{"data":[]}`, `{"data":{"type":"tags","id":"tag-1","attributes":{"name":"eu"}}}`},
			want:     `"{tag-1 eu} true"`,
		},
		"exchange a token": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				token, expires, err := c.Assume(ctx, "ci@acme.test", secret.New("proof"))
				return fmt.Sprint(token.Reveal(), expires.IsZero()), err
			},
			requests: []string{`POST service-accounts/assume {"id-token":"proof","service-account-email":"ci@acme.test"}`},
			answers:  []string{`{"access-token":"token"}`},
			want:     `"tokentrue"`,
		},
	})
}
