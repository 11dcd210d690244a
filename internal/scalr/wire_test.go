package scalr_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
	"scalr-run-action/internal/secret"
)

// The files of testdata/wire are a reference for client and simulator that is independent of both: the request and the
// response of each call, byte for byte, as the vendor's documents show them. Review them by reading; -update does not
// replace that.
//
//	-- request --     what the client must send
//	-- answer --      what Scalr responds
//	-- understood --  what the client must parse from it

// exchange is the content of one file.
type exchange struct{ request, answer, understood string }

// calls maps the names of files to the call that each shows and the script of the run during it. If a call sends
// several requests, the method before the name selects the one shown.
func calls() map[string]struct {
	life scalrsim.RunScript
	do   func(context.Context, *scalr.Client, place) (any, error)
} {
	type entry = struct {
		life scalrsim.RunScript
		do   func(context.Context, *scalr.Client, place) (any, error)
	}
	waits := scalrsim.RunScript{Cost: &scalrsim.Cost{Prior: "120.500", Proposed: "162.750", Delta: "42.250"},
		Policies: []scalrsim.Policy{{Name: "tags_required", Result: "passed"}, {Name: "no_public_ip", Result: "soft_failed",
			Messages: []string{"the gateway has a public address"}}}}
	simple := scalrsim.RunScript{}
	working := scalrtest.LongPlan()
	no := false
	only := func(life scalrsim.RunScript, do func(context.Context, *scalr.Client, place) error) entry {
		return entry{life, func(ctx context.Context, c *scalr.Client, p place) (any, error) { return nil, do(ctx, c, p) }}
	}
	return map[string]entry{
		"read-workspace": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) { return c.Workspace(ctx, p.workspace) }},
		"list-workspaces": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) {
			return c.Workspaces(ctx, scalr.WorkspaceFilter{Environment: scalrsim.EnvironmentName, Name: scalrsim.WorkspaceName})
		}},
		"create-configuration-version": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) {
			return c.CreateConfiguration(ctx, p.workspace, true)
		}},
		"read-configuration-version": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) {
			return c.Configuration(ctx, p.configuration)
		}},
		"create-run": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) {
			run, _, err := runs.Create(ctx, c, scalr.RunRequest{WorkspaceID: p.workspace, ConfigurationID: p.configuration, Dry: true,
				Message: "octo/infra#42 at 1a2b3c4"})
			return run, err
		}},
		"create-run-in-full": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) {
			run, _, err := runs.Create(ctx, c, scalr.RunRequest{WorkspaceID: p.workspace, ConfigurationID: p.configuration, Destroy: true,
				SavePlan: true, AutoApply: &no,
				NoRefresh: true, RefreshOnly: true, Targets: []string{"terraform_data.a"}, Replace: []string{"terraform_data.b"},
				Message: "<everything> & more",
				Variables: []scalr.Variable{{Key: "region", Value: "eu"}, {Key: "sizes", Value: "[1, 2]", HCL: true},
					{Key: "TOKEN", Value: "hidden", Shell: true, Sensitive: true}}})
			return run, err
		}},
		"read-run": {waits, func(ctx context.Context, c *scalr.Client, p place) (any, error) { return c.Run(ctx, p.run) }},
		"list-runs": {working, func(ctx context.Context, c *scalr.Client, p place) (any, error) {
			run, _, err := runs.FindByConfiguration(ctx, c, p.workspace, p.configuration)
			return run, err
		}},
		"confirm-run": only(simple, func(ctx context.Context, c *scalr.Client, p place) error {
			return c.Confirm(ctx, p.run, "reviewed by octocat", nil)
		}),
		"confirm-too-early": only(working, func(ctx context.Context, c *scalr.Client, p place) error {
			return c.Confirm(ctx, p.run, "reviewed by octocat", nil)
		}),
		"override-policy": only(waits, func(ctx context.Context, c *scalr.Client, p place) error { return c.Override(ctx, p.policyCheck, nil) }),
		"plan-log": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) {
			return text(c.Log(ctx, scalr.Log{Phase: scalr.PlanPhase, ID: p.plan}, 10*time.Second))
		}},
		"plan-json": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) { return text(c.PlanJSON(ctx, p.plan)) }},
		"outputs": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) {
			return c.Outputs(ctx, p.workspace, true)
		}},
		"assume": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) {
			token, expires, err := c.Assume(ctx, "deployer@acme.scalr.io", secret.New("e30.e30.e30"))
			return []string{token.Reveal(), expires.Format(time.RFC3339)}, err
		}},
		"missing-workspace": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) { return c.Workspace(ctx, "ws-none") }},
		"create-run-nowhere": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) {
			run, _, err := runs.Create(ctx, c, scalr.RunRequest{WorkspaceID: "ws-none", ConfigurationID: p.configuration, Dry: true})
			return run, err
		}},
		"PUT upload": only(simple, func(ctx context.Context, c *scalr.Client, p place) error {
			v, err := c.CreateConfiguration(ctx, p.workspace, true)
			if err != nil {
				return err
			}
			return c.Upload(ctx, v, scalr.Upload{Data: strings.NewReader("the archive, byte for byte\n"), Size: 27})
		}),
		"list-agent-pools": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) { return c.AgentPools(ctx) }},
		"read-agent-pool":  {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) { return c.AgentPool(ctx, p.agentPool) }},
		"list-variables": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) {
			return c.WorkspaceVariables(ctx, p.workspace)
		}},
		"create-variable": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) {
			stored, _, err := c.CreateVariable(ctx, p.workspace, scalr.Variable{Key: "sizes", Value: "[1, 2]", HCL: true})
			return stored, err
		}},
		"update-variable": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) {
			return c.UpdateVariable(ctx, p.variable, scalr.Variable{Key: "TOKEN", Value: "hidden", Shell: true, Sensitive: true})
		}},
		"list-provider-links": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) {
			return c.ProviderLinks(ctx, p.workspace)
		}},
		"create-provider-link": only(simple, func(ctx context.Context, c *scalr.Client, p place) error {
			return c.CreateProviderLink(ctx, p.workspace, scalr.ProviderLink{ProviderID: p.provider, Alias: "backup"})
		}),
		"change-provider-alias": only(simple, func(ctx context.Context, c *scalr.Client, p place) error {
			return c.SetProviderAlias(ctx, p.providerLink, "")
		}),
		"delete-provider-link": only(simple, func(ctx context.Context, c *scalr.Client, p place) error {
			return c.DeleteProviderLink(ctx, p.providerLink)
		}),
		"change-workspace": {simple, func(ctx context.Context, c *scalr.Client, p place) (any, error) {
			minutes, none, never := 90, "", 0
			return c.UpdateWorkspace(ctx, p.workspace, scalr.WorkspaceSettings{VarFiles: []string{"eu.tfvars", "prod.tfvars"}, AgentPoolID: &p.agentPool,
				RunTimeout: &minutes, ForceLatestRun: &no, Directory: &none, AutoDestroyDays: &never})
		}},
		"POST cancel-run":  {working, stop},
		"POST discard-run": {simple, stop},
	}
}

func stop(ctx context.Context, c *scalr.Client, p place) (any, error) {
	result, err := runs.Stop(ctx, c, scalr.Run{ID: p.run, Status: "planning"}, runs.StopOptions{Comment: "the job was canceled"})
	return result.Verb, err
}

func text(body *scalr.LogBody, err error) (any, error) {
	if err != nil || body == nil {
		return nil, err
	}
	defer body.Close()
	all, err := io.ReadAll(body)
	return strings.Split(string(all), "\n"), err
}

// place is the simulator's state before a call: the ids are always the same.
type place struct {
	workspace, configuration, run, plan, policyCheck string
	agentPool, variable, provider, providerLink      string
}

// settle creates a run and waits until it is final or waits for a person.
func settle(t *testing.T, r *scalrtest.Harness) place {
	t.Helper()
	r.Sim.SetOutputs(scalrsim.WorkspaceID, scalrsim.Output{Name: "cidr", Value: "10.0.0.0/16"}, scalrsim.Output{Name: "sizes", Value: []any{1, 2}},
		scalrsim.Output{Name: "password", Value: "sim-output-9d41f7c2a6", Sensitive: true})
	run := r.MustStartRun(false)
	time.Sleep(time.Minute)
	p := place{workspace: run.WorkspaceID, configuration: run.ConfigurationID, run: run.ID, plan: run.Plan.ID}
	for _, check := range run.Policies {
		p.policyCheck = check.ID
	}
	p.agentPool = r.Sim.AddAgentPool("private", scalrsim.Agent{Name: "runner-1", Status: "busy"}, scalrsim.Agent{Name: "runner-2", Status: "offline"})
	r.Sim.AddVariable(scalrsim.WorkspaceID, map[string]any{"key": "region", "category": "terraform", "value": "eu"})
	p.variable = r.Sim.AddVariable(scalrsim.WorkspaceID, map[string]any{"key": "TOKEN", "category": "env", "value": "old", "sensitive": true})
	p.provider = r.Sim.AddProviderConfiguration("aws-production", "aws")
	p.providerLink = r.Sim.LinkProvider(scalrsim.WorkspaceID, p.provider, "eu")
	return p
}

func TestWire(t *testing.T) {
	t.Parallel()
	all := calls()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		call := all[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := scalrtest.New(t, scalrsim.Scenario{Script: call.life})
				p := settle(t, r)
				method, name, several := strings.Cut(name, " ")
				if !several {
					method, name = "", method
				}
				file := readExchange(t, name)
				var spoken exchange
				wire := &recorder{next: r.Sim.Client().Transport, replaced: file.answer, only: method}
				client := r.Dial(scalr.Config{HTTP: &http.Client{Transport: wire}})
				value, err := call.do(t.Context(), client, p)
				spoken.request, spoken.answer, spoken.understood = wire.request, wire.answer, understood(value, err)
				if *goldentest.Update {
					writeExchange(t, name, file, spoken)
					return
				}
				if diff := cmp.Diff(file.request, spoken.request); diff != "" {
					t.Errorf("the client's request differs (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(file.understood, spoken.understood); diff != "" {
					t.Errorf("the client's result differs (-want +got):\n%s", diff)
				}
				wantShape(t, spoken.answer, file.answer)
			})
		})
	}
}

func understood(value any, err error) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err != nil {
		value = err.Error()
	}
	_ = e.Encode(value)
	return b.String()
}

// Every file must belong to a call.
func TestWireFilesAreUsed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(wireFile("*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".txtar")
		if !slices.ContainsFunc(slices.Collect(maps.Keys(calls())), func(c string) bool { return c[strings.LastIndexByte(c, ' ')+1:] == name }) {
			t.Errorf("no test reads %s", f)
		}
	}
}
