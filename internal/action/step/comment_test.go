package step

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
	"time"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/github/githubtest"
	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/secret"
)

// commentCase is one attempt to write or to mark a comment on pull request 7.
type commentCase struct {
	environ []string
	number  int // of the pull request; 0 means that of the event
	noToken bool
	payload int // size of the event's payload
	head    string
	mode    github.Mode
	options githubtest.Options
	faults  []githubtest.Fault
	locked  bool
	merged  bool // the commit is that of the merged pull request
	newer   bool // a newer workflow run has written the comment
}

// commentCases returns the cases by name.
func commentCases() map[string]commentCase {
	fault := func(op githubtest.Operation, status int) []githubtest.Fault {
		return []githubtest.Fault{{Operation: op, Status: status, Body: `{"message":"no"}`, Times: -1}}
	}
	slow := []githubtest.Fault{{Operation: githubtest.EditComment, Delay: time.Hour, Times: -1}}
	push := []string{"GITHUB_EVENT_NAME=push", "GITHUB_REF=refs/heads/main"}
	return map[string]commentCase{
		"slow search for the pull request": {environ: push, merged: true, faults: append(slow,
			githubtest.Fault{Operation: githubtest.CommitPulls, Delay: time.Hour, Times: 3})},
		"pull request":               {},
		"another pull request":       {number: 8},
		"no token":                   {noToken: true},
		"no token, elsewhere":        {noToken: true, environ: []string{"GITHUB_ACTIONS="}},
		"no pull request":            {environ: []string{"GITHUB_EVENT_NAME=schedule", "GITHUB_EVENT_PATH=/proc/nowhere"}},
		"no repository":              {environ: []string{"GITHUB_REPOSITORY="}},
		"no payload":                 {environ: []string{"GITHUB_EVENT_PATH=/proc/nowhere"}},
		"payload of 25 MiB":          {payload: 25 << 20},
		"payload of over 25 MiB":     {payload: 25<<20 + 1},
		"no run":                     {environ: []string{"GITHUB_RUN_ID="}},
		"no attempt":                 {environ: []string{"GITHUB_RUN_ATTEMPT="}},
		"newer commit":               {head: strings.Repeat("d", 40)},
		"newer workflow run":         {newer: true},
		"new comment":                {mode: github.New},
		"older comments":             {mode: github.HideAndNew},
		"older comments stay":        {mode: github.HideAndNew, faults: fault(githubtest.Minimize, 403)},
		"locked conversation":        {locked: true, mode: github.New},
		"token rejected":             {faults: fault(githubtest.EditComment, 401)},
		"token may not write":        {faults: fault(githubtest.EditComment, 403)},
		"pull request not found":     {number: 9},
		"invalid text":               {faults: fault(githubtest.EditComment, 422)},
		"no response":                {faults: slow},
		"page of a firewall":         {faults: []githubtest.Fault{{Operation: githubtest.EditComment, Status: 403, Body: "<html>", Times: -1}}},
		"rate limit of an hour":      {faults: []githubtest.Fault{githubtest.SecondaryLimit(githubtest.EditComment, time.Hour)}},
		"rate limit":                 {faults: []githubtest.Fault{githubtest.SecondaryLimit(githubtest.EditComment, 30*time.Second)}},
		"comments cannot be listed":  {faults: fault(githubtest.ListComments, 403)},
		"pull request not evaluated": {environ: push, faults: fault(githubtest.CommitPulls, 403)},
	}
}

// TestComments compares the log, the comments and their addresses with testdata/comments.txt.
func TestComments(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	cases := commentCases()
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		fmt.Fprintf(&got, "=== %s\n", name)
		synctest.Test(t, func(t *testing.T) { cases[name].play(t, &got) })
	}
	goldentest.Compare(t, filepath.Join("testdata", "comments.txt"), got.String())
}

var commentNonce = regexp.MustCompile(`<!-- post [A-Z0-9]+ `)

func (c commentCase) play(t *testing.T, out *strings.Builder) {
	commit := strings.Repeat("c", 40)
	pull := githubtest.Pull{Number: 7, Head: commit}
	c.options.Pulls = []githubtest.Pull{pull, {Number: 8, Head: commit}}
	hub := githubtest.New(c.options)
	for _, run := range []string{"10", map[bool]string{true: "20", false: "11"}[c.newer]} {
		s := commentStep(t, hub, "GITHUB_RUN_ID="+run)
		mode := github.New
		s.Publish(mode, github.Post{Marker: github.Marker("scalr-run", "ws-1", ""), Body: "Report of run " + run, HasChanges: true}, func(string) {})
		if s.log.Len() > 0 {
			t.Fatal(s.log.String())
		}
	}
	if c.head != "" {
		hub.Push(7, c.head)
	}
	if c.merged {
		hub.Merge(7, commit, time.Now())
	}
	if c.locked {
		hub.Lock(7)
	}
	for _, f := range c.faults {
		hub.Fail(f)
	}
	for _, marks := range []bool{false, true} {
		s := commentStep(t, hub, c.environ...)
		s.PullRequest = c.number
		if c.noToken {
			s.Token = secret.Value{}
		}
		if c.payload > 0 {
			s.pad(c.payload)
		}
		mode := c.mode
		if mode == "" {
			mode = github.Update
		}
		began := time.Now()
		if marks {
			s.MarkOutdated(github.Failure{Name: "scalr-run", WorkspaceID: "ws-1", Note: "It failed."})
		} else {
			s.Publish(mode, github.Post{Marker: github.Marker("scalr-run", "ws-1", ""), Body: "Report of run 12", HasChanges: true},
				func(url string) { fmt.Fprintf(out, "written: %q\n", url) })
		}
		fmt.Fprintf(out, "%s after %s: %s", map[bool]string{false: "publish", true: "mark"}[marks], time.Since(began).Round(time.Second), s.log.String())
		if s.log.Len() == 0 {
			fmt.Fprintln(out)
		}
	}
	for _, comment := range slices.Concat(hub.Written(7), hub.Written(8)) {
		text := commentNonce.ReplaceAllString(strings.TrimSpace(comment.Body), "<!-- post NONCE ")
		fmt.Fprintf(out, "\t%d: %s\n", comment.ID, strings.ReplaceAll(text, "\n", "\n\t\t"))
	}
}

// commentingStep is a step with a token for comments.
type commentingStep struct {
	Commenter
	*outputStep
	event string // the file of the payload
}

// commentStep returns a step for pull request 7 in workflow run 12.
func commentStep(t *testing.T, hub *githubtest.Server, environ ...string) *commentingStep {
	t.Helper()
	event := filepath.Join(t.TempDir(), "event.json")
	commit := strings.Repeat("c", 40)
	payload := fmt.Sprintf(`{"pull_request":{"number":7,"head":{"sha":%q,"repo":{"full_name":"acme/infra"}},`+
		`"base":{"repo":{"full_name":"acme/infra"}}}}`, commit)
	if err := os.WriteFile(event, []byte(payload), 0o644); err != nil {
		t.Fatal(err)
	}
	s := newOutputStep(t, append([]string{
		"GITHUB_EVENT_NAME=pull_request", "GITHUB_EVENT_PATH=" + event, "GITHUB_REPOSITORY=acme/infra", "GITHUB_REF=refs/pull/7/merge",
		"GITHUB_SHA=" + commit, "GITHUB_SERVER_URL=" + hub.ServerURL(), "GITHUB_API_URL=" + hub.APIURL(), "GITHUB_GRAPHQL_URL=" + hub.GraphQLURL(),
		"GITHUB_RUN_ID=12", "GITHUB_RUN_ATTEMPT=1",
	}, environ...)...)
	s.Env = Env{HTTP: hub.Client(), Version: "test"}
	_, s.stops = listen(t.Context(), make(chan os.Signal))
	t.Cleanup(s.stops.close)
	return &commentingStep{Commenter{Step: s.Step, Token: secret.New(hub.Token())}, s, event}
}

// pad adds spaces to the payload.
func (s *commentingStep) pad(size int) {
	text, err := os.ReadFile(s.event)
	if err == nil {
		err = os.WriteFile(s.event, append(text, strings.Repeat(" ", size-len(text))...), 0o644)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}
