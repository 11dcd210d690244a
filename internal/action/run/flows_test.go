package run

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/action/step/steptest"
	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/scalrsim"
)

// flow is one or two steps against an in-memory Scalr server. The second step acts on the run of the first.
type flow struct {
	scenario      string
	first, second []string // inputs
}

// TestFlows compares the exit code, the log, the outputs, the summary and the changes of whole steps with golden files.
func TestFlows(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]flow{
		"plan":              {scenario: "no-changes", first: []string{"dry-run=true"}},
		"apply":             {scenario: "waits-for-approval", first: []string{"dry-run=false", "auto-apply=true"}},
		"waits":             {scenario: "waits-for-approval", first: []string{"dry-run=false"}},
		"gate":              {scenario: "waits-for-approval", first: []string{"dry-run=false", "auto-apply=true", "fail-on=changes"}},
		"does-not-wait":     {scenario: "waits-for-approval", first: []string{"dry-run=false", "wait=false"}},
		"check":             {scenario: "waits-for-approval", first: []string{"mode=check"}},
		"unknown-workspace": {scenario: "waits-for-approval", first: []string{"workspace-id=", "workspace=production/netwerk"}},
		"confirm":           {scenario: "waits-for-approval", first: []string{"dry-run=false"}, second: []string{"mode=confirm"}},
		"confirm-gate":      {scenario: "waits-for-approval", first: []string{"dry-run=false"}, second: []string{"mode=confirm", "fail-on=changes"}},
		"discard":           {scenario: "waits-for-approval", first: []string{"dry-run=false"}, second: []string{"mode=discard"}},
		"cancel":            {scenario: "waits-for-approval", first: []string{"dry-run=false", "wait=false"}, second: []string{"mode=cancel"}},
		"watch":             {scenario: "waits-for-approval", first: []string{"dry-run=false", "wait=false"}, second: []string{"mode=watch"}},
		"override":          {scenario: "policy-soft", first: []string{"dry-run=false"}, second: []string{"mode=override"}},
		"hard-policy":       {scenario: "policy-hard", first: []string{"dry-run=false"}},
		"plan-error":        {scenario: "plan-error", first: []string{"dry-run=false"}},
		"apply-error":       {scenario: "apply-error", first: []string{"dry-run=false", "auto-apply=true"}},
		"nothing-to-apply":  {scenario: "waits-without-changes", first: []string{"dry-run=false"}},
		"vcs-workspace":     {scenario: "vcs-driven", first: []string{"dry-run=true"}},
		"locked":            {scenario: "locked", first: []string{"dry-run=false"}},
		"saved-plan":        {scenario: "saved-plan", first: []string{"dry-run=false", "save-plan=true"}},
		"expired-link":      {scenario: "expired-link", first: []string{"dry-run=true"}},
		"bad-upload":        {scenario: "bad-upload", first: []string{"dry-run=true"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			goldentest.Compare(t, filepath.Join("testdata", "flows", name+".txt"), f.play(t))
		})
	}
}

func (f flow) play(t *testing.T) (text string) {
	t.Helper()
	checkout, temp := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(checkout, "main.tf"), []byte(`resource "terraform_data" "network" {}`), 0o644); err != nil {
		t.Fatal(err)
	}
	scenario, ok := scalrsim.Scenarios()[f.scenario]
	if !ok {
		t.Fatalf("no scenario %q in %q", f.scenario, slices.Sorted(maps.Keys(scalrsim.Scenarios())))
	}
	synctest.Test(t, func(t *testing.T) {
		server := scalrsim.New(scenario)
		defer server.Close()
		environ := map[string]string{"GITHUB_REPOSITORY": "acme/infra", "GITHUB_RUN_ID": "7", "GITHUB_RUN_ATTEMPT": "1",
			"GITHUB_SERVER_URL": "https://github.com", "GITHUB_WORKSPACE": checkout, "RUNNER_TEMP": temp}
		in := map[string]string{"base-url": "https://acme.scalr.test", "token": scalrsim.Token, "workspace-id": scalrsim.WorkspaceID}
		for _, inputs := range [][]string{f.first, f.second} {
			if inputs == nil {
				continue
			}
			for _, input := range inputs {
				name, value, _ := strings.Cut(input, "=")
				in[name] = value
			}
			r := steptest.Step{Main: Main, Inputs: in, Env: environ, HTTP: server.Client()}.Run(t, t.TempDir())
			text += fmt.Sprintf("exit code %d\n%s--\n%s--\n%s--\n", r.Code, r.Log, r.OutputLines(""), r.Summary)
			in = map[string]string{"base-url": in["base-url"], "token": in["token"], "run-id": r.Outputs["run-id"]}
		}
		text += steptest.Changes(server.Requests())
	})
	return stopToken.ReplaceAllString(text, "::TOKEN")
}

// stopToken matches the random token between which the runner ignores commands.
var stopToken = regexp.MustCompile(`::[A-Z0-9]{26}\b`)
