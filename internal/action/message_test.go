package action_test

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestRunMessageContainsWorkflowRunURL checks that on GitHub Actions the message of each created run contains the URL
// of the workflow run, even if the user sets the message.
func TestRunMessageContainsWorkflowRunURL(t *testing.T) {
	t.Parallel()
	const run = "https://github.com/acme/infra/actions/runs/7"
	const address = run + "/attempts/1"
	room := 512 - len(address) - 1
	for name, c := range map[string]struct {
		message string
		env     map[string]string
		want    string
	}{
		"default":                             {want: "acme/infra@main at 5f2c1e8 by octocat " + address},
		"message of the user":                 {message: "Release 12", want: "Release 12 " + address},
		"with URL of attempt":                 {message: "See " + address + " for more", want: "See " + address + " for more"},
		"with URL of workflow run":            {message: run, want: run},
		"with longer run number":              {message: run + "1", want: run + "1 " + address},
		"with both run numbers":               {message: run + "1 " + run + ".", want: run + "1 " + run + "."},
		"with URL before that of another run": {message: run + " " + run + "1", want: run + " " + run + "1 " + address},
		"URL of other repository": {
			message: "https://github.com/acme/other/actions/runs/7",
			want:    "https://github.com/acme/other/actions/runs/7 " + address,
		},
		"maximum length":         {message: strings.Repeat("é", room), want: strings.Repeat("é", room) + " " + address},
		"exceeds maximum length": {message: strings.Repeat("é", 600), want: strings.Repeat("é", room) + " " + address},
		"URL after maximum length": {message: strings.Repeat("x", 510) + " " + address,
			want: strings.Repeat("x", room) + " " + address},
		"long default message": {env: map[string]string{"GITHUB_REF_NAME": strings.Repeat("b", 600)},
			want: "acme/infra@" + strings.Repeat("b", room-len("acme/infra@")) + " " + address},
		"without attempt": {
			message: "Release 12",
			env:     map[string]string{"GITHUB_RUN_ATTEMPT": ""},
			want:    "Release 12 " + run,
		},
		"elsewhere":            {message: "Release 12", env: map[string]string{"GITHUB_ACTIONS": ""}, want: "Release 12"},
		"without workflow run": {message: "Release 12", env: map[string]string{"GITHUB_RUN_ID": ""}, want: "Release 12"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, scenario(t, "no-changes"), "message="+c.message)
			for key, value := range c.env {
				r.env[key] = value
			}
			got := sentMessage(t, r.play())
			if got != c.want {
				t.Errorf("message\n%q, want\n%q", got, c.want)
			}
			if n := utf8.RuneCountInString(got); n > 512 {
				t.Errorf("%d characters", n)
			}
		})
	}
}

// TestCommitIsTheCheckout checks which commit the message and the summary name if the event runs on the default branch, whose
// commit is 5f2c1e8, and a pull request may be checked out.
func TestCommitIsTheCheckout(t *testing.T) {
	t.Parallel()
	head := strings.Repeat("b", 40)
	end := func(sha string) map[string]any {
		return map[string]any{"sha": sha, "repo": map[string]any{"full_name": "acme/infra"}}
	}
	comment := map[string]any{"issue": map[string]any{"number": 7, "pull_request": map[string]any{"url": "x"}}}
	target := map[string]any{"pull_request": map[string]any{"number": 7, "head": end(strings.Repeat("c", 40)), "base": end(head)}}
	run := map[string]any{"workflow_run": map[string]any{"event": "push", "head_repository": map[string]any{"full_name": "acme/infra"}}}
	for name, c := range map[string]struct {
		event   string
		payload map[string]any
		without bool // .git
		want    string
	}{
		"comment":                   {event: "issue_comment", payload: comment, want: "bbbbbbb"},
		"comment, no .git":          {event: "issue_comment", payload: comment, without: true},
		"target":                    {event: "pull_request_target", payload: target, want: "bbbbbbb"},
		"target, no .git":           {event: "pull_request_target", payload: target, without: true, want: "ccccccc"},
		"workflow run":              {event: "workflow_run", payload: run, want: "bbbbbbb"},
		"dispatch":                  {event: "repository_dispatch", payload: map[string]any{}, want: "bbbbbbb"},
		"push with a local commit":  {event: "push", payload: map[string]any{}, want: "5f2c1e8"},
		"pull request's own commit": {event: "pull_request", payload: target, want: "ccccccc"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, scenario(t, "no-changes"), "allow-pull-request-target=true").event(c.event, c.payload)
			if !c.without {
				write(t, filepath.Join(r.checkout, ".git", "HEAD"), head+"\n")
			}
			p := r.play().want(0, "result=no-changes")
			at := ""
			if c.want != "" {
				at = " at " + c.want
			}
			if got := sentMessage(t, p); !strings.Contains(got, at+" by octocat ") || strings.Count(got, " at ") != strings.Count(at, " at ") {
				t.Errorf("the message is %q, want the commit %q", got, c.want)
			}
			if strings.Contains(p.summary, "· commit [`"+c.want+"`]") != (c.want != "") || strings.Contains(p.summary, "commit") != (c.want != "") {
				t.Errorf("the summary does not name the commit %q:\n%s", c.want, p.summary)
			}
		})
	}
}

// sentMessage returns the message of the only run that the step created.
func sentMessage(t *testing.T, p *stepResult) string {
	t.Helper()
	if len(p.runs) != 1 {
		t.Fatalf("%d runs, want 1", len(p.runs))
	}
	message, _ := p.runs[0].Attributes["message"].(string)
	return message
}
