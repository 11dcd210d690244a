package action_test

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/scalrsim"
)

// shown returns the lines of the log that the runner shows, without commands.
func (p *stepResult) shown() []string { return runnertest.Read(p.log).Log }

// planLog returns the copy of the plan log for later steps.
func (p *stepResult) planLog() string {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, p.outputs["plan-log-file"]))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

// TestLogIsComplete checks that each line of the log is shown once and in order, and that the file for later steps
// contains the same lines, regardless of how the log arrives.
func TestLogIsComplete(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"plan-changes", "lagging-log", "log-at-end", "log-redirects", "half-lines",
		"rewritten-log"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newStepTest(t, scenario(t, name)).play().want(0, "result=planned")
			lines := strings.Split(strings.TrimRight(p.planLog(), "\n"), "\n")
			if len(lines) < 5 || !strings.Contains(lines[len(lines)-1], "2 to add, 1 to change, 1 to destroy") {
				t.Fatalf("the file has:\n%s", p.planLog())
			}
			shown := p.shown()
			for _, line := range lines {
				at := slices.Index(shown, line)
				if at < 0 {
					t.Fatalf("the line %q is not at its position:\n%s", line, p.log)
				}
				shown = shown[at+1:]
			}
			if n := strings.Count(p.log, "2 to add, 1 to change, 1 to destroy."); n != 1 {
				t.Errorf("the last line is shown %d times, want once", n)
			}
		})
	}
}

// TestLogIsShownOnce checks that the log of the plan is not shown again after the step has confirmed the run.
func TestLogIsShownOnce(t *testing.T) {
	t.Parallel()
	p := newStepTest(t, scenario(t, "applied"), "dry-run=false", "auto-apply=true", "fail-on=needs-confirmation").play().
		want(0, "result=applied")
	for _, text := range []string{"Plan:", "Apply complete!"} {
		if n := strings.Count(p.log, text); n != 1 {
			t.Errorf("%q is shown %d times, want once\n%s", text, n, p.log)
		}
	}
	if n := strings.Count(p.planLog(), "Plan:"); n != 1 {
		t.Errorf("the file has the plan %d times, want once", n)
	}
}

// TestLogGroups checks that the log has one group per stage, in order, each followed by its duration.
func TestLogGroups(t *testing.T) {
	t.Parallel()
	p := newStepTest(t, slowly(t, "passes-planned"), "dry-run=false").play().want(0, "result=applied")
	var got []string
	for _, c := range runnertest.Read(p.log).Commands {
		if c.Name == "group" {
			got = append(got, c.Data)
		}
	}
	want := []string{"Bundle", "Queue", "Plan", "Cost estimate", "Policy check", "Apply"}
	if !slices.Equal(got, want) {
		t.Errorf("groups %q, want %q\n%s", got, want, p.log)
	}
	for _, stage := range want {
		if n := strings.Count(p.log, "\n"+stage+" took "); n != 1 {
			t.Errorf("the time of %s is shown %d times, want once\n%s", stage, n, p.log)
		}
	}
}

// TestLogWithWorkflowCommands checks that the runner finds only commands of the action (L13, L19), and that the log
// does not change outputs or reports.
func TestLogWithWorkflowCommands(t *testing.T) {
	t.Parallel()
	s := scenario(t, "hostile-log")
	s.Script.Plan.Log += strings.Join(runnertest.Hostile(), "\n") + "\nPlan: 2 to add, 1 to change, 1 to destroy.\n"
	s.Script.Plan.Fails = strings.Join(runnertest.Hostile()[:40], "\n")
	p := newStepTest(t, s).play().want(1, "result=errored")
	step := runnertest.Read(p.log)
	if len(step.Problems) > 0 || step.Stopped || step.Fences == 0 {
		t.Errorf("the runner reported problems: %v; commands stopped: %v; %d fences", step.Problems, step.Stopped, step.Fences)
	}
	for _, c := range step.Commands {
		ours := slices.Contains([]string{"add-mask", "group", "endgroup"}, c.Name) ||
			c.Name == "error" && strings.HasPrefix(c.Properties["title"], "Scalr: ")
		if !ours {
			t.Errorf("the runner found %+v", c)
		}
	}
	for _, line := range step.Log {
		if runnertest.Suspicious(line) {
			t.Errorf("this looks like a command: %q", line)
		}
	}
}

// TestSlowReader checks that no output is lost if stdout blocks for half a minute while a long log arrives (L17).
func TestSlowReader(t *testing.T) {
	t.Parallel()
	s := scenario(t, "plan-changes")
	s.Script.Plan.For = 10 * time.Second
	s.Script.Plan.Log = strings.Repeat("terraform_data.item: Refreshing the state...\n", 50_000) +
		"Plan: 2 to add, 1 to change, 1 to destroy.\n"
	r := newStepTest(t, s)
	reader := &pausing{after: 200_000, pause: 30 * time.Second}
	r.stdout = func(w io.Writer) io.Writer { reader.to = w; return reader }
	p := r.play().want(0, "result=planned")
	if n := strings.Count(p.log, "Refreshing the state..."); n != 50_000 || p.planLog() != s.Script.Plan.Log {
		t.Errorf("%d lines are shown, want 50000; the file has %d bytes of %d", n, len(p.planLog()), len(s.Script.Plan.Log))
	}
	if reader.pause != 0 || p.took < 30*time.Second {
		t.Errorf("the reader did not pause")
	}
}

// pausing is a writer that pauses once after some bytes.
type pausing struct {
	to    io.Writer
	after int
	pause time.Duration
}

func (w *pausing) Write(p []byte) (int, error) {
	if w.after -= len(p); w.after < 0 {
		time.Sleep(w.pause)
		w.pause = 0
	}
	return w.to.Write(p)
}

// TestRunInQueue checks that the step names the run that blocks the queue, and increases its poll interval (S10).
func TestRunInQueue(t *testing.T) {
	t.Parallel()
	s := scenario(t, "queued")
	s.Pace = 100 // ten minutes
	p := newStepTest(t, s, "dry-run=false").play()
	p.want(0, "result=needs-confirmation").logContains("place 1 in the queue; run run-", "blocks the workspace (")
	if n := p.count("GET /runs"); n > 5 {
		t.Errorf("the runs were listed %d times in %s", n, p.took)
	}
	if n := strings.Count(p.log, "place 1 in the queue"); n < 8 || n > 14 {
		t.Errorf("the queue was logged %d times in %s, want once a minute\n%s", n, p.took, p.log)
	}
}

// TestLogMissing checks that an unavailable log does not change the result (L02, L04).
func TestLogMissing(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"404": 404, "503": 503} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := scalrsim.Fault{Op: "GET /plans/*/output", Action: scalrsim.Status, Status: status, Times: -1}
			p := newStepTest(t, with(scenario(t, "plan-changes"), f)).play().want(0, "result=planned", "additions=2")
			if n := strings.Count(p.log, "The plan log cannot be read at the moment"); n != 1 {
				t.Errorf("shown %d times, want once\n%s", n, p.log)
			}
		})
	}
}

// TestThrottlingDoublesPollInterval checks that the poll interval doubles after a 429 response.
func TestThrottlingDoublesPollInterval(t *testing.T) {
	t.Parallel()
	looks := func(faults ...scalrsim.Fault) int {
		s := with(scenario(t, "plan-changes"), faults...)
		s.Script.Plan.For = time.Minute
		return newStepTest(t, s).play().want(0, "result=planned").count("GET /runs/*")
	}
	often, seldom := looks(), looks(scalrsim.Fault{Op: readRun, Nth: 3, Action: scalrsim.Status, Status: 429})
	if seldom > often*2/3 {
		t.Errorf("%d polls after a 429, %d without one", seldom, often)
	}
}
