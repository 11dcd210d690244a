package scalr_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/scalr"
)

// TestResponsesOfOtherTypes: every operation that reads a document refuses one of another type.
func TestResponsesOfOtherTypes(t *testing.T) {
	t.Parallel()
	const (
		other = `{"type":"others","id":"other-1"}`
		one   = `{"data":` + other + `}`
		list  = `{"data":[` + other + `]}`
		none  = `{"data":[]}`
	)
	type operation func(context.Context, *scalr.Client) error
	for name, c := range map[string]struct {
		read string // response to a read; each other request gets one
		do   operation
	}{
		"read run":         {one, func(ctx context.Context, c *scalr.Client) error { _, err := c.Run(ctx, "run-1"); return err }},
		"read workspace":   {one, func(ctx context.Context, c *scalr.Client) error { _, err := c.Workspace(ctx, "ws-1"); return err }},
		"poll workspace":   {one, func(ctx context.Context, c *scalr.Client) error { _, err := c.PollWorkspace(ctx, "ws-1"); return err }},
		"read environment": {one, func(ctx context.Context, c *scalr.Client) error { _, err := c.Environment(ctx, "env-1"); return err }},
		"read upload":      {one, func(ctx context.Context, c *scalr.Client) error { _, err := c.Configuration(ctx, "cv-1"); return err }},
		"read agent pool":  {one, func(ctx context.Context, c *scalr.Client) error { _, err := c.AgentPool(ctx, "apool-1"); return err }},
		"link provider":    {one, func(ctx context.Context, c *scalr.Client) error { return c.LinkProvider(ctx, "pcfg-1", "env-1") }},
		"unlink provider":  {one, func(ctx context.Context, c *scalr.Client) error { return c.UnlinkProvider(ctx, "pcfg-1", "env-1") }},
		"create upload": {none, func(ctx context.Context, c *scalr.Client) error {
			_, err := c.CreateConfiguration(ctx, "ws-1", true)
			return err
		}},
		"create run": {none, func(ctx context.Context, c *scalr.Client) error {
			_, err := c.CreateRun(ctx, scalr.RunRequest{WorkspaceID: "ws-1", ConfigurationID: "cv-1"})
			return err
		}},
		"create environment": {none, func(ctx context.Context, c *scalr.Client) error {
			_, _, err := c.CreateEnvironment(ctx, scalr.EnvironmentSettings{Name: "n"})
			return err
		}},
		"change environment": {none, func(ctx context.Context, c *scalr.Client) error {
			_, err := c.UpdateEnvironment(ctx, "env-1", scalr.EnvironmentSettings{Name: "n"})
			return err
		}},
		"create workspace": {none, func(ctx context.Context, c *scalr.Client) error {
			_, _, err := c.CreateWorkspace(ctx, "env-1", scalr.WorkspaceSettings{Name: "n"})
			return err
		}},
		"change workspace": {none, func(ctx context.Context, c *scalr.Client) error {
			_, err := c.UpdateWorkspace(ctx, "ws-1", scalr.WorkspaceSettings{Version: "1.9.0"})
			return err
		}},
		"create variable": {none, func(ctx context.Context, c *scalr.Client) error {
			_, _, err := c.CreateVariable(ctx, "ws-1", scalr.Variable{Key: "k"})
			return err
		}},
		"change variable": {none, func(ctx context.Context, c *scalr.Client) error {
			_, err := c.UpdateVariable(ctx, "var-1", scalr.Variable{Key: "k"})
			return err
		}},
		"create tag": {none, func(ctx context.Context, c *scalr.Client) error { _, _, err := c.EnsureTag(ctx, "n"); return err }},
		"find tag":   {list, func(ctx context.Context, c *scalr.Client) error { _, _, err := c.TagNamed(ctx, "n"); return err }},
		"list tags":  {list, func(ctx context.Context, c *scalr.Client) error { _, err := c.Tags(ctx, ""); return err }},
		"list tags of workspace": {list, func(ctx context.Context, c *scalr.Client) error {
			_, err := c.TagIDs(ctx, scalr.WorkspaceKind, "ws-1")
			return err
		}},
		"list environments": {list, func(ctx context.Context, c *scalr.Client) error {
			_, err := c.Environments(ctx, scalr.EnvironmentFilter{})
			return err
		}},
		"find environment": {list, func(ctx context.Context, c *scalr.Client) error {
			_, _, err := c.EnvironmentNamed(ctx, "", "n")
			return err
		}},
		"list workspaces": {list, func(ctx context.Context, c *scalr.Client) error {
			_, err := c.Workspaces(ctx, scalr.WorkspaceFilter{})
			return err
		}},
		"find workspace": {list, func(ctx context.Context, c *scalr.Client) error {
			_, _, err := c.WorkspaceNamed(ctx, "env-1", "n")
			return err
		}},
		"list variables": {list, func(ctx context.Context, c *scalr.Client) error {
			_, err := c.WorkspaceVariables(ctx, "ws-1")
			return err
		}},
		"list providers": {list, func(ctx context.Context, c *scalr.Client) error { _, err := c.Providers(ctx); return err }},
		"list provider links": {list, func(ctx context.Context, c *scalr.Client) error {
			_, err := c.ProviderLinks(ctx, "ws-1")
			return err
		}},
		"list policy groups": {list, func(ctx context.Context, c *scalr.Client) error { _, err := c.PolicyGroups(ctx); return err }},
		"list agent pools":   {list, func(ctx context.Context, c *scalr.Client) error { _, err := c.AgentPools(ctx); return err }},
		"list contents": {list, func(ctx context.Context, c *scalr.Client) error {
			_, err := c.EnvironmentContents(ctx, "env-1")
			return err
		}},
		"list page of runs": {list, func(ctx context.Context, c *scalr.Client) error {
			_, err := c.RunsPage(ctx, scalr.RunScope{}, 1)
			return err
		}},
		"list active runs":      {list, func(ctx context.Context, c *scalr.Client) error { _, err := c.ActiveRuns(ctx, "ws-1"); return err }},
		"list runs in progress": {list, func(ctx context.Context, c *scalr.Client) error { _, err := c.RunsInProgress(ctx, "ws-1"); return err }},
	} {
		synctest.Test(t, func(t *testing.T) {
			client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodGet {
					return respond(r, 200, c.read), nil
				}
				return respond(r, 200, one), nil
			}))
			var e *scalr.Error
			if err := c.do(t.Context(), client); !errors.As(err, &e) || !e.Invalid {
				t.Errorf("%s: got %v", name, err)
			}
		})
	}
}
