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

// TestHostile: whatever Scalr says, the runner finds no commands but those of
// our folds, and nothing in what is shown looks like one.
func TestHostile(t *testing.T) {
	t.Parallel()
	for _, text := range runnertest.Hostile() {
		synctest.Test(t, func(t *testing.T) { hostile(t, text) })
	}
}

func hostile(t *testing.T, text string) {
	var out bytes.Buffer
	j := job.New(job.Options{Environ: []string{"GITHUB_ACTIONS=true"}, Stdout: &out})
	n := &progress.Logger{Job: j, Untrusted: func() io.WriteCloser { return j.UntrustedWriter() }, RunURL: "https://acme.scalr.test/run-1",
		BlockingRun: func() (scalr.Run, bool) { return scalr.Run{ID: text, Status: scalr.Status(text)}, true },
		Agents: func() (scalr.AgentPool, bool) {
			return scalr.AgentPool{Name: text, Agents: []scalr.Agent{{Name: text, Status: text}}}, true
		}}
	n.Look(scalr.Run{Status: "pending"})
	n.Look(scalr.Run{Status: scalr.Status(text)})
	n.Look(scalr.Run{Status: "plan_queued"})
	time.Sleep(11 * time.Second)
	n.Look(scalr.Run{Status: "plan_queued"})
	n.Look(scalr.Run{Status: "planning"})
	n.Retrying(scalr.Retry{Op: scalr.Op{Object: text}, Wait: time.Second, Err: errors.New(text)})
	n.LogTrouble(scalr.PlanPhase, errors.New(text))
	io.WriteString(n.Log(scalr.PlanPhase), text)
	n.Restarted(scalr.PlanPhase)
	io.WriteString(n.Log(scalr.PlanPhase), text+"\n"+text)
	n.Look(scalr.Run{Status: "applied"})
	n.Close()
	step := runnertest.Read(out.String())
	titles := []string{"Queue", "Plan", "Apply", "Plan (continued)", ""}
	for i, c := range step.Commands {
		if c.Name != []string{"group", "endgroup"}[i%2] || !slices.Contains(titles, c.Data) {
			t.Fatalf("%.200q: the runner found the command %+v", text, c)
		}
	}
	if len(step.Commands) < 6 || step.Stopped || len(step.Problems) > 0 {
		t.Fatalf("%.200q: the runner found %v and %v", text, step.Names(), step.Problems)
	}
	for _, line := range step.Log {
		if runnertest.Suspicious(line) {
			t.Fatalf("%.200q: the line %.200q looks like a command", text, line)
		}
	}
}
