package job_test

import (
	"bytes"
	"strings"
	"testing"

	"scalr-run-action/internal/job"
	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/secret"
)

const canary = "tok-9fQ2xLw7Rk4VbN8s"

// newJob returns a Job with the environment given as NAME=value, and its output.
func newJob(t *testing.T, env ...string) (*job.Job, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	return job.New(job.Options{Environ: env, Stdout: &out, Redact: new(secret.Redactor)}), &out
}

func onGitHub(t *testing.T, env ...string) (*job.Job, *bytes.Buffer) {
	t.Helper()
	return newJob(t, append([]string{"GITHUB_ACTIONS=true"}, env...)...)
}

// printed returns the output without the fence's token and lines: the action's commands and all text.
func printed(out *bytes.Buffer) string {
	var kept strings.Builder
	fence := ""
	for line := range strings.Lines(out.String()) {
		if token, ok := strings.CutPrefix(line, "::stop-commands::"); ok {
			fence = "::" + strings.TrimSpace(token) + "::\n"
			continue
		}
		if line != fence {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// checkNeutralized fails if the runner executes a command in untrusted text, or would do so without the
// fence.
func checkNeutralized(t *testing.T, output string) {
	t.Helper()
	step := runnertest.Read(output)
	if len(step.Commands) > 0 || len(step.Problems) > 0 || step.Stopped {
		t.Errorf("got commands %q, problems %q, stopped %v", step.Names(), step.Problems, step.Stopped)
	}
	for _, line := range runnertest.Lines(printed(bytes.NewBufferString(output))) {
		if runnertest.Suspicious(line) {
			t.Errorf("suspicious: %q", line)
		}
		if len(line) > 16<<10 {
			t.Errorf("got a line of %d bytes", len(line))
		}
	}
}

// writeUntrusted writes text in pieces of the given size; 0 means one piece.
func writeUntrusted(t *testing.T, j *job.Job, text string, size int) {
	t.Helper()
	f := j.UntrustedWriter()
	for len(text) > 0 {
		n := len(text)
		if size > 0 {
			n = min(n, size)
		}
		if _, err := f.Write([]byte(text[:n])); err != nil {
			t.Fatal(err)
		}
		text = text[n:]
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
