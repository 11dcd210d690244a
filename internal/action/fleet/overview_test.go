package fleet

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/dirtest"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/report"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalrsim"
)

// overviewStep is an overview with inputs and environment variables.
type overviewStep []string

// overviewCases are overviews of the workspaces staging/a, with one new resource, and staging/b, without changes. Each is a
// sequence of steps in different workflow runs.
var overviewCases = map[string]struct {
	steps  []overviewStep
	faults []scalrsim.Fault
	hub    []githubtest.Fault
	script scalrsim.RunScript // of b
	apply  bool
}{
	"two workspaces":                      {steps: []overviewStep{{"summary=true"}}},
	"without a summary":                   {steps: []overviewStep{{"summary=false"}}},
	"without a comment":                   {steps: []overviewStep{{"comment=false"}}},
	"without changes":                     {steps: []overviewStep{{"workspaces=staging/b", "comment=changes-only"}}},
	"with changes":                        {steps: []overviewStep{{"comment=changes-only"}}},
	"rejected":                            {steps: []overviewStep{{"workspaces=staging/b", "comment=changes-only", `needs={"plan":{"result":"failure"}}`}}},
	"nothing affected":                    {steps: []overviewStep{{"workspaces=[]", "comment=changes-only"}}},
	"by the workflow's name":              {steps: []overviewStep{{"GITHUB_WORKFLOW_REF="}}},
	"without a workflow":                  {steps: []overviewStep{{"GITHUB_WORKFLOW_REF=", "GITHUB_WORKFLOW=", "comment-tag=eu"}}},
	"no commit":                           {steps: []overviewStep{{"GITHUB_SHA=", "comment=false"}}},
	"no repository":                       {steps: []overviewStep{{"GITHUB_REPOSITORY="}}},
	"no workflow run":                     {steps: []overviewStep{{"GITHUB_RUN_ID="}}},
	"invalid token":                       {steps: []overviewStep{{}, {"token=a b", "GITHUB_RUN_ID=13"}}},
	"invalid input":                       {steps: []overviewStep{{}, {"workspaces=[", "GITHUB_RUN_ID=13"}}},
	"invalid input, without a comment":    {steps: []overviewStep{{}, {"workspaces=[", "comment=false", "GITHUB_RUN_ID=13"}}},
	"invalid input, without a token":      {steps: []overviewStep{{}, {"workspaces=[", "github-token=", "GITHUB_RUN_ID=13"}}},
	"invalid number":                      {steps: []overviewStep{{}, {"pr-number=x", "GITHUB_RUN_ID=13"}}},
	"invalid tag":                         {steps: []overviewStep{{"comment-tag=eu"}, {"comment-tag=\x01", "GITHUB_RUN_ID=13"}}},
	"invalid input, another pull request": {steps: []overviewStep{{"pr-number=8"}, {"pr-number=8", "workspaces=[", "GITHUB_RUN_ID=13"}}},
	"invalid input, with a tag":           {steps: []overviewStep{{"comment-tag=eu"}, {"comment-tag=eu", "workspaces=[", "GITHUB_RUN_ID=13"}}},
	"no comment to mark":                  {steps: []overviewStep{{"workspaces=["}}},
	"unreachable": {
		steps:  []overviewStep{{}, {"GITHUB_RUN_ID=13"}},
		faults: []scalrsim.Fault{{Op: "GET /runs", Nth: 2, Action: scalrsim.Status, Status: 404, Times: -1}},
	},
	"nearly too slow": { // 20 requests for the search, and two for the plan
		steps:  []overviewStep{{"workspaces=staging/a\n" + each(18, "ws-unknown#", "\n")}},
		faults: []scalrsim.Fault{{Op: "* /**", Action: scalrsim.Delay, Delay: 27 * time.Second, Times: -1}},
	},
	"too slow": {
		steps: []overviewStep{{"workspaces=staging/a\n" + each(18, "ws-unknown#", "\n")}},
		faults: []scalrsim.Fault{{Op: "GET /runs", Action: scalrsim.Trickle, Bytes: 1, Delay: time.Second},
			{Op: "* /**", Action: scalrsim.Delay, Delay: 29 * time.Second, Times: -1}},
	},
	"comment fails": {
		steps: []overviewStep{{"summary=false"}},
		hub:   []githubtest.Fault{{Operation: githubtest.CreateComment, Status: 403, Body: `{"message":"no"}`}},
	},
	"no ID token": {steps: []overviewStep{{"token=", "service-account=deployer@acme.scalr.io", "comment=false",
		"ACTIONS_ID_TOKEN_REQUEST_URL=https://token.test/?a=b", "ACTIONS_ID_TOKEN_REQUEST_TOKEN=request-token"}}},
	"proxy invalid":   {steps: []overviewStep{{"HTTPS_PROXY=://", "comment=false"}}},
	"summary fails":   {steps: []overviewStep{{"comment=false", "GITHUB_STEP_SUMMARY=/dev/full"}}},
	"no summary file": {steps: []overviewStep{{"comment=false", "GITHUB_STEP_SUMMARY="}}},
	"applied":         {steps: []overviewStep{{}, {"GITHUB_RUN_ID=13"}}, apply: true},
	"applied, waiting": {
		steps:  []overviewStep{{}, {"GITHUB_RUN_ID=13"}},
		script: scalrsim.RunScript{Plan: scalrsim.Stage{Changes: []scalrsim.Change{{Address: "terraform_data.b", Action: "update"}}}},
		apply:  true,
	},
	"redact": {steps: []overviewStep{{"redact=Elizabeth-7\nanother-secret", "comment=false"}},
		script: scalrsim.RunScript{Plan: scalrsim.Stage{Changes: []scalrsim.Change{}, Fails: "Elizabeth-7 is wrong", Log: "Elizabeth-7\n"}}},
	"redact, too many": {
		steps: []overviewStep{{"redact=" + strings.Repeat("x", 300_000) + "\n" + strings.Repeat("y", 300_000), "comment=false", "workspaces=[]"}},
	},
}

// TestOverviewSteps compares what users see of each overview with testdata/overview.txt.
func TestOverviewSteps(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	for _, name := range slices.Sorted(maps.Keys(overviewCases)) {
		c := overviewCases[name]
		synctest.Test(t, func(t *testing.T) {
			sim := scalrsim.New(scalrsim.Scenario{Faults: c.faults})
			hub := githubtest.New(githubtest.Options{Pulls: []githubtest.Pull{{Number: 7, Head: commitOf("c")}, {Number: 8, Head: commitOf("c")}}})
			for _, f := range c.hub {
				hub.Fail(f)
			}
			a, b := sim.AddWorkspace(scalrsim.StagingID, "a", nil), sim.AddWorkspace(scalrsim.StagingID, "b", nil)
			sim.SetRunScript(a, scalrsim.RunScript{Plan: creating("terraform_data.a")})
			script := c.script
			if script.Plan.Changes == nil {
				script.Plan.Changes = []scalrsim.Change{}
			}
			sim.SetRunScript(b, script)
			for _, run := range []string{"12", "13"} {
				message := hub.ServerURL() + "/acme/infra/actions/runs/" + run
				sim.AddRun(a, map[string]any{"is-dry": !c.apply, "auto-apply": c.apply, "message": message})
				sim.AddRun(b, map[string]any{"is-dry": !c.apply, "message": message})
			}
			time.Sleep(time.Hour)
			s := newStepTest(t, sim, hub)
			s.inputs["workspaces"] = fmt.Sprintf(`[{"id":%q,"name":"a","environment":"staging","because":"app/x.tf"},%q]`, a, b)
			last := ""
			for _, inputs := range c.steps {
				last = s.play(Overview, inputs...)
			}
			fmt.Fprintf(&got, "=== %s\n%s%s\n", name, last, s.comments())
		})
	}
	goldentest.Compare(t, filepath.Join("testdata", "overview.txt"), got.String())
}

// withRows returns an overview of rows with these addresses of runs, and the log and the outputs of its step.
func withRows(t *testing.T, addresses ...string) (c *overviewCommand, log *bytes.Buffer, outputs func() map[string]string) {
	t.Helper()
	log = new(bytes.Buffer)
	file := filepath.Join(dirtest.InMemory(t), "output")
	s, _, end := step.Begin(t.Context(), step.Env{Stdout: log, Environ: []string{"GITHUB_OUTPUT=" + file, "GITHUB_ACTIONS=true"}})
	c = &overviewCommand{Step: s, out: s.NewOutputs()}
	for _, address := range addresses {
		row := report.Row{Report: kindsOfRows["planned, creates"]}
		row.Workspace, row.RunURL = scalr.Workspace{ID: "ws-1", Name: "a"}, address
		c.page.Rows = append(c.page.Rows, row)
	}
	return c, log, func() map[string]string {
		end()
		all, err := runnertest.Outputs(file)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
}

// TestOverviewLargeOutput checks the border at which the output runs is left empty.
func TestOverviewLargeOutput(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	rest := len(`[{"workspace-id":"ws-1","workspace":"a","run-id":"","run-url":"","result":"planned","additions":1,"changes":0,"destructions":0}]`)
	for size, want := range map[int]int{limit: limit, limit + 1: 0} {
		c, log, outputs := withRows(t, strings.Repeat("x", size-rest))
		c.setOutputs(true)
		got := outputs()
		if len(got["runs"]) != want || got["changed"] != "1" || strings.Contains(log.String(), "The output runs is left empty") != (want == 0) {
			t.Errorf("%d bytes: the output has %d bytes, %s have changes\n%s", size, len(got["runs"]), got["changed"], log)
		}
	}
}

// TestOverviewPost checks the size of the comment, and of the shorter one that replaces it if GitHub rejects its size.
func TestOverviewPost(t *testing.T) {
	t.Parallel()
	c, _, outputs := withRows(t, slices.Repeat([]string{"https://acme.scalr.test/" + strings.Repeat("x", 500)}, 100)...)
	defer outputs()
	c.out.Set("runs", "")
	post := c.post()
	if n := len(post.Body); n > 65_536 || n < 50_000 {
		t.Errorf("the comment has %d bytes", n)
	}
	if n := len(post.Shorter); n > 16_384 || n < 10_000 {
		t.Errorf("the shorter comment has %d bytes", n)
	}
}
