package action_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/dirtest"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/scalrsim"
)

// fleet is a matrix of workspaces on one Scalr server, for pull request 7.
type fleet struct {
	t      *testing.T
	sim    *scalrsim.Server
	hub    *githubtest.Server
	ids    []string // ids of the workspaces
	listed []map[string]any
	// inputs and env are set for each overview.
	inputs, env []string
	// changes, if set, changes the response to one request of each overview step.
	changes *faultTransport
}

// inFleet runs a test with n workspaces, service-000 and so on, in three environments.
func inFleet(t *testing.T, n int, s scalrsim.Scenario, play func(*fleet)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fleet{t: t, sim: scalrsim.New(s), hub: newHub(oldHead)}
		environments := []string{scalrsim.EnvironmentID, scalrsim.StagingID, f.sim.AddEnvironment("development")}
		names := []string{scalrsim.EnvironmentName, "staging", "development"}
		for i := range n {
			name := fmt.Sprintf("service-%03d", i)
			id := f.sim.AddWorkspace(environments[i%3], name, nil)
			f.ids = append(f.ids, id)
			f.listed = append(f.listed,
				map[string]any{
					"id":             id,
					"name":           name,
					"environment-id": environments[i%3],
					"environment":    names[i%3],
					"because":        "modules/vpc/main.tf",
					"wave":           0,
				})
		}
		play(f)
		for _, o := range f.sim.Objections() {
			t.Errorf("invalid requests to Scalr: %s", o)
		}
		checkGitHub(t, f.hub)
	})
}

// plan starts the run of a matrix job.
func (f *fleet) plan(i int, life scalrsim.RunScript, run, attempt string) string {
	f.sim.SetRunScript(f.ids[i], life)
	message := "acme/infra#7 at aaaaaaa by octocat https://github.com/acme/infra/actions/runs/" + run
	if attempt != "1" {
		message += "/attempts/" + attempt
	}
	return f.sim.AddRun(f.ids[i], map[string]any{"is-dry": true, "message": message})
}

// plans starts the runs of all workspaces and waits until they end.
func (f *fleet) plans(life scalrsim.RunScript, run string) {
	for i := range f.ids {
		f.plan(i, life, run, "1")
	}
	time.Sleep(time.Minute)
}

// play runs the overview of a workflow run on a commit.
func (f *fleet) play(run, attempt, head string, inputs ...string) *stepResult {
	f.t.Helper()
	all, err := json.Marshal(f.listed)
	if err != nil {
		f.t.Fatal(err)
	}
	r := onPull(f.t, f.hub, scalrsim.Scenario{}, run, head, "workspace=", "workspace-id=", "workspaces="+string(all))
	r.name = "scalr-overview"
	r.env["GITHUB_RUN_ATTEMPT"], r.env["GITHUB_WORKFLOW_REF"] = attempt,
		"acme/infra/.github/workflows/plan.yml@refs/pull/7/merge"
	delete(r.inputs, "workspace")
	delete(r.inputs, "workspace-id")
	r.set(f.inputs...).set(inputs...)
	for _, e := range f.env {
		name, value, _ := strings.Cut(e, "=")
		r.env[name] = value
	}
	transport := f.changes.through(hosts{hub: f.hub.Client().Transport, scalr: f.sim.Client().Transport})
	r.http = func(*scalrsim.Server) http.RoundTripper { return transport }
	p := &stepResult{t: f.t, dir: dirtest.InMemory(f.t), server: f.sim}
	before := len(f.sim.Requests())
	r.step(p)
	p.read()
	r.leaks(p)
	for _, q := range f.sim.Requests()[before:] {
		if q.Method != http.MethodGet {
			f.t.Errorf("the overview sent %s %s", q.Method, q.Path)
		}
	}
	errors := strings.Count(p.log, "::error title=Scalr")
	if want := map[bool]int{true: 0, false: 1}[p.code == 0]; errors != want {
		f.t.Errorf("exit %d with %d headline errors, want %d\n%s", p.code, errors, want, p.log)
	}
	return p
}

// headline returns the first line of the only comment.
func (f *fleet) headline() string {
	f.t.Helper()
	list := f.hub.Written(7)
	if len(list) != 1 {
		f.t.Fatalf("%d comments, want 1", len(list))
	}
	return commentHeadline(list[0].Body)
}

func commentHeadline(body string) string {
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, "### ") {
			return strings.TrimSpace(strings.TrimPrefix(line, "### "))
		}
	}
	return "no headline: " + body
}

func (f *fleet) wantHeadline(want string) {
	f.t.Helper()
	if got := f.headline(); got != want {
		f.t.Errorf("the comment contains %q, want %q", got, want)
	}
}

var (
	changesNothing = scalrsim.RunScript{Plan: scalrsim.Stage{Changes: []scalrsim.Change{}}}
	creates        = scalrsim.RunScript{
		Plan: scalrsim.Stage{Changes: []scalrsim.Change{{Address: "terraform_data.a", Action: "create"}}},
		Cost: &scalrsim.Cost{Prior: "0.00", Proposed: "6.22", Delta: "6.22"},
	}
	destroys = scalrsim.RunScript{
		Plan: scalrsim.Stage{
			Changes: []scalrsim.Change{
				{Address: "terraform_data.b", Action: "delete"},
				{Address: "terraform_data.c", Action: "replace"},
			},
		},
	}
	planFails = scalrsim.RunScript{Plan: scalrsim.Stage{Changes: []scalrsim.Change{}, Fails: "quota exceeded"}}
)

const allGood = `needs={"list":{"result":"success"},"plan":{"result":"success"}}`
