package run

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/report"
	"scalr-run-action/internal/scalr"
)

// commandIn returns a command with environment variables, and its log.
func commandIn(in inputs.Run, environ ...string) (*command, *bytes.Buffer) {
	log := new(bytes.Buffer)
	s := &step.Step{Job: job.New(job.Options{Stdout: log, Environ: environ})}
	return &command{Step: s, in: in, out: s.NewOutputs(), logs: &stageLogs{step: s}}, log
}

// TestMessageNamesOrigin checks the message of a run without the input message.
func TestMessageNamesOrigin(t *testing.T) {
	t.Parallel()
	event := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(event, []byte(`{"pull_request": {"number": 12}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	const repository, actor = "GITHUB_REPOSITORY=acme/infra", "GITHUB_ACTOR=octocat"
	const sha, ref, pull = "GITHUB_SHA=5f2c1e8a9b7d", "GITHUB_REF_NAME=main", "GITHUB_EVENT_NAME=pull_request"
	got := map[string]string{}
	for name, environ := range map[string][]string{
		"nothing":         nil,
		"everything":      {repository, actor, sha, ref},
		"pull request":    {repository, actor, sha, ref, pull, "GITHUB_EVENT_PATH=" + event},
		"repository":      {repository},
		"ref":             {ref},
		"actor":           {actor},
		"commit":          {sha},
		"short commit":    {repository, "GITHUB_SHA=5f2c1e8"},
		"shorter commit":  {repository, "GITHUB_SHA=5f2c1e"},
		"not on GitHub":   {repository, "GITHUB_RUN_ID=7"},
		"only a workflow": {"GITHUB_ACTIONS=true", "GITHUB_RUN_ID=7"},
		"GitHub":          {"GITHUB_ACTIONS=true", "GITHUB_RUN_ID=7", repository},
	} {
		r, _ := commandIn(inputs.Run{}, environ...)
		got[name] = r.message()
	}
	wantTexts(t, got, map[string]string{
		"nothing":         "started by scalr-run-action",
		"everything":      "acme/infra@main at 5f2c1e8 by octocat",
		"pull request":    "acme/infra#12 at 5f2c1e8 by octocat",
		"repository":      "acme/infra",
		"ref":             "@main",
		"actor":           "by octocat",
		"commit":          "at 5f2c1e8",
		"short commit":    "acme/infra at 5f2c1e8",
		"shorter commit":  "acme/infra",
		"not on GitHub":   "acme/infra",
		"only a workflow": "started by scalr-run-action",
		"GitHub":          "acme/infra https://github.com/acme/infra/actions/runs/7",
	})
	r, _ := commandIn(inputs.Run{Message: "Release\xff 12"}, repository)
	if got := r.message(); got != "Release\uFFFD 12" {
		t.Errorf("the message of the input is sent as %q", got)
	}
}

// TestCommentNamesOrigin checks the comment that Scalr stores with an action on a run.
func TestCommentNamesOrigin(t *testing.T) {
	t.Parallel()
	const actor, workflow = "GITHUB_ACTOR=octocat", "GITHUB_REPOSITORY=acme/infra"
	got := map[string]string{}
	for name, environ := range map[string][]string{
		"nothing": nil, "actor": {actor}, "workflow": {workflow, "GITHUB_RUN_ID=7"}, "both": {actor, workflow, "GITHUB_RUN_ID=7"},
	} {
		r, _ := commandIn(inputs.Run{}, environ...)
		got[name], got[name+" and reason"] = r.actionComment(""), r.actionComment("confirmed")
	}
	const run = "https://github.com/acme/infra/actions/runs/7"
	wantTexts(t, got, map[string]string{
		"nothing":             "by scalr-run-action",
		"nothing and reason":  "confirmed, by scalr-run-action",
		"actor":               "by scalr-run-action for octocat",
		"actor and reason":    "confirmed, by scalr-run-action for octocat",
		"workflow":            "by scalr-run-action " + run,
		"workflow and reason": "confirmed, by scalr-run-action " + run,
		"both":                "by scalr-run-action for octocat " + run,
		"both and reason":     "confirmed, by scalr-run-action for octocat " + run,
	})
}

// TestSourceOfRun checks the commit and the workflow run that the report names.
func TestSourceOfRun(t *testing.T) {
	t.Parallel()
	const repository, sha = "GITHUB_REPOSITORY=acme/infra", "GITHUB_SHA=5f2c1e8a9b7d"
	for name, c := range map[string]struct {
		environ []string
		want    report.Source
	}{
		"nothing":    {},
		"repository": {[]string{repository}, report.Source{Repository: "acme/infra"}},
		"commit":     {[]string{sha}, report.Source{SHA: "5f2c1e8a9b7d"}},
		"everything": {
			[]string{repository, sha, "GITHUB_ACTOR=octocat", "GITHUB_RUN_ID=7", "GITHUB_RUN_ATTEMPT=2", "GITHUB_SERVER_URL=https://ghe.test"},
			report.Source{
				Repository: "acme/infra", SHA: "5f2c1e8a9b7d", Actor: "octocat",
				CommitURL:      "https://ghe.test/acme/infra/commit/5f2c1e8a9b7d",
				WorkflowRunURL: "https://ghe.test/acme/infra/actions/runs/7/attempts/2",
			},
		},
	} {
		r, _ := commandIn(inputs.Run{}, c.environ...)
		if got := r.source(); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// TestURLInProblem checks that the problem of a failed step contains the URL of the run once.
func TestURLInProblem(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for name, c := range map[string]struct {
		problem, url string
		code         step.Code
	}{
		"failed":          {"The run failed.", runURL, step.CodeRunErrored},
		"failed, with it": {"The run failed. See " + runURL, runURL, step.CodeRunErrored},
		"no problem":      {"", runURL, step.CodeRunErrored},
		"no run":          {"The run failed.", "", step.CodeRunErrored},
		"succeeded":       {"The run waits.", runURL, ""},
	} {
		r := &command{facts: facts{runURL: c.url}}
		o := step.Outcome{Result: "errored", Code: c.code, Problem: c.problem}
		if c.code == "" {
			o.Result = "planned"
		}
		got[name] = r.withRunURL(o).Problem
	}
	wantTexts(t, got, map[string]string{
		"failed":          "The run failed. See " + runURL,
		"failed, with it": "The run failed. See " + runURL,
		"no problem":      "See " + runURL,
		"no run":          "The run failed.",
		"succeeded":       "The run waits.",
	})
}

// TestPermissionsInLog checks how the permissions of the token are logged.
func TestPermissionsInLog(t *testing.T) {
	t.Parallel()
	r, log := commandIn(inputs.Run{})
	r.logPermissions(map[string]bool{"can-queue-run": true, "can-queue-apply": false, "can-update": true})
	const want = "The token may start runs: yes\nThe token may apply them: no\nThe token may destroy: unknown\n" +
		"The token may change the workspace: yes\n"
	if log.String() != want {
		t.Errorf("logged\n%s, want\n%s", log, want)
	}
}

// TestNameOfWorkspaceInput checks which input names the workspace of a comment.
func TestNameOfWorkspaceInput(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]struct {
		id, input string
	}{"": {}, "ws-1": {id: "ws-1"}, "production/network": {input: " production/network "}, "a/b": {id: "ws-1", input: "a/b"}} {
		r, _ := commandIn(inputs.Run{WorkspaceID: c.id}, "INPUT_WORKSPACE="+c.input)
		if got := r.workspaceInput(); got != want {
			t.Errorf("id %q and name %q: %q, want %q", c.id, c.input, got, want)
		}
	}
}

// TestWhoConfirmsDestroyRuns checks which runs a step on an existing run accepts, depending on the input destroy.
func TestWhoConfirmsDestroyRuns(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	bools := map[string]*bool{"yes": &yes, "no": &no, "unknown": nil}
	const unknown, destroys, other = "does not report whether run run-1 is a destroy run", "destroys everything", "is not a destroy run"
	for name, want := range map[string]string{
		// mode, destroy of the input, is-destroy, is-dry, auto-apply of the run
		"confirm false yes no unknown":      destroys,
		"confirm false no no unknown":       "",
		"confirm false unknown no unknown":  unknown,
		"confirm true yes no unknown":       "",
		"confirm true no no unknown":        other,
		"confirm true unknown no unknown":   unknown,
		"confirm false yes yes unknown":     "",
		"confirm true no yes unknown":       "",
		"confirm false yes unknown unknown": destroys,
		"confirm false yes no no":           destroys,
		"override false yes no yes":         destroys,
		"override false yes no unknown":     destroys,
		"override false yes no no":          "",
		"override false unknown no no":      "",
		"override false unknown no yes":     unknown,
		"override true unknown no no":       unknown,
		"override true no no no":            other,
		"override true yes no no":           "",
		"discard false yes no yes":          "",
		"cancel true no no yes":             "",
		"watch false unknown no yes":        "",
	} {
		f := bytes.Fields([]byte(name))
		is := scalr.Settings{Destroy: bools[string(f[2])], Dry: bools[string(f[3])], AutoApply: bools[string(f[4])]}
		expected := existingRun{mode: inputs.Mode(f[0]), destroy: string(f[1]) == "true"}
		got := expected.check(scalr.Run{ID: "run-1", Settings: is})
		switch {
		case got == nil && want != "", got != nil && (want == "" || !bytes.Contains([]byte(got.problem), []byte(want))):
			t.Errorf("%s: %v, want %q", name, got, want)
		case got != nil && (got.unreported != (want == unknown) || got.code != step.CodeRunNotExpected || got.run.ID != "run-1"):
			t.Errorf("%s: unreported %v, code %s, run %q", name, got.unreported, got.code, got.run.ID)
		}
	}
}
