package step

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/inputs"
)

// TestInputSource checks which properties of the event decide about the inputs.
func TestInputSource(t *testing.T) {
	t.Parallel()
	const head = `"head":{"sha":"5f2c1e8","repo":{"full_name":"%"}},"base":{"repo":{"full_name":"acme/infra"}}`
	pull := func(repository string) string {
		return `{"pull_request":{"number":7,` + strings.Replace(head, "%", repository, 1) + `}}`
	}
	for name, c := range map[string]struct {
		environ string
		payload string
		want    inputs.Origin
	}{
		"not on GitHub": {"GITHUB_ACTIONS=", "", inputs.Origin{}},
		"push":          {"GITHUB_EVENT_NAME=push", "{}", inputs.Origin{OnGitHub: true, Event: "push"}},
		"pull request":  {"GITHUB_EVENT_NAME=pull_request", pull("acme/infra"), inputs.Origin{OnGitHub: true, Event: "pull_request"}},
		"fork":          {"GITHUB_EVENT_NAME=pull_request", pull("joe/infra"), inputs.Origin{OnGitHub: true, Event: "pull_request", Fork: true}},
		"fork with secrets": {"GITHUB_EVENT_NAME=pull_request_target", pull("joe/infra"),
			inputs.Origin{OnGitHub: true, Event: "pull_request_target", Fork: true, ForkHead: true}},
		"head is unknown": {"GITHUB_EVENT_NAME=issue_comment", `{"issue":{"number":7,"pull_request":{"url":"x"}}}`,
			inputs.Origin{OnGitHub: true, Event: "issue_comment", ForkHead: true, HeadUnknown: true}},
		"Dependabot":          {"GITHUB_ACTOR=dependabot[bot]", "{}", inputs.Origin{OnGitHub: true, Dependabot: true}},
		"may request a token": {"ACTIONS_ID_TOKEN_REQUEST_URL=https://x", "{}", inputs.Origin{OnGitHub: true, HasIDToken: true}},
	} {
		event := filepath.Join(t.TempDir(), "event.json")
		if err := os.WriteFile(event, []byte(c.payload), 0o644); err != nil {
			t.Fatal(err)
		}
		s := newOutputStep(t, "GITHUB_REPOSITORY=acme/infra", "GITHUB_EVENT_PATH="+event, "INPUT_PATH=infra", "INPUT_RUN-ID=run-1", c.environ)
		source := s.InputSource()
		if diff := cmp.Diff(source.Origin, c.want); diff != "" {
			t.Errorf("%s: got -, want +:\n%s", name, diff)
		}
		if source.Get("path") != "infra" || source.Env("GITHUB_REPOSITORY") != "acme/infra" || strings.Join(source.Given, " ") != "path run-id" {
			t.Errorf("%s: the path %q, the repository %q, the inputs %q", name, source.Get("path"), source.Env("GITHUB_REPOSITORY"), source.Given)
		}
	}
}

// TestShowNotes checks how the notes about inputs are logged.
func TestShowNotes(t *testing.T) {
	t.Parallel()
	s := newOutputStep(t)
	s.ShowNotes(inputs.Notes{{Text: "100 % sure"}, {Text: "unused", Warning: true}})
	if got, want := s.log.String(), "::notice::100 %25 sure\n::warning::unused\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestRecover checks the report of a panic.
func TestRecover(t *testing.T) {
	t.Parallel()
	run := func(s *outputStep, fault any) (code int) {
		defer s.Recover(&code)
		if fault != nil {
			panic(fault)
		}
		return 7
	}
	s := newOutputStep(t, "RUNNER_DEBUG=1")
	if code := run(s, nil); code != 7 || s.log.Len() > 0 {
		t.Errorf("without a panic: exit %d\n%s", code, s.log.String())
	}
	code := run(s, "out of range")
	const message = "::error title=Scalr%3A internal-error::a bug in this action: out of range\n"
	debug, found := strings.CutSuffix(s.log.String(), message)
	if code != 3 || !found || !strings.HasPrefix(debug, "::debug::goroutine ") || !strings.Contains(debug, "TestRecover") {
		t.Errorf("exit %d\n%s", code, s.log.String())
	}
	if got := s.outputs(); got["result"] != "unreachable" || got["error-code"] != "internal-error" {
		t.Errorf("got the outputs %v", got)
	}
}

// TestBegin checks the defaults of a step and its clock.
func TestBegin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		for name, c := range map[string]struct{ given, want follow.Timing }{
			"default": {want: follow.DefaultTiming},
			"given":   {given: follow.Timing{InitialInterval: time.Hour}, want: follow.Timing{InitialInterval: time.Hour}},
		} {
			s, _, end := Begin(t.Context(), Env{Stdout: &log, Timing: c.given, Version: "1.2"})
			time.Sleep(time.Minute)
			if s.Env.Timing != c.want || s.Elapsed() != time.Minute || s.UserAgent() != "scalr-run-action/1.2" {
				t.Errorf("%s: %+v, %s after %s", name, s.Env.Timing, s.UserAgent(), s.Elapsed())
			}
			if left, cancel := s.ReportingContext(time.Hour); left.Err() != nil {
				t.Errorf("%s: %v", name, left.Err())
			} else {
				cancel()
			}
			end()
		}
	})
}
