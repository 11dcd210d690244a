package narrate_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/narrate"
	"scalr-run-action/internal/scalr"
)

var update = flag.Bool("update", false, "rewrite the golden logs in testdata")

// stage is a teller with a paper: the log as it would be read, with the seconds
// after the beginning before each line, folds in corners, foreign text indented.
type stage struct {
	*narrate.Narrator
	t     *testing.T
	paper bytes.Buffer
	began time.Time
	copy  bytes.Buffer
	asked int // for the holder
}

func (s *stage) line(text string) {
	fmt.Fprintf(&s.paper, "%8s  %s\n", time.Since(s.began), text)
}

func (s *stage) Infof(format string, args ...any) { s.line(fmt.Sprintf(format, args...)) }

func (s *stage) Group(title string) func() {
	s.line("┌ " + title)
	return func() { s.line("└") }
}

// foreign prints whole lines, and the last half one when it is closed.
type foreign struct {
	s    *stage
	held string
}

func (f *foreign) Write(p []byte) (int, error) {
	f.held += string(p)
	for {
		line, rest, ok := strings.Cut(f.held, "\n")
		if !ok {
			return len(p), nil
		}
		f.s.line("    | " + line)
		f.held = rest
	}
}

func (f *foreign) Close() error {
	if f.held != "" {
		f.s.line("    | " + f.held)
	}
	f.held = ""
	return nil
}

func (s *stage) Write(p []byte) (int, error) { return s.copy.Write(p) }
func (s *stage) Restart()                    { s.copy.Reset() }

func newStage(t *testing.T) *stage {
	s := &stage{t: t, began: time.Now()}
	s.Narrator = &narrate.Narrator{Job: s, Foreign: func() io.WriteCloser { return &foreign{s: s} },
		Copy: func(scalr.Phase) narrate.Copy { return s }, RunURL: "https://acme.scalr.test/run-1"}
	return s
}

// sees is a look at the run some time after the last.
func (s *stage) sees(after time.Duration, status string) {
	time.Sleep(after)
	s.Look(scalr.Run{ID: "run-1", Status: scalr.Status(status)})
}

func (s *stage) log(p scalr.Phase, text string) { io.WriteString(s.Log(p), text) }

// TestStories holds what is told against golden logs.
func TestStories(t *testing.T) {
	t.Parallel()
	for name, story := range map[string]func(*stage){
		"dry-run":         dryRun,
		"apply":           apply,
		"confirmed-later": confirmedLater,
		"queue":           queue,
		"hooks":           hooks,
		"between-looks":   betweenLooks,
		"late-log":        lateLog,
		"rewritten":       rewritten,
		"unknown-status":  unknownStatus,
		"silence":         silence,
		"log-trouble":     logTrouble,
		"no-log":          noLog,
		"over-already":    overAlready,
		"retries":         retries,
		"findings":        findings,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				story(s)
				golden(t, name, s.paper.Bytes())
			})
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name+".log")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func dryRun(s *stage) {
	s.Enter(narrate.Bundle)
	s.Infof("Packed 3 files")
	time.Sleep(1200 * time.Millisecond)
	s.Close()
	s.sees(0, "pending")
	s.sees(time.Second, "planning")
	s.sees(time.Second, "planning")
	s.log(scalr.PlanPhase, "Initializing...\nRefre")
	s.sees(time.Second, "planning")
	s.log(scalr.PlanPhase, "shing...\nPlan: 1 to add\n")
	s.sees(2*time.Second, "planned_and_finished")
	s.Close()
	if got := fmt.Sprint(s.Stages()); got != "[{Bundle 1.2s} {Queue 1s} {Plan 4s}]" {
		s.t.Errorf("stages: %s", got)
	}
	if got := s.copy.String(); got != "Initializing...\nRefreshing...\nPlan: 1 to add\n" {
		s.t.Errorf("the copy has %q", got)
	}
}

func apply(s *stage) {
	for _, status := range []string{"pending", "plan_queued", "planning", "planned", "cost_estimating", "cost_estimated",
		"policy_checking", "policy_checked", "confirmed", "apply_queued", "applying", "applied"} {
		s.sees(2*time.Second, status)
		switch status {
		case "planning":
			s.log(scalr.PlanPhase, "Plan: 1 to add\n")
		case "applying":
			s.log(scalr.ApplyPhase, "Apply complete!\n")
		}
	}
	s.Close()
}

func confirmedLater(s *stage) {
	s.sees(0, "planning")
	s.log(scalr.PlanPhase, "Plan: 1 to add\n")
	s.sees(time.Second, "planned")
	s.sees(time.Second, "planned")
	s.Close()
	s.Infof("Confirmed run run-1")
	s.sees(time.Second, "planned")
	s.sees(time.Second, "confirmed")
	s.sees(time.Second, "applying")
	s.log(scalr.ApplyPhase, "Apply complete!\n")
	s.sees(time.Second, "applied")
	s.Close()
	if got := fmt.Sprint(s.Stages()); got != "[{Plan 3s} {Apply 2s}]" {
		s.t.Errorf("stages: %s", got)
	}
}

func queue(s *stage) {
	holder := scalr.Run{ID: "run-0", Status: "planning"}
	s.Holder = func() (scalr.Run, bool) { s.asked++; return holder, true }
	yes := true
	waits := func(after time.Duration, place int) {
		time.Sleep(after)
		s.Look(scalr.Run{ID: "run-1", Status: "pending", Position: &place})
	}
	waits(0, 2)
	waits(time.Second, 2)
	waits(2*time.Second, 1)
	holder.Status, holder.Plan = "planned", &scalr.Plan{Status: "finished", HasChanges: &yes}
	for range 60 {
		waits(10*time.Second, 1)
	}
	s.sees(time.Second, "planning")
	s.Close()
	if s.asked != 4 {
		s.t.Errorf("asked for the holder %d times, want 4: for each place, and every five minutes", s.asked)
	}
}

func hooks(s *stage) {
	for _, status := range []string{"pending", "pre_plan_queued", "pre_plan_running", "pre_plan_finished", "plan_queued", "planning", "planned",
		"post_plan_running", "post_plan_finished", "cost_estimating", "cost_estimated", "confirmed", "pre_apply_queued", "pre_apply_running",
		"pre_apply_finished", "apply_queued", "applying", "post_apply_running", "post_apply_finished", "applied"} {
		s.sees(time.Second, status)
	}
	s.Close()
}

func betweenLooks(s *stage) {
	s.sees(0, "pending")
	s.sees(time.Second, "pending")
	time.Sleep(1500 * time.Millisecond)
	s.log(scalr.PlanPhase, "Plan: 1 to add\n")
	s.sees(0, "confirmed")
	s.sees(2*time.Second, "applying")
	time.Sleep(2 * time.Second)
	s.log(scalr.ApplyPhase, "Apply complete!\n")
	s.sees(0, "applied")
	s.Close()
}

func lateLog(s *stage) {
	s.sees(0, "planning")
	s.log(scalr.PlanPhase, "first\nha")
	s.sees(time.Second, "cost_estimating")
	s.log(scalr.PlanPhase, "lf\nlast half")
	s.sees(time.Second, "cost_estimating")
	s.sees(time.Second, "cost_estimated")
	s.sees(time.Second, "policy_checking")
	s.Log(scalr.PlanPhase).Close()
	s.sees(time.Second, "applying")
	s.log(scalr.ApplyPhase, "Apply complete")
	s.sees(time.Second, "applied")
	s.Close()
}

func rewritten(s *stage) {
	s.sees(0, "planning")
	s.log(scalr.PlanPhase, "first\nha")
	s.Restarted(scalr.PlanPhase)
	s.log(scalr.PlanPhase, "other\n")
	s.sees(time.Second, "errored")
	s.Close()
	if got := s.copy.String(); got != "other\n" {
		s.t.Errorf("the copy has %q", got)
	}
}

func unknownStatus(s *stage) {
	s.sees(0, "planning")
	for range 3 {
		s.sees(time.Second, "quantum_checking")
	}
	s.sees(time.Second, "policy_checking")
	for range 3 {
		s.sees(time.Second, "quantum_checking")
	}
	s.sees(time.Second, "planned_and_finished")
	s.Close()
}

func silence(s *stage) {
	for range 20 {
		s.sees(10*time.Second, "planning")
	}
	for range 20 { // a log that moves needs no heartbeat
		s.sees(10*time.Second, "planning")
		s.log(scalr.PlanPhase, "moving\n")
	}
	for range 370 {
		s.sees(10*time.Second, "planning")
	}
	s.Close()
}

func logTrouble(s *stage) {
	s.sees(0, "planning")
	s.LogTrouble(scalr.PlanPhase, errors.New("read the plan log: storage answered 503"))
	s.sees(time.Second, "planned_and_finished")
	s.Close()
}

func noLog(s *stage) {
	s.sees(0, "planning")
	s.sees(350*time.Millisecond, "canceled")
	s.Close()
}

func overAlready(s *stage) {
	s.log(scalr.PlanPhase, "Plan: 1 to add\n")
	s.log(scalr.ApplyPhase, "Apply complete!\n")
	s.sees(0, "applied")
	s.Close()
	if len(s.Stages()) != 0 {
		s.t.Errorf("stages: %v, want none: nobody saw how long they took", s.Stages())
	}
}

func retries(s *stage) {
	s.sees(0, "planning")
	down := errors.New("read run run-1: Scalr answered 503")
	for i := range 40 {
		time.Sleep(10 * time.Second)
		s.Retrying(scalr.Retry{Op: "read run run-1", Attempt: i, Wait: 10 * time.Second, Err: down})
		if i == 20 {
			s.Retrying(scalr.Retry{Op: "read run run-1", Attempt: i, Wait: 1234 * time.Millisecond, Err: errors.New("read run run-1: connection refused")})
		}
	}
	s.Close()
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", 400 * time.Nanosecond: "0s", 12 * time.Millisecond: "12ms", 999600 * time.Microsecond: "1s",
		4240 * time.Millisecond: "4.2s", 9949 * time.Millisecond: "9.9s", 9960 * time.Millisecond: "10s", 12400 * time.Millisecond: "12s",
		190 * time.Second: "3m10s", 6*time.Hour + 5*time.Second: "6h0m5s",
	} {
		if got := narrate.Duration(d); got != want {
			t.Errorf("%d: %q, want %q", d, got, want)
		}
	}
}

// findings: the estimate and the policies are told once, each in its stage; a
// check that is overridden is told again.
func findings(s *stage) {
	cost := &scalr.CostEstimate{ID: "ce-1", Status: "queued"}
	check := scalr.PolicyCheck{ID: "pc-1", Status: "pending", Passed: 2, Soft: 1, TotalFailed: 1, Policies: []scalr.Policy{
		{Name: "tags", Result: "passed"}, {Name: "no_public_ip", Result: "soft_failed", Messages: []string{"a public address", "another"}}}}
	look := func(status scalr.Status) {
		time.Sleep(time.Second)
		s.Look(scalr.Run{ID: "run-1", Status: status, Cost: cost, Policies: []scalr.PolicyCheck{check}})
	}
	look("planning")
	look("cost_estimating")
	*cost = scalr.CostEstimate{ID: "ce-1", Status: "finished", Prior: "12.300", Proposed: "54.55", Delta: "42.25"}
	look("cost_estimated")
	check.Status = "soft_failed"
	look("policy_override")
	look("policy_override")
	check.Status = "overridden"
	look("policy_checked")
	s.Close()
}
