package scalr_test

import (
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/openapitest"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
	"scalr-run-action/internal/secret"
)

// knownDifferences lists the permitted differences of client and simulator from the document, each with its reason.
// Keep it short: every entry weakens the check.
var knownDifferences = []struct{ complaint, reason string }{
	{`: response 4\d\d: /errors/0: property "title" is unsupported`, "the service sends it; the vendor's own clients say that the document lacks it"},
	{`^PATCH .*: request: /data/.*: property "[a-z-]+" is missing`, "a PATCH leaves out what it does not change"},
	{`^PATCH .*: request: /data/id: readOnly property "id" in request`, "JSON:API asks for it in a PATCH"},
	{`^GET /(policy-groups|provider-configurations): response 200: .*: property "[a-z-]+" is missing`, "only these fields were requested"},
}

func TestContract(t *testing.T) {
	t.Parallel()
	w := described(t)
	for _, scenario := range contractScenarios() {
		t.Run(scenario.Name, func(t *testing.T) { // not parallel: they share the recorder's transport
			synctest.Test(t, func(t *testing.T) { tour(t, w, scenario) })
		})
	}
	t.Run("places", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { tourPlaces(t, w) })
	})
	used := make([]bool, len(knownDifferences))
	for _, c := range w.Differences() {
		if !isKnownDifference(c, used) {
			t.Errorf("%s", c)
		}
	}
	for i, f := range knownDifferences {
		if !used[i] {
			t.Errorf("the exception for %q is no longer needed", f.complaint)
		}
	}
	seen := w.Seen()
	t.Logf("operations seen: %d, exchanges: %d", len(seen), total(seen))
	for _, operation := range slices.Sorted(maps.Keys(seen)) {
		t.Logf("%4d %s", seen[operation], operation)
	}
}

func isKnownDifference(complaint string, used []bool) bool {
	for i, f := range knownDifferences {
		if regexp.MustCompile(f.complaint).MatchString(complaint) {
			used[i] = true
			return true
		}
	}
	return false
}

func total(counts map[string]int) (sum int) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

// Ensures that the check detects violations.
func TestContractObjects(t *testing.T) {
	t.Parallel()
	described(t)
	const good = `{"data":{"type":"runs","attributes":{"is-dry":true},"relationships":{"workspace":{"data":{"type":"workspaces","id":"ws-1"}}}}}`
	tests := map[string]struct {
		method, path, kind, body string
		status                   int
		answer                   string
		want                     string
	}{
		"unknown attribute": {"POST", "/runs", "application/vnd.api+json", strings.Replace(good, "is-dry", "plan-only", 1), 404, "",
			`POST /runs: request: /data/attributes: property "plan-only" is unsupported`},
		"wrong type of an attribute": {"POST", "/runs", "application/vnd.api+json", strings.Replace(good, "true", `"yes"`, 1), 404, "",
			`POST /runs: request: /data/attributes/is-dry: value must be a boolean`},
		"wrong content type": {
			"POST", "/runs", "application/json", good, 404, "",
			`POST /runs: request: request body has an error: header Content-Type has unexpected value "application/json"`,
		},
		"unknown query":     {"GET", "/runs?filter[cv]=1", "", "", 404, "", `GET /runs: request: query parameter filter[cv] is not in the document`},
		"unknown operation": {"GET", "/nothing", "", "", 404, "", `GET /api/iacp/v3/nothing: unknown operation: no matching operation was found`},
		"wrong status":      {"GET", "/runs", "", "", 201, "", `GET /runs: response: status 201 is not in the document`},
		"unknown member of a response": {"GET", "/runs", "", "", 200, `{"data":[{"type":"runs","id":"run-1","attributes":{"colour":"red"}}]}`,
			`GET /runs: response 200: /data/0/attributes: property "colour" is unsupported`},
		"unknown member of a problem": {"GET", "/runs", "", "", 404, `{"errors":[{"hint":"x"}]}`,
			`GET /runs: response 404: /errors/0: property "hint" is unsupported`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := described(t)
			w.Next = roundTrip(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: test.status, Header: http.Header{"Content-Type": {"application/vnd.api+json"}},
					Body: io.NopCloser(strings.NewReader(test.answer))}, nil
			})
			req, err := http.NewRequestWithContext(t.Context(), test.method, "https://acme.scalr.test/api/iacp/v3"+test.path, strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", test.kind)
			res, err := w.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if got := w.Differences(); !slices.Contains(got, test.want) {
				t.Errorf("got %q, want among them %q", got, test.want)
			}
		})
	}
}

// contractScenarios lists the scenarios in which Scalr itself sends all responses, with its current statuses.
func contractScenarios() []scalrsim.Scenario {
	var all []scalrsim.Scenario
	for _, name := range slices.Sorted(maps.Keys(scalrsim.Scenarios())) {
		s := scalrsim.Scenarios()[name]
		unknown := slices.ContainsFunc(s.Script.Steps, func(step scalrsim.Step) bool { return !scalr.Status(step.Status).Known() })
		if unknown || s.Script.Execute || s.Script.Plan.Size > 0 || len(s.Faults) > 0 && name != "bad-upload" {
			continue
		}
		s.Pace = 0.5
		all = append(all, s)
	}
	return all
}

// recorded returns a harness whose exchanges are compared with the document.
func recorded(t *testing.T, w *openapitest.Recorder, scenario scalrsim.Scenario) *scalrtest.Harness {
	r := scalrtest.New(t, scenario)
	w.Next = r.Sim.Client().Transport
	r.Client = r.Dial(scalr.Config{HTTP: &http.Client{Transport: w}})
	return r
}

// tour creates a dry run and a real one with all settings, follows each until it is final or waits for a person, reads
// everything there is, and stops it.
func tour(t *testing.T, w *openapitest.Recorder, scenario scalrsim.Scenario) {
	r := recorded(t, w, scenario)
	ctx := t.Context()
	if _, err := r.Workspace(ctx, scalrsim.WorkspaceID); err != nil {
		t.Error(err)
	}
	for _, dry := range []bool{true, false} {
		v, err := r.UploadConfiguration(ctx, dry)
		if err != nil {
			t.Log(err) // no upload address, or a blocked one
			return
		}
		q := scalr.RunRequest{WorkspaceID: scalrsim.WorkspaceID, ConfigurationID: v.ID, Dry: dry, Message: "tour",
			Targets: []string{"terraform_data.a"}, Replace: []string{"terraform_data.b"}, NoRefresh: true,
			Variables: []scalr.Variable{{Key: "region", Value: "eu"}, {Key: "TOKEN", Value: "s3cr3t-of-a-run", Shell: true, Sensitive: true}}}
		if !dry {
			yes := false
			q.Destroy, q.SavePlan, q.RefreshOnly, q.AutoApply = true, scenario.Name == "saved-plan", scenario.Name == "no-changes", &yes
		}
		run, _, err := runs.Create(ctx, r.Client, q)
		if err != nil {
			t.Error(err)
			return
		}
		tourRun(r, run)
	}
}

func tourRun(r *scalrtest.Harness, run scalr.Run) {
	ctx := r.T.Context()
	run = tourUntilFinal(r, run)
	if !run.Status.IsFinal() {
		runs.Blocking(ctx, r.Client, run.WorkspaceID, run.ID)
		_ = r.Confirm(ctx, run.ID, "go", nil)
		for _, p := range run.Policies {
			_ = r.Override(ctx, p.ID, nil)
		}
		run = tourUntilFinal(r, run)
		_, _ = runs.Stop(ctx, r.Client, run, runs.StopOptions{Comment: "enough", AllowApply: true})
		run = tourUntilFinal(r, run)
	}
	logs, _ := run.Logs()
	for _, l := range logs {
		if body, err := r.Log(ctx, l, 10*time.Second); err == nil && body != nil {
			_, _ = io.Copy(io.Discard, body)
			body.Close()
		}
	}
	if body, err := r.PlanJSON(ctx, run.Plan.ID); err == nil && body != nil {
		body.Close()
	}
	if _, err := r.Outputs(ctx, run.WorkspaceID, true); err != nil {
		r.T.Error(err)
	}
	if _, _, err := runs.FindByConfiguration(ctx, r.Client, run.WorkspaceID, run.ConfigurationID); err != nil {
		r.T.Error(err)
	}
}

func tourUntilFinal(r *scalrtest.Harness, run scalr.Run) scalr.Run {
	for range 20 {
		time.Sleep(time.Second)
		look, err := r.PollRun(r.T.Context(), run.ID)
		if err != nil {
			r.T.Error(err)
			return run
		}
		if run = look; run.Status.IsFinal() || run.Waiting() {
			break
		}
	}
	return run
}

// tourSettings reads and changes the related resources of a workspace.
func tourSettings(r *scalrtest.Harness, workspaceID, providerID string) {
	ctx := r.T.Context()
	check := func(err error) {
		if err != nil {
			r.T.Error(err)
		}
	}
	for _, v := range []scalr.Variable{{Key: "sizes", Value: "[1, 2]", HCL: true},
		{Key: "TOKEN", Value: "s3cr3t-of-a-workspace", Shell: true, Sensitive: true}} {
		stored, _, err := r.CreateVariable(ctx, workspaceID, v)
		check(err)
		_, err = r.UpdateVariable(ctx, stored.ID, v)
		check(err)
	}
	_, err := r.WorkspaceVariables(ctx, workspaceID)
	check(err)
	check(r.CreateProviderLink(ctx, workspaceID, scalr.ProviderLink{ProviderID: providerID, Alias: "eu"}))
	links, err := r.ProviderLinks(ctx, workspaceID)
	check(err)
	for _, link := range links {
		check(r.SetProviderAlias(ctx, link.ID, "us"))
		check(r.SetProviderAlias(ctx, link.ID, ""))
		check(r.DeleteProviderLink(ctx, link.ID))
	}
}

// tourPlaces sends the requests of the companion actions, including refused ones.
func tourPlaces(t *testing.T, w *openapitest.Recorder) {
	r := recorded(t, w, scalrsim.Scenario{})
	ctx := t.Context()
	yes, no := true, false
	group, provider := r.Sim.AddPolicyGroup("guards"), r.Sim.AddProviderConfiguration("aws", "aws")
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	tag, _, err := r.EnsureTag(ctx, "team-a")
	check(err)
	_, err = r.Tags(ctx, "team-a")
	check(err)
	e, _, err := r.CreateEnvironment(ctx, scalr.EnvironmentSettings{Name: "sandbox", MaskSensitive: &yes, RemoteBackend: &yes, TagIDs: []string{tag.ID}})
	check(err)
	_, err = r.UpdateEnvironment(ctx, e.ID, scalr.EnvironmentSettings{Name: "sandbox-2", MaskSensitive: &no, DefaultProviders: []string{provider}})
	check(err)
	_, err = r.Environments(ctx, scalr.EnvironmentFilter{Name: "sandbox-2", Query: "sand", Tag: tag.ID, PolicyGroup: group,
		LatestRunDate: "between:2022-01-01T00:00:00Z,2022-02-01T00:00:00Z", Sort: "name"})
	check(err)
	_, err = r.Environment(ctx, e.ID)
	check(err)
	_, err = r.PolicyGroups(ctx)
	check(err)
	check(r.LinkPolicyGroup(ctx, group, e.ID))
	check(r.UnlinkPolicyGroup(ctx, group, e.ID))
	_, err = r.Providers(ctx)
	check(err)
	check(r.LinkProvider(ctx, provider, e.ID))
	check(r.UnlinkProvider(ctx, provider, e.ID))
	pool := r.Sim.AddAgentPool("private", scalrsim.Agent{Name: "runner-1", Status: "busy"})
	_, err = r.AgentPools(ctx)
	check(err)
	_, err = r.AgentPool(ctx, pool)
	check(err)
	directory, days, minutes, none, never := "live", 7, 90, "", 0
	ws, _, err := r.CreateWorkspace(ctx, e.ID, scalr.WorkspaceSettings{Name: "w", Platform: "opentofu", Version: "1.9.0", Directory: &directory,
		ExecutionMode: "remote", EnvironmentType: "testing", AutoDestroyDays: &days, AutoApply: &no, Protection: &yes, TagIDs: []string{tag.ID},
		AutoQueueRuns: "never", RunTimeout: &minutes, VarFiles: []string{"eu.tfvars"}, AgentPoolID: &pool, ForceLatestRun: &yes})
	check(err)
	_, err = r.UpdateWorkspace(ctx, ws.ID, scalr.WorkspaceSettings{AutoApply: &yes, Directory: &none, Protection: &no, AutoDestroyDays: &never,
		RunTimeout: &never, VarFiles: []string{}, AgentPoolID: &none, ForceLatestRun: &no})
	check(err)
	tourSettings(r, ws.ID, provider)
	_, err = r.Workspaces(ctx, scalr.WorkspaceFilter{EnvironmentID: e.ID, Name: "w", Query: "w", Tag: tag.ID})
	check(err)
	_, err = r.Workspaces(ctx, scalr.WorkspaceFilter{Environment: "production", Name: "network"})
	check(err)
	for kind, id := range map[scalr.Kind]string{scalr.EnvironmentKind: e.ID, scalr.WorkspaceKind: ws.ID} {
		check(r.AddTags(ctx, kind, id, []string{tag.ID}))
		_, err = r.TagIDs(ctx, kind, id)
		check(err)
		check(r.RemoveTags(ctx, kind, id, []string{tag.ID}))
		check(r.ReplaceTags(ctx, kind, id, nil))
	}
	check(r.DeleteWorkspace(ctx, ws.ID, nil))
	check(r.DeleteEnvironment(ctx, e.ID, nil))
	_, _ = r.Workspace(ctx, "ws-none")
	_, _ = r.Environment(ctx, "env-none")
	_, _ = r.Run(ctx, "run-none")
	_, _, _ = r.Assume(ctx, "unknown@acme.scalr.io", secret.New("e30.e30.e30"))
	_, _, err = r.Assume(ctx, "deployer@acme.scalr.io", secret.New("e30.e30.e30"))
	check(err)
}
