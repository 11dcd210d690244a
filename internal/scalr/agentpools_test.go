package scalr_test

import (
	"net/http"
	"strings"
	"testing"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// A workspace's own pool takes precedence over the default pool of its environment, and that over the account's.
func TestAgentPoolOfWorkspace(t *testing.T) {
	t.Parallel()
	r := scalrtest.New(t, scalrsim.Scenario{})
	own := r.Sim.AddAgentPool("own", scalrsim.Agent{Name: "a", Status: "busy"})
	environment, account := r.Sim.AddAgentPool("environment"), r.Sim.AddAgentPool("account")
	want := func(pool string, ok bool) {
		t.Helper()
		if got, found := r.AgentPoolOf(t.Context(), scalrsim.WorkspaceID); got.Name != pool || found != ok {
			t.Errorf("got %q, %t, want %q, %t", got.Name, found, pool, ok)
		}
	}
	want("", false)
	r.Sim.SetAttribute(account, "default", true)
	want("account", true)
	r.Sim.SetDefaultAgentPool(scalrsim.EnvironmentID, environment)
	want("environment", true)
	if _, err := r.UpdateWorkspace(t.Context(), scalrsim.WorkspaceID, scalr.WorkspaceSettings{AgentPoolID: &own}); err != nil {
		t.Error(err)
	}
	want("own", true)
	if pool, _ := r.AgentPoolOf(t.Context(), scalrsim.WorkspaceID); len(pool.Agents) != 1 || pool.Agents[0] != (scalr.Agent{Name: "a", Status: "busy"}) {
		t.Errorf("got agents %v", pool.Agents)
	}
	if _, ok := r.AgentPoolOf(t.Context(), "ws-none"); ok {
		t.Error("a workspace that does not exist has a pool")
	}
}

// Inherited variables are not changed even if the server lists them too.
func TestWorkspaceVariablesExcludeInherited(t *testing.T) {
	t.Parallel()
	r := scalrtest.New(t, scalrsim.Scenario{})
	r.Sim.AddVariable(scalrsim.EnvironmentID, map[string]any{"key": "region", "category": "terraform", "value": "us"})
	own := r.Sim.AddVariable(scalrsim.WorkspaceID, map[string]any{"key": "size", "category": "terraform", "value": "1"})
	next := r.Sim.Client().Transport
	client := r.Dial(scalr.Config{HTTP: &http.Client{Transport: roundTrip(func(q *http.Request) (*http.Response, error) {
		q.URL.RawQuery = strings.Replace(q.URL.RawQuery, "=ws-", "=in:null,ws-", 1)
		return next.RoundTrip(q)
	})}})
	list, err := client.WorkspaceVariables(t.Context(), scalrsim.WorkspaceID)
	if err != nil || len(list) != 1 || list[0].ID != own {
		t.Errorf("got %v, %v; want only %s", list, err, own)
	}
}
