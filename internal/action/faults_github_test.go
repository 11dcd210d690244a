package action_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"scalr-run-action/internal/dirtest"
	"scalr-run-action/internal/scalrsim"
)

// TestFileFaults (G01-G06, G22, G25, G26) checks that the result of the run is reported even if files or variables of
// the runner are unusable.
func TestFileFaults(t *testing.T) {
	t.Parallel()
	planned := []string{"result=planned"}
	full := func(name string) func(*stepTest) { return setEnv(name, "/dev/full") }
	playFaults(t, map[string]faultCase{
		"G01 missing output file": {
			setUp: setEnv("GITHUB_OUTPUT", ""),
			says:  []string{"result: planned", "run-id: run-", "GITHUB_OUTPUT is not set"},
		},
		"G02 full output file": {
			setUp: full("GITHUB_OUTPUT"),
			code:  3,
			says:  []string{"outputs-unwritable", "The result is planned", "no space left"},
		},
		"G02 full output file, failed run": {
			scenario: "plan-error",
			setUp:    full("GITHUB_OUTPUT"),
			code:     1,
			says:     []string{"run-errored"},
		},
		"G03 output is a dir":      {setUp: outputIsDir, code: 3, says: []string{"outputs-unwritable", "is a directory"}},
		"G04 missing summary file": {setUp: setEnv("GITHUB_STEP_SUMMARY", ""), outputs: planned, then: warnings(1)},
		"G04 full summary file": {
			setUp:   full("GITHUB_STEP_SUMMARY"),
			outputs: planned,
			says:    []string{"::warning::The job summary could not be written"},
			then:    warnings(1),
		},
		"G05 large summary": {alter: manyChanges, outputs: planned, then: fitsSummary},
		"G06 large output": {
			scenario: "applied",
			alter:    largeOutput,
			inputs:   []string{"dry-run=false"},
			outputs:  []string{"result=applied", "terraform-outputs="},
			says:     []string{"2.0 MiB exceeds GitHub's limit of 1 MiB. Read the file that terraform-outputs-file names"},
		},
		"G06 too many secrets": {
			scenario: "applied",
			alter:    manySecrets,
			inputs:   []string{"dry-run=false", "terraform-outputs=all"},
			outputs:  []string{"result=applied", `terraform-outputs={"plain":"shown"}`},
			says:     []string{"terraform-outputs omits the sensitive outputs"},
			then:     boundedMasks,
		},
		"G22 no HOME, no TMPDIR": {setUp: setEnv("RUNNER_TEMP", "/proc/nowhere"), outputs: append(planned, "plan-log-file=")},
		"G25 not on GitHub":      {setUp: offGitHub, then: noCommands},
		"G26 debug log":          {setUp: setEnv("RUNNER_DEBUG", "1"), outputs: planned, says: []string{"::debug::"}},
		"G28 fork without token": {
			inputs:  []string{"token="},
			setUp:   fork,
			code:    2,
			outputs: []string{"result=invalid"},
			says:    []string{"fork", "github.event.pull_request.head.repo.full_name"},
			ops:     map[string]int{readWorkspace: 0},
		},
		"G28 head of fork": {
			setUp:   forkTarget,
			code:    2,
			outputs: []string{"result=invalid"},
			says:    []string{"allow-pull-request-target"},
			ops:     map[string]int{readWorkspace: 0},
		},
	})
}

func outputIsDir(r *stepTest) { r.env["GITHUB_OUTPUT"] = dirtest.InMemory(r.t) }

func manyChanges(s *scalrsim.Scenario) {
	s.Script.Plan.Changes = nil
	for i := range 9_000 {
		s.Script.Plan.Changes = append(s.Script.Plan.Changes,
			scalrsim.Change{Address: fmt.Sprintf("terraform_data.a_rather_long_name_%d", i), Action: "create"})
	}
}

func fitsSummary(p *stepResult) {
	switch {
	case len(p.summary) > 1_000_000, len(p.summary) < 500_000:
		p.t.Errorf("the summary has %d bytes, want it just below the limit", len(p.summary))
	case strings.Count(p.summary, "<details>") != strings.Count(p.summary, "</details>"):
		p.t.Error("a <details> is not closed")
	case !strings.Contains(p.summary, p.outputs["run-url"]):
		p.t.Error("the summary has no link to the run")
	}
}

func largeOutput(s *scalrsim.Scenario) {
	s.Script.Outputs = []scalrsim.Output{{Name: "big", Value: strings.Repeat("x", 2<<20)}}
}

// manySecrets adds a sensitive output with more values than can be masked.
func manySecrets(s *scalrsim.Scenario) {
	var values []any
	for i := range 20_000 {
		values = append(values, fmt.Sprintf("s-%016x", uint64(i)*0x9e3779b97f4a7c15))
	}
	s.Script.Outputs = []scalrsim.Output{{Name: "many", Value: values, Sensitive: true}, {Name: "plain", Value: "shown"}}
}

func boundedMasks(p *stepResult) {
	if n := strings.Count(p.log, "::add-mask::"); n > 10_010 {
		p.t.Errorf("%d values are masked", n)
	}
}

func offGitHub(r *stepTest) {
	r.env["GITHUB_ACTIONS"] = ""
	r.env["SCALR_OUTPUT_FILE"] = filepath.Join(dirtest.InMemory(r.t), "outputs")
}

func noCommands(p *stepResult) {
	for line := range strings.Lines(p.log) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") {
			p.t.Errorf("a workflow command: %s", line)
		}
	}
	if p.code != 0 || !strings.Contains(p.log, "Result: planned") {
		p.t.Errorf("exit %d\n%s", p.code, p.log)
	}
}

// event writes the payload of an event, like the runner.
func (r *stepTest) event(name string, payload map[string]any) *stepTest {
	body, err := json.Marshal(payload)
	if err != nil {
		r.t.Fatal(err)
	}
	file := filepath.Join(dirtest.InMemory(r.t), "event.json")
	write(r.t, file, string(body))
	r.env["GITHUB_EVENT_NAME"], r.env["GITHUB_EVENT_PATH"] = name, file
	return r
}

func forkPayload() map[string]any {
	return map[string]any{"number": 7, "pull_request": map[string]any{"number": 7,
		"head": map[string]any{
			"sha":  "abc1234def",
			"repo": map[string]any{"full_name": "stranger/infra", "id": 2, "fork": true},
		},
		"base": map[string]any{"repo": map[string]any{"full_name": "acme/infra", "id": 1}}}}
}

func fork(r *stepTest)       { r.event("pull_request", forkPayload()) }
func forkTarget(r *stepTest) { r.event("pull_request_target", forkPayload()) }

// TestForkHeads checks that events with secrets do not run code from a fork or from an unknown head, unless the
// inputs allow it.
func TestForkHeads(t *testing.T) {
	t.Parallel()
	repo := func(name string) map[string]any { return map[string]any{"full_name": name} }
	run := func(head string) map[string]any {
		return map[string]any{
			"action": "completed",
			"workflow_run": map[string]any{
				"event":           "pull_request",
				"head_repository": repo(head),
				"repository":      repo("acme/infra"),
			},
		}
	}
	issue := map[string]any{
		"issue": map[string]any{
			"number":       7,
			"pull_request": map[string]any{"url": "https://api.github.com/repos/acme/infra/pulls/7"},
		},
	}
	for name, c := range map[string]struct {
		event   string
		payload map[string]any
		inputs  []string
		refused bool
	}{
		"workflow_run of a fork": {event: "workflow_run", payload: run("mallory/infra"), refused: true},
		"workflow_run of a fork, allowed": {
			event:   "workflow_run",
			payload: run("mallory/infra"),
			inputs:  []string{"allow-pull-request-target=true"},
		},
		"workflow_run of same repository": {event: "workflow_run", payload: run("acme/infra")},
		"issue_comment":                   {event: "issue_comment", payload: issue, refused: true},
		"issue_comment with real run": {
			event:   "issue_comment",
			payload: issue,
			inputs:  []string{"dry-run=false"},
			refused: true,
		},
		"issue_comment, allowed by input": {
			event:   "issue_comment",
			payload: issue,
			inputs:  []string{"allow-pull-request-target=true"},
		},
		"issue_comment on an issue": {
			event:   "issue_comment",
			payload: map[string]any{"issue": map[string]any{"number": 7}},
		},
		"pull_request_review": {event: "pull_request_review", payload: forkPayload()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newStepTest(t, scenario(t, "plan-changes"), c.inputs...).event(c.event, c.payload).play()
			if !c.refused {
				p.want(0, "result=planned")
				return
			}
			p.want(2, "result=invalid", "error-code=input-invalid").logContains(c.event, "allow-pull-request-target: true")
			if n := len(p.server.Requests()); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

// TestPullRequestTargetWithoutEvent checks that a head commit of unknown origin is treated like one from a fork.
func TestPullRequestTargetWithoutEvent(t *testing.T) {
	t.Parallel()
	for name, payload := range map[string]string{"none": "", "cut": "{", "without a pull request": `{"action":"opened"}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, scenario(t, "plan-changes"))
			r.event("pull_request_target", nil)
			write(t, r.env["GITHUB_EVENT_PATH"], payload)
			p := r.play().want(2, "result=invalid").logContains("allow-pull-request-target")
			if n := len(p.server.Requests()); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}
