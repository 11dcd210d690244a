package scalr_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/scalr"
)

const (
	workspaceAnswer = `{"data":{"type":"workspaces","id":"ws-1","attributes":{"name":"network","auto-apply":true,"execution-mode":"remote",` +
		`"iac-platform":"opentofu","terraform-version":"1.9.0","working-directory":"live","environment-type":"production","auto-destroy-days":7,` +
		`"deletion-protection-enabled":true,"has-resources":false,"terragrunt":{"use-run-all":false},` +
		`"hooks":{"post-apply":"z","pre-init":"x","pre-plan":null},` +
		`"vcs-repo":{"identifier":"acme/infra"},"locked":true,"lock-reason":"audit","force-latest-run":true,"run-operation-timeout":null,` +
		`"var-files":["a.tfvars"],"permissions":{"can-read":true,"can-x":"y"}},"relationships":{"environment":{"data":{"type":"environments","id":"env-1"}},` +
		`"module-version":{"data":{"type":"module-versions","id":"modver-1"}},"locked-by-run":{"data":{"type":"runs","id":"run-1"}},` +
		`"locked-by":{"data":{"type":"users","id":"user-1"}},"agent-pool":{"data":{"type":"agent-pools","id":"apool-1"}},` +
		`"tags":{"data":[{"type":"tags","id":"tag-1"}]}}},"included":[{"type":"environments","id":"env-1","attributes":{"name":"prod","locked":true,` +
		`"lock-reason":"freeze","cost-estimation-enabled":false},` +
		`"relationships":{"default-workspace-agent-pool":{"data":{"type":"agent-pools","id":"apool-2"}}}},` +
		`{"type":"tags","id":"tag-1","attributes":{"name":"eu"}},{"type":"users","id":"user-1","attributes":{"username":"jane"}},` +
		`{"type":"runs","id":"run-1","attributes":{"status":"policy_checked","status-timestamps":{"policy-checked-at":"2026-01-02T03:04:05Z"}}}]}`
	workspaceResult = `{"ID":"ws-1","Name":"network","EnvironmentID":"env-1","Environment":"prod","EnvironmentLocked":true,` +
		`"EnvironmentLockReason":"freeze","CostEstimation":false,"AutoApply":true,"ExecutionMode":"remote","Platform":"opentofu","Version":"1.9.0",` +
		`"WorkingDirectory":"live","EnvironmentType":"production","AutoDestroyDays":7,"DeletionProtection":true,"HasResources":false,"VCS":"acme/infra",` +
		`"Hooks":true,"Terragrunt":true,"RunAll":false,"ModuleVersionID":"modver-1","Locked":true,"LockReason":"audit","LockedBy":"jane",` +
		`"LockedByRun":"run-1",` +
		`"LockHolder":{"Status":"policy_checked","Since":"2026-01-02T03:04:05Z"},"ForceLatestRun":true,"VarFiles":["a.tfvars"],"AgentPoolID":"apool-1",` +
		`"EnvironmentAgentPoolID":"apool-2","RunTimeout":0,"Tags":[{"ID":"tag-1","Name":"eu"}],"Permissions":{"can-read":true},` +
		`"HookCommands":"x\nz"}`
	readWorkspaceRequest = "GET workspaces/ws-1?include=environment,tags,locked-by,locked-by-run"
	bareWorkspace        = `{"data":{"type":"workspaces","id":"ws-1","attributes":{"name":"n"},"relationships":{` +
		`"environment":{"data":{"type":"environments","id":"env-1"}},"locked-by-run":{"data":{"type":"runs","id":"run-1"}},` +
		`"locked-by":{"data":{"type":"users","id":"user-1"}}}}}`
)

// lockOf returns the fields of a workspace that describe its lock and its environment.
func lockOf(w scalr.Workspace, err error) (any, error) {
	return []any{w.Environment, w.LockedBy, w.LockHolder.Status, w.VCS, w.RunAll}, err
}

// TestRunExchanges: each call sends exactly these requests, and reads exactly this result from the responses.
func TestRunExchanges(t *testing.T) {
	t.Parallel()
	idsOf := func(list []scalr.Run, err error) (any, error) {
		var ids []string
		for _, r := range list {
			ids = append(ids, r.ID+":"+string(r.Status))
		}
		return ids, err
	}
	run := func(id, status, workspace string) string {
		return `{"type":"runs","id":"` + id + `","attributes":{"status":"` + status + `"},"relationships":{"workspace":{"data":{"id":"` + workspace + `"}}}}`
	}
	runExchanges(t, map[string]exchangeTest{
		"read a workspace": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return c.Workspace(ctx, "ws-1") },
			requests: []string{readWorkspaceRequest},
			answers:  []string{workspaceAnswer},
			want:     workspaceResult,
		},
		"read another workspace": {
			call:    func(ctx context.Context, c *scalr.Client) (any, error) { return c.Workspace(ctx, "ws-2") },
			answers: []string{workspaceAnswer},
			want:    "error: read workspace ws-2: the response is for another workspace: ws-1",
		},
		"poll a workspace without its environment and lock holder": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return lockOf(c.PollWorkspace(ctx, "ws-1")) },
			requests: []string{readWorkspaceRequest, "GET environments/env-1", "GET runs/run-1"},
			answers: []string{bareWorkspace, `{"data":{"type":"environments","id":"env-1","attributes":{"name":"prod"}}}`,
				`{"data":{"type":"runs","id":"run-1","attributes":{"status":"planning"}}}`},
			want: `["prod","user-1","planning","",false]`,
		},
		"poll a workspace with parts of others": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return lockOf(c.PollWorkspace(ctx, "ws-1")) },
			requests: []string{readWorkspaceRequest, "GET environments/env-1", "GET runs/run-1"},
			answers: []string{bareWorkspace, `{"data":{"type":"environments","id":"env-2","attributes":{"name":"prod"}}}`,
				`{"data":{"type":"runs","id":"run-2","attributes":{"status":"planning"}}}`},
			want: `["","user-1","","",false]`,
		},
		"poll a workspace with an invalid status": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) { return lockOf(c.PollWorkspace(ctx, "ws-1")) },
			answers: []string{bareWorkspace, `{"data":{"type":"environments","id":"env-1"}}`,
				`{"data":{"type":"runs","id":"run-1","attributes":{"status":"a\u0001b"}}}`},
			want: `["","user-1","","",false]`,
		},
		"read a workspace with an unnamed repository and unclear Terragrunt": {
			call:    func(ctx context.Context, c *scalr.Client) (any, error) { return lockOf(c.Workspace(ctx, "ws-1")) },
			answers: []string{`{"data":{"type":"workspaces","id":"ws-1","attributes":{"vcs-repo":{},"terragrunt":{}}}}`},
			want:    `["","","","a repository",true]`,
		},
		"list runs in progress": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return idsOf(c.RunsInProgress(ctx, "ws-1")) },
			requests: []string{"GET runs?filter[workspace]=ws-1&" + firstPage},
			answers: []string{`{"data":[` + strings.Join([]string{run("run-1", "planning", "ws-1"), run("run-2", "applied", "ws-1"),
				run("run-3", "pending", "ws-2"), run("run-4", "new", "")}, ",") + `]}`},
			want: `["run-1:planning","run-4:new"]`,
		},
		"list runs in progress of an incomplete list": {
			call:    func(ctx context.Context, c *scalr.Client) (any, error) { return idsOf(c.RunsInProgress(ctx, "ws-1")) },
			answers: []string{`{"data":[` + run("run-1", "planning", "ws-1") + `],"meta":{"pagination":{"total-count":2}}}`},
			want:    "error: list the runs of workspace ws-1: the list contradicts its own length",
		},
		"list active runs": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return idsOf(c.ActiveRuns(ctx, "ws-1")) },
			requests: []string{"GET runs?filter[workspace]=ws-1&include=created-by&" + firstPage},
			answers:  []string{`{"data":[` + run("run-1", "planning", "ws-1") + `,` + run("run-2", "errored", "ws-1") + `]}`},
			want:     `["run-1:planning"]`,
		},
		"list active runs in a document of another form": {
			call:    func(ctx context.Context, c *scalr.Client) (any, error) { return idsOf(c.ActiveRuns(ctx, "ws-1")) },
			answers: []string{`{"data":` + run("run-1", "planning", "ws-1") + `}`},
			want:    "error: list the runs of workspace ws-1: the response's data is not a list",
		},
		"list a page of runs of an environment": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				p, err := c.RunsPage(ctx, scalr.RunScope{EnvironmentID: "env-1"}, 2)
				if err != nil || len(p.Runs) != 1 {
					return nil, err
				}
				return []any{p.Last, p.Runs[0].ID, p.Runs[0].Whole, p.Runs[0].EnvironmentID, p.Runs[0].Workspace.Name}, nil
			},
			requests: []string{"GET runs?filter[environment]=env-1&include=plan,apply,cost-estimate,policy-checks,created-by,status-transitions,workspace," +
				"environment" +
				"&page[number]=2&page[size]=100"},
			answers: []string{`{"data":[` + run("run-1", "planning", "ws-1") + `],"included":[{"type":"workspaces","id":"ws-1","attributes":{"name":"n"},` +
				`"relationships":{"environment":{"data":{"id":"env-1"}}}}],"meta":{"pagination":{"next-page":3}}}`},
			want: `[false,"run-1",true,"env-1","n"]`,
		},
		"list the last page of runs of a workspace": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				p, err := c.RunsPage(ctx, scalr.RunScope{WorkspaceID: "ws-1"}, 1)
				return []any{p.Last, len(p.Runs)}, err
			},
			requests: []string{"GET runs?filter[workspace]=ws-1&include=plan,apply,cost-estimate,policy-checks,created-by,status-transitions,workspace," +
				"environment&page[number]=1&page[size]=100"},
			answers: []string{`{"data":[` + run("run-1", "planning", "ws-1") + `],"meta":{"pagination":{"next-page":null}}}`},
			want:    `[true,1]`,
		},
		"confirm a run": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.Confirm(ctx, "run-1", "ok", nil))
			},
			requests: []string{`POST runs/run-1/actions/apply {"comment":"ok"}`},
			answers:  []string{""},
			want:     `"done"`,
		},
		"cancel a run": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.CancelRun(ctx, "run-1", "no", scalr.Normal, nil))
			},
			requests: []string{`POST runs/run-1/actions/cancel {"comment":"no"}`},
			answers:  []string{""},
			want:     `"done"`,
		},
		"discard a run": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.DiscardRun(ctx, "run-1", "no", scalr.Once, nil))
			},
			requests: []string{`POST runs/run-1/actions/discard {"comment":"no"}`},
			answers:  []string{""},
			want:     `"done"`,
		},
		"override a policy check": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return done(c.Override(ctx, "polchk-1", nil)) },
			requests: []string{"POST policy-checks/polchk-1/actions/override"},
			answers:  []string{""},
			want:     `"done"`,
		},
		"the agent pool of the environment": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				p, ok := c.AgentPoolOf(ctx, "ws-1")
				return []any{p, ok}, nil
			},
			requests: []string{readWorkspaceRequest, "GET agent-pools/apool-1?include=agents"},
			answers: []string{workspaceAnswer, `{"data":{"type":"agent-pools","id":"apool-1","attributes":{"name":"private"},` +
				`"relationships":{"agents":{"data":[` +
				`{"type":"agents","id":"agent-1"},{"type":"agents","id":"agent-2"}]}}},"included":[{"type":"agents","id":"agent-1",` +
				`"attributes":{"name":"a","status":"idle"}}]}`},
			want: `[{"ID":"apool-1","Name":"private","Agents":[{"Name":"a","Status":"idle"},{"Name":"","Status":""}]},true]`,
		},
		"the default agent pool of the account": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				p, ok := c.AgentPoolOf(ctx, "ws-1")
				return []any{p, ok}, nil
			},
			requests: []string{readWorkspaceRequest, "GET agent-pools?" + firstPage, "GET agent-pools/apool-2?include=agents"},
			answers: []string{`{"data":{"type":"workspaces","id":"ws-1"}}`,
				`{"data":[{"type":"agent-pools","id":"apool-1"},{"type":"agent-pools","id":"apool-2","attributes":{"default":true}},` +
					`{"type":"agent-pools","id":"apool-3"}]}`,
				`{"data":{"type":"agent-pools","id":"apool-2"}}`},
			want: `[{"ID":"apool-2","Name":"","Agents":null},true]`,
		},
		"no agent pool": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				p, ok := c.AgentPoolOf(ctx, "ws-1")
				return []any{p, ok}, nil
			},
			requests: []string{readWorkspaceRequest, "GET agent-pools?" + firstPage},
			answers:  []string{`{"data":{"type":"workspaces","id":"ws-1"}}`, `{"data":[{"type":"agent-pools","id":"apool-1"}]}`},
			want:     `[{"ID":"","Name":"","Agents":null},false]`,
		},
	})
}

// TestCreationsFindTheirObject: after a lost response the object is found by all that identifies it.
func TestCreationsFindTheirObject(t *testing.T) {
	t.Parallel()
	link := func(id, provider, alias string) string {
		return `{"type":"provider-configuration-links","id":"` + id + `","attributes":{"alias":"` + alias + `"},"relationships":{` +
			`"workspace":{"data":{"id":"ws-1"}},"provider-configuration":{"data":{"id":"` + provider + `"}}}}`
	}
	variable := func(id, key, category string) string {
		return `{"type":"vars","id":"` + id + `","attributes":{"key":"` + key + `","category":"` + category + `"},` +
			`"relationships":{"workspace":{"data":{"id":"ws-1"}}}}`
	}
	for name, c := range map[string]struct {
		create func(context.Context, *scalr.Client) (string, bool, error)
		list   string
		query  string // of the search
		want   string // id and whether it was created, or an error
	}{
		"provider link": {func(ctx context.Context, c *scalr.Client) (string, bool, error) {
			return "", false, c.CreateProviderLink(ctx, "ws-1", scalr.ProviderLink{ProviderID: "pcfg-1", Alias: "eu"})
		}, listOf(link("pcl-1", "pcfg-2", "eu"), link("pcl-2", "pcfg-1", ""), link("pcl-3", "pcfg-1", "eu")), "", " false"},
		"provider link, another alias": {func(ctx context.Context, c *scalr.Client) (string, bool, error) {
			return "", false, c.CreateProviderLink(ctx, "ws-1", scalr.ProviderLink{ProviderID: "pcfg-1", Alias: "eu"})
		}, listOf(link("pcl-1", "pcfg-2", "eu"), link("pcl-2", "pcfg-1", "")), "",
			"link provider configuration pcfg-1 to workspace ws-1: Gateway Timeout (HTTP 504)"},
		"variable": {func(ctx context.Context, c *scalr.Client) (string, bool, error) {
			v, created, err := c.CreateVariable(ctx, "ws-1", scalr.Variable{Key: "K", Shell: true})
			return v.ID, created, err
		}, listOf(variable("var-1", "K", "terraform"), variable("var-2", "k", "shell"), variable("var-3", "K", "shell")), "filter[key]=K", "var-3 true"},
		"variable, another category": {func(ctx context.Context, c *scalr.Client) (string, bool, error) {
			v, created, err := c.CreateVariable(ctx, "ws-1", scalr.Variable{Key: "K"})
			return v.ID, created, err
		}, listOf(variable("var-2", "K", "env")), "filter[key]=K", "create variable K: Gateway Timeout (HTTP 504)"},
		"workspace": {func(ctx context.Context, c *scalr.Client) (string, bool, error) {
			w, created, err := c.CreateWorkspace(ctx, "env-1", scalr.WorkspaceSettings{Name: "n"})
			return w.ID, created, err
		}, listOf(object("workspaces", "ws-1", "n", "environments", "env-2"), object("workspaces", "ws-2", "N", "environments", "env-1"),
			object("workspaces", "ws-3", "n", "environments", "env-1")), "filter[name]=n", "ws-3 true"},
	} {
		synctest.Test(t, func(t *testing.T) {
			client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodPost {
					return respond(r, http.StatusGatewayTimeout, ""), nil
				}
				if text := requestText(t, r); !strings.Contains(text, c.query) {
					t.Errorf("%s: got the request %s", name, text)
				}
				return respond(r, http.StatusOK, c.list), nil
			}))
			id, created, err := c.create(t.Context(), client)
			got := fmt.Sprint(id, " ", created)
			if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("%s: got %s, want %s", name, got, c.want)
			}
		})
	}
}
