package progress_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/job"
	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/progress"
	"scalr-run-action/internal/scalr"
)

// TestHostileText checks that, for any text from Scalr, the runner recognizes only the workflow commands of
// the groups, and no line resembles a command.
func TestHostileText(t *testing.T) {
	t.Parallel()
	for _, text := range runnertest.Hostile() {
		synctest.Test(t, func(t *testing.T) { checkHostile(t, text) })
	}
}

func checkHostile(t *testing.T, text string) {
	var out bytes.Buffer
	j := job.New(job.Options{Environ: []string{"GITHUB_ACTIONS=true"}, Stdout: &out})
	l := &progress.Logger{
		Job:         j,
		Untrusted:   func() io.WriteCloser { return j.UntrustedWriter() },
		RunURL:      "https://acme.scalr.test/run-1",
		BlockingRun: func() (scalr.Run, bool) { return scalr.Run{ID: text, Status: scalr.Status(text)}, true },
		Agents: func() (scalr.AgentPool, bool) {
			return scalr.AgentPool{Name: text, Agents: []scalr.Agent{{Name: text, Status: text}}}, true
		},
	}
	l.Polled(scalr.Run{Status: "pending"})
	l.Polled(scalr.Run{Status: scalr.Status(text)})
	l.Polled(scalr.Run{Status: "plan_queued"})
	time.Sleep(11 * time.Second)
	l.Polled(scalr.Run{Status: "plan_queued"})
	l.Polled(scalr.Run{Status: "planning"})
	l.Retrying(scalr.Retry{Op: scalr.Op{Object: text}, Wait: time.Second, Err: errors.New(text)})
	l.LogTrouble(scalr.PlanPhase, errors.New(text))
	l.PollTrouble(errors.New(text))
	io.WriteString(l.Log(scalr.PlanPhase), text)
	l.Restarted(scalr.PlanPhase)
	io.WriteString(l.Log(scalr.PlanPhase), text+"\n"+text)
	l.Polled(scalr.Run{Status: "applied"})
	l.Close()
	step := runnertest.Read(out.String())
	titles := []string{"Queue", "Plan", "Apply", "Plan (continued)", ""}
	for i, c := range step.Commands {
		if c.Name != []string{"group", "endgroup"}[i%2] || !slices.Contains(titles, c.Data) {
			t.Fatalf("%.200q: the runner recognizes the command %+v", text, c)
		}
	}
	if len(step.Commands) < 6 || step.Stopped || len(step.Problems) > 0 {
		t.Fatalf("%.200q: the runner recognizes %v and reports %v", text, step.Names(), step.Problems)
	}
	for _, line := range step.Log {
		if runnertest.Suspicious(line) {
			t.Fatalf("%.200q: the line %.200q resembles a command", text, line)
		}
	}
}
