package lookup_test

import (
	"context"
	"testing"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// unplaced returns a fault that removes the environment of workspaces from responses.
func unplaced(op string) scalrsim.Fault {
	return scalrsim.Fault{Op: op, Action: scalrsim.Misreport, Member: "environment", Times: -1}
}

func refused(op string, nth int) scalrsim.Fault {
	return scalrsim.Fault{Op: op, Nth: nth, Action: scalrsim.Status, Status: 403, Times: -1}
}

// same creates several workspaces with the same name.
func same(n int) func(*scalrsim.Server) {
	return func(s *scalrsim.Server) {
		for range n {
			s.AddWorkspace(scalrsim.StagingID, "app", nil)
		}
	}
}

// TestWorkspace checks the workspace or the error for a name of an environment and of a workspace, and the number of
// requests.
func TestWorkspace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		environment, workspace string
		setup                  func(*scalrsim.Server)
		faults                 []scalrsim.Fault
		want                   string // an id, or part of the error
		requests               int
	}{
		"by name": {environment: "production", workspace: "network",
			want: `ws-v0netw00000001`, requests: 1},
		"by the id of the environment": {environment: scalrsim.EnvironmentID, workspace: "network",
			want: `ws-v0netw00000001`, requests: 1},
		"in an environment whose name looks like an id": {environment: "env-prod", workspace: "app",
			setup: func(s *scalrsim.Server) { s.AddWorkspace(s.AddEnvironment("env-prod"), "app", nil) },
			want:  `ws-v04zj4d4ul35tpk`, requests: 2},
		"in an environment whose name looks like an id, which Scalr rejects": {environment: "env-prod", workspace: "app",
			setup:  func(s *scalrsim.Server) { s.AddWorkspace(s.AddEnvironment("env-prod"), "app", nil) },
			faults: []scalrsim.Fault{{Op: "GET /workspaces", Action: scalrsim.Status, Status: 422}},
			want:   `ws-v04zj4d4ul35tpk`, requests: 2},
		"refused": {environment: scalrsim.EnvironmentID, workspace: "network", faults: []scalrsim.Fault{refused("GET /workspaces", 1)},
			want: `list workspaces: Forbidden (HTTP 403)`, requests: 2},
		"the search by name is refused": {environment: scalrsim.EnvironmentID, workspace: "net", faults: []scalrsim.Fault{refused("GET /workspaces", 2)},
			want: `Environment "env-v0prod00000001" has no workspace "net" that the token can read. Did you mean "network" or "network-edge"?`, requests: 2},
		"all searches but the first are refused": {environment: scalrsim.EnvironmentID, workspace: "net",
			faults: []scalrsim.Fault{refused("GET /workspaces", 2), refused("GET /environments", 1)},
			want:   `Environment "env-v0prod00000001" has no workspace "net" that the token can read. Did you mean "network" or "network-edge"?`, requests: 2},
		"missing": {environment: "production", workspace: "networ",
			want: `Environment "production" has no workspace "networ" that the token can read. Did you mean "network" or "network-edge"?`, requests: 1},
		"missing, by the id of the environment": {environment: scalrsim.EnvironmentID, workspace: "networ",
			want: `Environment "env-v0prod00000001" has no workspace "networ" that the token can read. Did you mean "network" or "network-edge"?`, requests: 2},
		"missing, with nothing similar": {environment: "production", workspace: "zzz",
			want: `Environment "production" has no workspace "zzz" that the token can read.`, requests: 2},
		"missing, with nothing similar, by the id of the environment": {environment: scalrsim.EnvironmentID, workspace: "zzz",
			want: `Environment "env-v0prod00000001" has no workspace "zzz" that the token can read.`, requests: 3},
		"in an unknown environment": {environment: "produktion", workspace: "network",
			want: `Environment "produktion" of workspace "network" not found, or the token cannot read it. Did you mean "production"?`, requests: 3},
		"in an unknown environment with an id": {environment: "env-v0stag00000009", workspace: "network",
			want: `Environment "env-v0stag00000009" of workspace "network" not found, or the token cannot read it.`, requests: 4},
		"in an empty environment": {environment: "staging", workspace: "network",
			want: `Environment "staging" has no workspace that the token can read, so "network" was not found.`, requests: 3},
		"in an empty environment with an id": {environment: scalrsim.StagingID, workspace: "network",
			want: `Environment "env-v0stag00000001" has no workspace that the token can read, so "network" was not found.`, requests: 4},
		"twice": {environment: "staging", workspace: "app", setup: same(2),
			want: `2 workspaces are named "app" in the environment "staging".`, requests: 1},
		"its environment is in no list": {environment: "production", workspace: "network", faults: []scalrsim.Fault{unplaced("GET /workspaces")},
			want: `ws-v0netw00000001`, requests: 2},
		"its environment is not reported": {environment: "production", workspace: "network",
			faults: []scalrsim.Fault{unplaced("GET /workspaces"), unplaced("GET /workspaces/*")},
			want:   `Scalr does not report whether the workspace "network" (ws-v0netw00000001) is in the environment "production".`, requests: 2},
		"its environment is not reported, but searched by its id": {environment: scalrsim.EnvironmentID, workspace: "network",
			faults: []scalrsim.Fault{unplaced("GET /workspaces"), unplaced("GET /workspaces/*")},
			want:   `Scalr does not report whether the workspace "network" (ws-v0netw00000001) is in the environment "env-v0prod00000001".`, requests: 3},
		"its environment is in no list, but searched by its id": {environment: scalrsim.EnvironmentID, workspace: "network",
			faults: []scalrsim.Fault{unplaced("GET /workspaces")}, want: `ws-v0netw00000001`, requests: 2},
		"its environment is not reported, and another is": {environment: "staging", workspace: "app", setup: same(2),
			faults: []scalrsim.Fault{unplaced("GET /workspaces"), {Op: "GET /workspaces/*", Action: scalrsim.Misreport, Member: "environment"}},
			want:   `ws-v0mdxur5luypx7s`, requests: 3},
		"it cannot be read": {environment: "production", workspace: "network", faults: []scalrsim.Fault{unplaced("GET /workspaces"),
			refused("GET /workspaces/*", 1)},
			want: `read workspace ws-v0netw00000001: Forbidden (HTTP 403)`, requests: 2},
		"it was deleted meanwhile": {environment: "production", workspace: "network", faults: []scalrsim.Fault{unplaced("GET /workspaces"),
			{Op: "GET /workspaces/*", Action: scalrsim.Status, Status: 404, Times: -1}},
			want: `Scalr does not report whether the workspace "network" (ws-v0netw00000001) is in the environment "production".`, requests: 2},
		"many whose environment is not reported": {environment: "staging", workspace: "app", setup: same(12),
			faults: []scalrsim.Fault{unplaced("GET /workspaces"), unplaced("GET /workspaces/*")},
			want: `Scalr does not report whether the workspace "app" (` +
				`ws-v04zj4d4ul35tpk, ws-v0mdxur5luypx7s, ws-v0e4qowyehfoowp, ws-v0xilhmuoyvpmlt` +
				`, ws-v0gjyibm72devgc, ws-v0r472ph47wx5gc, ws-v02ir73kztk3fn2, ws-v0vhhwo4miwea2d, ws-v0xbnua5f6wfm4f, ws-v0tzvbhrl4fjas5) ` +
				`is in the environment "staging".`, requests: 11},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := scalrsim.New(scalrsim.Scenario{Setup: c.setup, Faults: c.faults})
			defer server.Close()
			w, err := lookup.Workspace(context.Background(), scalrtest.NewClient(t, server.Client().Transport), c.environment, c.workspace)
			got := w.ID
			if err != nil {
				got = err.Error()
			}
			if n := len(server.Requests()); got != c.want || n != c.requests {
				t.Errorf("got %s after %d requests, want %s after %d", got, n, c.want, c.requests)
			}
		})
	}
}
