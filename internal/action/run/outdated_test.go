package run

import (
	"errors"
	"testing"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
)

// TestWhatMakesReportOutdated checks after which outcomes, and with which inputs, a step without a workspace marks the
// report of an earlier run as outdated.
func TestWhatMakesReportOutdated(t *testing.T) {
	t.Parallel()
	complete := inputs.Run{GitHubToken: secret.New("github-token-1"), PullRequest: 7, CommentTag: "infra"}
	with := func(change func(*inputs.Run)) inputs.Run {
		in := complete
		change(&in)
		return in
	}
	const workspace, number, tag = "INPUT_WORKSPACE=production/network", "INPUT_PR-NUMBER=x", "INPUT_COMMENT-TAG=*"
	failed := step.Outcome{Result: result.Invalid, Code: step.CodeInputInvalid}
	for name, c := range map[string]struct {
		in      inputs.Run
		environ []string
		o       step.Outcome
		want    bool
	}{
		"failed":              {complete, []string{workspace}, failed, true},
		"exit code 1":         {complete, []string{workspace}, step.Outcome{Result: result.Errored, Code: step.CodeRunErrored}, true},
		"success":             {complete, []string{workspace}, step.Outcome{Result: result.Planned}, false},
		"wrong workspace":     {complete, []string{workspace}, step.Outcome{Result: result.Refused, Code: step.CodeWrongWorkspace}, false},
		"wrong configuration": {complete, []string{workspace}, step.Outcome{Result: result.Refused, Code: step.CodeWrongConfiguration}, false},
		"unexpected run":      {complete, []string{workspace}, step.Outcome{Result: result.Refused, Code: step.CodeRunNotExpected}, false},
		"unknown workspace":   {complete, []string{workspace}, step.Outcome{Result: result.Refused, Code: step.CodeWorkspaceNotFound}, true},
		"no token":            {with(func(in *inputs.Run) { in.GitHubToken = secret.Value{} }), []string{workspace}, failed, false},
		"no workspace":        {complete, nil, failed, false},
		"blank workspace":     {complete, []string{"INPUT_WORKSPACE=  "}, failed, false},
		"workspace by id":     {with(func(in *inputs.Run) { in.WorkspaceID = "ws-1" }), nil, failed, true},
		"pull request 1":      {with(func(in *inputs.Run) { in.PullRequest = 1 }), []string{workspace, number}, failed, true},
		"invalid number":      {with(func(in *inputs.Run) { in.PullRequest = 0 }), []string{workspace, number}, failed, false},
		"no number":           {with(func(in *inputs.Run) { in.PullRequest = 0 }), []string{workspace}, failed, true},
		"blank number":        {with(func(in *inputs.Run) { in.PullRequest = 0 }), []string{workspace, "INPUT_PR-NUMBER= "}, failed, true},
		"valid tag":           {complete, []string{workspace, "INPUT_COMMENT-TAG=infra"}, failed, true},
		"invalid tag":         {with(func(in *inputs.Run) { in.CommentTag = "" }), []string{workspace, tag}, failed, false},
		"no tag":              {with(func(in *inputs.Run) { in.CommentTag = "" }), []string{workspace}, failed, true},
	} {
		r, _ := commandIn(c.in, c.environ...)
		if got := r.makesReportOutdated(c.o); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestUnexpectedRunOfInputs checks the message for a run that differs from the inputs, and whether the difference is only
// a missing value.
func TestUnexpectedRunOfInputs(t *testing.T) {
	t.Parallel()
	workspace := scalr.Workspace{ID: "ws-1", Name: "network", Environment: "production"}
	inWorkspace, ofVersion := existingRun{workspace: workspace}, existingRun{configurationID: "cv-1"}
	both := existingRun{workspace: workspace, configurationID: "cv-1"}
	const wrongWorkspace = `Run run-1 belongs to workspace ws-2, not to workspace "production/network" (ws-1).`
	const noWorkspace = `Run run-1 belongs to a workspace that Scalr does not report, not to workspace "production/network" (ws-1).`
	const wrongVersion = "Run run-1 belongs to configuration version cv-2, not to configuration version cv-1."
	const noVersion = "Run run-1 belongs to a configuration version that Scalr does not report, not to configuration version cv-1."
	for name, c := range map[string]struct {
		want       existingRun
		run        scalr.Run
		code       step.Code
		problem    string
		unreported bool
	}{
		"any":          {run: scalr.Run{WorkspaceID: "ws-2", ConfigurationID: "cv-2"}},
		"matching":     {want: both, run: scalr.Run{WorkspaceID: "ws-1", ConfigurationID: "cv-1"}},
		"workspace":    {want: inWorkspace, run: scalr.Run{WorkspaceID: "ws-2"}, code: step.CodeWrongWorkspace, problem: wrongWorkspace},
		"no workspace": {want: inWorkspace, code: step.CodeWrongWorkspace, problem: noWorkspace, unreported: true},
		"version":      {want: ofVersion, run: scalr.Run{ConfigurationID: "cv-2"}, code: step.CodeWrongConfiguration, problem: wrongVersion},
		"no version":   {want: ofVersion, code: step.CodeWrongConfiguration, problem: noVersion, unreported: true},
		"both": {
			want: both, run: scalr.Run{WorkspaceID: "ws-2", ConfigurationID: "cv-2"}, code: step.CodeWrongWorkspace, problem: wrongWorkspace,
		},
		"only version": {
			want: both, run: scalr.Run{WorkspaceID: "ws-1", ConfigurationID: "cv-2"}, code: step.CodeWrongConfiguration, problem: wrongVersion,
		},
		"destroy is unknown": {
			want: existingRun{mode: inputs.ModeConfirm}, code: step.CodeRunNotExpected, unreported: true,
			problem: "Scalr does not report whether run run-1 is a destroy run.",
		},
	} {
		c.run.ID = "run-1"
		got := c.want.check(c.run)
		if got == nil {
			got = &unexpectedRun{}
		}
		if got.code != c.code || got.Error() != c.problem || got.unreported != c.unreported || got.ErrorCode() != c.code {
			t.Errorf("%s: %s, %q, unreported: %v; want %s, %q, %v", name, got.code, got.problem, got.unreported, c.code, c.problem, c.unreported)
		}
		if c.problem == "" {
			continue
		}
		if unchanged := withRunUnchanged(got); unchanged.Error() != c.problem+" Nothing was changed." || got.Error() != c.problem {
			t.Errorf("%s: the error becomes %q, from %q", name, unchanged, got)
		}
	}
	other := errors.New("the connection was closed")
	if got := withRunUnchanged(other); got != other {
		t.Errorf("another error becomes %v", got)
	}
}
